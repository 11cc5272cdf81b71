//===- PackedConstants.h - Constants as kernels want them -------*- C++ -*-===//
#ifndef TARE_LIB_KERNELS_FLOAT_PACKEDCONSTANTS_H
#define TARE_LIB_KERNELS_FLOAT_PACKEDCONSTANTS_H

#include "tare/Kernels/Float.h"

#include <cstddef>
#include <cstdlib>
#include <map>
#include <mutex>

namespace tare::kernels::floating {

/// Memory that begins at a cache line.
struct FreeMemory {
  void operator()(void *memory) const { std::free(memory); }
};
using AlignedBuffer = std::unique_ptr<std::byte, FreeMemory>;

/// The alignment of such memory, and the multiple that its size is rounded up to.
constexpr size_t bufferAlignment = 64;
constexpr size_t alignedBytes(size_t bytes) {
  return (bytes + bufferAlignment - 1) / bufferAlignment * bufferAlignment;
}

/// Throws std::bad_alloc where there is none.
AlignedBuffer allocateAligned(size_t bytes);

struct PackedConstants::Entries {
  /// The constant at `data` in the layout that `kernel` wants, whose address names that layout: `bytes` long, written
  /// by `fill(std::byte *)` at the first call.
  template <typename Fill> const std::byte *find(const void *kernel, const void *data, size_t bytes, Fill &&fill) {
    std::lock_guard lock(mutex);
    AlignedBuffer &buffer = buffers[{kernel, data}];
    if (!buffer) {
      AlignedBuffer made = allocateAligned(bytes);
      fill(made.get());
      buffer = std::move(made);
    }
    return buffer.get();
  }

private:
  std::mutex mutex;
  std::map<std::pair<const void *, const void *>, AlignedBuffer> buffers;
};

} // namespace tare::kernels::floating

#endif // TARE_LIB_KERNELS_FLOAT_PACKEDCONSTANTS_H
