//===- EvaluationRun.cpp - Files on labelled samples ----------------------===//
#include "Driver/Evaluate/EvaluationRun.h"

#include "Driver/Execute/DataBinding.h"
#include "Driver/Execute/MemoryLimit.h"
#include "Driver/Execute/Options.h"

#include <fmt/format.h>

using namespace tare;

static std::string formOfFile(const std::string &path, const Executable &executable) {
  Result<ModelKind> kind = kindOfModel(path);
  return kind ? formOf(executable, *kind) : "";
}

static std::vector<std::string> outputsOf(const Executable &model, const MetricKind &kind) {
  std::vector<std::string> names;
  for (size_t output : kind.outputs())
    names.push_back(model.outputs()[output].name);
  return names;
}

Status EvaluationRun::run() {
  if (Status loaded = load(); !loaded)
    return loaded;
  evaluation.emplace(options.model, formOfFile(options.model, *reference), *reference, *kind, *data);
  for (const std::string &program : options.programs)
    add(program);
  return score();
}

Status EvaluationRun::load() {
  metric = {options.metric, options.outputs,    options.labels, options.peak,
            options.nms,    options.leastScore, options.data};
  Result<ExecutableOptions> wanted = executableOptions({options.model}, options);
  if (!wanted)
    return wanted.error();
  how = std::move(*wanted);
  how.import.roundsTo16Bits = true;
  how.onlyOutputs = true;
  auto loaded = loadOne(options.model);
  if (!loaded)
    return loaded.error();
  reference = std::move(*loaded);
  auto chosen = metricOf(metric, *reference);
  if (!chosen)
    return Error{options.model + ": " + chosen.error().message};
  kind = std::move(*chosen);
  auto inputs = withMakers(reference->declarations(/*allowRaw=*/false), how.preprocess);
  if (!inputs)
    return inputs.error();
  auto opened = openLabelled(metric, *inputs, *kind, options.samples.value_or(Dataset::all));
  if (!opened)
    return opened.error();
  data.emplace(std::move(*opened));
  return success();
}

/// Prepared for real numbers.
Result<std::unique_ptr<Executable>> EvaluationRun::loadOne(const std::string &path) const {
  auto executable = loadForData(path, how, options.data, listener);
  if (!executable)
    return executable;
  PortForms real{std::vector<bool>((*executable)->inputs().size(), false), false};
  if (Status prepared = (*executable)->prepare(real); !prepared)
    return prepared.error();
  return executable;
}

/// What cannot be read is a row, too.
void EvaluationRun::add(const std::string &path) {
  auto executable = loadOne(path);
  std::string form = executable ? formOfFile(path, **executable) : "";
  evaluation->add(path, form, std::move(executable));
}

Status EvaluationRun::score() {
  watched = std::make_unique<WatchedSamples>(*data->samples, evaluation->watchedInputs());
  if (!options.calibration.empty()) {
    auto inputs = withMakers(reference->declarations(/*allowRaw=*/false), how.preprocess);
    if (!inputs)
      return inputs.error();
    auto created = CalibratedSamples::create(options.calibration, *inputs, *watched);
    if (!created)
      return created.error();
    calibrated = std::move(*created);
  }
  SampleSource &source = calibrated ? static_cast<SampleSource &>(*calibrated) : *watched;
  {
    Progress progress(listener, "evaluating sample", source.sampleCount());
    size_t threads = threadsWithin(options.threads, evaluation->samplesAtOnce());
    if (Status done = evaluation->run(source, threads, progress); !done)
      return done;
  }
  made.emplace(
      EvaluationReport{*evaluation, *kind, *data, options.metric, outputsOf(*reference, *kind), calibrated.get()});
  return success();
}

void EvaluationRun::tell() const {
  evaluation->showWarnings();
  watched->warn(listener);
  tellNotes(*data->samples, listener);
  if (std::string note = made->note(); !note.empty())
    listener.note(note);
  tellOfCalibration();
}

void EvaluationRun::tellOfCalibration() const {
  if (!calibrated)
    return listener.note("not checked whether samples were calibrated on; --calibration DATA or the ranges file tells");
  if (std::string warning = calibrated->warning(); !warning.empty())
    listener.warning(warning);
  if (int64_t unknown = calibrated->unknown())
    listener.note(fmt::format("{}: has the hashes of {} samples; whether {} of the samples were calibrated on is not "
                              "known, the data would tell",
                              options.calibration, calibration::SampleHashes::most, unknown));
}
