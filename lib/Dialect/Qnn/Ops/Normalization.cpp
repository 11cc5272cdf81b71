//===- Normalization.cpp - Batch normalization and softmax ----------------===//
#include "Intervals.h"
#include "Scales.h"
#include "tare/Kernels/Tables.h"

using namespace mlir;
using namespace tare::qnn;

LogicalResult BatchNormOp::verify() {
  auto input = cast<RankedTensorType>(getInput().getType());
  if (input.getRank() < 2)
    return emitOpError("input must have rank 2 or more, found ") << input;
  for (Value parameter : getOperands().drop_front()) {
    auto type = cast<RankedTensorType>(parameter.getType());
    if (type.getRank() != 1 || type.getDimSize(0) != input.getDimSize(1))
      return emitOpError("scale, bias, mean and variance must have shape [")
             << input.getDimSize(1) << "], found " << type;
  }
  return success();
}

LogicalResult SoftmaxOp::verify() {
  int64_t rank = cast<ShapedType>(getType()).getRank();
  int64_t axis = getAxis();
  if (axis < 0 || axis >= rank)
    return emitOpError("axis must be in [0, ") << rank << "), found " << axis;
  return success();
}

/// (A28), (A58) exp(-d) is 0 in its table where whole * exp(-d) < 1/2.
Interval SoftmaxOp::getOperandLimits(unsigned, Interval, const ElementBounds &bounds) {
  const double whole = bounds.activationBits() == 8 ? 65535.0 : std::ldexp(1.0, kernels::exponentialBits);
  const double vanishing = std::log(2.0 * whole);
  return {bounds.leastMaximum(getInput(), getAxis()) - vanishing, HUGE_VAL};
}

bool SoftmaxOp::isMonotone() { return false; }

/// The accumulator is a probability in units of 2^-15.
double SoftmaxOp::getFinestStep() { return std::ldexp(1.0, -tare::kernels::probabilityBits); }

Scales SoftmaxOp::getEffectiveScales() { return {getFinestStep() / gridOf(getResult()).scale()}; }

Reaches SoftmaxOp::getReaches() { return {int64_t(1) << tare::kernels::probabilityBits}; }
