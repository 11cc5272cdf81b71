//===- Headroom.h - How far data go on beyond what was seen -----*- C++ -*-===//
//
// The largest of 100 samples is not the largest of all. Where the grid has bits
// to spare, its range goes on as far as the samples' own ends say.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_CALIBRATION_HEADROOM_H
#define TARE_CALIBRATION_HEADROOM_H

#include "tare/Calibration/RangeSearch.h"

#include <cstdint>

namespace tare::calibration {

/// A range, and what is to be expected of data that calibration has not seen.
struct Reserve {
  Range range;
  /// The mean squared error of what lies beyond the range.
  double beyond = 0;
};

/// (A67) `seen`, the whole of what `samples` samples of `elements` elements each have, moved outwards within `image` to
/// where the errors of rounding and of what lies beyond are least together; by no more than half its own size.
Reserve withHeadroom(const Range &seen, const SampleEnds &ends, int64_t samples, int64_t elements, const GridKind &grid,
                     const Range &image);

/// The same of a range that stays as it is: `beyond` of ends that are no nearer than what was seen. Others have been
/// chosen to cut something off.
double expectedBeyond(const Range &range, const Range &seen, const SampleEnds &ends, int64_t samples, int64_t elements,
                      const Range &image);

} // namespace tare::calibration

#endif // TARE_CALIBRATION_HEADROOM_H
