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

/// Fills steps and types with the layers `movements`, applied to `type`; they
/// moved real numbers in the program and move integers here. False where one
/// does not take them.
bool moveIntegers(PortPath &path, const Model &model, const Boundary &boundary, TensorType type) {
  path.types = {type};
  for (size_t layer : boundary.movements) {
    const program::OpUnion &op = model.program().layers[layer]->op;
    auto moved = kernels::lookup(op.type)->infer(op, std::span(&path.types.back(), 1));
    if (!moved)
      return false;
    path.steps.push_back(&op);
    path.types.push_back(*moved);
  }
  return true;
}

PortPath ownTensor(const Model &model, const PortT &port, size_t layer) {
  return {port.tensor, {}, {model.type(port.tensor)}, {}, layer};
}

void addHostSteps(PortPath &path, const PortT &port, Result<std::vector<TensorType>> types) {
  assert(types && "the model is verified");
  for (const auto &step : port.host_steps)
    path.steps.push_back(&step->op);
  path.types = *types;
}

} // namespace

PortPath inputPath(const Model &model, const Uses &uses, size_t index, Form form) {
  const PortT &port = *model.program().inputs[index];
  PortPath own = ownTensor(model, port, 0);
  if (form == Form::model)
    addHostSteps(own, port, program::inputHostTypes(port, model.type(port.tensor)));
  if (form != Form::raw)
    return own;
  Boundary boundary = program::inputBoundary(model.program(), uses, port);
  if (boundary.cast < 0)
    return own;
  PortPath path{boundary.tensor, {}, {}, boundary.movements, size_t(boundary.cast)};
  path.stoodFor.push_back(boundary.cast);
  TensorType integers{model.type(boundary.tensor).element, model.type(port.tensor).shape};
  return moveIntegers(path, model, boundary, integers) ? path : own;
}

PortPath outputPath(const Model &model, const Uses &uses, size_t index, Form form) {
  const PortT &port = *model.program().outputs[index];
  PortPath own = ownTensor(model, port, model.program().layers.size());
  if (form == Form::model)
    addHostSteps(own, port, program::outputHostTypes(port, model.type(port.tensor)));
  if (form != Form::raw)
    return own;
  Boundary boundary = program::outputBoundary(model.program(), uses, port);
  if (boundary.cast < 0)
    return own;
  PortPath path{boundary.tensor, {}, {}, {}, size_t(boundary.cast)};
  return moveIntegers(path, model, boundary, model.type(boundary.tensor)) ? path : own;
}

} // namespace tare::runtime
