//===- Tables.h - What reads a table --------------------------------------===//
//
// (A23), (A24) and (A28): the integers that tables give, for kernels, for what makes tables and for what proves them.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_KERNELS_TABLES_H
#define TARE_KERNELS_TABLES_H

#include <cstdint>

namespace tare::kernels {

/// The entries of a table that 8-bit, and that 16-bit integers read.
inline constexpr int64_t exactTableSize = 256, interpolatedTableSize = 513;

/// The entries of an interpolated table are 2^7 integers apart.
inline constexpr int interpolationBits = 7;

/// (A24) table(index / 128): between entries index >> 7 and the next, linearly by the low 7 bits, rounded half up.
/// 0 <= index < 2^16.
template <typename Entry> constexpr int64_t interpolate(const Entry *table, int64_t index) {
  int64_t low = table[index >> interpolationBits], high = table[(index >> interpolationBits) + 1];
  int64_t product = (high - low) * (index & ((1 << interpolationBits) - 1));
  return low + ((product + (1 << (interpolationBits - 1))) >> interpolationBits);
}

/// (A28) Probabilities are in units of 2^-15.
inline constexpr int probabilityBits = 15;

/// e(d), d = max - x: the low 16 bits of the table's value.
inline int64_t expOf(const int32_t *table, int64_t d, int8_t) { return uint16_t(table[d]); }
inline int64_t expOf(const int32_t *table, int64_t d, int16_t) { return uint16_t(interpolate(table, d)); }

/// p = floor((e * 2^15 + sum / 2) / sum), 0 where the sum is 0.
inline int64_t probability(int64_t e, int64_t sum) { return sum == 0 ? 0 : ((e << probabilityBits) + sum / 2) / sum; }

} // namespace tare::kernels

#endif // TARE_KERNELS_TABLES_H
