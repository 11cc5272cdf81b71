//===- RocArea.cpp - The area under the ROC curve -------------------------===//
#include "Driver/Evaluate/Metrics/RocArea.h"

#include <algorithm>
#include <cstdint>

using namespace tare;

std::optional<double> tare::areaUnderRoc(std::vector<ScoredLabel> samples) {
  std::ranges::sort(samples, {}, &ScoredLabel::score);
  // Halves of pairs, so that all sums are whole numbers.
  int64_t halves = 0, negativesBefore = 0, positives = 0;
  for (auto first = samples.begin(); first != samples.end();) {
    auto last = std::find_if(first, samples.end(), [&](const ScoredLabel &one) { return one.score != first->score; });
    int64_t positive = std::count_if(first, last, [](const ScoredLabel &one) { return one.isPositive; });
    int64_t negative = (last - first) - positive;
    halves += positive * (2 * negativesBefore + negative);
    negativesBefore += negative;
    positives += positive;
    first = last;
  }
  if (positives == 0 || negativesBefore == 0)
    return std::nullopt;
  return double(halves) / 2 / (double(positives) * double(negativesBefore));
}
