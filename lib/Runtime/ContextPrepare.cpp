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

/// Where the values of a path lie that are not read by the very next step.
struct KeptPlaces {
  std::vector<std::optional<uint64_t>> offsets;
  uint64_t keptBytes = 0;
};

KeptPlaces placesOf(const PortPath &path) {
  KeptPlaces places;
  places.offsets.resize(path.values.size());
  for (size_t i = 0; i != path.values.size(); ++i)
    for (size_t operand : path.values[i].operands)
      if (operand + 1 != i && !path.values[operand].tensor) {
        places.offsets[operand] = places.keptBytes;
        uint64_t bytes = path.values[operand].type.bytes();
        places.keptBytes += (bytes + program::dataAlignment - 1) / program::dataAlignment * program::dataAlignment;
      }
  return places;
}

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
    bindSteps(port, 0);
  for (PortBinding &port : outputs)
    bindSteps(port, port.path.values.size() - 1);
  bindViews();
  makeTeam();
  return success();
}

void Context::preparePorts() {
  const program::Model &model = owner->model();
  for (size_t i = 0; i != owner->inputCount(); ++i) {
    inputs.emplace_back().path = inputPath(model, owner->uses, i, inputForms[i]);
    prepareSteps(inputs.back());
  }
  for (size_t i = 0; i != owner->outputCount(formOfOutputs); ++i) {
    outputs.emplace_back().path = outputPath(model, owner->uses, i, formOfOutputs);
    prepareSteps(outputs.back());
  }
}

void Context::prepareSteps(PortBinding &port) {
  const std::vector<PathValue> &values = port.path.values;
  for (const PathValue &value : values) {
    if (!value.op)
      continue;
    std::vector<kernels::Operand> operands;
    for (size_t operand : value.operands)
      operands.push_back({values[operand].type});
    port.steps.emplace_back(*value.op, operands, value.type, owner->options.forceReference);
  }
}

Status Context::allocate() {
  uint64_t stageBytes = 0, keptBytes = 0;
  auto addScratch = [&](const BoundOp &op) { scratchBytes = std::max(scratchBytes, op.scratchBytes()); };
  for (const BoundOp &op : owner->layers)
    addScratch(op);
  for (const program::Loop &loop : owner->loops)
    scratchBytes = std::max<size_t>(scratchBytes, carriedBytes(loop));
  for (auto *ports : {&inputs, &outputs})
    for (const PortBinding &port : *ports) {
      std::for_each(port.steps.begin(), port.steps.end(), addScratch);
      for (const PathValue &value : port.path.values)
        if (!value.tensor)
          stageBytes = std::max<uint64_t>(stageBytes, value.type.bytes());
      keptBytes = std::max(keptBytes, placesOf(port.path).keptBytes);
    }
  // Each thread's begins at a page of its own.
  constexpr size_t page = 4096;
  if (threadCount > 1)
    scratchBytes = (scratchBytes + page - 1) / page * page;
  uint64_t arenaBytes = owner->program().arena_bytes;
  uint64_t all = arenaBytes + threadCount * scratchBytes + 2 * stageBytes + keptBytes;
  if (all > physicalMemory())
    return Error{fmt::format("running takes {} bytes of memory, this machine has {}", all, physicalMemory())};
  arena.reset(newMemory(arenaBytes));
  std::memset(arena.get(), 0, arenaBytes); // The first run finds it mapped.
  scratch.reset(newMemory(threadCount * scratchBytes));
  for (Memory &stage : stages)
    stage.reset(newMemory(stageBytes));
  kept.reset(newMemory(keptBytes));
  return success();
}

uint64_t Context::carriedBytes(const program::Loop &loop) const {
  const program::LayerT &end = *owner->program().layers[loop.end];
  uint64_t bytes = 0;
  for (uint32_t i = 0; i != end.op.AsLoopEnd()->carries; ++i)
    bytes += owner->model().type(end.operands[1 + i]).bytes();
  return bytes;
}

std::byte *Context::memoryOf(uint32_t tensor) const {
  // Nobody writes through a constant's address: the verifier has seen to it.
  if (const void *constant = owner->model().constant(tensor))
    return static_cast<std::byte *>(const_cast<void *>(constant));
  return arena.get() + owner->program().tensors[tensor]->arena_offset;
}

void Context::bindLayers() {
  const program::Model &model = owner->model();
  for (const program::Loop &loop : owner->loops)
    loops.push_back({loop});
  for (size_t i = 0; i != owner->layers.size(); ++i) {
    const program::LayerT &layer = *owner->program().layers[i];
    Node node;
    node.op = &owner->layers[i];
    for (uint32_t operand : layer.operands)
      node.operands.push_back({model.type(operand), memoryOf(operand)});
    node.result = {model.type(layer.result), memoryOf(layer.result)};
    for (uint32_t result : program::resultsOf(layer))
      node.results.push_back({model.type(result), memoryOf(result)});
    node.observed.assign(node.results.begin(), node.results.end());
    if (isInPlace(layer))
      node.op = nullptr;
    layers.push_back(std::move(node));
  }
  for (LoopRun &each : loops)
    layers[each.loop.begin].loop = layers[each.loop.end].loop = &each;
  for (const PortBinding &input : inputs)
    for (size_t layer : input.path.stoodFor) {
      layers[layer].op = nullptr;
      layers[layer].observed.front().data = nullptr;
    }
}

/// The values along the steps lie in the stages in turn, so that no step writes
/// what it reads; those that a later step takes are kept.
void Context::bindSteps(PortBinding &port, size_t valueAt) {
  const std::vector<PathValue> &values = port.path.values;
  KeptPlaces places = placesOf(port.path);
  std::vector<std::byte *> memory(values.size());
  for (size_t i = 0; i != values.size(); ++i)
    if (values[i].tensor)
      memory[i] = memoryOf(*values[i].tensor);
    else
      memory[i] = places.offsets[i] ? kept.get() + *places.offsets[i] : stages[i % 2].get();
  for (size_t i = 0; i != values.size(); ++i) {
    if (!values[i].op)
      continue;
    Node node;
    node.op = &port.steps[port.nodes.size()];
    for (size_t operand : values[i].operands)
      node.operands.push_back({values[operand].type, memory[operand]});
    node.result = {values[i].type, memory[i]};
    port.nodes.push_back(std::move(node));
  }
  port.memory = memory[valueAt];
  port.bytes = values[valueAt].type.bytes();
  port.element = values[valueAt].type.element;
}

} // namespace tare::runtime
