//===- Movement.cpp - Reshape, Flatten, Transpose, Slice and their like ---===//
#include "Movement.h"
#include "Ops/Axes.h"

#include <fmt/format.h>

using namespace tare;
using namespace tare::onnx;
using mlir::failure;
using mlir::LogicalResult;

LogicalResult tare::onnx::giveAs(Node &node, mlir::Value value, const Integers &shape) {
  return node.give(node.create<qnn::ReshapeOp>(value, shape));
}

namespace {

using ShapeFunction = std::optional<Shape> (*)(Node &, const Shape &);

template <ShapeFunction shapeOfResult> LogicalResult importReshape(Node &node) {
  mlir::Value input = node.anyOperand(0);
  if (!input)
    return failure();
  std::optional<Shape> shape = shapeOfResult(node, *node.shapeOf(0));
  if (!shape)
    return failure();
  return node.give(node.create<qnn::ReshapeOp>(input, llvm::ArrayRef<int64_t>(*shape)));
}

LogicalResult importTranspose(Node &node) {
  mlir::Value input = node.anyOperand(0);
  if (!input)
    return failure();
  std::optional<Integers> permutation = readPermutation(node, dims(input).size());
  if (!permutation)
    return failure();
  return node.give(node.create<qnn::TransposeOp>(input, *permutation));
}

LogicalResult importSlice(Node &node) {
  mlir::Value input = node.anyOperand(0);
  if (!input)
    return failure();
  std::optional<SliceRange> range = readSlice(node, *node.shapeOf(0));
  if (!range)
    return failure();
  if (llvm::is_contained(range->sizes, 0))
    return node.giveEmpty(Shape(range->sizes.begin(), range->sizes.end()));
  return node.give(node.create<qnn::SliceOp>(input, range->starts, range->steps, range->sizes));
}

} // namespace

void tare::onnx::registerMovement(OpTable &table) {
  table.addImport("Reshape", importReshape<reshapedShape>);
  table.addImport("Flatten", importReshape<flattenedShape>);
  table.addImport("Squeeze", importReshape<squeezedShape>);
  table.addImport("Unsqueeze", importReshape<unsqueezedShape>);
  table.addImport("Transpose", importTranspose);
  table.addImport("Slice", importSlice);
}
