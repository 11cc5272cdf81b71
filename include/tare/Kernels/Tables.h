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

/// (A64) The most bits that a layer's table may have behind the point: 16 hold 8 before it.
inline constexpr int mostFractionBits = 8;

/// (A64) As interpolate(), between entries that have so many bits behind the point; rounded once, half up.
/// 0 <= index < 2^16.
constexpr int64_t interpolateFraction(const int16_t *table, int fractionBits, int64_t index) {
  int64_t low = table[index >> interpolationBits], high = table[(index >> interpolationBits) + 1];
  int64_t between = (low << interpolationBits) + (high - low) * (index & ((1 << interpolationBits) - 1));
  int bits = interpolationBits + fractionBits;
  return (between + (int64_t(1) << (bits - 1))) >> bits;
}

/// (A28) Probabilities are in units of 2^-15.
inline constexpr int probabilityBits = 15;

/// e(d), d = max - x: the low 16 bits of the table's value.
inline int64_t expOf(const int32_t *table, int64_t d, int8_t) { return uint16_t(table[d]); }
inline int64_t expOf(const int32_t *table, int64_t d, int16_t) { return uint16_t(interpolate(table, d)); }

/// (A58) The exponentials of 16-bit distances as products: 512 entries c of 24 bits, a step of 2^7 apart, and behind
/// them 128 factors f in 2^-15.
inline constexpr int64_t coarseExponentials = int64_t(1) << (16 - interpolationBits);
inline constexpr int64_t factoredTableSize = coarseExponentials + (int64_t(1) << interpolationBits);
inline constexpr int exponentialBits = 24, factorBits = 15;

/// e(d) = floor((c[d / 128] * f[d mod 128] + 2^14) / 2^15), of the low bits of both. 0 <= d < 2^16.
inline int64_t productOfExps(const int32_t *table, int64_t d) {
  int64_t c = table[d >> interpolationBits] & ((1 << exponentialBits) - 1);
  int64_t f = uint16_t(table[coarseExponentials + (d & ((1 << interpolationBits) - 1))]);
  return (c * f + (1 << (factorBits - 1))) >> factorBits;
}

/// Calls f(e) with the function e(d) of a softmax's table of so many entries; T is the type of its elements.
template <typename T, typename F> void withExponentials(const int32_t *table, int64_t entries, F &&f) {
  if (sizeof(T) == 2 && entries == factoredTableSize)
    f([table](int64_t d) { return productOfExps(table, d); });
  else
    f([table](int64_t d) { return expOf(table, d, T()); });
}

/// p = floor((e * 2^15 + sum / 2) / sum), 0 where the sum is 0.
inline int64_t probability(int64_t e, int64_t sum) { return sum == 0 ? 0 : ((e << probabilityBits) + sum / 2) / sum; }

} // namespace tare::kernels

#endif // TARE_KERNELS_TABLES_H
