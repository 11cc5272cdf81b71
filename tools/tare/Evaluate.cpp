//===- Evaluate.cpp - tare evaluate ---------------------------------------===//
#include "Choices.h"
#include "Commands.h"
#include "Driver/Calibrate/CalibratedSamples.h"
#include "Driver/Evaluate/LabelledData.h"
#include "Driver/Execute/DataBinding.h"
#include "Driver/Execute/MemoryLimit.h"
#include "EvaluationTable.h"
#include "InputOptions.h"
#include "JsonOutput.h"
#include "Numbers.h"
#include "SharedOptions.h"

#include <fmt/format.h>

using namespace tare;

namespace {

/// One of the metrics, or "command:PROGRAM".
CLI::Validator metricName() {
  auto check = [](const std::string &text) -> std::string {
    if (text.starts_with(commandPrefix) && text.size() > commandPrefix.size())
      return "";
    std::vector<std::string> names = metricNames();
    if (std::ranges::find(names, text) != names.end())
      return "";
    names.push_back(std::string(commandPrefix) + "PROGRAM");
    return noneOf(text, names);
  };
  return CLI::Validator(check, "");
}

PortForms realForms(const Executable &executable) {
  return {std::vector<bool>(executable.inputs().size(), false), false};
}

class EvaluateCommand : public Command {
public:
  EvaluateCommand()
      : Command("evaluate", "Score a model and what was made of it on labelled data",
                "tare evaluate model.onnx a.tare b.tare --data test.npz --metric top1 --calibration data.npz\n"
                "  MODEL is the reference; PROGRAMs are .tare, or .mlir of any stage, or .onnx. test.npz has an array\n"
                "  for each input, and one of labels. They are ranked by their loss, |score - float| / |float|.") {}

  Status run() override {
    Result<onnx::ImportOptions> import = inputOptions.parse({model});
    if (!import)
      return import.error();
    options.import = std::move(*import);
    options.import.roundsTo16Bits = true;
    options.onlyOutputs = true;
    auto reference = load(model);
    if (!reference)
      return reference.error();
    auto kind = metricOf(metric, **reference);
    if (!kind)
      return Error{model + ": " + kind.error().message};
    auto data = openLabelled(metric, (*reference)->declarations(/*allowRaw=*/false), **kind, samples);
    if (!data)
      return data.error();
    Evaluation evaluation(model, formOfFile(model, **reference), **reference, **kind, *data);
    for (const std::string &program : programs)
      addTo(evaluation, program);
    return evaluate(evaluation, **reference, **kind, *data);
  }

private:
  void addOptions(CLI::App &app) override {
    files.reads(app.add_option("MODEL", model, "The reference: a float .onnx, or an .mlir")->required(), model);
    files.reads(app.add_option("PROGRAM", programs, "What is compared with it; any number of them")->required(),
                programs);
    auto *given = app.add_option("--data", metric.data, "Samples with labels: an .npz, or a folder of such files");
    files.reads(given->required()->type_name("X.npz"), metric.data);
    app.add_option("--metric", metric.metric,
                   "What is scored: top1, top5, auc, psnr, cosine, map, or command:PROGRAM, which is given an .npz of\n"
                   "the outputs and prints a number")
        ->required()
        ->type_name("METRIC")
        ->check(metricName());
    app.add_option("--labels", metric.labels,
                   "The array of labels (default: labels, label or y; of psnr and cosine the float outputs)")
        ->type_name("NAME");
    app.add_option("--output", metric.outputs,
                   "The output that is looked at (default: the only one); of map boxes=NAME, scores=NAME,\n"
                   "classes=NAME, or one of rows of 6; may be repeated")
        ->type_name("NAME")
        ->allow_extra_args(false);
    app.add_option("--peak", metric.peak,
                   "Of psnr: the largest number that there could be (default: 255 for labels of uint8, otherwise the\n"
                   "span of the reference)")
        ->type_name("P")
        ->check(positiveNumber());
    app.add_option("--nms", metric.nms,
                   "Of map: of boxes of one class that overlap by more than this the best alone is left (default: 0.6\n"
                   "where there is a score for each box and class, otherwise all are)")
        ->type_name("IOU")
        ->check(numberIn(0, 1));
    app.add_option("--min-score", metric.leastScore, "Of map: only scores above this (default: 0)")
        ->type_name("S")
        ->check(anyNumber());
    auto *calibrated =
        app.add_option("--calibration", calibration,
                       "What the programs were calibrated on, data or a ranges file: tells which of the\n"
                       "samples were among it");
    files.reads(calibrated->type_name("DATA"), calibration);
    inputOptions.addTo(app);
    addMemoryLimit(app, options.maxMemory);
    app.add_option("--samples", samples, "How many samples to run (default: all)")
        ->type_name("N")
        ->check(wholeNumber(1));
  }

  /// Prepared for real numbers.
  Result<std::unique_ptr<Executable>> load(const std::string &path) const {
    auto executable = loadForData(path, options, metric.data, console());
    if (!executable)
      return executable;
    if (Status prepared = (*executable)->prepare(realForms(**executable)); !prepared)
      return prepared.error();
    return executable;
  }

  static std::string formOfFile(const std::string &path, const Executable &executable) {
    Result<ModelKind> kind = kindOfModel(path);
    return kind ? formOf(executable, *kind) : "";
  }

  /// What cannot be read is a row, too.
  void addTo(Evaluation &evaluation, const std::string &path) const {
    auto executable = load(path);
    std::string form = executable ? formOfFile(path, **executable) : "";
    evaluation.add(path, form, std::move(executable));
  }

  Status evaluate(Evaluation &evaluation, const Executable &reference, const MetricKind &kind,
                  const LabelledData &data) {
    WatchedSamples watched(*data.samples, evaluation.watchedInputs());
    std::unique_ptr<CalibratedSamples> calibrated;
    if (!calibration.empty()) {
      auto created = CalibratedSamples::create(calibration, reference.declarations(/*allowRaw=*/false), watched);
      if (!created)
        return created.error();
      calibrated = std::move(*created);
    }
    SampleSource &source = calibrated ? static_cast<SampleSource &>(*calibrated) : watched;
    {
      Progress progress(console(), "evaluating sample", source.sampleCount());
      if (Status done = evaluation.run(source, threadsWithin(threads, evaluation.samplesAtOnce()), progress); !done)
        return done;
    }
    EvaluationReport report{evaluation, kind, data, metric.metric, outputsOf(reference, kind), calibrated.get()};
    json ? printJson([&](llvm::json::OStream &out) { out.object([&] { report.write(out); }); })
         : printEvaluation(report);
    if (Status scored = report.status(); !scored)
      return scored;
    evaluation.showWarnings();
    watched.warn(console());
    tellOf(report);
    return success();
  }

  void tellOf(const EvaluationReport &report) const {
    if (std::string note = report.note(); !note.empty())
      console().note(note);
    if (!report.calibrated)
      return console().note(
          "not checked whether samples were calibrated on; --calibration DATA or the ranges file tells");
    if (std::string warning = report.calibrated->warning(); !warning.empty())
      console().warning(warning);
    if (int64_t unknown = report.calibrated->unknown())
      console().note(
          fmt::format("{}: has the hashes of {} samples; whether {} of the samples were calibrated on is not "
                      "known, the data would tell",
                      calibration, calibration::SampleHashes::most, unknown));
  }

  static std::vector<std::string> outputsOf(const Executable &model, const MetricKind &kind) {
    std::vector<std::string> names;
    for (size_t output : kind.outputs())
      names.push_back(model.outputs()[output].name);
    return names;
  }

  std::string model, calibration;
  std::vector<std::string> programs;
  MetricOptions metric;
  InputOptions inputOptions;
  ExecutableOptions options;
  int64_t samples = Dataset::all;
};

} // namespace

std::unique_ptr<Command> tare::makeEvaluateCommand() { return std::make_unique<EvaluateCommand>(); }
