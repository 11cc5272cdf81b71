//===- MultiplierTest.cpp - Effective scales as (m, q): (A12) -------------===//
#include "Arithmetic/Multiplier.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

using namespace tare;

namespace {

void expect(double scale, int bits, int32_t m, int q, int lost = 0) {
  Multiplier found = decompose(scale, {bits, 0, 31});
  EXPECT_EQ(found.m, m) << scale;
  EXPECT_EQ(found.q, q) << scale;
  EXPECT_EQ(found.bitsLost, lost) << scale;
}

/// (A12)
TEST(MultiplierTest, HandComputed) {
  expect(0.0037, 15, 31038, 23);
  expect(0.9, 15, 29491, 15);
  expect(3.2, 15, 26214, 13);
  expect(1.0, 15, 16384, 14);
  expect(0.5, 31, 1 << 30, 31);
  // Rounding carries: 0.99999 * 2^15 rounds to 2^15.
  expect(0.99999, 15, 16384, 14);
  expect(-0.9, 15, -29491, 15);
}

TEST(MultiplierTest, BeyondTheRange) {
  expect(4e4, 15, 20000, -1);
  EXPECT_EQ(decompose(1.3e8, {15, 0, 31}).q, -12);
  expect(1e-6, 15, 2147, 31, 3);
  expect(1e-11, 15, 0, 31, 15);
  expect(0.0, 15, 0, 31, 15);
}

// The error of m is at most half a unit, so that of the scale at most 2^-bits of it.
TEST(MultiplierTest, IsAsPreciseAsItsBits) {
  std::mt19937_64 random(1);
  std::uniform_real_distribution<double> exponent(-15, 14);
  for (int i = 0; i < 100000; ++i) {
    double scale = std::exp2(exponent(random));
    Multiplier found = decompose(scale, {15, 0, 31});
    ASSERT_LT(found.m, 1 << 15);
    ASSERT_GE(found.m, 1 << 14);
    ASSERT_LE(std::abs(std::ldexp(found.m, -found.q) / scale - 1), std::exp2(-15)) << scale;
  }
}

} // namespace
