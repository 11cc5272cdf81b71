//===- Bounds.h - How large an accumulator can become -----------*- C++ -*-===//
#ifndef TARE_LIB_KERNELS_INTEGER_FAST_BOUNDS_H
#define TARE_LIB_KERNELS_INTEGER_FAST_BOUNDS_H

#include <cstdint>

namespace tare::kernels {

/// Whether |acc| < 2^51 for every i16 input: doubles (on AVX2, the conversion
/// to them) hold such integers exactly. Weights are [outputs][length]; biases
/// within +-2^50 leave room for any sum of up to 2^26 products.
inline bool wideSumsAreExact(const int64_t *bias, int64_t outputs, int64_t length) {
  constexpr int64_t most = int64_t(1) << 50;
  if (length > (int64_t(1) << 26))
    return false;
  for (int64_t o = 0; o < outputs; ++o)
    if (bias[o] > most || bias[o] < -most)
      return false;
  return true;
}

} // namespace tare::kernels

#endif // TARE_LIB_KERNELS_INTEGER_FAST_BOUNDS_H
