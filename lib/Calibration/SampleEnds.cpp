#include "tare/Calibration/SampleEnds.h"

#include <algorithm>
#include <cmath>
#include <functional>

namespace tare::calibration {

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
  sumOfHighs.add(greatest);
  sumOfLows.add(least);
  ++samples;
}

void SampleEnds::merge(const SampleEnds &other) {
  for (float end : other.highs)
    insert(highs, end);
  for (float end : other.lows)
    insert(lows, end);
  sumOfHighs.add(other.sumOfHighs);
  sumOfLows.add(other.sumOfLows);
  samples += other.samples;
}

std::pair<double, double> SampleEnds::means() const {
  if (samples == 0)
    return {0, 0};
  return {sumOfLows.value() / double(samples), sumOfHighs.value() / double(samples)};
}

SampleEnds::Contents SampleEnds::contents() const {
  auto withoutSign = [](std::vector<float> ends) {
    for (float &end : ends)
      end += 0.0f;
    return ends;
  };
  return {withoutSign(highs), withoutSign(lows), sumOfHighs.contents(), sumOfLows.contents(), samples};
}

static bool areEnds(const std::vector<float> &ends, int64_t samples) {
  return ends.size() == size_t(std::min<int64_t>(samples, SampleEnds::kept)) &&
         std::ranges::is_sorted(ends, std::greater()) &&
         std::ranges::all_of(ends, [](float end) { return std::isfinite(end); });
}

/// Each of the samples has put less than 2^32 into a digit, of either sign.
static bool isSumOf(const ExactSum::Digits &digits, int64_t samples) {
  const int64_t most = samples << 32;
  return std::ranges::all_of(digits, [&](int64_t digit) { return -most <= digit && digit <= most; });
}

std::optional<SampleEnds> SampleEnds::of(const Contents &contents) {
  const int64_t samples = contents.samples;
  if (samples < 0 || samples > mostSamples || !areEnds(contents.highs, samples) || !areEnds(contents.lows, samples) ||
      !isSumOf(contents.sumOfHighs, samples) || !isSumOf(contents.sumOfLows, samples))
    return std::nullopt;
  SampleEnds ends;
  ends.highs = contents.highs;
  ends.lows = contents.lows;
  ends.sumOfHighs = ExactSum::of(contents.sumOfHighs);
  ends.sumOfLows = ExactSum::of(contents.sumOfLows);
  ends.samples = samples;
  return ends;
}

} // namespace tare::calibration
