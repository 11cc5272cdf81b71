//===- Thresholds.h - Where a histogram may be clipped ----------*- C++ -*-===//
#ifndef TARE_LIB_CALIBRATION_THRESHOLDS_H
#define TARE_LIB_CALIBRATION_THRESHOLDS_H

#include "tare/Calibration/RangeSearch.h"

#include <algorithm>

namespace tare::calibration {

/// The occupied bins of a side, from 0 to its outermost value.
inline std::span<const uint64_t> occupied(std::span<const uint64_t> side) {
  size_t count = side.size();
  while (count > 0 && side[count - 1] == 0)
    --count;
  return side.first(count);
}

/// Candidates to clip at: behind each bin of the negative side (low) and of
/// the positive side (high), no farther than the outermost value. A side
/// without values has one candidate, 0.
class Thresholds {
public:
  explicit Thresholds(const Histogram &histogram)
      : width(histogram.binWidth()), all(minMaxRange(histogram)), low(occupied(histogram.negative()).size()),
        high(occupied(histogram.positive()).size()) {}

  int64_t lowCount() const { return std::max<int64_t>(low, 1); }
  int64_t highCount() const { return std::max<int64_t>(high, 1); }
  int64_t symmetricCount() const { return std::max(lowCount(), highCount()); }

  Range range(int64_t i, int64_t j) const {
    return {std::max(all.min, -width * double(i + 1)), std::min(all.max, width * double(j + 1))};
  }

private:
  double width;
  Range all;
  int64_t low, high;
};

} // namespace tare::calibration

#endif // TARE_LIB_CALIBRATION_THRESHOLDS_H
