//===- ContextPrepare.cpp - Memory and views of a context -----------------===//
#include "ContextParts.h"
#include "tare/Program/Container.h"
#include "tare/Tensor/Parallel.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <new>
#include <unistd.h>

namespace tare::runtime {
namespace {

constexpr std::align_val_t alignment{program::dataAlignment};

/// More would not help, and a team holds no more.
constexpr size_t mostThreads = 255;

/// A system may promise memory that it does not have, and kill the process that
/// touches it: so the promise alone is not believed.
uint64_t physicalMemory() { return uint64_t(sysconf(_SC_PHYS_PAGES)) * sysconf(_SC_PAGE_SIZE); }

std::byte *newMemory(uint64_t bytes) { return static_cast<std::byte *>(::operator new(bytes, alignment)); }

} // namespace

void Context::Release::operator()(std::byte *memory) const { ::operator delete(memory, alignment); }

Context::Context(std::shared_ptr<const Session> session, std::vector<Form> inputForms, Form outputForm, size_t threads)
    : owner(std::move(session)), inputForms(std::move(inputForms)), formOfOutputs(outputForm),
      threadCount(std::min(threads ? threads : defaultThreads(), mostThreads)) {}

Context::~Context() = default;

Status Context::prepare() {
  preparePorts();
  if (auto status = allocate(); !status)
    return status;
  bindLayers();
  for (PortBinding &port : inputs)
    bindSteps(port, port.steps.size(), 0);
  for (PortBinding &port : outputs)
    bindSteps(port, 0, port.steps.size());
  bindViews();
  makeTeam();
  return success();
}

void Context::preparePorts() {
  const program::Model &model = owner->model();
  for (size_t i = 0; i != owner->inputCount(); ++i) {
    inputs.emplace_back().path = inputPath(model, owner->uses, i, inputForms[i]);
    inputs.back().isUnsigned = owner->program().inputs[i]->is_unsigned;
    prepareSteps(inputs.back());
  }
  for (size_t i = 0; i != owner->outputCount(); ++i) {
    outputs.emplace_back().path = outputPath(model, owner->uses, i, formOfOutputs);
    outputs.back().isUnsigned = owner->program().outputs[i]->is_unsigned;
    prepareSteps(outputs.back());
  }
}

void Context::prepareSteps(PortBinding &port) {
  for (size_t i = 0; i != port.path.steps.size(); ++i) {
    kernels::Operand operand{port.path.types[i]};
    port.steps.emplace_back(*port.path.steps[i], std::span(&operand, 1), port.path.types[i + 1],
                            owner->options.forceReference);
  }
}

Status Context::allocate() {
  uint64_t stageBytes = 0;
  auto addScratch = [&](const BoundOp &op) { scratchBytes = std::max(scratchBytes, op.scratchBytes()); };
  for (const BoundOp &op : owner->layers)
    addScratch(op);
  for (auto *ports : {&inputs, &outputs})
    for (const PortBinding &port : *ports)
      for (size_t i = 0; i != port.steps.size(); ++i) {
        addScratch(port.steps[i]);
        stageBytes = std::max<uint64_t>({stageBytes, port.path.types[i].bytes(), port.path.types[i + 1].bytes()});
      }
  // Each thread's begins at a page of its own.
  constexpr size_t page = 4096;
  if (threadCount > 1)
    scratchBytes = (scratchBytes + page - 1) / page * page;
  uint64_t arenaBytes = owner->program().arena_bytes;
  uint64_t all = arenaBytes + threadCount * scratchBytes + 2 * stageBytes;
  if (all > physicalMemory())
    return Error{fmt::format("running takes {} bytes of memory, this machine has {}", all, physicalMemory())};
  arena.reset(newMemory(arenaBytes));
  std::memset(arena.get(), 0, arenaBytes); // The first run finds it mapped.
  scratch.reset(newMemory(threadCount * scratchBytes));
  for (Memory &stage : stages)
    stage.reset(newMemory(stageBytes));
  return success();
}

std::byte *Context::memoryOf(uint32_t tensor) const {
  // Nobody writes through a constant's address: the verifier has seen to it.
  if (const void *constant = owner->model().constant(tensor))
    return static_cast<std::byte *>(const_cast<void *>(constant));
  return arena.get() + owner->program().tensors[tensor]->arena_offset;
}

void Context::bindLayers() {
  const program::Model &model = owner->model();
  for (size_t i = 0; i != owner->layers.size(); ++i) {
    const program::LayerT &layer = *owner->program().layers[i];
    Node node;
    node.op = &owner->layers[i];
    for (uint32_t operand : layer.operands)
      node.operands.push_back({model.type(operand), memoryOf(operand)});
    node.result = {model.type(layer.result), memoryOf(layer.result)};
    node.observed = node.result;
    if (isInPlace(layer))
      node.op = nullptr;
    layers.push_back(std::move(node));
  }
  for (const PortBinding &input : inputs)
    for (size_t layer : input.path.stoodFor) {
      layers[layer].op = nullptr;
      layers[layer].observed.data = nullptr;
    }
}

/// The values along the steps lie in the stages in turn, so that no step writes
/// what it reads; only the tensor, at one end, lies in the arena.
void Context::bindSteps(PortBinding &port, size_t tensorAt, size_t valueAt) {
  std::vector<std::byte *> memory(port.steps.size() + 1);
  for (size_t i = 0; i != memory.size(); ++i)
    memory[i] = i == tensorAt ? memoryOf(port.path.tensor) : stages[i % 2].get();
  for (size_t i = 0; i != port.steps.size(); ++i) {
    Node node;
    node.op = &port.steps[i];
    node.operands.push_back({port.path.types[i], memory[i]});
    node.result = {port.path.types[i + 1], memory[i + 1]};
    port.nodes.push_back(std::move(node));
  }
  port.memory = memory[valueAt];
  port.bytes = port.path.types[valueAt].bytes();
  port.element = port.path.types[valueAt].element;
}

} // namespace tare::runtime
