//===- StepCosts.cpp - What grids of power-of-two steps cost --------------===//
#include "Quantize/StepCosts.h"
#include "tare/Calibration/RangeSearch.h"
#include "tare/Dialect/Qnn/Constants.h"
#include "tare/Dialect/Qnn/Steps.h"

#include <algorithm>
#include <cmath>
#include <limits>

using namespace mlir;
using namespace tare;
using qnn::Grid;

namespace {

constexpr int64_t weightLimit = 127;

/// Lower than any that is used.
constexpr int anyExponent = -1000;

/// Exponents that are looked at, from the one that holds all weights.
constexpr int finerSteps = 3, coarserSteps = 9;

calibration::GridKind kindOf(const ActivationRule &rule) {
  int64_t levels = int64_t(1) << rule.bits;
  return {rule.symmetric ? levels - 1 : levels, rule.symmetric};
}

/// Whether what the farthest integers of a grid of scale base * 2^exponent stand for is a float32, as all numbers of
/// the model are: where the QDQ form has infinity, a program has not.
bool isInFloat(int exponent, const ActivationRule &rule, double base) {
  double farthest = std::ldexp(1.0, rule.symmetric ? rule.bits - 1 : rule.bits) - 1;
  return std::ldexp(base, exponent) * farthest <= std::numeric_limits<float>::max();
}

/// (A36) Relative errors, continued to where all is lost, as far as they matter.
ConvexCost relativeCost(const calibration::StepErrors &found, const ActivationRule &rule, const StepFamily &family) {
  if (!(found.power > 0))
    return ConvexCost();
  const double relevance = family.relevance;
  std::vector<double> errors;
  for (double error : found.errors)
    if (errors.empty() || isInFloat(found.first + int(errors.size()), rule, family.base))
      errors.push_back(error / found.power * relevance);
  if (errors.back() > 0 && errors.size() == found.errors.size())
    while (errors.back() < relevance)
      errors.push_back(std::min(relevance, 4 * errors.back()));
  return ConvexCost(found.first, errors, relevance);
}

/// Errors at base * 2^e, from those at powers of two. A base holds the range, as the next power of two does: so do the
/// coarser ones, which round as finely for their size; those that are finer clip, and lie between two powers.
calibration::StepErrors atBase(const calibration::StepErrors &found, double base) {
  int holding = int(std::ceil(std::log2(base)));
  double ratio = std::ldexp(base, -holding), fraction = 1 + std::log2(ratio);
  if (ratio == 1.0)
    return {found.bits, found.power, found.first - holding, found.errors};
  calibration::StepErrors result{found.bits, found.power, found.first - holding + 1, {}};
  for (size_t i = 1; i < found.errors.size(); ++i) {
    double finer = found.errors[i - 1], coarser = found.errors[i];
    bool clips = found.first + int(i) < holding && finer > 0 && coarser > 0;
    result.errors.push_back(clips ? std::exp((1 - fraction) * std::log(finer) + fraction * std::log(coarser))
                                  : coarser * ratio * ratio);
  }
  return result;
}

/// The least exponent e for which 127 * 2^e is `largest` or more.
int exponentHolding(float largest) {
  int exponent;
  std::frexp(largest / float(weightLimit), &exponent); // In [2^(exponent - 1), 2^exponent).
  return std::ldexp(double(weightLimit), exponent - 1) >= largest ? exponent - 1 : exponent;
}

int64_t roundedAt(float weight, int exponent) {
  return int64_t(qnn::nearestWithin(std::ldexp(double(weight), -exponent), -double(weightLimit), double(weightLimit)));
}

} // namespace

std::optional<int> tare::exponentOf(double scale) {
  int exponent;
  return std::frexp(scale, &exponent) == 0.5 ? std::optional(exponent - 1) : std::nullopt;
}

Grid tare::gridOfScale(double scale, double min, double max, const ActivationRule &rule) {
  Grid grid;
  grid.bits = rule.bits;
  grid.max = (int64_t(1) << (rule.bits - 1)) - 1;
  grid.min = rule.symmetric ? -grid.max : -grid.max - 1;
  // Whoever quantizes divides by a float32.
  const float rounded = float(scale);
  scale = rounded > 0 && std::isfinite(rounded) ? double(rounded) : scale;
  grid.scales = {scale};
  grid.zeroPoints = {grid.min - calibration::lowestLevel(0, {min / scale, max / scale}, kindOf(rule))};
  return grid;
}

Grid tare::powerOfTwoGrid(int exponent, double min, double max, const ActivationRule &rule) {
  return gridOfScale(std::ldexp(1.0, exponent), min, max, rule);
}

ConvexCost tare::evenCost(double min, double max, const ActivationRule &rule, const StepFamily &family) {
  if (min == max) // As activationGrid has it.
    max = 1.0;
  return relativeCost(calibration::evenStepErrors({min / family.base, max / family.base}, kindOf(rule)), rule, family);
}

ConvexCost tare::stepCost(qnn::RangeAttr range, const ActivationRule &rule, const StepFamily &family) {
  double min = range.getMin(), max = range.getMax();
  if (range.getLabel() == qnn::RangeLabel::Dead || min == max)
    return ConvexCost::preferring(evenCost(min, max, rule, family).best());
  qnn::StepErrorsAttr errors = range.getErrors();
  if (!errors || errors.getBits() != rule.bits)
    return evenCost(min, max, rule, family);
  ArrayRef<double> found = errors.getErrors().asArrayRef();
  return relativeCost(
      atBase({errors.getBits(), errors.getMeanSquare(), int(errors.getFirst()), {found.begin(), found.end()}},
             family.base),
      rule, family);
}

ConvexCost tare::constantCost(ElementsAttr constant, const ActivationRule &rule, const StepFamily &family) {
  auto [min, max] = rangeOf(constant);
  if (min == max)
    return ConvexCost::preferring(evenCost(min, max, rule, family).best());
  Tensor tensor = qnn::toTensor(constant);
  ArrayRef<float> values(tensor.as<float>(), tensor.count());
  calibration::StepErrors even = calibration::evenStepErrors({min / family.base, max / family.base}, kindOf(rule));
  std::vector<double> errors;
  double power = 0;
  for (float value : values)
    power += double(value) * value;
  int last = even.first + int(even.errors.size()) - 1;
  for (int exponent = even.first; exponent <= last + int(rule.bits); ++exponent) {
    if (!errors.empty() && !isInFloat(exponent, rule, family.base))
      break;
    Grid grid = gridOfScale(std::ldexp(family.base, exponent), min, max, rule);
    double error = 0, scale = grid.scale();
    for (float value : values) {
      double rest = value - scale * double(qnn::integerOf(value, grid) - grid.zeroPoint());
      error += rest * rest;
    }
    errors.push_back(error / power * family.relevance);
  }
  return ConvexCost(even.first, errors, family.relevance);
}

//===----------------------------------------------------------------------===//
// Weights
//===----------------------------------------------------------------------===//

ArrayRef<float> WeightSteps::row(size_t channel) const {
  int64_t size = weights.count() / weights.shape()[0];
  return ArrayRef<float>(weights.as<float>() + int64_t(channel) * size, size);
}

WeightSteps::WeightSteps(ElementsAttr attr) : weights(qnn::toTensor(attr)) {
  std::vector<int> best;
  for (size_t c = 0, count = weights.shape()[0]; c != count; ++c) {
    rows.push_back(study(row(c)));
    power += rows.back().power;
    if (!rows.back().isZero)
      best.push_back(ConvexCost(rows.back().first, rows.back().errors).best());
  }
  if (best.empty()) {
    usual = exponentHolding(1.0f);
    return;
  }
  std::nth_element(best.begin(), best.begin() + best.size() / 2, best.end());
  usual = best[best.size() / 2];
}

/// (A38) The exact squared errors, and the sums of the integers' magnitudes.
WeightSteps::Row WeightSteps::study(ArrayRef<float> values) const {
  float largest = 0;
  for (float value : values)
    largest = std::max(largest, std::abs(value));
  Row result{0, {}, {}, 0.0, largest == 0};
  for (float value : values)
    result.power += double(value) * value;
  if (result.isZero)
    return result;
  int holding = exponentHolding(largest);
  result.first = holding - finerSteps;
  for (int exponent = result.first; exponent <= holding + coarserSteps; ++exponent) {
    double inverse = std::ldexp(1.0, -exponent), error = 0, magnitude = 0;
    for (float value : values) {
      double steps = value * inverse;
      double q = qnn::nearestWithin(steps, -double(weightLimit), double(weightLimit));
      error += (steps - q) * (steps - q);
      magnitude += std::abs(q);
    }
    result.errors.push_back(error / (inverse * inverse));
    result.magnitudes.push_back(int64_t(magnitude));
  }
  return result;
}

ConvexCost WeightSteps::cost(size_t channel, double relevance) const {
  const Row &found = rows[channel];
  if (found.isZero)
    return ConvexCost::preferring(usual);
  std::vector<double> relative;
  for (double error : found.errors)
    relative.push_back(error / power * relevance);
  return ConvexCost(found.first, relative, found.power / power * relevance);
}

int WeightSteps::lowestFor(size_t channel, double limit) const {
  const Row &found = rows[channel];
  if (found.isZero)
    return anyExponent;
  for (size_t i = 0; i != found.magnitudes.size(); ++i)
    if (double(found.magnitudes[i]) <= limit)
      return found.first + int(i);
  return found.first + int(found.magnitudes.size());
}

int64_t WeightSteps::magnitude(size_t channel, int w) const {
  int64_t sum = 0;
  for (float weight : row(channel))
    sum += std::abs(roundedAt(weight, w));
  return sum;
}

double WeightSteps::deviation(size_t channel, int w) const {
  double sum = 0;
  for (float weight : row(channel))
    sum += std::abs(weight - std::ldexp(double(roundedAt(weight, w)), w));
  return sum;
}
