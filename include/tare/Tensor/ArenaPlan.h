//===- ArenaPlan.h - Places blocks of memory in one arena -------*- C++ -*-===//
#ifndef TARE_TENSOR_ARENAPLAN_H
#define TARE_TENSOR_ARENAPLAN_H

#include <cstdint>
#include <vector>

namespace tare {

/// Memory that is used from time `begin` to time `end`, both included.
struct MemoryBlock {
  int64_t bytes = 0;
  int64_t begin = 0;
  int64_t end = 0;
};

/// Where blocks lie.
struct ArenaPlan {
  /// By block.
  std::vector<int64_t> offsets;
  /// The end of the highest block.
  int64_t arenaBytes = 0;
  /// The most bytes in use at any one time: no plan needs less.
  int64_t lowerBound = 0;
  /// The first time at which that many are in use.
  int64_t peakTime = 0;
};

/// Places the blocks at multiples of `alignment` so that none overlap that are in use at the same time. The result
/// depends on the blocks and their order alone.
ArenaPlan planArena(const std::vector<MemoryBlock> &blocks, int64_t alignment);

} // namespace tare

#endif // TARE_TENSOR_ARENAPLAN_H
