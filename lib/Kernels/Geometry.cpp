#include "tare/Kernels/Geometry.h"

#include <cassert>

namespace tare::kernels {

std::vector<int64_t> outputSizes(std::span<const int64_t> input, const Geometry &geometry, bool ceil) {
  assert(input.size() == geometry.rank() && "one kernel size per dimension");
  std::vector<int64_t> sizes;
  for (size_t d = 0; d < input.size(); ++d) {
    int64_t stride = geometry.stride(d);
    int64_t span = input[d] + geometry.padBegin(d) + geometry.padEnd(d) - geometry.extent(d);
    // A window that does not fit once leaves nothing, in either mode.
    if (span < 0) {
      sizes.push_back(0);
      continue;
    }
    int64_t size = (span + (ceil ? stride - 1 : 0)) / stride + 1;
    if (ceil && (size - 1) * stride >= input[d] + geometry.padBegin(d))
      --size;
    sizes.push_back(size);
  }
  return sizes;
}

std::vector<int64_t> transposedOutputSizes(std::span<const int64_t> input, const Geometry &geometry,
                                           std::span<const int64_t> outputPadding) {
  assert(input.size() == geometry.rank() && "one kernel size per dimension");
  std::vector<int64_t> sizes;
  for (size_t d = 0; d < input.size(); ++d)
    sizes.push_back((input[d] - 1) * geometry.stride(d) + geometry.extent(d) - geometry.padBegin(d) -
                    geometry.padEnd(d) + (outputPadding.empty() ? 0 : outputPadding[d]));
  return sizes;
}

} // namespace tare::kernels
