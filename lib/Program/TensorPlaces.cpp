//===- TensorPlaces.cpp - What is left of the tensors ---------------------===//
#include "TensorPlaces.h"

#include "tare/Program/Container.h"
#include "tare/Program/HostLayer.h"
#include "tare/Program/Loops.h"
#include "tare/Program/Model.h"
#include "tare/Tensor/ArenaPlan.h"

#include <algorithm>
#include <map>
#include <set>

namespace tare::program {

template <typename Visit> static void visitIndices(ProgramT &program, Visit visit) {
  for (auto *ports : {&program.inputs, &program.outputs})
    for (auto &port : *ports)
      visit(port->tensor);
  for (auto &layer : program.layers) {
    for (uint32_t &operand : layer->operands)
      visit(operand);
    visit(layer->result);
    for (uint32_t &result : layer->further_results)
      visit(result);
  }
}

void dropTensors(ProgramT &program) {
  std::set<uint32_t> used;
  visitIndices(program, [&](uint32_t &index) { used.insert(index); });
  std::map<uint32_t, uint32_t> renamed;
  std::vector<std::unique_ptr<TensorT>> tensors;
  for (uint32_t index : used) {
    renamed[index] = uint32_t(tensors.size());
    tensors.push_back(std::move(program.tensors[index]));
  }
  program.tensors = std::move(tensors);
  visitIndices(program, [&](uint32_t &index) { index = renamed[index]; });
}

void placeTensors(ProgramT &program) {
  auto uses = analyzeDataflow(program);
  if (!uses)
    return; // The verifier says so.
  auto loops = findLoops(program, *uses);
  if (!loops)
    return;
  std::vector<size_t> blockOf(program.tensors.size());
  std::vector<MemoryBlock> blocks;
  auto place = [&](uint32_t tensor) {
    blockOf[tensor] = blocks.size();
    const auto [begin, end] = lifetimeOf(tensor, program, *uses, *loops);
    blocks.push_back({int64_t(typeOf(*program.tensors[tensor]).bytes()), begin + 1, end + 1});
  };
  for (auto &port : program.inputs)
    place(port->tensor);
  for (auto &layer : program.layers) {
    uint32_t operand = layer->operands.empty() ? 0 : layer->operands.front();
    if (layer->op.type == Op::Reshape && !program.tensors[operand]->constant) {
      size_t block = blockOf[layer->result] = blockOf[operand];
      blocks[block].end = std::max(blocks[block].end, lifetimeOf(layer->result, program, *uses, *loops).end + 1);
      continue;
    }
    for (uint32_t result : resultsOf(*layer))
      place(result);
  }
  ArenaPlan plan = planArena(blocks, dataAlignment);
  for (size_t i = 0; i != program.tensors.size(); ++i)
    if (!program.tensors[i]->constant)
      program.tensors[i]->arena_offset = plan.offsets[blockOf[i]];
  program.arena_bytes = plan.arenaBytes;
  program.arena_lower_bound = plan.lowerBound;
}

} // namespace tare::program
