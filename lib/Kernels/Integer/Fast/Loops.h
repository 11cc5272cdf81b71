//===- Loops.h - Loops over the outer dimensions of a kernel ----*- C++ -*-===//
#ifndef TARE_LIB_KERNELS_INTEGER_FAST_LOOPS_H
#define TARE_LIB_KERNELS_INTEGER_FAST_LOOPS_H

#include "../Checks.h"
#include "tare/Kernels/Share.h"

#include <array>
#include <vector>

namespace tare::kernels {

/// One dimension of nested loops over two strided tensors (two operands, or source and result).
struct LoopAxis {
  int64_t size, firstStride, secondStride;
};

/// Drops dimensions of size 1 and merges neighbours that both tensors step through evenly. The last `keep` dimensions
/// are left alone.
std::vector<LoopAxis> mergedLoops(const std::vector<LoopAxis> &axes, size_t keep = 0);

/// The number of indices of `axes`.
int64_t loopCount(std::span<const LoopAxis> axes);

/// Calls visit(first offset, second offset) for a range of the indices of `axes`, in order, without allocating.
template <typename Visit> void forEachLoop(std::span<const LoopAxis> axes, Range range, Visit &&visit) {
  std::array<int64_t, maxRank> index = {};
  int64_t first = 0, second = 0, rest = range.first;
  for (size_t d = axes.size(); d-- > 0; rest /= axes[d].size) {
    index[d] = rest % axes[d].size;
    first += index[d] * axes[d].firstStride, second += index[d] * axes[d].secondStride;
  }
  for (int64_t i = range.first; i < range.last; ++i) {
    visit(first, second);
    for (size_t d = axes.size(); d-- > 0;) {
      const LoopAxis &axis = axes[d];
      first += axis.firstStride, second += axis.secondStride;
      if (++index[d] < axis.size)
        break;
      first -= axis.firstStride * axis.size, second -= axis.secondStride * axis.size, index[d] = 0;
    }
  }
}

/// The multiples of elements between which shares are divided: at least a cache line, and whole vectors.
constexpr int64_t elementBlock = 64;
/// How many of them `elements` elements have.
inline int64_t elementBlocks(int64_t elements) { return (elements + elementBlock - 1) / elementBlock; }

} // namespace tare::kernels

#endif // TARE_LIB_KERNELS_INTEGER_FAST_LOOPS_H
