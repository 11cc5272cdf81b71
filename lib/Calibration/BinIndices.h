//===- BinIndices.h - The vectorized loops of a histogram -------*- C++ -*-===//
#ifndef TARE_LIB_CALIBRATION_BININDICES_H
#define TARE_LIB_CALIBRATION_BININDICES_H

#include <cstdint>
#include <span>

namespace tare::calibration {

/// What one pass over floats tells; min and max only if all are finite.
struct Scan {
  float min, max;
  uint64_t zeros;
  bool finite;
};
Scan scan(std::span<const float> values);

/// indices[i] = floor(values[i] * inverseWidth) + 2048, for values that fit:
/// finite ones in [-2048, 2048) / inverseWidth, a power of two.
void binIndices(std::span<const float> values, float inverseWidth, uint16_t *indices);

} // namespace tare::calibration

#endif // TARE_LIB_CALIBRATION_BININDICES_H
