// The histogram: what is where, and that nothing but the values matters.
#include "Samples.h"
#include "tare/Calibration/RangeSearch.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <limits>
#include <numeric>

using namespace tare::calibration;
using namespace tare::test;

namespace {

constexpr float infinity = std::numeric_limits<float>::infinity();
constexpr float nan = std::numeric_limits<float>::quiet_NaN();
constexpr float largest = std::numeric_limits<float>::max();
constexpr float denormal = std::numeric_limits<float>::denorm_min();

uint64_t sum(std::span<const uint64_t> bins) { return std::accumulate(bins.begin(), bins.end(), uint64_t{0}); }

TEST(Histogram, PutsValuesInFloorBins) {
  // 2048 bins of 1 reach up to, but not, 2048; and down to -2048.
  Histogram h = histogramOf(Values{0, 0.5f, 1, 2047.9f, -0.25f, -1, -1.5f});
  EXPECT_EQ(h.binWidth(), 1);
  EXPECT_EQ(h.positive()[0], 2u);
  EXPECT_EQ(h.positive()[1], 1u);
  EXPECT_EQ(h.positive()[2047], 1u);
  // -1 = floor(-0.25) = floor(-1), -2 = floor(-1.5)
  EXPECT_EQ(h.negative()[0], 2u);
  EXPECT_EQ(h.negative()[1], 1u);
  EXPECT_EQ(h.zeros(), 1u);
  EXPECT_EQ(h.min(), -1.5f);
  EXPECT_EQ(h.max(), 2047.9f);
  EXPECT_EQ(histogramOf(Values{-2048}).binWidth(), 1);
  EXPECT_EQ(histogramOf(Values{2048}).binWidth(), 2);
}

TEST(Histogram, AllocatesTheSidesThatItNeeds) {
  EXPECT_TRUE(histogramOf(Values{1, 2}).negative().empty());
  EXPECT_TRUE(histogramOf(Values{-1}).positive().empty());
  EXPECT_TRUE(Histogram().positive().empty());
}

TEST(Histogram, CountsWhatIsNotFinite) {
  Histogram h = histogramOf(Values{nan, 1, infinity, -infinity, -infinity});
  EXPECT_EQ(h.total(), 5u);
  EXPECT_EQ(h.finite(), 1u);
  EXPECT_EQ(h.nans(), 1u);
  EXPECT_EQ(h.positiveInfinities(), 1u);
  EXPECT_EQ(h.negativeInfinities(), 2u);
  EXPECT_EQ(h.min(), 1);
  EXPECT_EQ(h.max(), 1);
  EXPECT_EQ(sum(h.positive()), 1u);
  EXPECT_EQ(histogramOf(Values{nan}).finite(), 0u);
}

TEST(Histogram, KnowsDeadTensors) {
  EXPECT_TRUE(histogramOf(Values(100, 0.0f)).isDead());
  EXPECT_TRUE(histogramOf(Values{-0.0f}).isDead());
  EXPECT_EQ(histogramOf(Values{-0.0f}), histogramOf(Values{0.0f}));
  EXPECT_FALSE(histogramOf(Values{0, denormal}).isDead());
  EXPECT_FALSE(histogramOf(Values{0, nan}).isDead());
}

TEST(Histogram, HoldsEveryFloat) {
  Histogram h = histogramOf(Values{largest, -largest, denormal, -denormal});
  EXPECT_EQ(h.positive()[2047], 1u);
  EXPECT_EQ(h.negative()[2047], 1u);
  EXPECT_EQ(h.positive()[0], 1u);
  // The product with the inverse width underflows; the bin is still the one
  // below zero.
  EXPECT_EQ(h.negative()[0], 1u);
}

/// Values of every magnitude and kind.
Values wild(size_t count, uint32_t seed) {
  return sample(
      count,
      [](std::mt19937 &engine) {
        switch (engine() % 4) {
        case 0:
          return std::bit_cast<float>(static_cast<uint32_t>(engine()));
        case 1:
          return static_cast<float>(static_cast<int>(engine() % 4001) - 2000);
        case 2:
          return engine() % 2 ? 0.0f : std::ldexp(1.0f, engine() % 20);
        default:
          return std::ldexp(-1.0f, static_cast<int>(engine() % 250) - 130);
        }
      },
      seed);
}

/// The histogram of parts of `values`, cut at random and merged in random
/// order.
Histogram ofParts(std::span<const float> values, std::mt19937 &engine) {
  std::vector<Histogram> parts(1);
  while (!values.empty()) {
    size_t count = std::min<size_t>(engine() % 5000 + 1, values.size());
    parts.back().add(values.first(count));
    values = values.subspan(count);
    if (engine() % 2)
      parts.emplace_back();
  }
  std::shuffle(parts.begin(), parts.end(), engine);
  while (parts.size() > 1) {
    size_t other = engine() % (parts.size() - 1);
    parts[other].merge(parts.back());
    parts.pop_back();
  }
  return parts[0];
}

TEST(Histogram, OrderAndPartitionDoNotMatter) {
  std::mt19937 engine(7);
  for (uint32_t seed = 0; seed < 60; ++seed) {
    Values values;
    size_t count = engine() % 20000 + 1;
    switch (seed % 4) {
    case 0:
      values = wild(count, seed);
      break;
    case 1:
      values = normal(count, std::exp2(int(engine() % 100) - 50));
      break;
    case 2:
      values = relu(longTail(count));
      break;
    default:
      // Magnitudes that grow: the bins widen again and again.
      values = normal(count);
      for (size_t i = 0; i < count; ++i)
        values[i] = std::ldexp(values[i], static_cast<int>(i * 30 / count));
    }
    Histogram expected = histogramOf(values);
    EXPECT_EQ(expected.total(), count);
    EXPECT_EQ(sum(expected.positive()) + sum(expected.negative()), expected.finite());
    for (int round = 0; round < 5; ++round) {
      std::shuffle(values.begin(), values.end(), engine);
      EXPECT_TRUE(ofParts(values, engine) == expected) << "seed " << seed;
    }
  }
}

TEST(Histogram, EqualsCountingByDivision) {
  for (uint32_t seed = 0; seed < 10; ++seed) {
    Values values = wild(3000, seed);
    if (seed % 2)
      values = normal(3000, 0.01 * (seed + 1));
    Histogram h = histogramOf(values);
    std::vector<uint64_t> positive(h.positive().size()), negative(h.negative().size());
    for (float value : values) {
      if (!std::isfinite(value))
        continue;
      auto bin = static_cast<int64_t>(std::floor(value / h.binWidth()));
      bin >= 0 ? ++positive[bin] : ++negative[-1 - bin];
    }
    EXPECT_TRUE(std::ranges::equal(h.positive(), positive));
    EXPECT_TRUE(std::ranges::equal(h.negative(), negative));
  }
}

TEST(Histogram, UsesOverHalfOfItsBins) {
  for (float scale : {1e-30f, 0.001f, 1.0f, 3.0f, 1e20f}) {
    Histogram h = histogramOf(Values{scale});
    EXPECT_LE(scale, 2048 * h.binWidth());
    EXPECT_GE(scale, 1024 * h.binWidth());
  }
}

} // namespace
