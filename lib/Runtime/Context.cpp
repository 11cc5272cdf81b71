//===- Context.cpp - Runs programs ----------------------------------------===//
#include "ContextParts.h"

#include <cassert>
#include <chrono>
#include <cstring>

namespace tare::runtime {
namespace {

/// Adds the time of its life to a layer's total, where the caller wants times.
class LayerClock {
public:
  LayerClock(const RunOptions &options, size_t layer) {
    if (options.nanoseconds.empty())
      return;
    total = &options.nanoseconds[layer];
    begin = Clock::now();
  }
  ~LayerClock() {
    if (total)
      *total += std::chrono::nanoseconds(Clock::now() - begin).count();
  }
  LayerClock(const LayerClock &) = delete;
  LayerClock &operator=(const LayerClock &) = delete;

private:
  using Clock = std::chrono::steady_clock;
  uint64_t *total = nullptr;
  Clock::time_point begin;
};

} // namespace

void Context::run(std::span<const void *const> inputValues, std::span<void *const> outputValues,
                  const RunOptions &options) {
  assert(inputValues.size() == inputs.size() && "one pointer per input");
  assert(outputValues.size() == outputs.size() && "one pointer per output");
  for (size_t layer = 0; layer <= layers.size(); ++layer) {
    admit(layer, inputValues);
    deliver(layer, outputValues);
    if (layer != layers.size())
      runLayer(layer, options);
  }
}

void Context::execute(const Node &node) {
  if (!node.op)
    return;
  if (node.shares == 1)
    return node.op->run(node.operands, node.result, scratch.get());
  team->run(node.shares, [&](kernels::Share share, size_t thread) {
    node.op->run(node.operands, node.result, scratch.get() + thread * scratchBytes, share);
  });
}

void Context::runLayer(size_t index, const RunOptions &options) {
  const Node &node = layers[index];
  {
    LayerClock clock(options, index);
    execute(node);
  }
  if (options.observe && node.observed.data)
    options.observe(index, node.observed);
}

void Context::admit(size_t layer, std::span<const void *const> values) {
  for (size_t i = 0; i != inputs.size(); ++i) {
    const PortBinding &port = inputs[i];
    if (port.path.layer != layer)
      continue;
    std::memcpy(port.memory, values[i], port.bytes);
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
    std::memcpy(values[i], port.memory, port.bytes);
  }
}

} // namespace tare::runtime
