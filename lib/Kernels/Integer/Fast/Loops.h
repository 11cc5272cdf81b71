//===- Loops.h - Loops over the outer dimensions of a kernel ----*- C++ -*-===//
#ifndef TARE_LIB_KERNELS_INTEGER_FAST_LOOPS_H
#define TARE_LIB_KERNELS_INTEGER_FAST_LOOPS_H

#include "../Checks.h"

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

/// Calls visit(first offset, second offset) for each index of `axes`, in order, without allocating.
template <typename Visit> void forEachLoop(std::span<const LoopAxis> axes, Visit &&visit) {
  std::array<int64_t, maxRank> index = {};
  int64_t first = 0, second = 0;
  while (true) {
    visit(first, second);
    size_t d = axes.size();
    while (d > 0) {
      const LoopAxis &axis = axes[--d];
      first += axis.firstStride, second += axis.secondStride;
      if (++index[d] < axis.size)
        break;
      first -= axis.firstStride * axis.size, second -= axis.secondStride * axis.size, index[d] = 0;
      if (d == 0)
        return;
    }
    if (axes.empty())
      return;
  }
}

} // namespace tare::kernels

#endif // TARE_LIB_KERNELS_INTEGER_FAST_LOOPS_H
