//===- Headroom.cpp - How far data go on beyond what was seen -------------===//
#include "tare/Calibration/Headroom.h"

#include <algorithm>
#include <cmath>
#include <span>

namespace tare::calibration {

namespace {

/// Of fewer samples nothing is said.
constexpr int64_t fewestSamples = 8;
/// So many ends are tried, up to this share of the range's size further out: 3.5 dB is what headroom costs at most.
constexpr int triedSteps = 64;
constexpr double mostHeadroom = 0.5;

/// The mean of what the outermost ends have beyond the next one: of an exponential tail its decay, whatever the place
/// at which it is cut off. A quarter of the samples have a say, or as many as are kept.
double decayOf(std::span<const float> ends, int64_t samples) {
  const size_t count = std::min<size_t>(size_t(samples) / 4, ends.size() - std::min<size_t>(ends.size(), 1));
  double beyond = 0;
  for (size_t i = 0; i != count; ++i)
    beyond += double(ends[i]) - ends[count];
  return count ? beyond / double(count) : 0;
}

/// One side of a range, from 0 outwards.
struct Side {
  /// The end that was seen, how fast what lies beyond becomes rare, and where it ends in any case.
  double seen, decay, last;

  /// The expected square of what a sample has beyond an end: one of `samples` comes as far as what was seen.
  double beyond(double end, int64_t samples) const {
    if (decay <= 0 || end >= last)
      return 0;
    return 2 * decay * decay * std::exp(-(end - seen) / decay) / double(samples);
  }
  /// The end, so much farther out where anything is expected there.
  double moved(double further) const { return decay > 0 ? std::max(seen, std::min(seen + further, last)) : seen; }
};

/// The mean squared error of elements that are rounded.
double roundingError(const Range &range, const GridKind &grid) {
  const double width = grid.symmetric ? 2 * std::max(-range.min, range.max) : range.max - range.min;
  const double step = width / double(grid.levels - 1);
  return step * step / 12;
}

/// What is expected of both ends.
class Expectation {
public:
  Expectation(const Range &seen, const SampleEnds &ends, int64_t samples, int64_t elements, const Range &image)
      : low{-seen.min, seen.min < 0 ? decayOf(ends.leastNegated(), samples) : 0, -image.min},
        high{seen.max, seen.max > 0 ? decayOf(ends.greatest(), samples) : 0, image.max}, samples(samples),
        elements(elements) {}

  /// The mean squared error of elements that lie beyond, one of a sample at most.
  double beyond(const Range &range) const {
    return (low.beyond(-range.min, samples) + high.beyond(range.max, samples)) / double(std::max<int64_t>(elements, 1));
  }
  /// Both ends so much farther out.
  Range moved(double further) const { return {-low.moved(further), high.moved(further)}; }

private:
  Side low, high;
  int64_t samples, elements;
};

} // namespace

Reserve withHeadroom(const Range &seen, const SampleEnds &ends, int64_t samples, int64_t elements, const GridKind &grid,
                     const Range &image) {
  Reserve best{seen};
  if (samples < fewestSamples)
    return best;
  const Expectation expected(seen, ends, samples, elements, image);
  const double size = std::max(-seen.min, seen.max);
  double least = HUGE_VAL;
  for (int i = 0; i <= triedSteps; ++i) {
    const Range range = expected.moved(mostHeadroom * size * i / triedSteps);
    const double rounding = roundingError(range, grid), beyond = expected.beyond(range);
    if (rounding > 0 && rounding + beyond < least)
      least = rounding + beyond, best = {range, beyond};
  }
  return best;
}

double expectedBeyond(const Range &range, const Range &seen, const SampleEnds &ends, int64_t samples, int64_t elements,
                      const Range &image) {
  if (samples < fewestSamples)
    return 0;
  const Range whole{range.min <= seen.min ? range.min : -HUGE_VAL, range.max >= seen.max ? range.max : HUGE_VAL};
  return Expectation(seen, ends, samples, elements, image).beyond(whole);
}

} // namespace tare::calibration
