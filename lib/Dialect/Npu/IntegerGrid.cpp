//===- IntegerGrid.cpp - What integers of the npu level mean --------------===//
#include "tare/Dialect/Npu/IntegerGrid.h"

#include "mlir/Interfaces/FunctionInterfaces.h"
#include "tare/Dialect/Qnn/Grid.h"
#include "tare/Program/Movements.h"

using namespace mlir;
using tare::qnn::Grid;

namespace tare::npu {
namespace {

quant::QuantizedType moved(Operation *op, quant::QuantizedType type) {
  std::optional<Grid> grid = Grid::of(type);
  if (!grid || !grid->axis)
    return type;
  grid->axis = axisAfter(op, *grid->axis);
  return grid->axis ? grid->type(op->getContext()) : nullptr;
}

quant::QuantizedType ofSlice(SliceOp slice, quant::QuantizedType type) {
  std::optional<Grid> grid = Grid::of(type);
  if (!grid || !grid->axis)
    return type;
  grid->scales = sliced(grid->scales, *grid->axis, slice);
  grid->zeroPoints.resize(grid->scales.size(), grid->zeroPoint(0));
  return grid->type(slice.getContext());
}

/// The grid that the model gives an input of integers, or the host one of real numbers.
quant::QuantizedType gridOfArgument(BlockArgument argument) {
  auto function = dyn_cast<FunctionOpInterface>(argument.getOwner()->getParentOp());
  if (!function)
    return nullptr;
  if (auto grid = function.getArgAttrOfType<TypeAttr>(argument.getArgNumber(), gridAttrName))
    return cast<quant::QuantizedType>(grid.getValue());
  auto steps = function.getArgAttrOfType<ArrayAttr>(argument.getArgNumber(), hostStepsAttrName);
  if (!steps)
    return nullptr;
  for (auto step : steps.getAsRange<QuantizeStepAttr>()) {
    Grid grid;
    grid.scales = {step.getScale().getValueAsDouble()};
    grid.zeroPoints = {step.getZeroPoint()};
    grid.bits = step.getOutput().getIntOrFloatBitWidth();
    grid.min = -(int64_t(1) << (grid.bits - 1));
    grid.max = -grid.min - 1;
    grid.min += step.getNarrow();
    return grid.type(argument.getContext());
  }
  return nullptr;
}

} // namespace

std::optional<int32_t> axisAfter(Operation *movement, int32_t axis) {
  if (auto transpose = dyn_cast<TransposeOp>(movement))
    return inverse(transpose.getPermutation())[axis];
  auto reshape = cast<ReshapeOp>(movement);
  ArrayRef<int64_t> from = reshape.getInput().getType().getShape(), to = reshape.getType().getShape();
  return program::axisAfterReshape(Shape(from.begin(), from.end()), Shape(to.begin(), to.end()), axis);
}

SmallVector<double> sliced(ArrayRef<double> scales, int32_t axis, SliceOp slice) {
  if (scales.size() == 1)
    return {scales[0]};
  SmallVector<double> taken;
  for (int32_t i = 0; i != slice.getSizes()[axis]; ++i)
    taken.push_back(scales[slice.getStarts()[axis] + i * slice.getSteps()[axis]]);
  return taken;
}

void permuteGrid(Operation *op, ArrayRef<int32_t> permutation) {
  auto type = op->getAttrOfType<TypeAttr>(gridAttrName);
  std::optional<Grid> grid = type ? Grid::of(type.getValue()) : std::nullopt;
  if (!grid || !grid->axis)
    return;
  grid->axis = permutation[*grid->axis];
  op->setAttr(gridAttrName, TypeAttr::get(grid->type(op->getContext())));
}

void setGrid(Operation *op, quant::QuantizedType grid) {
  auto type = cast<RankedTensorType>(op->getResult(0).getType());
  if (type.getElementType().isInteger(grid.getStorageTypeIntegralWidth()))
    op->setAttr(gridAttrName, TypeAttr::get(grid));
}

void setGrids(Operation *op, TypeRange types) {
  SmallVector<Attribute> grids;
  for (Type type : types) {
    quant::QuantizedType grid = qnn::quantizedElement(type);
    grids.push_back(grid ? Attribute(TypeAttr::get(grid)) : UnitAttr::get(op->getContext()));
  }
  op->setAttr(gridsAttrName, ArrayAttr::get(op->getContext(), grids));
}

quant::QuantizedType gridOf(Value value) {
  auto argument = dyn_cast<BlockArgument>(value);
  if (argument)
    return gridOfArgument(argument);
  Operation *op = value.getDefiningOp();
  if (auto grids = op->getAttrOfType<ArrayAttr>(gridsAttrName)) {
    auto grid = dyn_cast<TypeAttr>(grids[cast<OpResult>(value).getResultNumber()]);
    return grid ? cast<quant::QuantizedType>(grid.getValue()) : nullptr;
  }
  if (auto grid = op->getAttrOfType<TypeAttr>(gridAttrName))
    return cast<quant::QuantizedType>(grid.getValue());
  if (!isa<TransposeOp, ReshapeOp, SliceOp>(op))
    return nullptr;
  quant::QuantizedType source = gridOf(op->getOperand(0));
  if (auto slice = dyn_cast<SliceOp>(op))
    return source ? ofSlice(slice, source) : nullptr;
  return source ? moved(op, source) : nullptr;
}

} // namespace tare::npu
