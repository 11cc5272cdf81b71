//===- ReaderLimits.cpp - What a value's readers can tell apart -----------===//
#include "Quantize/ReaderLimits.h"
#include "Arithmetic/Grids.h"
#include "Graph/Affine.h"
#include "tare/Dialect/Qnn/QnnOps.h"

#include "mlir/Dialect/Quant/IR/Quant.h"
#include <algorithm>
#include <cmath>

using namespace mlir;
using namespace tare;

static constexpr qnn::Interval none = {-HUGE_VAL, HUGE_VAL};

ReaderLimits::ReaderLimits(func::FuncOp function, const RangeBounds &bounds,
                           llvm::function_ref<void(Operation *, const ReaderLimits &)> visitOp)
    : bounds(bounds) {
  for (Operation *op = function.getBody().front().getTerminator()->getPrevNode(); op; op = op->getPrevNode()) {
    if (visitOp)
      visitOp(op, *this);
    for (Value result : op->getResults())
      visit(result);
  }
  for (Value argument : function.getArguments())
    visit(argument);
}

qnn::Interval ReaderLimits::of(Value value) const { return limits.lookup_or(value, none); }

qnn::Interval ReaderLimits::of(OpOperand &use) const {
  if (auto cast = dyn_cast<quant::QuantizeCastOp>(use.getOwner())) {
    std::optional<qnn::Grid> grid = qnn::Grid::of(cast.getType());
    return grid && !grid->axis ? coveredRange(*grid) : none;
  }
  // What is multiplied by a mask's number is none itself: it is the number that need not be so large. But where it
  // has a far border, or a mask, that is what is limited.
  if (isa<qnn::MulOp>(use.getOwner())) {
    OpOperand &other = use.getOwner()->getOpOperand(1 - use.getOperandNumber());
    // What a model's own grid cuts off of a product is not masked.
    if (floatConstantValue(use.get()) && llvm::any_of(use.getOwner()->getUsers(), llvm::IsaPred<quant::QuantizeCastOp>))
      return none;
    if (floatConstantValue(use.get()) ? bounds.isTouched(other.get())
                                      : !bounds.isTouched(use.get()) && isLimited(other))
      return none;
  }
  auto op = dyn_cast<qnn::FloorOpInterface>(use.getOwner());
  return op ? op.getOperandLimits(use.getOperandNumber(), of(op->getResult(0)), bounds) : none;
}

bool ReaderLimits::isLimited(OpOperand &use) const {
  if (!floatConstantValue(use.get()))
    return false;
  auto [floor, ceiling] = of(use);
  return bounds.least(use.get()) < floor || bounds.greatest(use.get()) > ceiling;
}

void ReaderLimits::visit(Value value) {
  double floor = HUGE_VAL, ceiling = -HUGE_VAL;
  for (OpOperand &use : value.getUses()) {
    auto [low, high] = of(use);
    floor = std::min(floor, low);
    ceiling = std::max(ceiling, high);
  }
  limits[value] = {std::isfinite(floor) ? floor : none.first, std::isfinite(ceiling) ? ceiling : none.second};
}
