//===- Floors.cpp - How low an operand's elements matter ------------------===//
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

constexpr double everyElementMatters = -HUGE_VAL;
/// No grid has more steps: numbers that are closer than half of one of so many are the same.
constexpr double mostSteps = 65535;

/// x < 0 ? slope * x : x does not tell numbers apart whose results do not reach `resultFloor`.
double leakyFloor(double slope, double resultFloor) {
  if (slope < 0)
    return everyElementMatters;
  if (slope == 0)
    return std::max(resultFloor, 0.0);
  return resultFloor < 0 ? resultFloor / slope : resultFloor;
}

/// The floor of an op's sum, product, .. before its fused activation.
double beforeClamp(std::optional<ClampAttr> clamp, double resultFloor) {
  return clamp ? std::max(resultFloor, clamp->getMin()) : resultFloor;
}

} // namespace

double ReluOp::getOperandFloor(unsigned, double resultFloor, const ElementBounds &) {
  return std::max(resultFloor, 0.0);
}

double ClipOp::getOperandFloor(unsigned, double resultFloor, const ElementBounds &) {
  return std::max(resultFloor, getInterval().getMin());
}

/// Below, the result is nearer to 0 than half a step of any grid that holds its greatest element.
double SigmoidOp::getOperandFloor(unsigned, double resultFloor, const ElementBounds &bounds) {
  double greatest = std::clamp(bounds.greatest(getResult()), 0.0, 1.0);
  double level = std::max(resultFloor, greatest / (2 * mostSteps));
  return level < 1 ? std::log(level / (1 - level)) : HUGE_VAL;
}

/// The same with -1.
double TanhOp::getOperandFloor(unsigned, double resultFloor, const ElementBounds &bounds) {
  double greatest = std::clamp(bounds.greatest(getResult()), 0.0, 1.0);
  double level = std::max(resultFloor, -1 + (1 + greatest) / (2 * mostSteps));
  return level < 1 ? std::atanh(level) : HUGE_VAL;
}

/// 0 from here downwards; above it falls first.
double HardSwishOp::getOperandFloor(unsigned, double, const ElementBounds &) { return -3; }

bool HardSwishOp::isMonotone() { return false; }

/// Towards -inf the result comes back to 0 as x * exp(x) does, from below.
double SwishOp::getOperandFloor(unsigned, double, const ElementBounds &bounds) {
  double greatest = bounds.greatest(getResult());
  if (!(greatest > 0) || !std::isfinite(greatest))
    return everyElementMatters;
  double floor = -1, level = greatest / (2 * mostSteps);
  while (-floor * std::exp(floor) > level)
    --floor;
  return floor;
}

bool SwishOp::isMonotone() { return false; }

/// Towards zero: of what lies above a whole number below 0, none is nearer to it.
double TruncateOp::getOperandFloor(unsigned, double resultFloor, const ElementBounds &) {
  return std::floor(resultFloor);
}

double LeakyReluOp::getOperandFloor(unsigned, double resultFloor, const ElementBounds &) {
  return leakyFloor(getAlpha().convertToDouble(), resultFloor);
}

bool LeakyReluOp::isMonotone() { return getAlpha().convertToDouble() > 0; }

/// That of the channel that tells the lowest numbers apart.
double PReluOp::getOperandFloor(unsigned, double resultFloor, const ElementBounds &) {
  double floor = HUGE_VAL;
  for (double slope : getSlope())
    floor = std::min(floor, leakyFloor(slope, resultFloor));
  return floor;
}

bool PReluOp::isMonotone() {
  return llvm::all_of(getSlope(), [](double slope) { return slope > 0; });
}

double HardSigmoidOp::getOperandFloor(unsigned, double resultFloor, const ElementBounds &) {
  double alpha = getAlpha().convertToDouble();
  return alpha > 0 ? (std::max(resultFloor, 0.0) - getBeta().convertToDouble()) / alpha : everyElementMatters;
}

bool HardSigmoidOp::isMonotone() { return getAlpha().convertToDouble() > 0; }

/// No result is less than the least one.
double MaxPoolOp::getOperandFloor(unsigned, double resultFloor, const ElementBounds &bounds) {
  return std::max(resultFloor, bounds.least(getResult()));
}

/// Nearest copies elements; linear mixes them.
double ResizeOp::getOperandFloor(unsigned, double resultFloor, const ElementBounds &) {
  return getMode() == ResizeMode::Nearest ? resultFloor : everyElementMatters;
}

/// (A28), (A58) exp(-d) is 0 in its table where whole * exp(-d) < 1/2.
double SoftmaxOp::getOperandFloor(unsigned, double, const ElementBounds &bounds) {
  const double whole = bounds.activationBits() == 8 ? 65535.0 : std::ldexp(1.0, kernels::exponentialBits);
  const double vanishing = std::log(2.0 * whole);
  return bounds.leastMaximum(getInput(), getAxis()) - vanishing;
}

bool SoftmaxOp::isMonotone() { return false; }

double AddOp::getOperandFloor(unsigned operand, double resultFloor, const ElementBounds &bounds) {
  return beforeClamp(getClamp(), resultFloor) - bounds.greatest(getOperand(1 - operand));
}

/// What is subtracted makes the result smaller where it rises.
double SubOp::getOperandFloor(unsigned operand, double resultFloor, const ElementBounds &bounds) {
  return operand == 0 ? beforeClamp(getClamp(), resultFloor) + bounds.least(getRhs()) : everyElementMatters;
}

bool SubOp::isMonotone() { return false; }

/// By positive numbers.
double MulOp::getOperandFloor(unsigned operand, double resultFloor, const ElementBounds &bounds) {
  Value factor = getOperand(1 - operand);
  double least = bounds.least(factor), greatest = bounds.greatest(factor), floor = beforeClamp(getClamp(), resultFloor);
  if (!(least > 0) || !std::isfinite(greatest))
    return everyElementMatters;
  return floor / (floor < 0 ? least : greatest);
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
