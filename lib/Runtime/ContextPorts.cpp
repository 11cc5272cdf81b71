//===- ContextPorts.cpp - Values enter and leave --------------------------===//
//
// The kernels read a caller's inputs and write its outputs where they are, as far as nothing else lies in the same
// memory of the arena; otherwise the values are copied.
//
//===----------------------------------------------------------------------===//
#include "ContextParts.h"
#include "tare/Tensor/OffsetBinary.h"

#include <algorithm>
#include <cstring>

namespace tare::runtime {
namespace {

bool isAligned(const void *value, ElementType element) {
  return reinterpret_cast<uintptr_t>(value) % sizeOf(element) == 0;
}

bool overlap(const void *a, size_t aBytes, const void *b, size_t bBytes) {
  auto x = reinterpret_cast<uintptr_t>(a), y = reinterpret_cast<uintptr_t>(b);
  return x < y + bBytes && y < x + aBytes;
}

} // namespace

/// Unsigned integers are shifted, and so never used where they are.
void Context::PortBinding::copy(const void *from, void *to) const {
  if (!path.isUnsigned)
    return void(std::memcpy(to, from, bytes));
  TensorType integers{element, {int64_t(bytes / sizeOf(element))}};
  shiftByHalf({integers, from}, {integers, to});
}

/// For each tensor the one that its memory was made for: a reshape in place has its operand's.
std::vector<uint32_t> Context::memoryOwners() const {
  const program::ProgramT &program = owner->program();
  std::vector<uint32_t> owners(program.tensors.size());
  for (size_t i = 0; i != owners.size(); ++i)
    owners[i] = uint32_t(i);
  for (const auto &layer : program.layers)
    if (isInPlace(*layer))
      owners[layer->result] = owners[layer->operands.front()];
  return owners;
}

bool Context::isInPlace(const program::LayerT &layer) const {
  return layer.op.type == program::Op::Reshape && memoryOf(layer.operands.front()) == memoryOf(layer.result);
}

/// Finds every view of a port's memory; a caller's memory can take its place where no other port needs it.
void Context::bindViews() {
  std::vector<uint32_t> owners = memoryOwners();
  std::vector<int> ports(owners.size());
  for (auto *list : {&inputs, &outputs})
    for (const PortBinding &port : *list)
      for (const PathValue &value : port.path.values)
        if (value.tensor)
          ++ports[owners[*value.tensor]];
  auto isOnlyPort = [&](const PortBinding &port) { return ports[owners[*port.path.values.front().tensor]] == 1; };
  for (PortBinding &port : inputs)
    if (!port.nodes.empty())
      port.readers = {&port.nodes.front().operands.front()};
    else if (isOnlyPort(port))
      addViews(port, owners);
  for (PortBinding &port : outputs)
    if (!port.nodes.empty())
      port.writer = &port.nodes.back().result;
    else if (isOnlyPort(port) && !owner->model().constant(owners[*port.path.values.front().tensor]))
      addViews(port, owners);
}

void Context::addViews(PortBinding &port, const std::vector<uint32_t> &owners) {
  const program::ProgramT &program = owner->program();
  uint32_t memory = owners[*port.path.values.front().tensor];
  for (size_t i = 0; i != layers.size(); ++i) {
    Node &node = layers[i];
    for (size_t k = 0; k != node.operands.size(); ++k)
      if (owners[program.layers[i]->operands[k]] == memory)
        port.readers.push_back(&node.operands[k]);
    std::vector<uint32_t> results = program::resultsOf(*program.layers[i]);
    for (size_t k = 0; k != results.size(); ++k) {
      if (owners[results[k]] != memory || !node.observed[k].data)
        continue;
      port.readers.push_back(&node.observed[k]);
      if (node.op)
        port.writer = results.size() > 1 || node.op->isHost() || loopAt(i) ? &node.results[k] : &node.result;
    }
  }
}

void Context::bindValues(std::span<const void *const> inputValues, std::span<void *const> outputValues) {
  bool separate = true;
  for (size_t i = 0; i != inputs.size(); ++i)
    for (size_t o = 0; o != outputs.size(); ++o)
      separate &= !overlap(inputValues[i], inputs[i].bytes, outputValues[o], outputs[o].bytes);
  // An input's views are only read through.
  for (size_t i = 0; i != inputs.size(); ++i)
    bindValue(inputs[i], const_cast<void *>(inputValues[i]), separate);
  for (size_t i = 0; i != outputs.size(); ++i)
    bindValue(outputs[i], outputValues[i], separate);
}

void Context::bindValue(PortBinding &port, void *value, bool separate) {
  bool direct =
      separate && !port.path.isUnsigned && (!port.readers.empty() || port.writer) && isAligned(value, port.element);
  port.bound = direct ? value : port.memory;
  for (ConstTensorView *view : port.readers)
    view->data = port.bound;
  if (port.writer)
    port.writer->data = port.bound;
}

void Context::admit(size_t layer, std::span<const void *const> values) {
  for (size_t i = 0; i != inputs.size(); ++i) {
    const PortBinding &port = inputs[i];
    if (port.path.layer != layer)
      continue;
    if (port.bound != values[i])
      port.copy(values[i], port.memory);
    for (const Node &node : port.nodes)
      execute(node);
  }
}

void Context::deliver(size_t layer, std::span<void *const> values) {
  for (size_t i = 0; i != outputs.size(); ++i) {
    const PortBinding &port = outputs[i];
    if (port.path.layer != layer)
      continue;
    for (const Node &node : port.nodes)
      execute(node);
    if (port.bound != values[i])
      port.copy(port.memory, values[i]);
  }
}

} // namespace tare::runtime
