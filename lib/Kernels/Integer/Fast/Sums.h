//===- Sums.h - Sums of elements in 32 bits, by vectors ---------*- C++ -*-===//
#ifndef TARE_LIB_KERNELS_INTEGER_FAST_SUMS_H
#define TARE_LIB_KERNELS_INTEGER_FAST_SUMS_H

#include "Vector.h"

namespace tare::kernels {

template <typename T> void accumulate(const VectorSet &set, const T *x, int32_t *sums, int64_t count) {
  if constexpr (sizeof(T) == 1)
    set.accumulate8(x, sums, count);
  else
    set.accumulate16(x, sums, count);
}

template <typename T>
void requantizeSums(const VectorSet &set, const int32_t *sums, T *y, int64_t count, const RequantVector &requant) {
  if constexpr (sizeof(T) == 1)
    set.requantize32To8(sums, y, count, requant);
  else
    set.requantize32To16(sums, y, count, requant);
}

/// Whether sums of n centred values fit 32 bits.
inline bool fits32(int64_t n, ElementType element) {
  return n <= (element == ElementType::i8 ? int64_t(1) << 22 : int64_t(1) << 14);
}

} // namespace tare::kernels

#endif // TARE_LIB_KERNELS_INTEGER_FAST_SUMS_H
