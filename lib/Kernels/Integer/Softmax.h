//===- Softmax.h - One row of softmax ---------------------------*- C++ -*-===//
#ifndef TARE_LIB_KERNELS_INTEGER_SOFTMAX_H
#define TARE_LIB_KERNELS_INTEGER_SOFTMAX_H

#include "Interpolation.h"

namespace tare::kernels {

/// e(d), d = max - x: the low 16 bits of the table's value.
inline int64_t expOf(const int32_t *table, int64_t d, int8_t) { return uint16_t(table[d]); }
inline int64_t expOf(const int32_t *table, int64_t d, int16_t) { return uint16_t(interpolate(table, d)); }

/// p = floor((e * 2^15 + sum / 2) / sum), 0 where the sum is 0.
inline int64_t probability(int64_t e, int64_t sum) { return sum == 0 ? 0 : ((e << 15) + sum / 2) / sum; }

} // namespace tare::kernels

#endif // TARE_LIB_KERNELS_INTEGER_SOFTMAX_H
