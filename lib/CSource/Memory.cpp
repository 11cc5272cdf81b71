//===- Memory.cpp - The arena of a C source -------------------------------===//
#include "Memory.h"

#include <algorithm>
#include <numeric>

using namespace tare;
using namespace tare::csource;

Memory::Memory(const program::Model &model, const std::vector<program::TensorUse> &uses,
               std::span<const program::Loop> loops)
    : leaders(uses.size()), tensors(uses.size()) {
  std::iota(leaders.begin(), leaders.end(), 0);
  for (uint32_t i = 0; i != tensors; ++i) {
    bool isConstant = model.program().tensors[i]->constant;
    const auto [begin, end] = program::lifetimeOf(i, model.program(), uses, loops);
    blocks.push_back({isConstant ? 0 : int64_t(model.type(i).bytes()), begin, end});
  }
}

uint32_t Memory::leaderOf(uint32_t tensor) const {
  while (leaders[tensor] != tensor)
    tensor = leaders[tensor];
  return tensor;
}

void Memory::join(uint32_t operand, uint32_t result) {
  uint32_t leader = leaderOf(operand);
  leaders[leaderOf(result)] = leader;
  blocks[leader].begin = std::min(blocks[leader].begin, blocks[result].begin);
  blocks[leader].end = std::max(blocks[leader].end, blocks[result].end);
  blocks[result].bytes = 0;
}

size_t Memory::addScratch(size_t layer, int64_t bytes) {
  blocks.push_back({bytes, int64_t(layer), int64_t(layer)});
  return blocks.size() - 1 - tensors;
}

void Memory::plan() {
  // Blocks without bytes are nobody's neighbours.
  std::vector<MemoryBlock> placed;
  std::vector<size_t> numbers;
  for (size_t i = 0; i != blocks.size(); ++i)
    if (blocks[i].bytes != 0) {
      placed.push_back(blocks[i]);
      numbers.push_back(i);
    }
  ArenaPlan found = planArena(placed, arenaAlignment);
  placement = {std::vector<int64_t>(blocks.size(), 0), found.arenaBytes, found.lowerBound, found.peakTime};
  for (size_t i = 0; i != placed.size(); ++i)
    placement.offsets[numbers[i]] = found.offsets[i];
}

int64_t Memory::arenaBytes() const { return placement.arenaBytes; }
int64_t Memory::offsetOfTensor(uint32_t tensor) const { return placement.offsets[leaderOf(tensor)]; }
int64_t Memory::offsetOfScratch(size_t block) const { return placement.offsets[tensors + block]; }
