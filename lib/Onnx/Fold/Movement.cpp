//===- Movement.cpp - Known elements in other places and shapes -----------===//
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

using ShapeFunction = std::optional<Shape> (*)(Node &, const Shape &);

template <ShapeFunction shapeOfResult> LogicalResult foldReshape(Node &node) {
  std::optional<Shape> input = node.shapeOf(0);
  std::optional<Shape> shape = input ? shapeOfResult(node, *input) : std::nullopt;
  return shape ? giveMoved(node, [&](const Tensor &tensor) { return tensor.reshaped(*shape); }) : failure();
}

LogicalResult foldIdentity(Node &node) { return node.forward(); }

LogicalResult foldTranspose(Node &node) {
  std::optional<Shape> input = node.shapeOf(0);
  std::optional<Integers> permutation = input ? readPermutation(node, input->size()) : std::nullopt;
  return permutation ? giveMoved(node, [&](const Tensor &tensor) { return transposed(tensor, *permutation); })
                     : failure();
}

LogicalResult foldSlice(Node &node) {
  std::optional<Shape> input = node.shapeOf(0);
  std::optional<SliceRange> range = input ? readSlice(node, *input) : std::nullopt;
  if (!range)
    return failure();
  Shape shape(range->sizes.begin(), range->sizes.end());
  if (elementCount(shape) == 0)
    return giveMoved(node, [&](const Tensor &tensor) { return Tensor(tensor.element(), shape); });
  Integers strides = stridesOf(*input);
  int64_t offset = 0;
  for (size_t axis = 0; axis < shape.size(); ++axis) {
    offset += range->starts[axis] * strides[axis];
    strides[axis] *= range->steps[axis];
  }
  return giveMoved(node, [&](const Tensor &tensor) { return gatherStrided(tensor, shape, strides, offset); });
}

/// Elements before, along and after an axis.
struct Block {
  int64_t outer, inner;
};

Block blockOf(const Shape &shape, int64_t axis) {
  return {elementCount(Shape(shape.begin(), shape.begin() + axis)),
          elementCount(Shape(shape.begin() + axis + 1, shape.end()))};
}

LogicalResult checkConcat(Node &node, int64_t &axis, Shape &shape) {
  if (!node.numOperands())
    return node.error("has no operands");
  std::optional<int64_t> valid;
  for (unsigned i = 0; i < node.numOperands(); ++i) {
    const Tensor *input = node.requireKnown(i, "an operand");
    if (!input)
      return failure();
    if (i == 0) {
      shape = input->shape();
      valid = readAxis(node, node.intAttribute("axis", 0), shape.size());
      if (!valid)
        return failure();
      axis = *valid;
      shape[axis] = 0;
    }
    Shape rest = input->shape();
    if (rest.size() != shape.size() || input->element() != node.known(0)->element())
      return node.error("operands must agree in type and rank");
    shape[axis] += rest[axis];
    rest[axis] = shape[axis];
    if (rest != shape)
      return node.error(fmt::format("operands must agree in all axes but {}", axis));
  }
  return mlir::success();
}

LogicalResult foldConcat(Node &node) {
  int64_t axis = 0;
  Shape shape;
  if (failed(checkConcat(node, axis, shape)))
    return failure();
  int64_t total = 0;
  for (unsigned i = 0; i < node.numOperands(); ++i)
    total += node.known(i)->count();
  // As large as the operands together: repeated ones, as a rule none.
  if (total > (int64_t(1) << 22) && !mayCompute(node, shape))
    return failure();
  ElementType element = node.known(0)->element();
  Tensor result(element, shape);
  Block block = blockOf(shape, axis);
  size_t size = sizeOf(element);
  char *to = result.mutableAs<char>();
  for (int64_t outer = 0; outer < block.outer; ++outer)
    for (unsigned i = 0; i < node.numOperands(); ++i) {
      const Tensor &input = *node.known(i);
      size_t bytes = input.shape()[axis] * block.inner * size;
      std::memcpy(to, input.as<char>() + outer * bytes, bytes);
      to += bytes;
    }
  return node.give(result);
}

LogicalResult foldExpand(Node &node) {
  std::optional<Shape> input = node.shapeOf(0);
  std::optional<Integers> dims = node.requireIntegers(1, "the shape");
  if (!input || !dims)
    return failure();
  std::optional<Shape> shape = broadcastShapes(*input, Shape(dims->begin(), dims->end()));
  if (!shape)
    return node.error("cannot expand " + toString(*input) + " to " + toString(Shape(dims->begin(), dims->end())));
  return mayCompute(node, *shape) ? giveMoved(node, [&](const Tensor &tensor) { return broadcastTo(tensor, *shape); })
                                  : failure();
}

/// Tiling is broadcasting along an axis put before each axis.
LogicalResult foldTile(Node &node) {
  std::optional<Shape> input = node.shapeOf(0);
  std::optional<Integers> repeats = node.requireIntegers(1, "the repeats");
  if (!input || !repeats)
    return failure();
  if (repeats->size() != input->size())
    return node.error("found " + llvm::Twine(repeats->size()) + " repeats for an operand of rank " +
                      llvm::Twine(input->size()));
  Shape apart, repeated, shape;
  for (auto [dim, repeat] : llvm::zip(*input, *repeats)) {
    if (repeat < 0 || repeat > largestExtent)
      return node.error("found a repeat of " + llvm::Twine(repeat));
    apart.insert(apart.end(), {1, dim});
    repeated.insert(repeated.end(), {repeat, dim});
    int64_t size;
    if (__builtin_mul_overflow(dim, repeat, &size))
      return node.error("the result is too large");
    shape.push_back(size);
  }
  if (!mayCompute(node, shape))
    return failure();
  return giveMoved(node,
                   [&](const Tensor &tensor) { return broadcastTo(tensor.reshaped(apart), repeated).reshaped(shape); });
}

} // namespace

void tare::onnx::registerMovementFolds(OpTable &table) {
  table.addFold("Reshape", foldReshape<reshapedShape>);
  table.addFold("Flatten", foldReshape<flattenedShape>);
  table.addFold("Squeeze", foldReshape<squeezedShape>);
  table.addFold("Unsqueeze", foldReshape<unsqueezedShape>);
  table.addFold("Identity", foldIdentity);
  table.addFold("Transpose", foldTranspose);
  table.addFold("Slice", foldSlice);
  table.addFold("Concat", foldConcat);
  table.addFold("Expand", foldExpand);
  table.addFold("Tile", foldTile);
}
