//===- ArenaBlocks.cpp - What lies where in the arena, and when -----------===//
#include "tare/Program/ArenaBlocks.h"

#include "tare/Program/Model.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <tuple>

namespace tare::program {
namespace {

/// Of every tensor the one that the whole chain of aliases began with. Layers come in order, so the operand's leader is
/// final.
std::vector<uint32_t> leadersOf(const ProgramT &program) {
  std::vector<uint32_t> leaders(program.tensors.size());
  std::iota(leaders.begin(), leaders.end(), 0);
  for (const auto &layer : program.layers) {
    if (layer->op.type != Op::Reshape)
      continue;
    const uint32_t operand = layer->operands.front(), result = layer->result;
    const TensorT &from = *program.tensors[operand];
    if (!from.constant && from.arena_offset == program.tensors[result]->arena_offset)
      leaders[result] = leaders[operand];
  }
  return leaders;
}

} // namespace

std::vector<ArenaBlock> arenaBlocks(const ProgramT &program, const std::vector<TensorUse> &uses,
                                    std::span<const Loop> loops) {
  const std::vector<uint32_t> leaders = leadersOf(program);
  std::map<uint32_t, ArenaBlock> blocks;
  for (uint32_t i = 0; i != leaders.size(); ++i) {
    const TensorT &tensor = *program.tensors[i];
    if (tensor.constant)
      continue;
    const auto [begin, end] = lifetimeOf(i, program, uses, loops);
    ArenaBlock block{i, tensor.arena_offset, typeOf(tensor).bytes(), begin, end};
    auto [found, isNew] = blocks.try_emplace(leaders[i], block);
    found->second.begin = std::min(found->second.begin, block.begin);
    found->second.end = std::max(found->second.end, block.end);
  }
  std::vector<ArenaBlock> sorted;
  for (const auto &[leader, block] : blocks)
    sorted.push_back(block);
  std::sort(sorted.begin(), sorted.end(), [](const ArenaBlock &a, const ArenaBlock &b) {
    return std::tie(a.begin, a.tensor) < std::tie(b.begin, b.tensor);
  });
  return sorted;
}

} // namespace tare::program
