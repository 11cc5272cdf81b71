//===- ClassMetric.cpp - top1 and top5 ------------------------------------===//
#include "Driver/Evaluate/Metrics/ClassRank.h"
#include "Driver/Evaluate/Metrics/Metric.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <numeric>

using namespace tare;

namespace {

/// What both look at.
struct Classes {
  std::string output;
  int64_t count = 0;
  /// The label must be among so many of the best.
  size_t best = 1;
  int64_t rows = 1;
  /// The output is the class itself, rather than a score for each.
  bool isIndex = false;
};

class ClassMetric : public Metric {
public:
  ClassMetric(Classes classes, int64_t samples) : classes(std::move(classes)), hits(samples) {}

  Status add(const ScoredSample &sample) override {
    const Tensor scores = numbersOf(sample.outputs.front());
    const int64_t count = classes.count;
    for (int64_t row = 0; row != classes.rows; ++row) {
      const size_t label = labelOf(sample, row);
      std::span<const float> ofRow(scores.as<float>() + row * count, count);
      if (std::ranges::any_of(ofRow, [](float score) { return std::isnan(score); }))
        return Error{fmt::format("a score of sample {} in output '{}' is NaN", sample.index, classes.output)};
      bool isHit = classes.isIndex ? ofRow[0] == float(label) : rankOf(ofRow, label) < classes.best;
      hits[sample.index] += isHit;
    }
    return success();
  }

  Result<Score> finish() override {
    int64_t all = std::reduce(hits.begin(), hits.end());
    return Score{double(all) / (double(hits.size()) * double(classes.rows))};
  }

private:
  Classes classes;
  /// By sample.
  std::vector<int64_t> hits;
};

class ClassKind : public MetricKind {
public:
  ClassKind(std::string metric, size_t output, Classes classes) : metric(std::move(metric)), classes(classes) {
    chosen = {output};
  }
  Names names() const override { return {metric}; }
  bool needsLabels() const override { return true; }
  Result<std::optional<Shape>> labelsOf(const std::optional<TensorType> &stored) override {
    return oneLabelEach(classes.rows, stored);
  }
  Status checkLabels(const ScoredSample &sample) const override {
    // Beyond, float32 has not all whole numbers.
    constexpr int64_t largest = 1 << 24;
    return checkWhole(sample, classes.isIndex ? largest : classes.count - 1,
                      classes.isIndex ? "the number of a class"
                                      : fmt::format("one of the {} classes of output '{}', 0 to {}", classes.count,
                                                    classes.output, classes.count - 1));
  }
  Result<std::unique_ptr<Metric>> make(const Dataset &data) const override {
    return std::unique_ptr<Metric>(std::make_unique<ClassMetric>(classes, data.sampleCount()));
  }

private:
  std::string metric;
  Classes classes;
};

} // namespace

Result<std::unique_ptr<MetricKind>> tare::makeClassMetric(const MetricOptions &options, const Executable &model) {
  Result<size_t> output = onlyOutput(options, model);
  if (!output)
    return output.error();
  const ExecutablePort &port = model.outputs()[*output];
  const int64_t rows = rowsOf(model, *output);
  Classes classes{port.name, port.real.count() / rows, options.metric == "top5" ? size_t(5) : size_t(1), rows};
  classes.isIndex = port.isDiscrete && classes.count == 1;
  if (classes.isIndex && classes.best > 1)
    return Error{fmt::format("output '{}' is a class, found no scores, which --metric {} needs; take top1, or choose "
                             "another output by --output",
                             port.name, options.metric)};
  if (classes.count < 2 && !classes.isIndex)
    return Error{fmt::format("output '{}' has {} numbers for each sample, expected a score for each class; choose "
                             "another output by --output",
                             port.name, classes.count)};
  return std::unique_ptr<MetricKind>(std::make_unique<ClassKind>(options.metric, *output, std::move(classes)));
}
