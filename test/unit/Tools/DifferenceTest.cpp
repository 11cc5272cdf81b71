//===- DifferenceTest.cpp - Exact figures of small tensors ----------------===//
#include "Difference.h"

#include <cmath>
#include <gtest/gtest.h>
#include <limits>

using namespace tare;

namespace {

Difference of(std::initializer_list<std::pair<double, double>> elements) {
  Difference difference;
  for (auto [reference, other] : elements)
    difference.add(reference, other);
  return difference;
}

TEST(Difference, SqnrIsTenTimesTheLogarithmOfPowers) {
  // 3^2 + 4^2 = 25 beside 0.5^2: a hundredfold is 20 dB.
  EXPECT_DOUBLE_EQ(of({{3, 3.5}, {4, 4}}).sqnr(), 20);
  EXPECT_EQ(of({{3, 3}, {4, 4}}).sqnr(), std::numeric_limits<double>::infinity());
}

TEST(Difference, CosineOfTheAngle) {
  EXPECT_DOUBLE_EQ(of({{1, 1}, {0, 1}}).cosine(), std::sqrt(0.5));
  EXPECT_DOUBLE_EQ(of({{1, -2}, {2, -4}}).cosine(), -1);
  EXPECT_DOUBLE_EQ(of({{1, 0}, {0, 1}}).cosine(), 0);
}

TEST(Difference, ZerosHaveNoDirection) {
  EXPECT_EQ(of({{0, 0}, {0, 0}}).cosine(), 1);
  EXPECT_EQ(of({{1, 0}, {2, 0}}).cosine(), 0);
  EXPECT_EQ(of({{0, 1}, {0, 2}}).cosine(), 0);
  EXPECT_EQ(of({{1, 0}, {2, 0}}).sqnr(), 0);
  EXPECT_EQ(of({{0, 1}, {0, 2}}).sqnr(), -std::numeric_limits<double>::infinity());
}

TEST(Difference, LargeAndSmallNumbersHaveACosine) {
  EXPECT_DOUBLE_EQ(of({{1e38, 1e38}, {1e38, -1e38}}).cosine(), 0);
  EXPECT_DOUBLE_EQ(of({{1e-38, 2e-38}}).cosine(), 1);
}

TEST(Difference, WhatIsNotFiniteIsCountedAndLeavesNoCosine) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  for (auto [reference, other] : {std::pair(NAN, 1.0),
                                  {1.0, NAN},
                                  {double(NAN), NAN},
                                  {infinity, 1.0},
                                  {1.0, -infinity},
                                  {infinity, infinity},
                                  {NAN, 0.0},
                                  {0.0, NAN}}) {
    Difference difference = of({{reference, other}, {0, 0}});
    EXPECT_EQ(difference.nonFiniteReference, !std::isfinite(reference));
    EXPECT_EQ(difference.nonFiniteOther, !std::isfinite(other));
    EXPECT_TRUE(std::isnan(difference.cosine())) << reference << " " << other;
    EXPECT_TRUE(std::isnan(difference.sqnr())) << reference << " " << other;
    Difference sum = of({{1, 1}});
    sum.add(difference);
    EXPECT_TRUE(std::isnan(sum.cosine()));
  }
}

} // namespace
