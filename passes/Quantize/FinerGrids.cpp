//===- FinerGrids.cpp - Shifts to the left, where there is one ------------===//
#include "Quantize/FinerGrids.h"
#include "Arithmetic/Multiplier.h"
#include "Quantize/GivenGrids.h"
#include "Quantize/Traces.h"
#include "Remarks.h"
#include "tare/Dialect/Qnn/Constants.h"
#include "tare/Evaluator/Evaluator.h"

#include <algorithm>
#include <cmath>

using namespace mlir;
using namespace tare;
using qnn::Grid;

namespace {

constexpr StringLiteral passName = "tare-conform-grids";

/// What a quantizer rounds: integers on a grid, that are moved and limited only.
struct Requantized {
  Trace traced;
  Grid grid;
};

std::optional<Requantized> requantizedBy(quant::QuantizeCastOp cast) {
  Trace traced = trace(cast.getInput());
  std::optional<Grid> grid = gridBehind(traced.source);
  if (!grid || !grid->isPerTensor())
    return std::nullopt;
  return Requantized{std::move(traced), *grid};
}

/// `value` and a zero on the grid `to`, limited: real numbers that integers on `to` stand for.
Value zeroAdded(OpBuilder &builder, Value value, qnn::ClampAttr limits, const Grid &to, const std::string &layer) {
  MLIRContext *context = builder.getContext();
  auto type = llvm::cast<RankedTensorType>(value.getType());
  auto nameOf = [&](const std::string &name) { return qnn::nameLoc(context, name, name); };
  RankedTensorType zeros = onGrid(type.clone(SmallVector<int64_t>(type.getRank(), 1)), to);
  Tensor zero(ElementType::f32, Shape(type.getRank(), 1));
  std::fill_n(zero.mutableAs<float>(), zero.count(), 0.0f);
  auto constant =
      qnn::ConstantOp::create(builder, nameOf(layer + "_zero"), zeros,
                              qnn::toAttr(qnn::storageType(zeros), constantOnGrid(zero, zeros), layer + "_zero"));
  auto real =
      quant::DequantizeCastOp::create(builder, constant.getLoc(), qnn::expressedType(zeros), constant.getResult());
  return qnn::AddOp::create(builder, nameOf(layer), type, value, real.getResult(), limits).getResult();
}

/// By sums that shift to the left by no more than `most` each: what leaves the grid between them has left the last one.
void shiftLeft(quant::QuantizeCastOp cast, const Requantized &from, const Grid &to, int most) {
  OpBuilder builder(cast);
  std::string layer = qnn::layerName(cast) + "_shift";
  Value value = from.traced.limits ? from.traced.moved(builder, from.traced.source) : cast.getInput();
  Grid at = to;
  at.scales = {std::ldexp(from.grid.scale(), -most)};
  for (int count = 1; at.scale() > to.scale(); at.scales = {std::ldexp(at.scale(), -most)}) {
    std::string between = layer + "_" + std::to_string(count++);
    value = castBothWays(builder, zeroAdded(builder, value, {}, at, between), at, between);
  }
  cast.setOperand(zeroAdded(builder, value, from.traced.limits, to, layer));
  remarkPassed(cast, passName, "ShiftedLeft")
      << remark::reason("a finer grid than '{0}' has: a zero is added", qnn::valueName(from.traced.source));
}

} // namespace

void tare::addForFinerGrids(func::FuncOp function, const Target &target) {
  function.walk([&](quant::QuantizeCastOp cast) {
    std::optional<Grid> to = Grid::of(cast.getType());
    const ActivationFormat *format = to && to->isPerTensor() ? formatOfBits(target, to->bits) : nullptr;
    std::optional<Requantized> from = format ? requantizedBy(cast) : std::nullopt;
    if (!from || from->grid.bits != to->bits)
      return;
    if (from->grid.scale() > to->scale())
      shiftLeft(cast, *from, *to, largestAlignment(*format));
  });
}

void tare::coarsenFarOperands(func::FuncOp function, const Target &target) {
  function.walk([&](qnn::GridOpInterface op) {
    if (!isa<qnn::AddOp, qnn::SubOp>(op.getOperation()))
      return;
    std::optional<Grid> grids[] = {gridOfMoved(op->getOperand(0)), gridOfMoved(op->getOperand(1))};
    const ActivationFormat *format = grids[0] && grids[1] ? formatOfBits(target, grids[0]->bits) : nullptr;
    if (!format || grids[0]->bits != grids[1]->bits || !grids[0]->isPerTensor() || !grids[1]->isPerTensor())
      return;
    const unsigned finer = grids[0]->scale() < grids[1]->scale() ? 0 : 1;
    Grid beside = *grids[finer];
    beside.scales = {std::ldexp(grids[1 - finer]->scale(), -largestAlignment(*format))};
    if (beside.scale() <= grids[finer]->scale())
      return;
    OpBuilder builder(op);
    std::string layer = qnn::layerName(op) + "_operand" + std::to_string(finer) + "_coarser";
    op->setOperand(finer, castBothWays(builder, op->getOperand(finer), beside, layer));
    remarkPassed(op, passName, "CoarserOperand") << remark::reason("operand {0} is too fine to be summed", finer);
  });
}
