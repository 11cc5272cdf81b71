// (A67) How far ranges go on beyond what was seen.
#include "tare/Calibration/Headroom.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

using namespace tare::calibration;

namespace {

constexpr GridKind fine{65535, true}, coarse{255, true};
constexpr Range unlimited{-HUGE_VAL, HUGE_VAL};

struct Samples {
  std::vector<std::pair<float, float>> ends;

  /// Of so many samples of `elements` numbers each, normally distributed, whose samples' sizes differ by `spread`.
  static Samples normal(int count, int elements, double spread, unsigned seed = 1) {
    std::mt19937 random(seed);
    std::normal_distribution<double> normal;
    Samples samples;
    for (int i = 0; i < count; ++i) {
      double size = std::exp(spread * normal(random)), low = 0, high = 0;
      for (int j = 0; j < elements; ++j) {
        double x = size * normal(random);
        low = std::min(low, x), high = std::max(high, x);
      }
      samples.ends.emplace_back(low, high);
    }
    return samples;
  }

  Range range() const {
    Range range{0, 0};
    for (auto [low, high] : ends)
      range = {std::min<double>(range.min, low), std::max<double>(range.max, high)};
    return range;
  }
  SampleEnds found() const {
    SampleEnds found;
    for (auto [low, high] : ends)
      found.add(low, high);
    return found;
  }
  Reserve reserve(int elements, const GridKind &grid = fine, const Range &image = unlimited) const {
    return withHeadroom(range(), found(), int64_t(ends.size()), elements, grid, image);
  }
};

} // namespace

TEST(Headroom, WhatNeverGrowsStays) {
  Samples samples;
  for (int i = 0; i < 100; ++i)
    samples.ends.emplace_back(0.0f, 255.0f);
  EXPECT_EQ(samples.reserve(100).range, (Range{0, 255}));
}

TEST(Headroom, WhatGrowsGoesOn) { // (A67)
  Samples samples = Samples::normal(100, 64, 0.5);
  Reserve reserve = samples.reserve(64);
  const Range seen = samples.range();
  EXPECT_GT(reserve.range.max, 1.1 * seen.max);
  EXPECT_LT(reserve.range.min, 1.1 * seen.min);
  // By no more than half its own size.
  const double size = std::max(-seen.min, seen.max) / 2;
  EXPECT_LE(reserve.range.max, seen.max + size);
  EXPECT_GE(reserve.range.min, seen.min - size);
}

TEST(Headroom, HoldsWhatIsSeenLater) {
  int held = 0, held0 = 0;
  for (unsigned seed = 1; seed <= 50; ++seed) {
    const Range range = Samples::normal(100, 64, 0.3, seed).reserve(64).range,
                seen = Samples::normal(100, 64, 0.3, seed).range();
    const Range later = Samples::normal(300, 64, 0.3, seed + 1000).range();
    held += later.min >= range.min && later.max <= range.max;
    held0 += later.min >= seen.min && later.max <= seen.max;
  }
  EXPECT_LT(held0, 10);
  EXPECT_GT(held, 40);
}

TEST(Headroom, CoarseGridsHaveNoneToSpare) {
  EXPECT_EQ(Samples::normal(100, 1024, 0.05).reserve(1024, coarse).range, Samples::normal(100, 1024, 0.05).range());
}

TEST(Headroom, EndsWhereTheOpDoes) {
  Samples samples = Samples::normal(100, 64, 0.5);
  const Range seen = samples.range(), image{seen.min, seen.max + 0.01};
  Reserve reserve = samples.reserve(64, fine, image);
  EXPECT_EQ(reserve.range.min, seen.min);
  EXPECT_DOUBLE_EQ(reserve.range.max, image.max);
}

TEST(Headroom, FewSamplesSayNothing) {
  Samples samples = Samples::normal(7, 64, 0.5);
  EXPECT_EQ(samples.reserve(64).range, samples.range());
  EXPECT_EQ(samples.reserve(64).beyond, 0);
}

TEST(Headroom, DoesNotDependOnTheOrder) {
  Samples samples = Samples::normal(64, 8, 0.4);
  Reserve first = samples.reserve(8);
  std::ranges::reverse(samples.ends);
  EXPECT_EQ(samples.reserve(8).range, first.range);
  SampleEnds a, b;
  for (size_t i = 0; i < samples.ends.size(); ++i)
    (i % 3 ? a : b).add(samples.ends[i].first, samples.ends[i].second);
  a.merge(b);
  EXPECT_EQ(withHeadroom(samples.range(), a, 64, 8, fine, unlimited).range, first.range);
  // Samples without a finite element have no ends.
  a.add(std::numeric_limits<float>::infinity(), -std::numeric_limits<float>::infinity());
  EXPECT_EQ(withHeadroom(samples.range(), a, 64, 8, fine, unlimited).range, first.range);
}
