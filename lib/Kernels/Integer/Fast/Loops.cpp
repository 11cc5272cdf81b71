//===- Loops.cpp - Loops over the outer dimensions of a kernel ------------===//
#include "Loops.h"

namespace tare::kernels {

std::vector<LoopAxis> mergedLoops(const std::vector<LoopAxis> &axes, size_t keep) {
  std::vector<LoopAxis> merged;
  for (size_t d = 0; d + keep < axes.size(); ++d) {
    const LoopAxis &axis = axes[d];
    if (axis.size == 1)
      continue;
    bool even = !merged.empty() && merged.back().firstStride == axis.firstStride * axis.size &&
                merged.back().secondStride == axis.secondStride * axis.size;
    if (even)
      merged.back() = {merged.back().size * axis.size, axis.firstStride, axis.secondStride};
    else
      merged.push_back(axis);
  }
  merged.insert(merged.end(), axes.end() - keep, axes.end());
  return merged;
}

int64_t loopCount(std::span<const LoopAxis> axes) {
  int64_t count = 1;
  for (const LoopAxis &axis : axes)
    count *= axis.size;
  return count;
}

} // namespace tare::kernels
