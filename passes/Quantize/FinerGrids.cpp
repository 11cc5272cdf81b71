//===- FinerGrids.cpp - Shifts to the left, where there is one ------------===//
#include "Quantize/FinerGrids.h"
#include "Quantize/GivenGrids.h"
#include "Remarks.h"
#include "Requant/Multiplier.h"
#include "tare/Dialect/Qnn/Constants.h"
#include "tare/Evaluator/Evaluator.h"

#include <algorithm>
#include <cmath>

using namespace mlir;
using namespace tare;
using qnn::Grid;
using qnn::GridOpInterface;

namespace {

constexpr StringLiteral passName = "tare-conform-grids";

/// What a quantizer rounds: integers that are moved only, and then perhaps limited.
struct Requantized {
  Value moved;
  qnn::ClampAttr limits;
  Grid grid;
};

/// The grid of integers behind movements that mix none.
std::optional<Grid> gridOfMoved(Value value) {
  if (std::optional<Grid> grid = gridBehind(value))
    return grid;
  auto op = value.getDefiningOp<GridOpInterface>();
  bool moves = op && op.getGridRule() == qnn::GridRule::Same && !op.interpolates();
  return moves ? gridOfMoved(op->getOperand(0)) : std::nullopt;
}

std::optional<Requantized> requantizedBy(quant::QuantizeCastOp cast) {
  Value value = cast.getInput();
  qnn::ClampAttr limits;
  auto function = value.getDefiningOp<qnn::UnaryFunctionOpInterface>();
  if (function && isa<qnn::RequantOpInterface>(function.getOperation())) {
    auto [low, high] = function.getImage();
    limits = qnn::ClampAttr::get(cast.getContext(), low, high);
    value = function->getOperand(0);
  }
  std::optional<Grid> grid = gridOfMoved(value);
  return grid && grid->isPerTensor() ? std::optional(Requantized{value, limits, *grid}) : std::nullopt;
}

void addZero(quant::QuantizeCastOp cast, const Requantized &from, const Grid &to) {
  OpBuilder builder(cast);
  MLIRContext *context = cast.getContext();
  auto type = llvm::cast<RankedTensorType>(from.moved.getType());
  std::string layer = qnn::layerName(cast) + "_shift";
  auto nameOf = [&](const std::string &name) { return qnn::nameLoc(context, name, name); };
  RankedTensorType zeros = onGrid(type.clone(SmallVector<int64_t>(type.getRank(), 1)), to);
  Tensor zero(ElementType::f32, Shape(type.getRank(), 1));
  std::fill_n(zero.mutableAs<float>(), zero.count(), 0.0f);
  auto constant =
      qnn::ConstantOp::create(builder, nameOf(layer + "_zero"), zeros,
                              qnn::toAttr(qnn::storageType(zeros), constantOnGrid(zero, zeros), layer + "_zero"));
  auto real =
      quant::DequantizeCastOp::create(builder, constant.getLoc(), qnn::expressedType(zeros), constant.getResult());
  cast.setOperand(
      qnn::AddOp::create(builder, nameOf(layer), type, from.moved, real.getResult(), from.limits).getResult());
  remarkPassed(cast, passName, "ShiftedLeft")
      << remark::reason("a finer grid than '{0}' has: a zero is added", qnn::valueName(from.moved));
}

} // namespace

void tare::addForFinerGrids(func::FuncOp function, const Target &target) {
  if (!target.hasOp("add"))
    return;
  function.walk([&](quant::QuantizeCastOp cast) {
    std::optional<Grid> to = Grid::of(cast.getType());
    const ActivationFormat *format = to && to->isPerTensor() ? formatOfBits(target, to->bits) : nullptr;
    std::optional<Requantized> from = format ? requantizedBy(cast) : std::nullopt;
    if (!from || from->grid.bits != to->bits)
      return;
    double left = std::log2(from->grid.scale() / to->scale());
    if (left > 0 && left <= largestAlignment(*format))
      addZero(cast, *from, *to);
  });
}
