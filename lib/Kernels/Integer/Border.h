//===- Border.h - One element in and out of the integers --------*- C++ -*-===//
#ifndef TARE_LIB_KERNELS_INTEGER_BORDER_H
#define TARE_LIB_KERNELS_INTEGER_BORDER_H

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace tare::kernels {

/// clamp(round_half_even(x / scale) + zeroPoint) to [min, max], in float32;
/// [min, max] lies within 16 bits. NaN gives the least value.
inline int32_t quantize(float x, float scale, int32_t zeroPoint, int32_t min, int32_t max) {
  float rounded = std::nearbyintf(x / scale);
  // The comparisons in this order send NaN to the lower bound.
  float low = float(min - zeroPoint), high = float(max - zeroPoint);
  rounded = rounded > low ? rounded : low;
  rounded = rounded < high ? rounded : high;
  return int32_t(rounded) + zeroPoint;
}

/// float((q - zeroPoint) * scale), the product in double.
inline float dequantize(int64_t q, int64_t zeroPoint, double scale) {
  // Modulo 2^64: only an i64 accumulator near its limits, which the compiler
  // excludes, could wrap.
  return float(double(int64_t(uint64_t(q) - uint64_t(zeroPoint))) * scale);
}

} // namespace tare::kernels

#endif // TARE_LIB_KERNELS_INTEGER_BORDER_H
