//===- ArenaBlocks.h - What lies where in the arena, and when ---*- C++ -*-===//
#ifndef TARE_PROGRAM_ARENABLOCKS_H
#define TARE_PROGRAM_ARENABLOCKS_H

#include "tare/Program/Loops.h"

#include <span>
#include <vector>

namespace tare::program {

/// Arena memory, from the layer that writes it first to the layer that reads it last (inputs are written by layer -1).
/// A reshape whose result lies where its operand lies moves nothing: the two are one block, called by the first.
struct ArenaBlock {
  uint32_t tensor = 0;
  uint64_t offset = 0, bytes = 0;
  int64_t begin = 0, end = 0;
};

/// Sorted by the time at which they begin to live. Types and offsets are verified, `uses` and `loops` the program's.
std::vector<ArenaBlock> arenaBlocks(const ProgramT &program, const std::vector<TensorUse> &uses,
                                    std::span<const Loop> loops);

} // namespace tare::program

#endif // TARE_PROGRAM_ARENABLOCKS_H
