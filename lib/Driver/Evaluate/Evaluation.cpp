//===- Evaluation.cpp - Configurations on labelled samples ----------------===//
#include "Driver/Evaluate/Evaluation.h"
#include "Driver/Compare/Difference.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <limits>

using namespace tare;

std::string tare::formOf(const Executable &executable, ModelKind kind) {
  if (kind == ModelKind::program)
    return "program";
  if (!executable.hasModelLayout())
    return "npu";
  bool hasQuantizers = false;
  for (const ExecutableLayer &layer : executable.layers()) {
    hasQuantizers |= layer.kind == "quantize";
    // Whole operators on integers that stand for real numbers; what an ONNX model has moves its input's.
    if (kind == ModelKind::ir && layer.kind != "quantize" && layer.type != layer.real)
      return "fused";
  }
  return hasQuantizers ? "qdq" : "float";
}

/// A configuration, how it takes the model's samples, and its metric.
class Evaluation::Entry {
public:
  Configuration configuration;
  const Executable *executable = nullptr;
  std::unique_ptr<Executable> owned;
  /// Of the model's inputs, for each of its own.
  std::vector<size_t> inputs;
  struct Output {
    size_t index = 0;
    Alignment alignment;
    bool isAligned = false;
  };
  /// For each of the outputs that the metric looks at.
  std::vector<Output> outputs;
  std::unique_ptr<Metric> metric;

  bool canRun() const { return executable != nullptr; }
  /// Nothing of it runs.
  void refuse(const Error &error) {
    configuration.failure = error.message;
    executable = nullptr;
  }
  /// The sample failed: the earliest that does counts, whichever thread met it first. Samples before it still run.
  void fail(int64_t sample, const Error &error) {
    std::lock_guard lock(mutex);
    if (sample >= firstFailed)
      return;
    firstFailed = sample;
    configuration.failure = error.message;
  }
  bool hasFailedBefore(int64_t sample) const { return firstFailed < sample; }

  /// Finds the model's inputs and outputs in a configuration.
  Status match(const Executable &model, const std::vector<size_t> &chosen);
  /// What it gives for a sample, of the chosen outputs as the model has them.
  Result<std::vector<Tensor>> run(Runner &runner, const Sample &sample) const;
  void finish(const LabelledData &data);
  Error onData(const LabelledData &data, const Error &error) const {
    return Error{fmt::format("{} on {}: {}", configuration.file, data.file, error.message)};
  }

private:
  Status matchInputs(const Executable &model);
  Status matchOutput(const Executable &model, size_t chosen);

  std::mutex mutex;
  std::atomic<int64_t> firstFailed = std::numeric_limits<int64_t>::max();
};

struct Evaluation::Worker {
  /// By entry; null where that does not run.
  std::vector<std::unique_ptr<Runner>> runners;
};

Status Evaluation::Entry::matchInputs(const Executable &model) {
  for (const ExecutablePort &input : executable->inputs()) {
    auto found = std::ranges::find(model.inputs(), input.name, &ExecutablePort::name);
    if (found == model.inputs().end())
      return Error{fmt::format("{}: has an input '{}', which the model has not", configuration.file, input.name)};
    if (!found->takesWhat(input))
      return Error{fmt::format("{}: input '{}' is {}, in the model {}{}", configuration.file, input.name, input.taken(),
                               found->taken(),
                               input.pixels.empty() ? "" : "; give --input-type as it was for the conversion")};
    inputs.push_back(size_t(found - model.inputs().begin()));
  }
  return success();
}

Status Evaluation::Entry::matchOutput(const Executable &model, size_t chosen) {
  const ExecutablePort &wanted = model.outputs()[chosen];
  const auto &own = executable->outputs();
  auto found = std::ranges::find(own, wanted.name, &ExecutablePort::name);
  // Where names are others, the order says which is which.
  if (found == own.end() && own.size() == model.outputs().size())
    found = own.begin() + chosen;
  if (found == own.end()) {
    std::vector<std::string> names;
    for (const ExecutablePort &output : own)
      names.push_back(output.name);
    return Error{fmt::format("{}: has no output '{}', which --metric looks at, only '{}'", configuration.file,
                             wanted.name, fmt::join(names, "', '"))};
  }
  Output output{size_t(found - own.begin()), {}, false};
  if (found->real.shape != wanted.real.shape) {
    std::vector<Alignment> ways = alignments(wanted.real.shape, found->real.shape);
    if (ways.empty())
      return Error{fmt::format("{}: output '{}' is {}, in the model {}", configuration.file, wanted.name,
                               toString(found->real), toString(wanted.real))};
    output.alignment = ways.front();
    output.isAligned = true;
  }
  outputs.push_back(std::move(output));
  return success();
}

Status Evaluation::Entry::match(const Executable &model, const std::vector<size_t> &chosen) {
  if (Status matched = matchInputs(model); !matched)
    return matched;
  for (size_t output : chosen)
    if (Status matched = matchOutput(model, output); !matched)
      return matched;
  return success();
}

Result<std::vector<Tensor>> Evaluation::Entry::run(Runner &runner, const Sample &sample) const {
  std::vector<Tensor> given;
  for (size_t input : inputs)
    given.push_back(sample.inputs[input]);
  std::vector<Tensor> all = runner.run(given, {});
  if (Status ran = runner.status(sample.index); !ran)
    return ran.error();
  std::vector<Tensor> results;
  for (const Output &output : outputs) {
    Tensor result = executable->outputs()[output.index].asInModel(all[output.index]);
    results.push_back(output.isAligned ? output.alignment.apply(result) : std::move(result));
  }
  return results;
}

void Evaluation::Entry::finish(const LabelledData &data) {
  if (configuration.failure)
    return;
  Result<Score> score = metric->finish();
  if (!score)
    configuration.failure = onData(data, score.error()).message;
  else if (std::isnan(score->value))
    configuration.failure = onData(data, Error{"the score is NaN"}).message;
  else
    configuration.score = std::move(*score);
  // Files of outputs need not wait for the others'.
  metric.reset();
}

Evaluation::Evaluation(const std::string &file, const std::string &form, const Executable &model,
                       const MetricKind &kind, const LabelledData &data)
    : model(model), kind(kind), data(data) {
  entries.push_back(std::make_unique<Entry>());
  Entry &own = *entries.front();
  own.configuration = {file, form, {}, {}};
  own.executable = &model;
  // Each is its own.
  (void)bool(own.match(model, kind.outputs()));
}

Evaluation::~Evaluation() = default;

void Evaluation::add(const std::string &file, const std::string &form, Result<std::unique_ptr<Executable>> executable) {
  auto entry = std::make_unique<Entry>();
  entry->configuration = {file, form, {}, {}};
  if (!executable) {
    entry->refuse(executable.error());
  } else {
    entry->owned = std::move(*executable);
    entry->executable = entry->owned.get();
    if (Status matched = entry->match(model, kind.outputs()); !matched)
      entry->refuse(matched.error());
  }
  entries.push_back(std::move(entry));
}

std::vector<WatchedSamples::Input> Evaluation::watchedInputs() const {
  std::vector<WatchedSamples::Input> watched;
  for (const ExecutablePort &input : model.inputs())
    watched.push_back({input.name, input.held});
  for (const auto &entry : entries)
    for (size_t i = 0; entry->canRun() && i != entry->inputs.size(); ++i)
      if (WatchedSamples::Input &input = watched[entry->inputs[i]]; !input.held)
        input.held = entry->executable->inputs()[i].held;
  return watched;
}

size_t Evaluation::samplesAtOnce() const {
  size_t atOnce = std::numeric_limits<size_t>::max();
  for (const auto &entry : entries)
    if (entry->canRun())
      atOnce = std::min(atOnce, entry->executable->samplesAtOnce());
  return atOnce;
}

Result<std::vector<Evaluation::Worker>> Evaluation::makeWorkers(const SampleSource &source, size_t threads) {
  std::vector<Worker> workers(workersFor(source, threads));
  for (size_t i = 0; i != entries.size(); ++i) {
    std::vector<std::unique_ptr<Runner>> own(workers.size());
    Entry &entry = *entries[i];
    if (entry.canRun()) {
      auto made = makeRunners(*entry.executable, source, threads);
      if (!made && i == 0)
        return made.error();
      if (made)
        own = std::move(*made);
      else
        entry.refuse(made.error());
    }
    for (size_t worker = 0; worker != workers.size(); ++worker)
      workers[worker].runners.push_back(std::move(own[worker]));
  }
  return workers;
}

Status Evaluation::run(SampleSource &source, size_t threads, Progress &progress) {
  Result<std::vector<Worker>> workers = makeWorkers(source, threads);
  if (!workers)
    return workers.error();
  for (const auto &entry : entries) {
    Result<std::unique_ptr<Metric>> metric = kind.make(*data.samples);
    if (!metric)
      return metric.error();
    entry->metric = std::move(*metric);
  }
  Status done = forEachSample(source, threads, progress, [&](const Sample &sample, size_t worker) {
    return runSample(sample, (*workers)[worker]);
  });
  if (!done)
    return done;
  for (const auto &entry : entries)
    entry->finish(data);
  // Of what the model itself has no score nothing is lost.
  const std::optional<std::string> &failure = reference().failure;
  return failure ? Status(Error{*failure}) : success();
}

Status Evaluation::runSample(const Sample &sample, Worker &worker) {
  const bool hasLabels = !data.labels.empty();
  const size_t inputCount = sample.inputs.size() - hasLabels;
  ScoredSample scored{
      sample.index, {}, {}, hasLabels ? &sample.inputs.back() : nullptr, std::span(sample.inputs).first(inputCount)};
  if (Status fit = hasLabels ? kind.checkLabels(scored) : success(); !fit)
    return Error{fmt::format("{}: array '{}': {}", data.file, data.labels, fit.error().message)};
  std::vector<Tensor> reference;
  for (size_t i = 0; i != entries.size(); ++i) {
    Entry &entry = *entries[i];
    if (!entry.canRun() || entry.hasFailedBefore(sample.index))
      continue;
    auto outputs = entry.run(*worker.runners[i], sample);
    if (outputs && i == 0)
      reference = *outputs;
    Status scores = outputs ? success() : Status(outputs.error());
    if (outputs) {
      scored.outputs = *outputs;
      scored.reference = reference;
      scores = entry.metric->add(scored);
      // What runs names its own file.
      if (!scores)
        scores = entry.onData(data, scores.error());
    }
    if (!scores && i == 0)
      return scores;
    if (!scores)
      entry.fail(sample.index, scores.error());
  }
  return success();
}

const Configuration &Evaluation::reference() const { return entries.front()->configuration; }

std::vector<const Configuration *> Evaluation::others() const {
  std::vector<const Configuration *> all;
  for (auto entry = std::next(entries.begin()); entry != entries.end(); ++entry)
    all.push_back(&(*entry)->configuration);
  return all;
}

void Evaluation::showWarnings() const {
  for (const auto &entry : entries)
    if (entry->canRun())
      entry->executable->showWarnings();
}
