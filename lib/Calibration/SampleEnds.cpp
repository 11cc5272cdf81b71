#include "tare/Calibration/SampleEnds.h"

#include <algorithm>
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

} // namespace tare::calibration
