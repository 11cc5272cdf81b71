//===- RoundingTest.cpp - Rounding shifts against exact arithmetic --------===//
#include "tare/Kernels/Rounding.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

using namespace tare;
using namespace tare::kernels;
using program::Rounding;

namespace {

/// floor(a / b), b > 0, by truncating division.
Int128 floorDiv(Int128 a, Int128 b) { return a / b - (a % b < 0 ? 1 : 0); }

/// The nearest integers below and above v / 2^q, and which is nearer: an
/// independent definition of each mode.
int64_t exactRound(int64_t v, int q, Rounding rounding) {
  Int128 unit = Int128(1) << q;
  Int128 below = floorDiv(v, unit), distance = 2 * (v - below * unit) - unit;
  if (rounding == Rounding::floor || v == below * unit || distance < 0)
    return below;
  if (distance > 0)
    return below + 1;
  switch (rounding) {
  case Rounding::half_up:
    return below + 1;
  case Rounding::half_away:
    return v < 0 ? below : below + 1;
  default:
    return below % 2 == 0 ? below : below + 1;
  }
}

/// gemmlowp's two functions, written after its definition on 32-bit integers.
int32_t doublingHighMul(int32_t a, int32_t b) {
  int64_t product = int64_t(a) * b;
  int64_t nudge = product >= 0 ? 1 << 30 : 1 - (1 << 30);
  return int32_t((product + nudge) / (int64_t(1) << 31));
}

int32_t divideByPowerOfTwo(int32_t x, int exponent) {
  int32_t mask = int32_t((int64_t(1) << exponent) - 1), remainder = x & mask;
  int32_t threshold = (mask >> 1) + (x < 0 ? 1 : 0);
  return (x >> exponent) + (remainder > threshold ? 1 : 0);
}

const Rounding singleRoundings[] = {Rounding::half_up, Rounding::half_away, Rounding::half_even, Rounding::floor};

} // namespace

// (A7), (A8), (A9), (A10)
TEST(Rounding, EqualsExactArithmeticOnRandomValues) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 200000; ++i) {
    int q = int(random() % 63);
    // Values of every magnitude, and ties.
    int64_t v = int64_t(random()) >> (random() % 64);
    if (i % 3 == 0 && q > 0)
      v = (v >> q << q) + (int64_t(1) << (q - 1));
    for (Rounding rounding : singleRoundings) {
      ASSERT_EQ(roundShift(v, q, rounding), exactRound(v, q, rounding)) << v << " " << q << " " << int(rounding);
      ASSERT_EQ(roundShift(Int128(v), q, rounding), exactRound(v, q, rounding));
    }
  }
}

TEST(Rounding, TiesOfEachMode) {
  struct {
    int64_t v;
    int64_t up, away, even, floor;
  } cases[] = {{3, 2, 2, 2, 1},      {1, 1, 1, 0, 0}, {-1, 0, -1, 0, -1},
               {-3, -1, -2, -2, -2}, {5, 3, 3, 2, 2}, {-5, -2, -3, -2, -3}};
  for (auto c : cases) {
    EXPECT_EQ(roundShift(c.v, 1, Rounding::half_up), c.up);
    EXPECT_EQ(roundShift(c.v, 1, Rounding::half_away), c.away);
    EXPECT_EQ(roundShift(c.v, 1, Rounding::half_even), c.even);
    EXPECT_EQ(roundShift(c.v, 1, Rounding::floor), c.floor);
  }
}

TEST(Rounding, LimitsOfTheRange) {
  for (Rounding rounding : singleRoundings) {
    EXPECT_EQ(roundShift<int64_t>(INT64_MAX, 0, rounding), INT64_MAX);
    EXPECT_EQ(roundShift<int64_t>(INT64_MIN, 0, rounding), INT64_MIN);
    EXPECT_EQ(roundShift<int64_t>(INT64_MIN, 62, rounding), -2);
    EXPECT_EQ(roundShift<int64_t>(INT64_MAX, 62, rounding), rounding == Rounding::floor ? 1 : 2);
  }
}

// (A11)
TEST(Rounding, GemmlowpEqualsItsDefinition) {
  std::mt19937_64 random(2);
  for (int i = 0; i < 200000; ++i) {
    int q = int(random() % 63), left = std::max(0, 31 - q), right = std::max(0, q - 31);
    int32_t multiplier = int32_t(random() >> 33);
    // Small enough that the left shift stays in 32 bits, where gemmlowp's is
    // defined.
    int32_t acc = int32_t(random()) >> left >> (random() % 8);
    int32_t expected = divideByPowerOfTwo(doublingHighMul(int32_t(acc * (int64_t(1) << left)), multiplier), right);
    ASSERT_EQ(scaleAccumulator(acc, multiplier, q, Rounding::gemmlowp_double), expected)
        << acc << " " << multiplier << " " << q;
  }
}

TEST(Rounding, GemmlowpDiffersFromSingleRounding) {
  // x = 7984, multiplier 1583594044 as a fraction of 2^31, shift -9.
  EXPECT_EQ(scaleAccumulator(7984, 1583594044, 40, Rounding::gemmlowp_double), 12);
  EXPECT_EQ(scaleAccumulator(7984, 1583594044, 40, Rounding::half_up), 11);
}

TEST(Rounding, GemmlowpHalf) {
  // An effective scale of 0.5 is (2^30, 0): total shift 31.
  EXPECT_EQ(scaleAccumulator(10, 1 << 30, 31, Rounding::gemmlowp_double), 5);
  EXPECT_EQ(scaleAccumulator(-10, 1 << 30, 31, Rounding::gemmlowp_double), -5);
}

TEST(Requantize, FifteenBitMultipliersApproximateTheirScales) {
  struct {
    double scale;
    int32_t multiplier;
    int shift;
  } cases[] = {{0.0037, 31038, 23}, {0.9, 29491, 15}, {3.2, 26214, 13}};
  for (auto c : cases)
    for (int64_t acc : {-100000, -777, -1, 0, 1, 1000, 99999})
      EXPECT_NEAR(double(scaleAccumulator(acc, c.multiplier, c.shift, Rounding::half_up)), double(acc) * c.scale,
                  0.5 + std::abs(double(acc)) * c.scale * 0x1p-15);
}

// (A13)
TEST(Requantize, AddsTheZeroPointAfterRoundingAndClamps) {
  program::RequantT requant;
  requant.multipliers = {1, 3};
  requant.shifts = {1};
  requant.zero_point = -10;
  requant.clamp_min = -128;
  requant.clamp_max = 100;
  EXPECT_EQ(requantize(5, requant, 0), -7);   // 2.5 -> 3
  EXPECT_EQ(requantize(-5, requant, 0), -12); // -2.5 -> -2
  EXPECT_EQ(requantize(5, requant, 1), -2);   // 7.5 -> 8
  EXPECT_EQ(requantize(1000, requant, 1), 100);
  EXPECT_EQ(requantize(-1000, requant, 1), -128);
}

TEST(Requantize, ProductsBeyond64BitsAreExact) {
  program::RequantT requant;
  requant.multipliers = {INT32_MAX};
  requant.shifts = {62};
  requant.clamp_min = -32768;
  requant.clamp_max = 32767;
  // acc * m = 2^40 * (2^31 - 1), divided by 2^62: 511.99..; INT64_MAX
  // saturates.
  EXPECT_EQ(requantize(int64_t(1) << 40, requant, 0), 512);
  EXPECT_EQ(requantize(-(int64_t(1) << 40), requant, 0), -512);
  EXPECT_EQ(requantize(INT64_MAX, requant, 0), 32767);
  EXPECT_EQ(requantize(INT64_MIN, requant, 0), -32768);
}
