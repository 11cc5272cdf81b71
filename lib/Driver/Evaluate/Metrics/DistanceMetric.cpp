//===- DistanceMetric.cpp - psnr and cosine -------------------------------===//
#include "Driver/Compare/Difference.h"
#include "Driver/Evaluate/Metrics/Metric.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

using namespace tare;

namespace {

struct Distance {
  std::string name;
  bool isPsnr = false;
  /// Of the output.
  Shape shape;
  /// Whether outputs are held against labels, rather than what the float model gives.
  bool hasLabels = false;
  /// Of psnr; nothing where it is the span of the reference.
  std::optional<double> peak;
};

/// Of a sample.
struct Sums {
  Difference difference;
  float least = 0, greatest = 0;
};

class DistanceMetric : public Metric {
public:
  DistanceMetric(Distance distance, int64_t samples) : distance(std::move(distance)), sums(samples) {}

  Status add(const ScoredSample &sample) override {
    const Tensor output = numbersOf(sample.outputs.front());
    const Tensor reference = distance.hasLabels ? *sample.labels : numbersOf(sample.reference.front());
    Sums &own = sums[sample.index];
    own.difference.add(reference, output);
    auto [least, greatest] = std::minmax_element(reference.as<float>(), reference.as<float>() + reference.count());
    own.least = *least, own.greatest = *greatest;
    return success();
  }

  /// Samples are added in their order, whichever thread had them.
  Result<Score> finish() override {
    Sums all = sums.front();
    for (auto next = std::next(sums.begin()); next != sums.end(); ++next) {
      all.difference.add(next->difference);
      all.least = std::min(all.least, next->least);
      all.greatest = std::max(all.greatest, next->greatest);
    }
    if (const Difference &d = all.difference; !d.isFinite())
      return Error{fmt::format("output '{}': {} and {} of {} elements of the reference and of the output are NaN or "
                               "infinite",
                               distance.name, d.nonFiniteReference, d.nonFiniteOther, d.total)};
    if (!distance.isPsnr)
      return Score{all.difference.cosine()};
    const double peak = distance.peak.value_or(double(all.greatest) - double(all.least));
    if (peak == 0)
      return Error{fmt::format("the reference of output '{}' is one and the same number everywhere, found no span for "
                               "psnr; give --peak P",
                               distance.name)};
    // The square of a peak may be beyond double.
    return Score{20 * std::log10(peak) - 10 * std::log10(all.difference.noise / double(all.difference.total))};
  }

private:
  Distance distance;
  /// By sample.
  std::vector<Sums> sums;
};

class DistanceKind : public MetricKind {
public:
  DistanceKind(size_t output, Distance distance) : distance(std::move(distance)) { chosen = {output}; }
  Names names() const override { return {distance.isPsnr ? "psnr" : "cosine"}; }
  std::string textOf(double score) const override {
    if (!distance.isPsnr)
      return fmt::format("{:.6f}", score);
    return std::isinf(score) ? "exact" : fmt::format("{:.2f} dB", score);
  }
  Result<std::optional<Shape>> labelsOf(const std::optional<TensorType> &stored) override {
    if (!stored)
      return std::optional<Shape>();
    distance.hasLabels = true;
    if (stored->element == ElementType::u8 && !distance.peak)
      distance.peak = 255;
    return std::optional(distance.shape);
  }
  Result<std::unique_ptr<Metric>> make(const Dataset &data) const override {
    return std::unique_ptr<Metric>(std::make_unique<DistanceMetric>(distance, data.sampleCount()));
  }

private:
  Distance distance;
};

} // namespace

Result<std::unique_ptr<MetricKind>> tare::makeDistanceMetric(const MetricOptions &options, const Executable &model) {
  Result<size_t> output = onlyOutput(options, model);
  if (!output)
    return output.error();
  const ExecutablePort &port = model.outputs()[*output];
  if (port.real.count() == 0)
    return Error{fmt::format("output '{}' is {}, found no element", port.name, toString(port.real.shape))};
  Distance distance{port.name, options.metric == "psnr", port.real.shape, false, options.peak};
  return std::unique_ptr<MetricKind>(std::make_unique<DistanceKind>(*output, std::move(distance)));
}
