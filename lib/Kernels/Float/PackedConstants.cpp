#include "PackedConstants.h"

#include <new>

namespace tare::kernels::floating {

AlignedBuffer allocateAligned(size_t bytes) {
  void *memory = std::aligned_alloc(bufferAlignment, alignedBytes(bytes));
  if (!memory)
    throw std::bad_alloc();
  return AlignedBuffer(static_cast<std::byte *>(memory));
}

PackedConstants::PackedConstants() : state(std::make_unique<Entries>()) {}
PackedConstants::~PackedConstants() = default;

} // namespace tare::kernels::floating
