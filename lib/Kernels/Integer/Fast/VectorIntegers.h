//===- VectorIntegers.h - Requantization in 32-bit lanes ------------------===//
//
// See IntegerRequant for why it is exact.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_LIB_KERNELS_INTEGER_FAST_VECTORINTEGERS_H
#define TARE_LIB_KERNELS_INTEGER_FAST_VECTORINTEGERS_H

#include "Vector.h"

#include <cstdint>

namespace tare::kernels {

/// A vector of 32-bit integers.
template <typename V> using Ints = typename V::Ints;

template <typename V> inline bool fitsIntegers(const RequantVector *r) { return r && r->integers.low; }

/// A vector of channels' constants.
template <typename V> struct IntegerConstants {
  Ints<V> low, high, half, shift;

  IntegerConstants(const IntegerRequant &r, int64_t channel)
      : low(V::loadInts(r.low + channel)), high(V::loadInts(r.high + channel)), half(V::loadInts(r.half + channel)),
        shift(V::loadInts(r.shift + channel)) {}
  Ints<V> scaled(Ints<V> acc) const {
    Ints<V> product = V::Words::dot(V::multiplyHigh(acc, low), acc, high);
    return V::shiftRightEach(V::addInts(product, half), shift);
  }
};

/// The zero point and the limits of bytes.
template <typename V> struct ByteLimits {
  Ints<V> zero, low, high;

  explicit ByteLimits(const RequantVector &r)
      : zero(V::setWords(int16_t(r.zero))), low(V::setBytes(int8_t(r.low))), high(V::setBytes(int8_t(r.high))) {}
  Ints<V> limited(Ints<V> bytes) const { return V::maxBytes(V::minBytes(bytes, high), low); }
  /// Two vectors' integers as words, each 128 bits by itself.
  Ints<V> words(Ints<V> a, Ints<V> b) const { return V::addWords(V::packWords(a, b), zero); }
};

/// Requantizes accumulators, [pixel][vector of channels], to `count` channels of pixels that are `stride` apart.
template <typename V, int pixels, int vectors>
[[gnu::always_inline]] inline void requantizeIntegers(Ints<V> (&acc)[pixels][vectors], int8_t *y, int64_t stride,
                                                      int64_t count, const RequantVector &r) {
  static_assert(vectors <= 4);
  for (int v = 0; v < vectors; ++v) {
    IntegerConstants<V> constants(r.integers, v * V::ints);
    for (int p = 0; p < pixels; ++p)
      acc[p][v] = constants.scaled(acc[p][v]);
  }
  ByteLimits<V> limits(r);
  for (int p = 0; p < pixels; ++p, y += stride) {
    Ints<V> ab = limits.words(acc[p][0], acc[p][vectors > 1 ? 1 : 0]), cd = ab;
    if constexpr (vectors > 2)
      cd = limits.words(acc[p][2], acc[p][vectors - 1]);
    Ints<V> bytes = limits.limited(V::inOrder(V::packBytes(ab, cd)));
    if (count == vectors * V::ints)
      V::template storeBytes<vectors * V::ints>(y, bytes);
    else
      V::storeSomeBytes(y, bytes, count);
  }
}

} // namespace tare::kernels

#endif // TARE_LIB_KERNELS_INTEGER_FAST_VECTORINTEGERS_H
