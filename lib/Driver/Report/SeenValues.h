//===- SeenValues.h - What the values of layers were on data ----*- C++ -*-===//
#ifndef TARE_DRIVER_REPORT_SEENVALUES_H
#define TARE_DRIVER_REPORT_SEENVALUES_H

#include "Driver/Inspect/Inspection.h"
#include "tare/Calibration/Histogram.h"

#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

namespace tare {

/// The real numbers that a result's integers reach: the thresholds, beyond which values are cut off.
struct GridEnds {
  double low = 0, high = 0, step = 0;
  bool operator==(const GridEnds &) const = default;
};
/// Nothing of results without one grid of 8 or 16 bits: real numbers, accumulators, indices.
std::optional<GridEnds> gridEnds(const InspectedLayer &layer);

/// A histogram of few bars, as it is shown.
struct Bars {
  /// Bar i holds the values in [first + i, first + i + 1) * width.
  double width = 0;
  int64_t first = 0;
  std::vector<uint64_t> counts;
};
/// Of no more than `most` bars, 2 or more, as no bar holds values on both sides of 0; none where no value is finite.
Bars barsOf(const calibration::Histogram &histogram, size_t most);

/// What the model computes where the program has a layer.
struct SeenValues {
  calibration::Histogram histogram;
  /// Finite values that lie beyond an end of the grid by more than half a step.
  int64_t below = 0, above = 0;

  /// The share of all finite values that is cut off.
  double clippedShare() const;
  /// The share of the grid, from end to end, that the values take up; no more than 1.
  double usedShare(const GridEnds &grid) const;
};

/// Collects them: the same for any number of threads and any order of samples.
class SeenLayers {
public:
  explicit SeenLayers(const std::vector<InspectedLayer> &layers);
  /// Adds float32 values of a layer; from any thread.
  void see(size_t layer, std::span<const float> values);
  /// Nothing of layers that have shown none.
  std::optional<SeenValues> of(size_t layer) const;

private:
  struct Entry {
    std::optional<GridEnds> grid;
    std::mutex mutex;
    SeenValues seen;
  };
  /// Entries stay where they are.
  std::deque<Entry> entries;
};

} // namespace tare

#endif // TARE_DRIVER_REPORT_SEENVALUES_H
