//===- Indexing.cpp - Gather, Split of known elements ---------------------===//
#include "ConstantData.h"
#include "Limits.h"
#include "Moves.h"
#include "Ops/Axes.h"

#include <cstring>
#include <fmt/format.h>

using namespace tare;
using namespace tare::onnx;
using mlir::failure;
using mlir::LogicalResult;

namespace {

LogicalResult checkIndices(Node &node, Integers &indices, int64_t dim) {
  for (int64_t &index : indices) {
    if (index < -dim || index >= dim)
      return node.error(fmt::format("index {} is outside of an axis of {}", index, dim));
    index += index < 0 ? dim : 0;
  }
  return mlir::success();
}

/// The elements at `indices` of an axis, under a shape of that many.
Tensor gather(const Tensor &data, int64_t axis, const Integers &indices, const Shape &shape) {
  const Shape &from = data.shape();
  Tensor result(data.element(), shape);
  int64_t outer = elementCount(Shape(from.begin(), from.begin() + axis));
  size_t bytes = sizeOf(data.element()) * elementCount(Shape(from.begin() + axis + 1, from.end()));
  char *to = result.mutableAs<char>();
  for (int64_t i = 0; i < outer; ++i)
    for (int64_t index : indices) {
      std::memcpy(to, data.as<char>() + (i * from[axis] + index) * bytes, bytes);
      to += bytes;
    }
  return result;
}

LogicalResult foldGather(Node &node) {
  std::optional<Shape> from = node.shapeOf(0);
  std::optional<Integers> indices = node.requireIntegers(1, "the indices");
  if (!from || !indices)
    return failure();
  std::optional<int64_t> axis = readAxis(node, node.intAttribute("axis", 0), from->size());
  if (!axis || failed(checkIndices(node, *indices, (*from)[*axis])))
    return failure();
  Shape shape(from->begin(), from->begin() + *axis);
  llvm::append_range(shape, node.known(1)->shape());
  shape.insert(shape.end(), from->begin() + *axis + 1, from->end());
  return mayCompute(node, shape)
             ? giveMoved(node, [&](const Tensor &data) { return gather(data, *axis, *indices, shape); })
             : failure();
}

LogicalResult foldSplit(Node &node) {
  std::optional<Shape> input = node.shapeOf(0);
  if (!input)
    return failure();
  Shape shape = *input;
  std::optional<int64_t> axis = readAxis(node, node.intAttribute("axis", 0), shape.size());
  if (!axis)
    return failure();
  std::optional<Integers> parts = readSplit(node, shape[*axis]);
  if (!parts)
    return failure();
  Integers strides = stridesOf(shape);
  int64_t offset = 0;
  for (auto [index, part] : llvm::enumerate(*parts)) {
    shape[*axis] = part;
    auto partOf = [&](const Tensor &tensor) { return gatherStrided(tensor, shape, strides, offset); };
    if (failed(giveMoved(node, partOf, index)))
      return failure();
    offset += part * strides[*axis];
  }
  return mlir::success();
}

} // namespace

void tare::onnx::registerIndexingFolds(OpTable &table) {
  table.addFold("Gather", foldGather);
  table.addFold("Split", foldSplit);
}
