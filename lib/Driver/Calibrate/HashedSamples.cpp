//===- HashedSamples.cpp - Samples that are known again -------------------===//
#include "Driver/Calibrate/HashedSamples.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/xxhash.h"

#include <bit>

using namespace tare;

static uint64_t hashOfBytes(const void *data, size_t bytes) {
  return llvm::xxh3_64bits(llvm::ArrayRef(static_cast<const uint8_t *>(data), bytes));
}

uint64_t tare::hashOf(std::span<const Tensor> inputs) {
  static_assert(std::endian::native == std::endian::little, "files hold hashes of little-endian numbers");
  std::vector<uint64_t> parts;
  for (const Tensor &input : inputs)
    parts.push_back(hashOfBytes(input.data(), input.type().bytes()));
  return hashOfBytes(parts.data(), parts.size() * sizeof(uint64_t));
}

Result<std::optional<Sample>> HashedSamples::next() {
  Result<std::optional<Sample>> sample = source->next();
  if (!sample || !*sample)
    return sample;
  // Outside the lock: several threads hash at once.
  uint64_t hash = hashOf((*sample)->inputs);
  std::lock_guard lock(mutex);
  noted.add(hash);
  return sample;
}
