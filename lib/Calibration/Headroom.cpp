//===- Headroom.cpp - How far data go on beyond what was seen -------------===//
#include "tare/Calibration/Headroom.h"

#include <algorithm>
#include <cmath>
#include <functional>

namespace tare::calibration {

namespace {

/// Of fewer samples nothing is said.
constexpr int64_t fewestSamples = 8;
/// Of fewer a tail counts as light: a few ends do not tell how heavy it is.
constexpr int64_t fewestOfTail = 32;
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

/// How much farther apart ends are the farther out they lie: of an exponential tail 0, of a heavy one (each end a share
/// beyond the next) 1 / a, where what is beyond t is as rare as t^-a. The mean of two estimates: B. Hill, "A Simple
/// General Approach to Inference About the Tail of a Distribution", Ann. Statist. 3 (1975), which takes light tails for
/// heavier, and J. Hosking, J. Wallis, "Parameter and Quantile Estimation for the Generalized Pareto Distribution",
/// Technometrics 29 (1987), which few ends lead astray. From 1/2 on no square would be expected at all.
double heavinessOf(std::span<const float> ends, int64_t samples) {
  constexpr double most = 0.45, plottingPosition = 0.35;
  const size_t count = std::min<size_t>(size_t(samples) / 4, ends.size() - std::min<size_t>(ends.size(), 1));
  if (samples < fewestOfTail || ends.size() <= count || ends[count] <= 0)
    return 0;
  double logarithms = 0, beyond = 0, weighted = 0;
  for (size_t i = 0; i != count; ++i) {
    // The largest may be an outlier, which is no tail: it counts as the next one.
    const double excess = double(ends[std::max<size_t>(i, 1)]) - ends[count];
    beyond += excess;
    weighted += excess * (double(i) + plottingPosition) / double(count);
    if (i > 0)
      logarithms += double(i + 1) * std::log(double(ends[i]) / ends[i + 1]) / double(count - 1);
  }
  const double spread = beyond - 2 * weighted;
  const double ofMoments = spread > 0 ? 2 - beyond / spread : most;
  return (std::min(logarithms, most) + std::clamp(ofMoments, 0.0, most)) / 2;
}

/// One side of a range, from 0 outwards.
struct Side {
  /// The end that was seen, how fast what lies beyond becomes rare, and where it ends in any case.
  double seen, decay, last;
  double heaviness = 0;

  /// The expected square of what a sample has beyond an end: one of `samples` comes as far as what was seen.
  double beyond(double end, int64_t samples) const {
    if (decay <= 0 || end >= last)
      return 0;
    return 2 * decay * decay * std::exp(-(end - seen) / decay) / double(samples);
  }
  /// The same of a tail that may be heavy, and of an end that cuts off what was seen. (J. Pickands, "Statistical
  /// Inference Using Extreme Order Statistics", Ann. Statist. 3 (1975): what lies beyond a high end is such a tail.)
  double heavyBeyond(double end, int64_t samples) const {
    if (decay <= 0 || std::max(end, seen) >= last)
      return 0;
    const double further = std::max(end - seen, 0.0), cut = std::max(seen - end, 0.0);
    const double share =
        heaviness > 0 ? std::pow(1 + heaviness * further / decay, -1 / heaviness) : std::exp(-further / decay);
    const double mean = (decay + heaviness * further) / (1 - heaviness);
    const double square = 2 * mean * mean * (1 - heaviness) / (1 - 2 * heaviness);
    return share * (square + 2 * cut * mean + cut * cut) / double(samples);
  }
  /// The end, so much farther out where anything is expected there.
  double moved(double further) const { return decay > 0 ? std::max(seen, std::min(seen + further, last)) : seen; }
};

} // namespace

void SampleEnds::insert(std::vector<float> &ends, float end) {
  ends.insert(std::ranges::upper_bound(ends, end, std::greater()), end);
  if (ends.size() > kept)
    ends.pop_back();
}

void SampleEnds::add(float least, float greatest) {
  if (!(least <= greatest))
    return;
  insert(highs, greatest);
  insert(lows, -least);
}

void SampleEnds::merge(const SampleEnds &other) {
  for (float end : other.highs)
    insert(highs, end);
  for (float end : other.lows)
    insert(lows, end);
}

namespace {

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
      : low{-seen.min, seen.min < 0 ? decayOf(ends.leastNegated(), samples) : 0, -image.min,
            heavinessOf(ends.leastNegated(), samples)},
        high{seen.max, seen.max > 0 ? decayOf(ends.greatest(), samples) : 0, image.max,
             heavinessOf(ends.greatest(), samples)},
        samples(samples), elements(elements) {}

  /// The mean squared error of elements that lie beyond, one of a sample at most.
  double beyond(const Range &range) const {
    return (low.beyond(-range.min, samples) + high.beyond(range.max, samples)) / double(std::max<int64_t>(elements, 1));
  }
  /// The same as it is told: where tails may be heavy.
  double told(const Range &range) const {
    const double sum = low.heavyBeyond(-range.min, samples) + high.heavyBeyond(range.max, samples);
    return sum / double(std::max<int64_t>(elements, 1));
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
      least = rounding + beyond, best.range = range;
  }
  best.beyond = expected.told(best.range);
  return best;
}

double expectedBeyond(const Range &range, const Range &seen, const SampleEnds &ends, int64_t samples, int64_t elements,
                      const Range &image) {
  if (samples < fewestSamples)
    return 0;
  const Expectation expected(seen, ends, samples, elements, image);
  if (samples >= fewestOfTail)
    return expected.told(range);
  return expected.told({range.min <= seen.min ? range.min : -HUGE_VAL, range.max >= seen.max ? range.max : HUGE_VAL});
}

} // namespace tare::calibration
