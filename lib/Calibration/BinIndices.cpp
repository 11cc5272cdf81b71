// Plain loops that compilers vectorize, each compiled for the baseline and, on
// x86, for AVX2, chosen at run time. Both compute the same: all is exact.
#include "BinIndices.h"

#include "tare/Calibration/Histogram.h"

#include <algorithm>
#include <bit>

namespace tare::calibration {

namespace {

#define TARE_INLINE [[gnu::always_inline]] inline

constexpr uint32_t magnitudeMask = 0x7fffffff, infinityBits = 0x7f800000;

/// An integer that is ordered as the float is (and its own inverse): integers
/// have a min and a max that vectorize, floats have NaNs.
TARE_INLINE int32_t orderedKey(uint32_t bits) {
  auto value = static_cast<int32_t>(bits);
  return value ^ static_cast<int32_t>(static_cast<uint32_t>(value >> 31) & magnitudeMask);
}

TARE_INLINE Scan scanLoop(const float *values, size_t count) {
  int32_t low = INT32_MAX, high = INT32_MIN;
  uint32_t magnitude = 0, zeros = 0;
  for (size_t i = 0; i < count; ++i) {
    auto bits = std::bit_cast<uint32_t>(values[i]);
    int32_t key = orderedKey(bits);
    low = std::min(low, key);
    high = std::max(high, key);
    magnitude = std::max(magnitude, bits & magnitudeMask);
    zeros += (bits & magnitudeMask) == 0;
  }
  auto value = [](int32_t key) {
    // + 0 turns the negative zero into the positive one.
    return std::bit_cast<float>(orderedKey(static_cast<uint32_t>(key))) + 0.0f;
  };
  return {value(low), value(high), zeros, magnitude < infinityBits};
}

TARE_INLINE void indexLoop(const float *values, size_t count, float inverse, uint16_t *indices) {
  for (size_t i = 0; i < count; ++i) {
    float x = values[i], scaled = x * inverse;
    auto truncated = static_cast<int32_t>(scaled);
    // floor; and a negative value that underflows to zero is in bin -1 still.
    int32_t borrow = (static_cast<float>(truncated) > scaled) | ((x < 0.0f) & (scaled == 0.0f));
    indices[i] = static_cast<uint16_t>(truncated - borrow + int32_t(Histogram::binsPerSide));
  }
}

#if defined(__x86_64__)
[[gnu::target("avx2")]] Scan scanAvx2(const float *values, size_t count) { return scanLoop(values, count); }
[[gnu::target("avx2")]] void indexAvx2(const float *values, size_t count, float inverse, uint16_t *indices) {
  indexLoop(values, count, inverse, indices);
}
const bool hasAvx2 = __builtin_cpu_supports("avx2");
#endif

} // namespace

Scan scan(std::span<const float> values) {
#if defined(__x86_64__)
  if (hasAvx2)
    return scanAvx2(values.data(), values.size());
#endif
  return scanLoop(values.data(), values.size());
}

void binIndices(std::span<const float> values, float inverseWidth, uint16_t *indices) {
#if defined(__x86_64__)
  if (hasAvx2)
    return indexAvx2(values.data(), values.size(), inverseWidth, indices);
#endif
  indexLoop(values.data(), values.size(), inverseWidth, indices);
}

} // namespace tare::calibration
