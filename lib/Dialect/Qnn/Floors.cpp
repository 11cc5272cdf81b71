//===- Floors.cpp - How low and how high an operand's elements matter -----===//
//
// Formulas: docs/arithmetic.md, (A53).
//
//===----------------------------------------------------------------------===//
#include "tare/Dialect/Qnn/Constants.h"
#include "tare/Dialect/Qnn/QnnOps.h"
#include "tare/Kernels/Tables.h"

#include <algorithm>

using namespace mlir;
using namespace tare;
using namespace tare::qnn;

namespace {

constexpr double infinity = HUGE_VAL;
constexpr Interval everyElementMatters = {-infinity, infinity};
/// No grid has more steps: numbers that are closer than half of one of so many are the same.
constexpr double mostSteps = 65535;

/// x < 0 ? slope * x : x does not tell numbers apart whose results are not within `result`.
Interval leakyLimits(double slope, Interval result) {
  auto [floor, ceiling] = result;
  // Below 0 the results rise again.
  if (slope < 0)
    return {std::max(ceiling, 0.0) / slope, std::max(ceiling, 0.0)};
  if (slope == 0)
    return {std::max(floor, 0.0), std::max(ceiling, 0.0)};
  return {floor < 0 ? floor / slope : floor, ceiling < 0 ? ceiling / slope : ceiling};
}

/// The limits of an op's sum, product, .. before its fused activation.
Interval beforeClamp(std::optional<ClampAttr> clamp, Interval result) {
  return clamp ? Interval(std::max(result.first, clamp->getMin()), std::min(result.second, clamp->getMax())) : result;
}

/// A function's results that are nearer to one of its ends than half a step of any grid that holds `seen` are that end.
Interval withinEnds(Interval result, Interval ends, Interval seen) {
  double half = (std::clamp(seen.second, 0.0, ends.second) - std::clamp(seen.first, ends.first, 0.0)) / (2 * mostSteps);
  return {std::max(result.first, ends.first + half), std::min(result.second, ends.second - half)};
}

/// Of an inverse function at a level that none of its results has: there it has no limit.
Interval finiteLimits(double floor, double ceiling) {
  return {std::isfinite(floor) ? floor : -infinity, std::isfinite(ceiling) ? ceiling : infinity};
}

Interval knownOf(Value value, const ElementBounds &bounds) { return {bounds.least(value), bounds.greatest(value)}; }

/// The numbers by which a factor's elements limit the other one: all of a constant but 0, or the ends of one sign.
SmallVector<double> limitingFactors(Value factor, const ElementBounds &bounds) {
  auto [least, greatest] = knownOf(factor, bounds);
  if (!std::isfinite(least) || !std::isfinite(greatest))
    return {};
  if (least > 0 || greatest < 0)
    return {least, greatest};
  ElementsAttr constant = constantValue(factor);
  if (!constant || !constant.getElementType().isF32())
    return {};
  tare::Tensor elements = toTensor(constant);
  SmallVector<double> factors;
  std::copy_if(elements.as<float>(), elements.as<float>() + elements.count(), std::back_inserter(factors),
               [](float x) { return x != 0; });
  return factors;
}

} // namespace

Interval ReluOp::getOperandLimits(unsigned, Interval result, const ElementBounds &) {
  return {std::max(result.first, 0.0), result.second};
}

Interval ClipOp::getOperandLimits(unsigned, Interval result, const ElementBounds &) {
  return {std::max(result.first, getInterval().getMin()), std::min(result.second, getInterval().getMax())};
}

Interval SigmoidOp::getOperandLimits(unsigned, Interval result, const ElementBounds &bounds) {
  auto [floor, ceiling] = withinEnds(result, {0, 1}, knownOf(getResult(), bounds));
  return finiteLimits(std::log(floor / (1 - floor)), std::log(ceiling / (1 - ceiling)));
}

Interval TanhOp::getOperandLimits(unsigned, Interval result, const ElementBounds &bounds) {
  auto [floor, ceiling] = withinEnds(result, {-1, 1}, knownOf(getResult(), bounds));
  return finiteLimits(std::atanh(floor), std::atanh(ceiling));
}

/// 0 from here downwards; above it falls first. From 3 upwards it is x.
Interval HardSwishOp::getOperandLimits(unsigned, Interval result, const ElementBounds &) {
  return {-3, std::max(result.second, 3.0)};
}

bool HardSwishOp::isMonotone() { return false; }

/// Towards -inf a swish comes back to 0 as x * exp(x) does, from below. Above 0 it rises, and is less than x by no more
/// than 0.28. `greatest` of its results, `result` an interval of them.
static Interval limitsOfSwish(Interval result, double greatest) {
  double ceiling = std::max(result.second, 0.0) + 0.5;
  if (!(greatest > 0) || !std::isfinite(greatest))
    return {-infinity, ceiling};
  double floor = -1, level = greatest / (2 * mostSteps);
  while (-floor * std::exp(floor) > level)
    --floor;
  return {floor, ceiling};
}

Interval SwishOp::getOperandLimits(unsigned, Interval result, const ElementBounds &bounds) {
  return limitsOfSwish(result, bounds.greatest(getResult()));
}

bool SwishOp::isMonotone() { return false; }

/// swish(alpha * x) / alpha
Interval ScaledSwishOp::getOperandLimits(unsigned, Interval result, const ElementBounds &bounds) {
  const double alpha = getAlpha().convertToDouble();
  if (!(alpha > 0))
    return {-infinity, infinity};
  auto [floor, ceiling] =
      limitsOfSwish({alpha * result.first, alpha * result.second}, alpha * bounds.greatest(getResult()));
  return {floor / alpha, ceiling / alpha};
}

bool ScaledSwishOp::isMonotone() { return false; }

/// Towards zero: of what lies above a whole number below 0, none is nearer to it.
Interval TruncateOp::getOperandLimits(unsigned, Interval result, const ElementBounds &) {
  return {std::floor(result.first), std::ceil(result.second)};
}

Interval LeakyReluOp::getOperandLimits(unsigned, Interval result, const ElementBounds &) {
  return leakyLimits(getAlpha().convertToDouble(), result);
}

bool LeakyReluOp::isMonotone() { return getAlpha().convertToDouble() > 0; }

/// Those of the channels that tell the lowest and the highest numbers apart.
Interval PReluOp::getOperandLimits(unsigned, Interval result, const ElementBounds &) {
  Interval limits = {infinity, -infinity};
  for (double slope : getSlope()) {
    auto [floor, ceiling] = leakyLimits(slope, result);
    limits = {std::min(limits.first, floor), std::max(limits.second, ceiling)};
  }
  return limits;
}

bool PReluOp::isMonotone() {
  return llvm::all_of(getSlope(), [](double slope) { return slope > 0; });
}

Interval HardSigmoidOp::getOperandLimits(unsigned, Interval result, const ElementBounds &) {
  double alpha = getAlpha().convertToDouble(), beta = getBeta().convertToDouble();
  if (alpha == 0)
    return everyElementMatters;
  double least = (std::max(result.first, 0.0) - beta) / alpha, most = (std::min(result.second, 1.0) - beta) / alpha;
  return alpha > 0 ? Interval(least, most) : Interval(most, least);
}

bool HardSigmoidOp::isMonotone() { return getAlpha().convertToDouble() > 0; }

bool HardSigmoidOp::isMonotoneByOperand() { return true; }

/// No result is less than the least one.
Interval MaxPoolOp::getOperandLimits(unsigned, Interval result, const ElementBounds &bounds) {
  return {std::max(result.first, bounds.least(getResult())), result.second};
}

/// Nearest copies elements; linear mixes them.
Interval ResizeOp::getOperandLimits(unsigned, Interval result, const ElementBounds &) {
  return getMode() == ResizeMode::Nearest ? result : everyElementMatters;
}

/// (A28), (A58) exp(-d) is 0 in its table where whole * exp(-d) < 1/2.
Interval SoftmaxOp::getOperandLimits(unsigned, Interval, const ElementBounds &bounds) {
  const double whole = bounds.activationBits() == 8 ? 65535.0 : std::ldexp(1.0, kernels::exponentialBits);
  const double vanishing = std::log(2.0 * whole);
  return {bounds.leastMaximum(getInput(), getAxis()) - vanishing, infinity};
}

bool SoftmaxOp::isMonotone() { return false; }

Interval AddOp::getOperandLimits(unsigned operand, Interval result, const ElementBounds &bounds) {
  auto [floor, ceiling] = beforeClamp(getClamp(), result);
  auto [least, greatest] = knownOf(getOperand(1 - operand), bounds);
  return {floor - greatest, ceiling - least};
}

/// What is subtracted makes the result smaller where it rises.
Interval SubOp::getOperandLimits(unsigned operand, Interval result, const ElementBounds &bounds) {
  auto [floor, ceiling] = beforeClamp(getClamp(), result);
  auto [least, greatest] = knownOf(getOperand(1 - operand), bounds);
  return operand == 0 ? Interval(floor + least, ceiling + greatest) : Interval(least - ceiling, greatest - floor);
}

bool SubOp::isMonotone() { return false; }

bool SubOp::isMonotoneByOperand() { return true; }

/// What a constant factor of an activation need not be beyond: on its grid the activation is 0, or not nearer to it
/// than a step. Only of a mask's number, which is large: of others what rounding the activation costs is to be seen.
static Interval factorLimits(Interval result, Value constant, Value activation, const ElementBounds &bounds) {
  constexpr double leastMaskNumber = 64;
  auto [least, greatest] = knownOf(activation, bounds);
  const double step = bounds.leastStep(activation), low = std::min(result.first, 0.0) / step,
               high = std::max(result.second, 0.0) / step;
  if (!(step > 0) || !std::isfinite(greatest - least))
    return everyElementMatters;
  const Interval rising = greatest > 0 ? Interval(low, high) : Interval(0, 0),
                 falling = least < 0 ? Interval(-high, -low) : Interval(0, 0);
  const Interval limits(std::min(rising.first, falling.first), std::max(rising.second, falling.second));
  auto [lowest, highest] = knownOf(constant, bounds);
  return std::max(-lowest, highest) >= leastMaskNumber ? limits : everyElementMatters;
}

/// Negative factors turn floors into ceilings.
Interval MulOp::getOperandLimits(unsigned operand, Interval result, const ElementBounds &bounds) {
  SmallVector<double> factors = limitingFactors(getOperand(1 - operand), bounds);
  auto [floor, ceiling] = beforeClamp(getClamp(), result);
  if (factors.empty())
    return constantValue(getOperand(operand))
               ? factorLimits({floor, ceiling}, getOperand(operand), getOperand(1 - operand), bounds)
               : everyElementMatters;
  Interval limits = {infinity, -infinity};
  for (double factor : factors) {
    double low = floor / factor, high = ceiling / factor;
    limits = {std::min({limits.first, low, high}), std::max({limits.second, low, high})};
  }
  return limits;
}

bool MulOp::isMonotone() {
  auto isPositive = [](Value value) {
    ElementsAttr constant = constantValue(value);
    if (!constant || !constant.getElementType().isF32())
      return false;
    tare::Tensor elements = toTensor(constant);
    return std::all_of(elements.as<float>(), elements.as<float>() + elements.count(), [](float x) { return x > 0; });
  };
  return isPositive(getLhs()) || isPositive(getRhs());
}

bool MulOp::isMonotoneByOperand() { return true; }
