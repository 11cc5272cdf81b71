//===- Comparison.h - Two executables on the same samples -------*- C++ -*-===//
#ifndef TARE_TOOLS_TARE_COMPARISON_H
#define TARE_TOOLS_TARE_COMPARISON_H

#include "Difference.h"
#include "Executable.h"
#include "Samples.h"

#include <map>
#include <mutex>

namespace tare {

/// A value that both have: a layer's result, or an output.
struct ComparedValue {
  /// The layer's name and kind in the second, the value's in both; an output's name.
  std::string name, value, kind;
  /// Which layer or output it is in each.
  size_t first = 0, second = 0;
  Shape shape;
  /// What its readers tell apart of it: all beyond is compared as the end.
  std::optional<qnn::Interval> range;
  /// Filled by the first sample.
  std::optional<Alignment> alignment;
  Difference difference;
};

/// Compares layer by layer: layers whose results hold the same value of the model, as real numbers.
class Comparison {
public:
  /// `first` is the reference. Both are prepared for real numbers; an error where they are not models of the same
  /// inputs.
  static Result<std::unique_ptr<Comparison>> create(const Executable &first, const Executable &second);

  /// Runs both on every sample of `data`, which was opened for the first one's inputs.
  Status run(SampleSource &data, size_t threads, Progress &progress);

  /// In the order in which the second one computes them.
  const std::vector<ComparedValue> &layers() const { return layerValues; }
  const std::vector<ComparedValue> &outputs() const { return outputValues; }

private:
  using Differences = std::vector<Difference>;
  struct Worker {
    std::unique_ptr<Runner> first, second;
  };

  Comparison(const Executable &first, const Executable &second) : first(first), second(second) {}
  Status matchInputs();
  void matchLayers();
  Status matchOutputs();
  Differences compareSample(const Sample &sample, Worker &worker);
  void compareValue(ComparedValue &value, Tensor reference, Tensor other, Difference &difference);
  void merge(int64_t sample, Differences differences);

  const Executable &first, &second;
  /// The first one's input for each input of the second.
  std::vector<size_t> inputOrder;
  std::vector<ComparedValue> layerValues, outputValues;
  /// Where each layer is in layerValues.
  std::map<size_t, size_t> byFirst, bySecond;

  std::mutex mutex;
  int64_t nextSample = 0;
  /// Results of samples that overtook an earlier one.
  std::map<int64_t, Differences> waiting;
};

} // namespace tare

#endif // TARE_TOOLS_TARE_COMPARISON_H
