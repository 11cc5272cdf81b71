//===- StrippedPorts.cpp - Border layers as host steps --------------------===//
#include "StrippedPorts.h"

#include "tare/Program/HostLayer.h"
#include "tare/Program/Model.h"

#include <algorithm>

namespace tare::program {

static void addStep(PortT &port, size_t place, const OpUnion &op) {
  auto step = std::make_unique<HostStepT>();
  step->op = op;
  port.host_steps.insert(port.host_steps.begin() + place, std::move(step));
}

//===----------------------------------------------------------------------===//
// Inputs
//===----------------------------------------------------------------------===//

/// The letters of what a transpose makes of an input.
static void moveLayout(PortT &port, const OpUnion &op) {
  const auto *transpose = op.AsTranspose();
  if (!transpose || port.layout.size() != transpose->permutation.size())
    return;
  std::string letters = port.layout;
  for (size_t i = 0; i != letters.size(); ++i)
    port.layout[i] = letters[transpose->permutation[i]];
}

static void setIntegers(TensorT &tensor, const TensorT &integers) {
  tensor.type = integers.type;
  tensor.scales = integers.scales;
  tensor.axis = integers.axis;
  tensor.zero_point = integers.zero_point;
}

bool InputStripper::strip(PortT &port) {
  std::optional<size_t> reader = layers.onlyReader(port.tensor);
  if (!reader)
    return false;
  Op kind = program.layers[*reader]->op.type;
  if (kinds.transpose && kind == Op::Transpose)
    return take(port, *reader);
  if (!kinds.quantize || !bringQuantizeFirst(port))
    return false;
  return take(port, *layers.onlyReader(port.tensor));
}

bool InputStripper::take(PortT &port, size_t layer) {
  const LayerT &taken = *program.layers[layer];
  addStep(port, port.host_steps.size(), taken.op);
  moveLayout(port, taken.op);
  port.tensor = taken.result;
  layers.take(layer);
  return true;
}

bool InputStripper::bringQuantizeFirst(PortT &port) {
  const auto [movements, reader] =
      passageToReader(program, port.tensor, [&](uint32_t tensor) { return layers.onlyReader(tensor); });
  if (!reader || program.layers[*reader]->op.type != Op::Quantize)
    return false;
  if (movements.empty())
    return true;
  // The quantize reads the port, the first movement what it makes, and the last one makes what it made.
  LayerT &quantize = *program.layers[*reader];
  TensorT &integers = *program.tensors[quantize.result];
  uint32_t made = quantize.result, first = addTensor(*program.tensors[port.tensor], integers);
  for (size_t movement : movements)
    setIntegers(*program.tensors[program.layers[movement]->result], integers);
  quantize.operands = {port.tensor};
  quantize.result = first;
  program.layers[movements.front()]->operands = {first};
  program.layers[movements.back()]->result = made;
  // It runs before them now.
  layers.moveForward(*reader, movements.front());
  return true;
}

uint32_t InputStripper::addTensor(const TensorT &shaped, const TensorT &integers) {
  auto tensor = std::make_unique<TensorT>(shaped);
  setIntegers(*tensor, integers);
  program.tensors.push_back(std::move(tensor));
  return uint32_t(program.tensors.size() - 1);
}

//===----------------------------------------------------------------------===//
// Outputs
//===----------------------------------------------------------------------===//

/// The letters of what a transpose has made an output of.
static void moveBack(PortT &port, const std::vector<int32_t> &permutation) {
  if (port.layout.size() != permutation.size())
    return;
  std::string letters = port.layout;
  for (size_t i = 0; i != letters.size(); ++i)
    port.layout[permutation[i]] = letters[i];
}

bool OutputStripper::strip(PortT &port) {
  std::optional<size_t> writer = layers.writerOf(port.tensor);
  if (!writer || !mayLeave(port.tensor))
    return false;
  const OpUnion &op = program.layers[*writer]->op;
  bool isWanted = (kinds.transpose && op.type == Op::Transpose) || (kinds.dequantize && op.type == Op::Dequantize) ||
                  (kinds.dequantize && rearranges(op.type) && comesFromDequantize(port.tensor));
  return isWanted && takeBack(port, *writer);
}

bool OutputStripper::mayLeave(uint32_t tensor) const {
  auto isPort = [&](const auto &port) { return port->tensor == tensor; };
  return layers.readersOf(tensor).empty() && std::count_if(program.outputs.begin(), program.outputs.end(), isPort) == 1;
}

bool OutputStripper::comesFromDequantize(uint32_t tensor) const {
  const Passage passage = layers.passageBack(tensor);
  auto isOwn = [&](size_t movement) {
    const uint32_t result = program.layers[movement]->result;
    return result == tensor || layers.onlyReader(result);
  };
  return passage.end && program.layers[*passage.end]->op.type == Op::Dequantize &&
         std::all_of(passage.movements.begin(), passage.movements.end(), isOwn);
}

bool OutputStripper::takeBack(PortT &port, size_t layer) {
  const LayerT &taken = *program.layers[layer];
  addStep(port, 0, taken.op);
  if (const auto *transpose = taken.op.AsTranspose())
    moveBack(port, transpose->permutation);
  else if (taken.op.AsReshape())
    port.layout.clear();
  port.tensor = taken.operands.front();
  if (const auto *dequantize = taken.op.AsDequantize()) {
    port.scales = dequantize->scales;
    port.axis = dequantize->scales.size() > 1 ? dequantize->axis : 0;
    port.zero_point = dequantize->zero_point;
  }
  layers.take(layer);
  return true;
}

} // namespace tare::program
