//===- Axes.h - Axes, slices and shapes as ONNX gives them ------*- C++ -*-===//
//
// Shared by the nodes that move data in the IR and by those that are computed at
// import, so that both read attributes and operands the same way.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_LIB_ONNX_OPS_AXES_H
#define TARE_LIB_ONNX_OPS_AXES_H

#include "Node.h"

namespace tare::onnx {

/// An axis of a tensor of `rank`; a negative one counts from the end.
std::optional<int64_t> readAxis(Node &node, int64_t axis, int64_t rank);

/// Distinct axes from the attribute `axes`, or (since opset `operandSince`) from
/// operand `operand`; nothing (without an error) where the node gives none.
std::optional<Integers> readAxes(Node &node, int64_t rank, int64_t operandSince, unsigned operand);

/// The permutation of Transpose.
std::optional<Integers> readPermutation(Node &node, int64_t rank);

/// The result shapes of nodes that keep the elements and their order.
std::optional<Shape> reshapedShape(Node &node, const Shape &input);
std::optional<Shape> flattenedShape(Node &node, const Shape &input);
std::optional<Shape> squeezedShape(Node &node, const Shape &input);
std::optional<Shape> unsqueezedShape(Node &node, const Shape &input);

/// A slice, normalized: element start + i * step for i < size, per axis. `size`
/// may be 0; where it is not, every element is within its axis.
struct SliceRange {
  Integers starts, steps, sizes;
};
std::optional<SliceRange> readSlice(Node &node, const Shape &input);

/// The sizes of Split's parts, which add up to `size`: given (attribute, operand since opset 13), or equal ones; the
/// last may be smaller since opset 18.
std::optional<Integers> readSplit(Node &node, int64_t size);

} // namespace tare::onnx

#endif // TARE_LIB_ONNX_OPS_AXES_H
