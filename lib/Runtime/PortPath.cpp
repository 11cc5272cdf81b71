//===- PortPath.cpp - From a caller's value to a tensor -------------------===//
//
// The model is verified, so host steps have types and layers have operands.
//
//===----------------------------------------------------------------------===//
#include "PortPath.h"

#include "tare/Kernels/Registry.h"
#include "tare/Program/HostSteps.h"

#include <cassert>

namespace tare::runtime {
namespace {

using program::Boundary;
using program::Model;
using program::PortT;

/// `operand` made by `op` into a value of this type.
PathValue made(const program::OpUnion &op, TensorType type, size_t operand) {
  return {std::move(type), std::nullopt, &op, {operand}};
}

/// The layers `movements`, applied to a first value of `type`; they moved real
/// numbers in the program and move integers here. Nothing where one does not
/// take them.
std::vector<PathValue> moveIntegers(const Model &model, const Boundary &boundary, TensorType type) {
  std::vector<PathValue> values{{std::move(type)}};
  for (size_t layer : boundary.movements) {
    const program::OpUnion &op = model.program().layers[layer]->op;
    auto moved = kernels::lookup(op.type)->infer(op, std::span(&values.back().type, 1));
    if (!moved)
      return {};
    values.push_back(made(op, *moved, values.size() - 1));
  }
  return values;
}

PortPath ownTensor(const Model &model, const PortT &port, size_t layer) {
  return {{{model.type(port.tensor), port.tensor}}, {}, layer, port.is_unsigned};
}

PortPath modelInput(const Model &model, const PortT &port) {
  auto types = program::inputHostTypes(port, model.type(port.tensor));
  assert(types && "the model is verified");
  PortPath path{{{types->front()}}, {}, 0, port.is_unsigned};
  for (size_t i = 0; i != port.host_steps.size(); ++i)
    path.values.push_back(made(port.host_steps[i]->op, (*types)[i + 1], i));
  path.values.back().tensor = port.tensor;
  return path;
}

PortPath modelOutput(const Model &model, size_t index) {
  const program::ProgramT &program = model.program();
  program::HostOutputs host = hostOutputsOf(model);
  const program::ModelOutput &output = host.outputs[index];
  PortPath path{{}, {}, program.layers.size(), program.outputs[output.lastPort]->is_unsigned};
  for (size_t i = output.firstValue; i != output.endValue; ++i) {
    const program::HostValue &value = host.values[i];
    PathValue &added = path.values.emplace_back(PathValue{value.type, std::nullopt, value.op, value.operands});
    for (size_t &operand : added.operands)
      operand -= output.firstValue;
    if (!value.op)
      added.tensor = program.outputs[value.port]->tensor;
  }
  return path;
}

} // namespace

program::HostOutputs hostOutputsOf(const Model &model) {
  std::vector<TensorType> types;
  for (const auto &port : model.program().outputs)
    types.push_back(model.type(port->tensor));
  auto host = program::hostOutputs(model.program().outputs, types);
  assert(host && "the model is verified");
  return std::move(*host);
}

PortPath inputPath(const Model &model, const Uses &uses, size_t index, Form form) {
  const PortT &port = *model.program().inputs[index];
  if (form == Form::model)
    return modelInput(model, port);
  Boundary boundary = program::inputBoundary(model.program(), uses, port);
  if (form != Form::raw || boundary.cast < 0)
    return ownTensor(model, port, 0);
  PortPath path{{}, boundary.movements, size_t(boundary.cast)};
  path.stoodFor.push_back(boundary.cast);
  path.values = moveIntegers(model, boundary, {model.type(boundary.tensor).element, model.type(port.tensor).shape});
  if (path.values.empty())
    return ownTensor(model, port, 0);
  path.values.back().tensor = boundary.tensor;
  return path;
}

PortPath outputPath(const Model &model, const Uses &uses, size_t index, Form form) {
  if (form == Form::model)
    return modelOutput(model, index);
  const PortT &port = *model.program().outputs[index];
  PortPath own = ownTensor(model, port, model.program().layers.size());
  Boundary boundary = program::outputBoundary(model.program(), uses, port);
  if (form != Form::raw || boundary.cast < 0)
    return own;
  PortPath path{moveIntegers(model, boundary, model.type(boundary.tensor)), {}, size_t(boundary.cast)};
  if (path.values.empty())
    return own;
  path.values.front().tensor = boundary.tensor;
  return path;
}

} // namespace tare::runtime
