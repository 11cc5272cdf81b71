//===- ArenaVerifier.cpp - No two live tensors overlap --------------------===//
//
// A reshape whose result lies where its operand lies moves nothing, so the two
// are one block of memory that lives as long as either. All other blocks that
// live at the same time must be disjoint: kernels never run in place.
//
//===----------------------------------------------------------------------===//
#include "ArenaVerifier.h"

#include "tare/Program/Model.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <queue>
#include <tuple>

namespace tare::program {
namespace {

/// Arena memory from the layer that writes it first to the layer that reads it
/// last.
struct Block {
  uint32_t tensor;
  uint64_t offset, bytes;
  int64_t begin, end;
};

class ArenaVerifier {
public:
  ArenaVerifier(const ProgramT &program, const std::vector<TensorUse> &uses, std::span<const Loop> loops)
      : program(program), uses(uses), loops(loops), leaders(program.tensors.size()) {
    std::iota(leaders.begin(), leaders.end(), 0);
  }

  Status run() {
    for (const auto &layer : program.layers)
      if (layer->op.type == Op::Reshape)
        joinIfAliased(layer->operands.front(), layer->result);
    return sweep(collectBlocks());
  }

private:
  /// Every tensor's leader is the tensor that the whole chain of aliases began
  /// with. Layers come in order, so the operand's leader is final.
  void joinIfAliased(uint32_t operand, uint32_t result) {
    const TensorT &from = *program.tensors[operand];
    if (!from.constant && from.arena_offset == program.tensors[result]->arena_offset)
      leaders[result] = leaders[operand];
  }

  /// Sorted by the time at which they begin to live.
  std::vector<Block> collectBlocks() const {
    std::map<uint32_t, Block> blocks;
    for (uint32_t i = 0; i != leaders.size(); ++i) {
      const TensorT &tensor = *program.tensors[i];
      if (tensor.constant)
        continue;
      const auto [begin, end] = lifetimeOf(i, program, uses, loops);
      Block block{i, tensor.arena_offset, typeOf(tensor).bytes(), begin, end};
      auto [found, isNew] = blocks.try_emplace(leaders[i], block);
      found->second.begin = std::min(found->second.begin, block.begin);
      found->second.end = std::max(found->second.end, block.end);
    }
    std::vector<Block> sorted;
    for (const auto &[leader, block] : blocks)
      sorted.push_back(block);
    std::sort(sorted.begin(), sorted.end(),
              [](const Block &a, const Block &b) { return std::tie(a.begin, a.tensor) < std::tie(b.begin, b.tensor); });
    return sorted;
  }

  /// Walks through time with the live blocks ordered by offset. They are
  /// disjoint, so a new one can only meet its neighbours, and a large program
  /// is checked in n log n.
  Status sweep(const std::vector<Block> &blocks) const {
    std::map<uint64_t, const Block *> live;
    auto endsLater = [](const Block *a, const Block *b) { return a->end > b->end; };
    std::priority_queue<const Block *, std::vector<const Block *>, decltype(endsLater)> byEnd(endsLater);
    for (const Block &block : blocks) {
      for (; !byEnd.empty() && byEnd.top()->end < block.begin; byEnd.pop())
        live.erase(byEnd.top()->offset);
      auto next = live.lower_bound(block.offset);
      if (next != live.end() && next->first < block.offset + block.bytes)
        return overlap(block, *next->second);
      if (next != live.begin()) {
        const Block &previous = *std::prev(next)->second;
        if (previous.offset + previous.bytes > block.offset)
          return overlap(previous, block);
      }
      live.emplace(block.offset, &block);
      byEnd.push(&block);
    }
    return success();
  }

  Error overlap(const Block &a, const Block &b) const {
    return Error{fmt::format("tensors '{}' and '{}' live at the same time and overlap in the arena at {}",
                             program.tensors[a.tensor]->name, program.tensors[b.tensor]->name,
                             std::max(a.offset, b.offset))};
  }

  const ProgramT &program;
  const std::vector<TensorUse> &uses;
  std::span<const Loop> loops;
  std::vector<uint32_t> leaders;
};

} // namespace

Status verifyArena(const ProgramT &program, const std::vector<TensorUse> &uses, std::span<const Loop> loops) {
  return ArenaVerifier(program, uses, loops).run();
}

} // namespace tare::program
