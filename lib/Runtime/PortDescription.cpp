//===- PortDescription.cpp - Inputs and outputs for callers ---------------===//
//
// A port's axis belongs to its integer tensor, its layout to its own tensor; a
// caller sees both along the value's shape. So both are carried through the
// transposes and reshapes between.
//
//===----------------------------------------------------------------------===//
#include "PortPath.h"
#include "tare/Program/Movements.h"
#include "tare/Tensor/OffsetBinary.h"

#include <algorithm>

namespace tare::runtime {
namespace {

using program::Op;
using program::OpUnion;

/// Where `axis` of the operand is in the result.
int32_t axisAfter(const OpUnion &op, const Shape &operand, const Shape &result, int32_t axis) {
  if (axis < 0 || size_t(axis) >= operand.size())
    return -1;
  if (const auto *transpose = op.AsTranspose()) {
    const auto &order = transpose->permutation;
    return int32_t(std::find(order.begin(), order.end(), axis) - order.begin());
  }
  return op.type == Op::Reshape ? program::axisAfterReshape(operand, result, axis).value_or(-1) : axis;
}

/// Where `axis` of the result was in the operand.
int32_t axisBefore(const OpUnion &op, const Shape &operand, const Shape &result, int32_t axis) {
  if (axis < 0 || size_t(axis) >= result.size())
    return -1;
  if (const auto *transpose = op.AsTranspose())
    return transpose->permutation[axis];
  return op.type == Op::Reshape ? program::axisAfterReshape(result, operand, axis).value_or(-1) : axis;
}

/// From the last beginning of the path to its end, each value is made of the one before, and of others.
size_t lastBeginning(const PortPath &path) {
  size_t first = path.values.size() - 1;
  while (path.values[first].op)
    --first;
  return first;
}

int32_t axisAtEnd(const PortPath &path, int32_t axis) {
  for (size_t i = lastBeginning(path) + 1; i != path.values.size(); ++i)
    axis = axisAfter(*path.values[i].op, path.values[i - 1].type.shape, path.values[i].type.shape, axis);
  return axis;
}

int32_t axisAtBeginning(const PortPath &path, int32_t axis) {
  for (size_t i = path.values.size() - 1; i != 0; --i)
    axis = axisBefore(*path.values[i].op, path.values[i - 1].type.shape, path.values[i].type.shape, axis);
  return axis;
}

/// Each dimension keeps its letter; none have one where a reshape splits or merges them.
std::string layoutAlong(const PortPath &path, const std::string &layout, bool towardsEnd) {
  const Shape &from = path.values[towardsEnd ? lastBeginning(path) : path.values.size() - 1].type.shape;
  const Shape &to = path.values[towardsEnd ? path.values.size() - 1 : 0].type.shape;
  if (layout.size() != from.size())
    return layout;
  std::string moved(to.size(), '?');
  for (size_t i = 0; i != layout.size(); ++i)
    if (int32_t axis = towardsEnd ? axisAtEnd(path, i) : axisAtBeginning(path, i); axis >= 0)
      moved[axis] = layout[i];
  return moved.find('?') == std::string::npos ? moved : "";
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
  description.type = path.values.front().type;
  if (form == Form::model) {
    description.axis = axisAtBeginning(path, description.axis);
    description.layout = layoutAlong(path, port.layout, false);
  }
  if (port.is_unsigned)
    showUnsigned(description);
  return description;
}

size_t Session::outputCount(Form form) const {
  return form == Form::model ? hostOutputsOf(*source).outputs.size() : program().outputs.size();
}

PortDescription Session::describeOutput(size_t index, Form form) const {
  if (form == Form::model)
    return describeModelOutput(index);
  const program::PortT &port = *program().outputs[index];
  PortDescription description = describe(port);
  description.axis = axisAtEnd(outputPath(*source, uses, index, Form::raw), port.axis);
  description.type = outputPath(*source, uses, index, form).values.back().type;
  description.format = port.float_format;
  if (port.is_unsigned)
    showUnsigned(description);
  return description;
}

/// As its last part has it. What is joined has a grid for each part, and none of its own.
PortDescription Session::describeModelOutput(size_t index) const {
  program::ModelOutput output = hostOutputsOf(*source).outputs[index];
  PortDescription description = describeOutput(output.lastPort, Form::program);
  PortPath path = outputPath(*source, uses, index, Form::model);
  description.name = output.name;
  // The element of integers, signed or not, is the port's.
  ElementType element = path.values.back().type.element;
  description.type = {program().outputs[output.lastPort]->is_unsigned ? description.type.element : element,
                      path.values.back().type.shape};
  description.layout = layoutAlong(path, description.layout, true);
  description.axis = axisAtEnd(path, description.axis);
  if (output.isJoined())
    description.scales.clear(), description.axis = 0, description.zeroPoint = 0;
  return description;
}

} // namespace tare::runtime
