//===- Moves.cpp - Constants that only move -------------------------------===//
//
// The scales of a dequantized constant follow from where the move puts the index
// of each element's scale, so that no move has to know of grids.
//
//===----------------------------------------------------------------------===//
#include "Moves.h"
#include "ConstantData.h"

using namespace tare;
using namespace tare::onnx;

namespace {

/// Whether the elements differ along this axis alone.
bool runsAlong(const Tensor &indices, int64_t axis) {
  const auto *data = indices.as<int32_t>();
  int64_t stride = stridesOf(indices.shape())[axis], size = indices.shape()[axis];
  for (int64_t i = 0, count = indices.count(); i < count; ++i)
    if (data[i] != data[i / stride % size * stride])
      return false;
  return true;
}

/// The grid with the scales and zero points of these indices.
qnn::Grid pick(const qnn::Grid &grid, llvm::ArrayRef<int32_t> indices) {
  qnn::Grid picked = grid;
  picked.scales.clear();
  picked.zeroPoints.clear();
  for (int32_t index : indices) {
    picked.scales.push_back(grid.scale(index));
    picked.zeroPoints.push_back(grid.zeroPoint(index));
  }
  return picked;
}

/// The grid after the move; nothing where the scales do not run along one axis any more.
std::optional<qnn::Grid> movedGrid(const qnn::Grid &grid, const Shape &shape, Move move) {
  if (!grid.axis)
    return grid;
  Tensor indices = move(indicesAlong(shape, *grid.axis));
  if (indices.count() == 0)
    return std::nullopt;
  llvm::ArrayRef<int32_t> data(indices.as<int32_t>(), indices.count());
  if (llvm::all_equal(data)) {
    qnn::Grid one = pick(grid, data.front());
    one.axis.reset();
    return one;
  }
  for (int64_t axis = 0, rank = indices.shape().size(); axis < rank; ++axis) {
    if (!runsAlong(indices, axis))
      continue;
    llvm::SmallVector<int32_t> along;
    for (int64_t i = 0, stride = stridesOf(indices.shape())[axis]; i < indices.shape()[axis]; ++i)
      along.push_back(data[i * stride]);
    qnn::Grid moved = pick(grid, along);
    moved.axis = axis;
    return moved;
  }
  return std::nullopt;
}

GraphValue movedValue(const GraphValue &value, const qnn::Grid &grid, Move move) {
  GraphValue moved{move(value.constant), grid, nullptr};
  moved.format = value.format;
  return moved;
}

} // namespace

mlir::LogicalResult tare::onnx::giveMoved(Node &node, Move move, unsigned index) {
  if (node.failed())
    return mlir::failure();
  if (const GraphValue *integers = node.dequantized(0))
    if (std::optional<qnn::Grid> grid = movedGrid(*integers->grid, integers->constant.shape(), move))
      return node.give(movedValue(*integers, *grid, move), index);
  const Tensor *input = node.requireKnown(0, "operand 0");
  return input ? node.give(move(*input), index) : mlir::failure();
}
