//===- Function.cpp - y = f(x), element by element ------------------------===//
//
// The limits of operands (getOperandLimits) are (A53) of docs/arithmetic.md.
//
//===----------------------------------------------------------------------===//
#include "Intervals.h"
#include "Scales.h"
#include "tare/Schema/program_generated.h"

using namespace mlir;
using namespace tare::qnn;

using Kind = tare::program::FunctionKind;

namespace {

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

/// A function's results that are nearer to one of its ends than half a step of any grid that holds `seen` are that end.
Interval withinEnds(Interval result, Interval ends, Interval seen) {
  double half = (std::clamp(seen.second, 0.0, ends.second) - std::clamp(seen.first, ends.first, 0.0)) / (2 * mostSteps);
  return {std::max(result.first, ends.first + half), std::min(result.second, ends.second - half)};
}

/// Of an inverse function at a level that none of its results has: there it has no limit.
Interval finiteLimits(double floor, double ceiling) {
  return {std::isfinite(floor) ? floor : -HUGE_VAL, std::isfinite(ceiling) ? ceiling : HUGE_VAL};
}

/// Towards -inf a swish comes back to 0 as x * exp(x) does, from below. Above 0 it rises, and is less than x by no more
/// than 0.28. `greatest` of its results, `result` an interval of them.
Interval limitsOfSwish(Interval result, double greatest) {
  double ceiling = std::max(result.second, 0.0) + 0.5;
  if (!(greatest > 0) || !std::isfinite(greatest))
    return {-HUGE_VAL, ceiling};
  double floor = -1, level = greatest / (2 * mostSteps);
  while (-floor * std::exp(floor) > level)
    --floor;
  return {floor, ceiling};
}

} // namespace

Function ReluOp::getFunction() { return {Kind::relu}; }

std::pair<double, double> ReluOp::getImage() { return {0.0, HUGE_VAL}; }

Interval ReluOp::getOperandLimits(unsigned, Interval result, const ElementBounds &) {
  return {std::max(result.first, 0.0), result.second};
}

Scales ReluOp::getEffectiveScales() { return {ratio(getInput(), getResult())}; }

Reaches ReluOp::getReaches() { return {distanceOf(getInput())}; }

std::pair<double, double> ReluOp::getResultInterval() { return {0.0, HUGE_VAL}; }

Function ClipOp::getFunction() { return {Kind::clip, {getInterval().getMin(), getInterval().getMax()}}; }

std::pair<double, double> ClipOp::getImage() { return {getInterval().getMin(), getInterval().getMax()}; }

Interval ClipOp::getOperandLimits(unsigned, Interval result, const ElementBounds &) {
  return {std::max(result.first, getInterval().getMin()), std::min(result.second, getInterval().getMax())};
}

Scales ClipOp::getEffectiveScales() { return {ratio(getInput(), getResult())}; }

Reaches ClipOp::getReaches() { return {distanceOf(getInput())}; }

std::pair<double, double> ClipOp::getResultInterval() { return {getInterval().getMin(), getInterval().getMax()}; }

LogicalResult PReluOp::verify() {
  auto input = cast<RankedTensorType>(getInput().getType());
  int64_t slopes = getSlope().size();
  if (slopes == 1 || (input.getRank() > 1 && slopes == input.getDimSize(1)))
    return success();
  return emitOpError("slope must have 1 element or one per channel of ") << input << ", found " << slopes;
}

/// A leaky relu whose slope may differ by channel.
Function PReluOp::getFunction() { return {Kind::leaky_relu, llvm::SmallVector<double, 2>(getSlope())}; }

std::optional<int64_t> PReluOp::getFunctionAxis() {
  return getSlope().size() == 1 ? std::nullopt : std::optional<int64_t>(1);
}

/// Those of the channels that tell the lowest and the highest numbers apart.
Interval PReluOp::getOperandLimits(unsigned, Interval result, const ElementBounds &) {
  Interval limits = {HUGE_VAL, -HUGE_VAL};
  for (double slope : getSlope()) {
    auto [floor, ceiling] = leakyLimits(slope, result);
    limits = {std::min(limits.first, floor), std::max(limits.second, ceiling)};
  }
  return limits;
}

bool PReluOp::isMonotone() {
  return llvm::all_of(getSlope(), [](double slope) { return slope > 0; });
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

Interval SwishOp::getOperandLimits(unsigned, Interval result, const ElementBounds &bounds) {
  return limitsOfSwish(result, bounds.greatest(getResult()));
}

bool SwishOp::isMonotone() { return false; }

/// swish(alpha * x) / alpha
Interval ScaledSwishOp::getOperandLimits(unsigned, Interval result, const ElementBounds &bounds) {
  const double alpha = getAlpha().convertToDouble();
  if (!(alpha > 0))
    return everyElementMatters;
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

Interval HardSigmoidOp::getOperandLimits(unsigned, Interval result, const ElementBounds &) {
  double alpha = getAlpha().convertToDouble(), beta = getBeta().convertToDouble();
  if (alpha == 0)
    return everyElementMatters;
  double least = (std::max(result.first, 0.0) - beta) / alpha, most = (std::min(result.second, 1.0) - beta) / alpha;
  return alpha > 0 ? Interval(least, most) : Interval(most, least);
}

bool HardSigmoidOp::isMonotone() { return getAlpha().convertToDouble() > 0; }

bool HardSigmoidOp::isMonotoneByOperand() { return true; }
