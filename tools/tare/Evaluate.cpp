//===- Evaluate.cpp - tare evaluate ---------------------------------------===//
#include "Choices.h"
#include "Commands.h"
#include "Driver/Evaluate/EvaluationRun.h"
#include "EvaluationTable.h"
#include "InputOptions.h"
#include "JsonOutput.h"
#include "Numbers.h"
#include "SharedOptions.h"

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

class EvaluateCommand : public Command {
public:
  EvaluateCommand()
      : Command("evaluate", "Score a model and what was made of it on labelled data",
                "tare evaluate model.onnx a.tare b.tare --data test.npz --metric top1 --calibration data.npz\n"
                "  MODEL is the reference; PROGRAMs are .tare, or .mlir of any stage, or .onnx. test.npz has an array\n"
                "  for each input, and one of labels. They are ranked by their loss, |score - float| / |float|.") {}

  Status run() override {
    options.threads = threads;
    EvaluationRun evaluation(options, console());
    if (Status done = evaluation.run(); !done)
      return done;
    const EvaluationReport &report = evaluation.report();
    json ? printJson([&](llvm::json::OStream &out) { out.object([&] { report.write(out); }); })
         : printEvaluation(report);
    if (Status scored = report.status(); !scored)
      return scored;
    evaluation.tell();
    return success();
  }

private:
  void addOptions(CLI::App &app) override {
    files.reads(app.add_option("MODEL", options.model, "The reference: a float .onnx, or an .mlir")->required(),
                options.model);
    files.reads(app.add_option("PROGRAM", options.programs, "What is compared with it; any number of them")->required(),
                options.programs);
    auto *given = app.add_option("--data", options.data,
                                 "Samples with labels: an .npz, a folder of such files, or of pictures\n"
                                 "or sounds");
    files.reads(given->required()->type_name("X.npz"), options.data);
    app.add_option("--metric", options.metric,
                   "What is scored: top1, top5, auc, psnr, cosine, map, or command:PROGRAM, which is given an .npz of\n"
                   "the outputs and prints a number")
        ->required()
        ->type_name("METRIC")
        ->check(metricName());
    app.add_option("--labels", options.labels,
                   "The array of labels (default: labels, label or y; of psnr and cosine the float outputs)")
        ->type_name("NAME");
    app.add_option("--output", options.outputs,
                   "The output that is looked at (default: the only one); of map boxes=NAME, scores=NAME,\n"
                   "classes=NAME, or one of rows of 6; may be repeated")
        ->type_name("NAME")
        ->allow_extra_args(false);
    app.add_option("--peak", options.peak,
                   "Of psnr: the largest number that there could be (default: 255 for labels of uint8, otherwise the\n"
                   "span of the reference)")
        ->type_name("P")
        ->check(positiveNumber());
    app.add_option("--nms", options.nms,
                   "Of map: of boxes of one class that overlap by more than this the best alone is left (default: 0.6\n"
                   "where there is a score for each box and class, otherwise all are)")
        ->type_name("IOU")
        ->check(numberIn(0, 1));
    app.add_option("--min-score", options.leastScore, "Of map: only scores above this (default: 0)")
        ->type_name("S")
        ->check(anyNumber());
    auto *calibrated =
        app.add_option("--calibration", options.calibration,
                       "What the programs were calibrated on, data or a ranges file: tells which of the\n"
                       "samples were among it");
    files.reads(calibrated->type_name("DATA"), options.calibration);
    addInputOptions(app, files, options);
    addMemoryLimit(app, options.maxMemory);
    app.add_option("--samples", options.samples, "How many samples to run (default: all)")
        ->type_name("N")
        ->check(wholeNumber(1));
  }

  driver::EvaluateOptions options;
};

} // namespace

std::unique_ptr<Command> tare::makeEvaluateCommand() { return std::make_unique<EvaluateCommand>(); }
