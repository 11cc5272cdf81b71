//===- Evaluation.h - Configurations on labelled samples --------*- C++ -*-===//
//
// Each sample is read once and runs through the float model once, and then
// through every configuration.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_DRIVER_EVALUATE_EVALUATION_H
#define TARE_DRIVER_EVALUATE_EVALUATION_H

#include "Driver/Evaluate/LabelledData.h"
#include "Driver/Evaluate/Metrics/Metric.h"
#include "Driver/Execute/Executable.h"
#include "Driver/Execute/Samples.h"
#include "Driver/Execute/WatchedSamples.h"

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace tare {

/// A model that is scored: the float model itself, or one that was made of it.
struct Configuration {
  std::string file;
  /// "float", "qdq", "fused", "npu" or "program"; empty where it could not be read.
  std::string form;
  std::optional<Score> score;
  /// Why there is no score.
  std::optional<std::string> failure;
};

/// The form of an executable that is prepared, from what its layers are.
std::string formOf(const Executable &executable, ModelKind kind);

class Evaluation {
public:
  /// `model` is the reference, prepared for real numbers, of which `kind` and `data` were made. All outlive this.
  Evaluation(const std::string &file, const std::string &form, const Executable &model, const MetricKind &kind,
             const LabelledData &data);
  ~Evaluation();

  /// Adds one, prepared for real numbers, or the reason why it cannot be read.
  void add(const std::string &file, const std::string &form, Result<std::unique_ptr<Executable>> executable);
  /// The model's inputs, with the grids of those that have them.
  std::vector<WatchedSamples::Input> watchedInputs() const;
  /// How many samples all of them may run at once.
  size_t samplesAtOnce() const;
  /// Runs all of them on every sample of `source`, which passes on the data. An error where the samples cannot
  /// be read, or the model itself has no score; where another has none it says so itself.
  Status run(SampleSource &source, size_t threads, Progress &progress);

  const Configuration &reference() const;
  /// In the order in which they were added.
  std::vector<const Configuration *> others() const;
  /// Shows what loading them has warned of.
  void showWarnings() const;

private:
  class Entry;
  struct Worker;
  Result<std::vector<Worker>> makeWorkers(const SampleSource &source, size_t threads);
  Status runSample(const Sample &sample, Worker &worker);

  const Executable &model;
  const MetricKind &kind;
  const LabelledData &data;
  /// The model's own first.
  std::vector<std::unique_ptr<Entry>> entries;
};

} // namespace tare

#endif // TARE_DRIVER_EVALUATE_EVALUATION_H
