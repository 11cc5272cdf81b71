//===- ArenaVerifier.cpp - No two live tensors overlap --------------------===//
//
// All blocks that live at the same time must be disjoint: kernels never run in
// place, but for reshapes that move nothing.
//
//===----------------------------------------------------------------------===//
#include "ArenaVerifier.h"

#include "tare/Program/ArenaBlocks.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <queue>

namespace tare::program {
namespace {

Error overlap(const ProgramT &program, const ArenaBlock &a, const ArenaBlock &b) {
  return Error{fmt::format("tensors '{}' and '{}' live at the same time and overlap in the arena at {}",
                           program.tensors[a.tensor]->name, program.tensors[b.tensor]->name,
                           std::max(a.offset, b.offset))};
}

} // namespace

/// Walks through time with the live blocks ordered by offset. They are
/// disjoint, so a new one can only meet its neighbours, and a large program
/// is checked in n log n.
Status verifyArena(const ProgramT &program, const std::vector<TensorUse> &uses, std::span<const Loop> loops) {
  const std::vector<ArenaBlock> blocks = arenaBlocks(program, uses, loops);
  std::map<uint64_t, const ArenaBlock *> live;
  auto endsLater = [](const ArenaBlock *a, const ArenaBlock *b) { return a->end > b->end; };
  std::priority_queue<const ArenaBlock *, std::vector<const ArenaBlock *>, decltype(endsLater)> byEnd(endsLater);
  for (const ArenaBlock &block : blocks) {
    for (; !byEnd.empty() && byEnd.top()->end < block.begin; byEnd.pop())
      live.erase(byEnd.top()->offset);
    auto next = live.lower_bound(block.offset);
    if (next != live.end() && next->first < block.offset + block.bytes)
      return overlap(program, block, *next->second);
    if (next != live.begin()) {
      const ArenaBlock &previous = *std::prev(next)->second;
      if (previous.offset + previous.bytes > block.offset)
        return overlap(program, previous, block);
    }
    live.emplace(block.offset, &block);
    byEnd.push(&block);
  }
  return success();
}

} // namespace tare::program
