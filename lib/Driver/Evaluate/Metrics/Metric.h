//===- Metric.h - How good a model's outputs are ----------------*- C++ -*-===//
//
// A metric sees every sample of one configuration and gives a score at the end,
// the higher the better. What it computes with stands in files of its own, as
// functions of numbers: ClassRank.h, RocArea.h, AveragePrecision.h.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_DRIVER_EVALUATE_METRICS_METRIC_H
#define TARE_DRIVER_EVALUATE_METRICS_METRIC_H

#include "Driver/Execute/Executable.h"
#include "tare/Tensor/Dataset.h"

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tare {

/// What a metric looks at of a sample.
struct ScoredSample {
  int64_t index = 0;
  /// What the configuration gave, of the outputs that were chosen, as the model has them; and what the float model did.
  std::span<const Tensor> outputs, reference;
  /// As float32; none where the metric takes none.
  const Tensor *labels = nullptr;
  /// The model's.
  std::span<const Tensor> inputs;
};

/// A score, and further numbers that go with it.
struct Score {
  double value = 0;
  std::vector<double> further = {};
};

class Metric {
public:
  virtual ~Metric() = default;
  /// Takes a sample in; from any thread. What comes out does not depend on the order.
  virtual Status add(const ScoredSample &sample) = 0;
  /// The score, once all samples were taken in.
  virtual Result<Score> finish() = 0;
};

/// What the command line says of a metric.
struct MetricOptions {
  /// "top1", .. or "command:PROGRAM".
  std::string metric;
  /// Names of outputs, perhaps with what they are: "boxes=NAME".
  std::vector<std::string> outputs;
  /// The name of the array of labels; empty where it has a usual one.
  std::string labels;
  std::optional<double> peak, nms, leastScore;
  /// Of --data.
  std::string data;
};

/// Makes the metric of each configuration; settled by the model and the data.
class MetricKind {
public:
  /// What scores and further numbers are called.
  struct Names {
    std::string score;
    std::vector<std::string> further = {};
  };

  virtual ~MetricKind() = default;
  virtual Names names() const = 0;
  /// Of the model's outputs those that the metric looks at.
  const std::vector<size_t> &outputs() const { return chosen; }
  /// What the array of labels holds for a sample; nothing where there are none. `stored` is the whole array's type.
  virtual Result<std::optional<Shape>> labelsOf(const std::optional<TensorType> &stored) = 0;
  /// Whether labels must be there, rather than may be named.
  virtual bool needsLabels() const { return false; }
  /// What is wrong with the labels of a sample; metrics may rely on it.
  virtual Status checkLabels(const ScoredSample &) const { return success(); }
  /// How a score is printed.
  virtual std::string textOf(double score) const;
  virtual Result<std::unique_ptr<Metric>> make(const Dataset &data) const = 0;

protected:
  std::vector<size_t> chosen;
};

/// The metric that the options name, for `model`, prepared for real numbers. Errors are about the options and what of
/// the model does not fit them.
Result<std::unique_ptr<MetricKind>> metricOf(const MetricOptions &options, const Executable &model);

/// The metrics but `command:`, as the option names them.
const std::vector<std::string> &metricNames();
/// What `command:` begins with.
inline constexpr std::string_view commandPrefix = "command:";

// Each in the file of its name.
Result<std::unique_ptr<MetricKind>> makeClassMetric(const MetricOptions &options, const Executable &model);
Result<std::unique_ptr<MetricKind>> makeRocMetric(const MetricOptions &options, const Executable &model);
Result<std::unique_ptr<MetricKind>> makeDistanceMetric(const MetricOptions &options, const Executable &model);
Result<std::unique_ptr<MetricKind>> makeDetectionMetric(const MetricOptions &options, const Executable &model);
Result<std::unique_ptr<MetricKind>> makeCommandMetric(const MetricOptions &options, const Executable &model);

// What metrics share.

/// The output of that name; an error that lists those that there are.
Result<size_t> outputNamed(const Executable &model, const std::string &name);
/// The one that is named, or that there is.
Result<size_t> onlyOutput(const MetricOptions &options, const Executable &model);
/// How many rows each of its own label a sample has: more than one where the model's first dimension is a batch.
int64_t rowsOf(const Executable &model, size_t output);
/// One label for each row; an error where the array has anything else.
Result<std::optional<Shape>> oneLabelEach(int64_t rows, const std::optional<TensorType> &stored);
/// The numbers as float32, of half precision too.
Tensor numbersOf(const Tensor &tensor);
/// An error where a label of a sample is no whole number from 0 to `most`; `expected` says what these are.
Status checkWhole(const ScoredSample &sample, int64_t most, const std::string &expected);
/// The label of a row, which has been checked.
inline size_t labelOf(const ScoredSample &sample, int64_t row) { return size_t(sample.labels->as<float>()[row]); }

} // namespace tare

#endif // TARE_DRIVER_EVALUATE_METRICS_METRIC_H
