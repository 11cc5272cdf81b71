//===- SampleEnds.h - Where the samples of a value end ----------*- C++ -*-===//
#ifndef TARE_CALIBRATION_SAMPLEENDS_H
#define TARE_CALIBRATION_SAMPLEENDS_H

#include "tare/Calibration/ExactSum.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace tare::calibration {

/// The largest and the least elements of samples: the outermost of them, and the means of all, whatever order samples
/// come in. Not thread-safe; give each thread one and merge.
class SampleEnds {
public:
  /// So many on each side.
  static constexpr size_t kept = 17;
  /// Of more the sums would not be exact.
  static constexpr int64_t mostSamples = int64_t(1) << 30;

  /// The ends of a sample that has any finite element.
  void add(float least, float greatest);
  void merge(const SampleEnds &other);

  /// The largest elements, the largest first.
  std::span<const float> greatest() const { return highs; }
  /// The least elements, negated, the least first.
  std::span<const float> leastNegated() const { return lows; }

  /// The means of all samples' least and of their largest elements; 0 and 0 without any.
  std::pair<double, double> means() const;

  /// All that is kept, as files have it.
  struct Contents {
    /// As greatest() and leastNegated(); of zeros the sign is not kept.
    std::vector<float> highs, lows;
    ExactSum::Digits sumOfHighs{}, sumOfLows{};
    /// Those that have ends.
    int64_t samples = 0;
  };
  Contents contents() const;
  /// Nothing where no samples have these contents.
  static std::optional<SampleEnds> of(const Contents &contents);

private:
  static void insert(std::vector<float> &ends, float end);
  std::vector<float> highs, lows;
  ExactSum sumOfHighs, sumOfLows;
  int64_t samples = 0;
};

} // namespace tare::calibration

#endif // TARE_CALIBRATION_SAMPLEENDS_H
