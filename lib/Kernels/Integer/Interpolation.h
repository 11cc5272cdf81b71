//===- Interpolation.h - Tables of 513 entries for 16-bit values *- C++ -*-===//
#ifndef TARE_LIB_KERNELS_INTEGER_INTERPOLATION_H
#define TARE_LIB_KERNELS_INTEGER_INTERPOLATION_H

#include "tare/Kernels/Rounding.h"

namespace tare::kernels {

inline constexpr int64_t exactTableSize = 256, interpolatedTableSize = 513;

/// (A24) table(index / 128): between entries index >> 7 and the next, linearly by the
/// low 7 bits, rounded half up. 0 <= index < 2^16.
template <typename Entry> constexpr int64_t interpolate(const Entry *table, int64_t index) {
  int64_t low = table[index >> 7], high = table[(index >> 7) + 1];
  return low + roundHalfUp<int64_t>((high - low) * (index & 127), 7);
}

} // namespace tare::kernels

#endif // TARE_LIB_KERNELS_INTEGER_INTERPOLATION_H
