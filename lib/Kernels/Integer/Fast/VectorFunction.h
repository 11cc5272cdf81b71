//===- VectorFunction.h - A function of 16-bit integers -------------------===//
#ifndef TARE_LIB_KERNELS_INTEGER_FAST_VECTORFUNCTION_H
#define TARE_LIB_KERNELS_INTEGER_FAST_VECTORFUNCTION_H

#include "VectorIntegers.h"

#include <cstdint>

namespace tare::kernels {

/// (A64) A function's constants in registers: what becomes of 16-bit integers.
template <typename V> struct FunctionConstants {
  const int16_t *table;
  int bits;
  Ints<V> half, low, high;

  explicit FunctionConstants(const FunctionVector &f)
      : table(f.table), bits(7 + f.fractionBits), half(V::setInts(1 << (bits - 1))), low(V::setBytes(int8_t(f.low))),
        high(V::setBytes(int8_t(f.high))) {}

  /// T[i] * (128 - r) + T[i + 1] * r, rounded, in 32-bit lanes.
  Ints<V> at(const int16_t *t) const {
    Ints<V> index = V::addInts(V::loadShorts(t), V::setInts(32768)), rest = V::andInts(index, V::setInts(127));
    Ints<V> weights = V::addInts(V::subtractInts(V::template shiftLeft<16>(rest), rest), V::setInts(128));
    Ints<V> pairs = V::gatherPairs(table, V::shiftRight(index, 7));
    return V::shiftRight(V::Words::dot(half, pairs, weights), bits);
  }
  /// Four vectors of such lanes as bytes.
  Ints<V> bytes(const Ints<V> (&y)[4]) const {
    Ints<V> all = V::inOrder(V::packBytes(V::packWords(y[0], y[1]), V::packWords(y[2], y[3])));
    return V::maxBytes(V::minBytes(all, high), low);
  }
};

/// Whole vectors at once where there are such.
template <typename V> inline void storeUpToFour(int8_t *y, Ints<V> bytes, int64_t count) {
  switch (count) {
  case V::ints:
    return V::template storeBytes<V::ints>(y, bytes);
  case 2 * V::ints:
    return V::template storeBytes<2 * V::ints>(y, bytes);
  case 3 * V::ints:
    return V::template storeBytes<3 * V::ints>(y, bytes);
  case 4 * V::ints:
    return V::template storeBytes<4 * V::ints>(y, bytes);
  default:
    V::storeSomeBytes(y, bytes, count);
  }
}

/// (A64) Of a row of 16-bit integers; what is read beyond them, up to a vector's end, does not matter.
template <typename V>
inline void readFunction(const int16_t *t, int8_t *y, int64_t count, const FunctionConstants<V> &function) {
  for (int64_t i = 0; i < count; i += 4 * V::ints) {
    int64_t rest = count - i < 4 * V::ints ? count - i : 4 * V::ints;
    Ints<V> lanes[4];
    for (int v = 0; v < 4; ++v)
      lanes[v] = v * V::ints < rest ? function.at(t + i + v * V::ints) : function.half;
    storeUpToFour<V>(y + i, function.bytes(lanes), rest);
  }
}

/// (A24) The function that a table of 16-bit integers has.
template <typename V> void lookupRow16(const int16_t *x, const int16_t *table, int16_t *y, int64_t count) {
  // Entries have no bits behind the point, and results between two entries need no limits.
  const FunctionConstants<V> function(FunctionVector{table, 0, 0, 0});
  int64_t i = 0;
  for (; i + V::ints <= count; i += V::ints)
    V::storeShorts(y + i, function.at(x + i));
  if (i == count)
    return;
  int16_t some[V::ints] = {};
  __builtin_memcpy(some, x + i, (count - i) * sizeof(int16_t));
  V::storeShorts(some, function.at(some));
  __builtin_memcpy(y + i, some, (count - i) * sizeof(int16_t));
}

} // namespace tare::kernels

#endif // TARE_LIB_KERNELS_INTEGER_FAST_VECTORFUNCTION_H
