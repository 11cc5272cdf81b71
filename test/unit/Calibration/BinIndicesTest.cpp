// Every kind of the vectorized loops against their definition.
#include "../../../lib/Calibration/BinIndices.h"
#include "Samples.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>

using namespace tare::calibration;
using namespace tare::test;

namespace {

constexpr double binsPerSide = 2048;

/// Zeros of both signs, denormals, edges of bins, and what lies between, within [-2048, 2048) * width.
Values fitting(size_t count, double width, uint32_t seed) {
  return sample(
      count,
      [=](std::mt19937 &engine) {
        double at = double(int(engine() % 4096) - 2048) * width;
        switch (engine() % 5) {
        case 0:
          return engine() % 2 ? 0.0f : -0.0f;
        case 1:
          return std::bit_cast<float>(uint32_t(engine() % 3 + 1) | (engine() % 2 ? 0x80000000u : 0u));
        case 2:
          return float(at);
        default:
          return float(at + double(engine() % 1000) / 1000 * width * 0.999);
        }
      },
      seed);
}

std::vector<uint32_t> expectedIndices(const Values &values, double width) {
  std::vector<uint32_t> indices;
  for (float value : values) {
    if (value == 0)
      continue;
    double bin = std::floor(double(value) / width);
    indices.push_back(uint32_t(bin >= 0 ? bin : binsPerSide - 1 - bin));
  }
  return indices;
}

TEST(BinIndices, EqualTheirDefinition) {
  for (const BinLoops &loops : allBinLoops())
    for (uint32_t seed = 0; seed < 300; ++seed) {
      size_t count = seed * 7 % 130 + 1;
      int exponent = int(seed * 13 % 240) - 126;
      Values values = fitting(count, std::ldexp(1.0, exponent), seed);
      std::vector<uint32_t> indices(count + indexSlack);
      Scan seen = loops.binIndices(values, std::ldexp(1.0f, -exponent), indices.data());
      std::vector<uint32_t> expected = expectedIndices(values, std::ldexp(1.0, exponent));
      indices.resize(expected.size());
      EXPECT_EQ(indices, expected) << loops.name << ", seed " << seed;
      EXPECT_EQ(seen.zeros, count - expected.size());
      EXPECT_EQ(seen.min, *std::min_element(values.begin(), values.end()));
      EXPECT_EQ(seen.max, *std::max_element(values.begin(), values.end()));
      EXPECT_FALSE(std::signbit(seen.min) && seen.min == 0);
      EXPECT_TRUE(seen.finite);
    }
}

TEST(BinIndices, ScanWhatDoesNotFit) {
  for (const BinLoops &loops : allBinLoops()) {
    Values values{1, -3000, 0, 1e30f, -2, 5000};
    std::vector<uint32_t> indices(values.size() + indexSlack);
    for (Scan seen : {loops.scan(values), loops.binIndices(values, 1, indices.data())}) {
      EXPECT_EQ(seen.min, -3000) << loops.name;
      EXPECT_EQ(seen.max, 1e30f);
      EXPECT_EQ(seen.zeros, 1u);
      EXPECT_TRUE(seen.finite);
    }
    for (float odd : {float(NAN), -float(NAN), float(INFINITY), -float(INFINITY)}) {
      values[4] = odd;
      EXPECT_FALSE(loops.scan(values).finite) << loops.name;
      EXPECT_FALSE(loops.binIndices(values, 1, indices.data()).finite) << loops.name;
    }
  }
}

TEST(Histogram, KeepsTheExtremesAlone) {
  Values values = fitting(5000, 0.5, 1);
  values[17] = NAN;
  Histogram whole, extremes(Histogram::Detail::extremes), other(Histogram::Detail::extremes);
  whole.add(values);
  std::span<const float> span(values);
  extremes.add(span.first(3000));
  other.add(span.subspan(3000));
  extremes.merge(other);
  EXPECT_EQ(extremes.min(), whole.min());
  EXPECT_EQ(extremes.max(), whole.max());
  EXPECT_EQ(extremes.zeros(), whole.zeros());
  EXPECT_EQ(extremes.nans(), 1u);
  EXPECT_EQ(extremes.total(), whole.total());
  EXPECT_TRUE(extremes.positive().empty());
}

} // namespace
