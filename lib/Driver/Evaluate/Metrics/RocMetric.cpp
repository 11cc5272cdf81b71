//===- RocMetric.cpp - auc ------------------------------------------------===//
#include "Driver/Evaluate/Metrics/Metric.h"
#include "Driver/Evaluate/Metrics/RocArea.h"

#include <cmath>
#include <fmt/format.h>

using namespace tare;

namespace {

struct Scores {
  std::string name;
  int64_t rows = 1;
  /// The output is the input as the model makes it anew: the score is how far it is from it.
  bool isReconstruction = false;
};

double meanSquare(const float *a, const float *b, int64_t count) {
  double sum = 0;
  for (int64_t i = 0; i != count; ++i)
    sum += (double(a[i]) - b[i]) * (double(a[i]) - b[i]);
  return sum / double(count);
}

class RocMetric : public Metric {
public:
  RocMetric(Scores scores, int64_t samples) : scores(std::move(scores)), seen(samples * this->scores.rows) {}

  Status add(const ScoredSample &sample) override {
    const Tensor output = numbersOf(sample.outputs.front());
    const Tensor input = scores.isReconstruction ? numbersOf(sample.inputs.front()) : Tensor();
    const int64_t count = output.count() / scores.rows;
    for (int64_t row = 0; row != scores.rows; ++row) {
      const float *own = output.as<float>() + row * count;
      double score = scores.isReconstruction ? meanSquare(own, input.as<float>() + row * count, count) : double(*own);
      if (std::isnan(score))
        return Error{fmt::format("the score of sample {} in output '{}' is NaN", sample.index, scores.name)};
      seen[sample.index * scores.rows + row] = {score, labelOf(sample, row) == 1};
    }
    return success();
  }

  Result<Score> finish() override {
    if (std::optional<double> area = areaUnderRoc(std::move(seen)))
      return Score{*area};
    return Error{"all labels are one and the same, expected some of 0 and some of 1"};
  }

private:
  Scores scores;
  std::vector<ScoredLabel> seen;
};

class RocKind : public MetricKind {
public:
  RocKind(size_t output, Scores scores) : scores(std::move(scores)) { chosen = {output}; }
  Names names() const override { return {"auc"}; }
  bool needsLabels() const override { return true; }
  Result<std::optional<Shape>> labelsOf(const std::optional<TensorType> &stored) override {
    return oneLabelEach(scores.rows, stored);
  }
  Status checkLabels(const ScoredSample &sample) const override { return checkWhole(sample, 1, "0 or 1"); }
  Result<std::unique_ptr<Metric>> make(const Dataset &data) const override {
    return std::unique_ptr<Metric>(std::make_unique<RocMetric>(scores, data.sampleCount()));
  }

private:
  Scores scores;
};

} // namespace

Result<std::unique_ptr<MetricKind>> tare::makeRocMetric(const MetricOptions &options, const Executable &model) {
  Result<size_t> output = onlyOutput(options, model);
  if (!output)
    return output.error();
  const ExecutablePort &port = model.outputs()[*output];
  Scores scores{port.name, rowsOf(model, *output)};
  scores.isReconstruction = port.real.count() != scores.rows;
  if (scores.isReconstruction && (model.inputs().size() != 1 || model.inputs().front().real.shape != port.real.shape))
    return Error{fmt::format("output '{}' is {} for each sample, expected one score, or the shape of the only input, "
                             "from which its distance is the score; choose another output by --output",
                             port.name, toString(port.real.shape))};
  return std::unique_ptr<MetricKind>(std::make_unique<RocKind>(*output, std::move(scores)));
}
