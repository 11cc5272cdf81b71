//===- Comparison.h - Two executables on the same samples -------*- C++ -*-===//
#ifndef TARE_DRIVER_COMPARE_COMPARISON_H
#define TARE_DRIVER_COMPARE_COMPARISON_H

#include "Driver/Compare/Difference.h"
#include "Driver/Compare/SharedValues.h"
#include "Driver/Execute/Executable.h"
#include "Driver/Execute/Samples.h"

#include <functional>
#include <map>
#include <mutex>

namespace tare {

/// A value that both have: a layer's result, or an output.
struct ComparedValue {
  /// The layer's name and kind in the second, the value's in both; an output's name.
  std::string name, value, kind;
  /// Where each has it: an output of one that is a part may be a layer's result of the other.
  Place first, second;
  Shape shape;
  /// Whether its elements are bools or indices: in either, as one of them may not know where they come from.
  bool isDiscrete = false;
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
  /// inputs, nor one a part of the other: what a part takes or gives is a value of the whole.
  static Result<std::unique_ptr<Comparison>> create(const Executable &first, const Executable &second);

  /// The one that takes the data; it computes what the other takes of its values.
  const Executable &whole() const { return isReversed ? second : first; }
  /// Sees what is compared, from any thread; each may be empty.
  struct Watcher {
    /// The reference's elements of a layer, as they are compared, float32.
    std::function<void(const ComparedValue &layer, const Tensor &reference)> seesLayer = {};
    /// What an input of the whole is given.
    std::function<void(const std::string &name, const Tensor &value)> seesInput = {};
  };
  void watch(Watcher who) { watcher = std::move(who); }
  /// Runs both on every sample of `data`, which was opened for the inputs of the whole.
  Status run(SampleSource &data, size_t threads, Progress &progress);

  /// In the order in which the second one computes them.
  const std::vector<ComparedValue> &layers() const { return layerValues; }
  const std::vector<ComparedValue> &outputs() const { return outputValues; }
  /// Outputs of either that the other does not have.
  std::vector<std::string> uncompared() const;

private:
  using Differences = std::vector<Difference>;
  struct Worker {
    std::unique_ptr<Runner> first, second;
  };
  /// What the whole has computed of a sample.
  struct Held {
    /// By compared value: in a loop it has one at each step.
    std::vector<std::vector<Tensor>> values;
    /// By input of the part; null where it is not there (yet).
    std::vector<Tensor> inputs;
  };

  Comparison(const Executable &first, const Executable &second) : first(first), second(second) {}
  Status matchInputs();
  void matchLayers();
  Status matchOutputs();
  bool matchOutputsByName();
  void addOutput(Place inFirst, Place inSecond, const std::string &name);
  void index();

  const Executable &part() const { return isReversed ? first : second; }
  size_t valueCount() const { return layerValues.size() + outputValues.size(); }
  ComparedValue &valueAt(size_t i) {
    return i < layerValues.size() ? layerValues[i] : outputValues[i - layerValues.size()];
  }
  Held runWhole(const Sample &sample, Runner &runner);
  Differences compareSample(const Sample &sample, Worker &worker);
  bool isLayer(const ComparedValue &value) const {
    return &value >= layerValues.data() && &value < layerValues.data() + layerValues.size();
  }
  void compareValue(ComparedValue &value, Tensor ofWhole, Tensor ofPart, Difference &difference);
  void merge(int64_t sample, Differences differences);

  const Executable &first, &second;
  bool isReversed = false;
  /// Of the whole, for each input of the part.
  std::vector<Feed> feeds;
  std::vector<ComparedValue> layerValues, outputValues;
  Watcher watcher;
  /// The numbers of the compared values that a layer's result is, in the whole and in the part.
  std::map<size_t, std::vector<size_t>> ofWhole, ofPart;

  std::mutex mutex;
  int64_t nextSample = 0;
  /// Results of samples that overtook an earlier one.
  std::map<int64_t, Differences> waiting;
};

} // namespace tare

#endif // TARE_DRIVER_COMPARE_COMPARISON_H
