//===- BinIndices.h - The vectorized loops of a histogram -------*- C++ -*-===//
#ifndef TARE_LIB_CALIBRATION_BININDICES_H
#define TARE_LIB_CALIBRATION_BININDICES_H

#include <cstddef>
#include <cstdint>
#include <span>

namespace tare::calibration {

/// What one pass over floats tells; min and max only if all are finite.
struct Scan {
  float min, max;
  uint64_t zeros;
  bool finite;
};

/// The loops for one kind of processor.
struct BinLoops {
  const char *name;

  Scan (*scan)(std::span<const float> values);

  /// Scans `values` and, where `min` and `max` fit, finds the bins of those that are not zero: values in
  /// [-2048, 2048) / inverseWidth (a power of two) fit, and with k = floor(value * inverseWidth) the index is k, or
  /// 2048 + (-1 - k) below zero. Their order is that of the values. `indices` has room for indexSlack more than there
  /// are values; what stands behind the last index, or in place of indices where a value does not fit, means nothing.
  Scan (*binIndices)(std::span<const float> values, float inverseWidth, uint32_t *indices);
};
inline constexpr size_t indexSlack = 16;

/// All that this machine can run, the fastest first.
std::span<const BinLoops> allBinLoops();

inline Scan scan(std::span<const float> values) { return allBinLoops().front().scan(values); }
inline Scan binIndices(std::span<const float> values, float inverseWidth, uint32_t *indices) {
  return allBinLoops().front().binIndices(values, inverseWidth, indices);
}

} // namespace tare::calibration

#endif // TARE_LIB_CALIBRATION_BININDICES_H
