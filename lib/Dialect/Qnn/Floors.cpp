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

double HardSigmoidOp::getOperandFloor(unsigned, double, const ElementBounds &) {
  double alpha = getAlpha().convertToDouble();
  return alpha > 0 ? -getBeta().convertToDouble() / alpha : everyElementMatters;
}

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
