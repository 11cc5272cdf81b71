//===- PortDescription.cpp - Inputs and outputs for callers ---------------===//
//
// A port's axis belongs to its integer tensor, its layout to its own tensor; a
// caller sees both along the value's shape. So both are carried through the
// transposes and reshapes between.
//
//===----------------------------------------------------------------------===//
#include "PortPath.h"
#include "tare/Tensor/OffsetBinary.h"

#include <algorithm>

namespace tare::runtime {
namespace {

using program::Op;
using program::OpUnion;

int64_t countBefore(const Shape &shape, size_t axis) {
  return elementCount(Shape(shape.begin(), shape.begin() + axis));
}

/// The axis of `to` that has the same elements as `axis` of `from`; -1 where
/// there is none.
int32_t axisAfterReshape(const Shape &from, const Shape &to, int32_t axis) {
  int64_t before = countBefore(from, axis);
  for (size_t i = 0; i != to.size(); ++i)
    if (to[i] == from[axis] && countBefore(to, i) == before)
      return int32_t(i);
  return -1;
}

/// Where `axis` of the operand is in the result.
int32_t axisAfter(const OpUnion &op, const Shape &operand, const Shape &result, int32_t axis) {
  if (axis < 0 || size_t(axis) >= operand.size())
    return -1;
  if (const auto *transpose = op.AsTranspose()) {
    const auto &order = transpose->permutation;
    return int32_t(std::find(order.begin(), order.end(), axis) - order.begin());
  }
  return op.type == Op::Reshape ? axisAfterReshape(operand, result, axis) : axis;
}

/// Where `axis` of the result was in the operand.
int32_t axisBefore(const OpUnion &op, const Shape &operand, const Shape &result, int32_t axis) {
  if (axis < 0 || size_t(axis) >= result.size())
    return -1;
  if (const auto *transpose = op.AsTranspose())
    return transpose->permutation[axis];
  return op.type == Op::Reshape ? axisAfterReshape(result, operand, axis) : axis;
}

int32_t axisAtEnd(const PortPath &path, int32_t axis) {
  for (size_t i = 0; i != path.steps.size(); ++i)
    axis = axisAfter(*path.steps[i], path.types[i].shape, path.types[i + 1].shape, axis);
  return axis;
}

int32_t axisAtBeginning(const PortPath &path, int32_t axis) {
  for (size_t i = path.steps.size(); i-- != 0;)
    axis = axisBefore(*path.steps[i], path.types[i].shape, path.types[i + 1].shape, axis);
  return axis;
}

/// Host steps contain no reshape, so each dimension keeps its letter.
std::string layoutAlong(const PortPath &path, const std::string &layout, bool towardsEnd) {
  std::string moved(layout.size(), '?');
  if (layout.size() != path.types.front().shape.size())
    return layout;
  for (size_t i = 0; i != layout.size(); ++i)
    moved[towardsEnd ? axisAtEnd(path, i) : axisAtBeginning(path, i)] = layout[i];
  return moved;
}

/// What the caller sees of a tensor whose integers the model has unsigned.
void showUnsigned(PortDescription &description) {
  description.zeroPoint += int32_t(description.scales.empty() ? 0 : halfRange(description.type.element));
  description.type.element = unsignedOf(description.type.element);
}

PortDescription describe(const program::PortT &port) {
  return {port.name, {}, port.layout, port.scales, port.axis, port.zero_point};
}

} // namespace

PortDescription Session::describeInput(size_t index, Form form) const {
  const program::PortT &port = *program().inputs[index];
  PortDescription description = describe(port);
  // The raw path leads from the port's shape to the integer tensor.
  description.axis = axisAtBeginning(inputPath(*source, uses, index, Form::raw), port.axis);
  PortPath path = inputPath(*source, uses, index, form);
  description.type = path.types.front();
  if (form == Form::model) {
    description.axis = axisAtBeginning(path, description.axis);
    description.layout = layoutAlong(path, port.layout, false);
  }
  if (port.is_unsigned)
    showUnsigned(description);
  return description;
}

PortDescription Session::describeOutput(size_t index, Form form) const {
  const program::PortT &port = *program().outputs[index];
  PortDescription description = describe(port);
  description.axis = axisAtEnd(outputPath(*source, uses, index, Form::raw), port.axis);
  PortPath path = outputPath(*source, uses, index, form);
  description.type = path.types.back();
  if (form == Form::model) {
    description.axis = axisAtEnd(path, description.axis);
    description.layout = layoutAlong(path, port.layout, true);
  }
  if (port.is_unsigned)
    showUnsigned(description);
  return description;
}

} // namespace tare::runtime
