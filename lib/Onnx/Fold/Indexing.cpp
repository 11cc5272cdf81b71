//===- Indexing.cpp - Gather, Split of known elements ---------------------===//
#include "ConstantData.h"
#include "Limits.h"
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

LogicalResult foldGather(Node &node) {
  const Tensor *data = node.requireKnown(0, "operand 0");
  std::optional<Integers> indices = node.requireIntegers(1, "the indices");
  if (!data || !indices)
    return failure();
  const Shape &from = data->shape();
  std::optional<int64_t> axis = readAxis(node, node.intAttribute("axis", 0), from.size());
  if (!axis || failed(checkIndices(node, *indices, from[*axis])))
    return failure();
  Shape shape(from.begin(), from.begin() + *axis);
  llvm::append_range(shape, node.known(1)->shape());
  shape.insert(shape.end(), from.begin() + *axis + 1, from.end());
  if (!mayCompute(node, shape))
    return failure();
  Tensor result(data->element(), shape);
  int64_t outer = elementCount(Shape(from.begin(), from.begin() + *axis));
  size_t bytes = sizeOf(data->element()) * elementCount(Shape(from.begin() + *axis + 1, from.end()));
  char *to = result.mutableAs<char>();
  for (int64_t i = 0; i < outer; ++i)
    for (int64_t index : *indices) {
      std::memcpy(to, data->as<char>() + (i * from[*axis] + index) * bytes, bytes);
      to += bytes;
    }
  return node.give(result);
}

LogicalResult foldSplit(Node &node) {
  const Tensor *input = node.requireKnown(0, "operand 0");
  if (!input)
    return failure();
  Shape shape = input->shape();
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
    if (failed(node.give(gatherStrided(*input, shape, strides, offset), index)))
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
