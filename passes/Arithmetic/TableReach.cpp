//===- TableReach.cpp - What interpolated tables are read at --------------===//
#include "Arithmetic/TableReach.h"
#include "Arithmetic/ValueRanges.h"

#include "mlir/Dialect/Quant/IR/Quant.h"
#include <algorithm>
#include <cmath>
#include <tuple>

using namespace mlir;
using namespace tare;
using qnn::Grid;

static qnn::RangeAttr rangeBehindCasts(Value value) {
  // The arguments of a function that is being converted are nobody's.
  auto isKnown = [](Value v) { return !isa<BlockArgument>(v) || v.getParentBlock()->getParentOp(); };
  while (isKnown(value) && !rangeAttr(value) &&
         isa_and_present<quant::QuantizeCastOp, quant::DequantizeCastOp, qnn::RequantizeOp>(value.getDefiningOp()))
    value = value.getDefiningOp()->getOperand(0);
  return isKnown(value) ? rangeAttr(value) : qnn::RangeAttr();
}

bool tare::isReachKnown(Value operand) { return bool(rangeBehindCasts(operand)); }

Reach tare::reachOf(Value operand, const Grid &grid) {
  double min = double(grid.min), max = double(grid.max);
  if (qnn::RangeAttr range = rangeBehindCasts(operand)) {
    auto integer = [&](double real) {
      return std::clamp(real / grid.scale() + double(grid.zeroPoint()), double(grid.min), double(grid.max));
    };
    std::tie(min, max) = std::pair(std::floor(integer(range.getMin())), std::ceil(integer(range.getMax())));
  }
  return {int64_t(min) + tableCentre, int64_t(max) + tableCentre};
}
