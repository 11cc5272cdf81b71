//===- ScaleBounds.cpp - How far scales may be apart ----------------------===//
#include "Quantize/ScaleBounds.h"
#include "Graph/Affine.h"
#include "Quantize/LayerBounds.h"
#include "Quantize/Relevance.h"
#include "tare/Dialect/Qnn/Constants.h"
#include "tare/Dialect/Qnn/Norms.h"
#include "tare/Kernels/Tables.h"

#include <cmath>

using namespace mlir;
using namespace tare;
using qnn::AccumulatorOpInterface;
using qnn::GridOpInterface;
using qnn::GridRule;

void ScaleBounds::add(GridOpInterface op) {
  model.startOwner(op);
  std::optional<Variable> y = model.variableOf(op->getResult(0));
  if (auto accumulator = dyn_cast<AccumulatorOpInterface>(op.getOperation()))
    return LayerBounds(model).add(accumulator, y);
  // Constants beside are on the grid of the result.
  bool isOnOneGrid = op.getGridRule() == GridRule::Unified || op.getGridRule() == GridRule::Same;
  SmallVector<Variable> operands;
  for (OpOperand &operand : op->getOpOperands())
    if (std::optional<Variable> x = model.variableOf(operand.get()))
      operands.push_back(*x);
    else if (!isOnOneGrid && floatConstantValue(operand.get()))
      if (std::optional<Variable> constant = model.addConstant(operand))
        operands.push_back(*constant);
  if (y)
    addShifts(op, operands, *y);
}

/// The bounds of e_y by the operands. (A35)
void ScaleBounds::addShifts(GridOpInterface op, ArrayRef<Variable> operands, Variable y) {
  auto requant = dyn_cast<qnn::RequantOpInterface>(op.getOperation());
  bool moves = op.getGridRule() == GridRule::Unified || op.getGridRule() == GridRule::Same;
  if (isSum(op)) {
    addSum(op, operands, y);
  } else if (isScaledProduct(op) && operands.size() == 2) {
    bool firstIsPinned = model.problem.isFixed(operands[0]);
    model.products.push_back({op, operands[firstIsPinned], operands[!firstIsPinned], y});
    model.scalings.push_back(
        {{operands[0], operands[1]}, y, std::nullopt, model.context.relevance.of(op->getResult(0)), model.whole});
  } else if (isa<qnn::SoftmaxOp>(op)) {
    ShiftRange range = model.reachOf(std::ldexp(1.0 / model.bases[y], -kernels::probabilityBits), model.whole);
    model.problem.addLimits(y, range.min, range.max, model.owner());
  } else if (auto norm = dyn_cast<qnn::NormalizeOp>(op.getOperation())) {
    // (A74) What the operand's grid is does not matter.
    const qnn::NormIntegers integers = qnn::integersOf(norm, 8 * sizeOf(model.context.format.type));
    ShiftRange range = model.reachOf(std::ldexp(integers.scale, -integers.fractionBits) / model.bases[y], model.whole);
    model.problem.addLimits(y, range.min, range.max, model.owner());
  } else if (requant && requant.dividesByCount()) {
    addMean(requant, operands, y);
  } else if ((requant || moves) && !isScaledProduct(op)) {
    for (Variable x : operands)
      if (x != y)
        addRescale(op, x, y);
  }
}

/// At worst a mean of one element, whose multiplier is all of its bits.
void ScaleBounds::addMean(qnn::RequantOpInterface op, ArrayRef<Variable> operands, Variable y) {
  MultiplierLimits limits = model.each;
  limits.bits = model.context.target.meanMultiplierBits;
  for (Variable x : operands) {
    model.problem.addBound(x, y, model.reachOf(model.bases[x] / model.bases[y], limits).min, model.owner());
    model.scalings.push_back({{x},
                              y,
                              std::nullopt,
                              model.context.relevance.of(op->getResult(0)),
                              model.isShared() ? model.whole : limits,
                              op.getLargestCount()});
  }
}

void ScaleBounds::addRescale(GridOpInterface op, Variable x, Variable y) {
  MultiplierLimits limits = model.whole;
  // Bits behind the point of the accumulator are shifted out as well.
  if (auto requant = dyn_cast<qnn::RequantOpInterface>(op.getOperation()))
    limits.shiftMin -= int(requant.getMostFractionBits());
  addRange(x, y, model.reachOf(model.bases[x] / model.bases[y], limits));
  model.scalings.push_back({{x}, y, std::nullopt, model.context.relevance.of(op->getResult(0)), model.whole});
}

void ScaleBounds::addRange(Variable x, Variable y, const ShiftRange &range) {
  model.problem.addBound(x, y, range.min, model.owner());
  model.problem.addBound(y, x, -range.max, model.owner());
}

int ScaleBounds::alignment() const {
  return model.onlyShifts ? largestAlignment(model.context.format) : model.each.bits - 1;
}

/// The coarser operand is aligned to the finer by a shift to the left, or by a larger multiplier; only the largest
/// shift bounds the result.
void ScaleBounds::addSum(Operation *op, ArrayRef<Variable> operands, Variable y) {
  for (Variable x : operands) {
    double log = std::log2(model.bases[x] / model.bases[y]);
    model.problem.addBound(y, x, -int(std::floor(log + model.each.shiftMax)), model.owner());
    model.problem.addBound(x, y, int(std::ceil(log + model.each.shiftMin - alignment())), model.owner());
  }
  if (operands.size() != 2)
    return;
  for (auto [a, b, operand] : {std::tuple(operands[0], operands[1], 0u), {operands[1], operands[0], 1u}}) {
    model.problem.addBound(a, b, -int(std::floor(alignment() + std::log2(model.bases[b] / model.bases[a]))),
                           model.owner());
    double share = model.context.relevance.of(op, op->getOperand(operand));
    model.scalings.push_back({{a}, y, b, share, model.each});
  }
  // The larger one's multiplier has the bits that there are, and is the first to be hit.
  if (model.bases[model.scalings.back().factors.front()] > model.bases[*model.scalings.back().beside])
    std::swap(model.scalings.back(), model.scalings[model.scalings.size() - 2]);
}
