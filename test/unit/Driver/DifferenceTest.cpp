//===- DifferenceTest.cpp - Exact figures of small tensors ----------------===//
#include "Driver/Compare/Difference.h"
#include "Driver/Check/ProgramResults.h"
#include "Driver/Compare/DifferenceText.h"

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

TEST(Difference, TheShareOfEqualElements) {
  EXPECT_EQ(of({{3, 3}, {4, 5}, {0, 0}, {7, -7}}).equalShare(), 0.5);
  EXPECT_EQ(of({}).equalShare(), 1);
}

TEST(DifferenceText, InfinityIsAWord) {
  EXPECT_EQ(decibels(21.04), "21.0 dB");
  EXPECT_EQ(decibels(21.046, 2), "21.05 dB");
  EXPECT_EQ(decibels(std::numeric_limits<double>::infinity()), "exact");
  EXPECT_EQ(decibels(-std::numeric_limits<double>::infinity()), "none (all 0 in float)");
  EXPECT_EQ(decibels(std::numeric_limits<double>::quiet_NaN()), "not finite");
}

TEST(DifferenceText, WhatDiffersIsNotAllAndWhatIsEqualNotNothing) {
  Difference one, other;
  one.total = other.total = 100000;
  one.differing = 1, other.differing = 99999;
  EXPECT_EQ(percentEqual(one), "99.9 %");
  EXPECT_EQ(percentEqual(other), "0.1 %");
  EXPECT_EQ(equalText(of({{1, 1}})), "all its elements are equal");
  EXPECT_EQ(equalText(of({{1, 2}})), "0.0 % of its elements are equal");
  EXPECT_EQ(equalText(of({{1, 2}, {3, 3}, {4, 4}, {5, 5}})), "75.0 % of its elements are equal");
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

Tensor tensorOf(Shape shape, std::vector<float> values) {
  Tensor tensor(ElementType::f32, std::move(shape));
  std::ranges::copy(values, tensor.mutableAs<float>());
  return tensor;
}

std::vector<float> valuesOf(const Tensor &tensor) { return {tensor.as<float>(), tensor.as<float>() + tensor.count()}; }

TEST(Difference, OfTensorsCountsTheirElements) {
  Difference difference;
  difference.add(tensorOf({2, 2}, {3, 4, 0, 1}), tensorOf({2, 2}, {3.5, 4, 0, 1}));
  difference.add(tensorOf({1, 2}, {5, NAN}), tensorOf({1, 2}, {3, NAN}));
  EXPECT_EQ(difference.total, 6);
  EXPECT_EQ(difference.differing, 2);
  EXPECT_EQ(difference.largest, 2);
  EXPECT_DOUBLE_EQ(difference.noise, 0.25 + 4);
  Difference sum = of({{1, 2}});
  sum.add(of({{-3, 1}, {2, 2}}));
  EXPECT_EQ(sum.total, 3);
  EXPECT_EQ(sum.differing, 2);
  EXPECT_EQ(sum.largest, 4);
  EXPECT_DOUBLE_EQ(sum.noise, 1 + 16);
  EXPECT_DOUBLE_EQ(sum.product, 2 - 3 + 4);
  EXPECT_DOUBLE_EQ(sum.reference2, 1 + 9 + 4);
  EXPECT_DOUBLE_EQ(sum.other2, 4 + 1 + 4);
}

TEST(Difference, OfANumberAndNoneIsInfinite) {
  EXPECT_EQ(of({{NAN, 1}}).largest, std::numeric_limits<double>::infinity());
  EXPECT_EQ(of({{NAN, 1}}).differing, 1);
}

/// Axes of equal size leave open what is which: the elements decide. Element (a, b, c) is 100 a + 10 b + c.
TEST(Alignment, TheClosestOfEqualShapesIsTaken) {
  Tensor reference = tensorOf({2, 2, 2}, {0, 1, 10, 11, 100, 101, 110, 111});
  struct Case {
    std::vector<float> other;
    std::vector<int64_t> order;
  };
  for (const Case &one : {Case{{0, 1, 10, 11, 100, 101, 110, 111}, {0, 1, 2}},
                          {{0, 10, 1, 11, 100, 110, 101, 111}, {0, 2, 1}},
                          {{0, 100, 10, 110, 1, 101, 11, 111}, {2, 1, 0}},
                          {{0, 10, 100, 110, 1, 11, 101, 111}, {1, 2, 0}}}) {
    Tensor other = tensorOf({2, 2, 2}, one.other);
    std::vector<Alignment> candidates = alignments(reference.shape(), other.shape());
    ASSERT_EQ(candidates.size(), 6u);
    const Alignment &found = closest(candidates, reference, other);
    EXPECT_EQ(found.order, one.order);
    EXPECT_EQ(valuesOf(found.apply(other)), valuesOf(reference));
  }
}

/// The same of what the check holds side by side: noise apart, the order that agrees.
TEST(Alignment, TheCheckTakesTheOrderThatAgrees) {
  Tensor reference = tensorOf({2, 2, 2}, {0, 1, 10, 11, 100, 101, 110, 111});
  for (auto values : {std::vector<float>{0, 1, 10, 11, 100, 101, 110, 111},
                      {0, 10, 1, 11, 100, 110, 101, 111},
                      {0, 100, 10, 110, 1, 101, 11, 111},
                      {0, 10, 100, 110, 1, 11, 101, 111}}) {
    values[3] += 0.25f;
    std::optional<Tensor> found = aligned(tensorOf({2, 2, 2}, values), reference);
    ASSERT_TRUE(found);
    Difference difference;
    difference.add(reference, *found);
    EXPECT_EQ(difference.differing, 1);
    EXPECT_EQ(difference.largest, 0.25);
  }
  EXPECT_FALSE(aligned(tensorOf({2, 3}, {0, 1, 2, 3, 4, 5}), tensorOf({3, 2}, {0, 1, 2, 3, 4, 5})));
}

TEST(Alignment, ShapesThatAllowOneHaveOne) {
  std::vector<Alignment> last = alignments({1, 3, 4, 5}, {1, 4, 5, 3});
  ASSERT_EQ(last.size(), 1u);
  EXPECT_EQ(last[0].order, (std::vector<int64_t>{0, 3, 1, 2}));
  EXPECT_EQ(last[0].shape, (Shape{1, 3, 4, 5}));
  EXPECT_EQ(alignments({2, 6}, {6, 2}).size(), 0u);
  EXPECT_EQ(alignments({4, 4}, {4, 4}).size(), 2u);
  EXPECT_EQ(alignments({1, 4}, {1, 4}).size(), 1u);
  EXPECT_EQ(alignments({2, 1, 6}, {2, 6}).size(), 1u);
  EXPECT_EQ(alignments({2, 3, 4}, {2, 3, 5}).size(), 0u);
  // A pixel shuffle, channels last: whatever the rank, and where only sizes tell dimensions apart.
  EXPECT_EQ(alignments({1, 3, 2, 2, 4, 5}, {1, 4, 5, 3, 2, 2}).size(), 2u);
  EXPECT_EQ(alignments({1, 2, 2, 2, 2, 2}, {1, 2, 2, 2, 2, 2}).size(), 120u);
  EXPECT_EQ(alignments({2, 3, 4, 5, 6, 7, 8, 9}, {9, 8, 7, 6, 5, 4, 3, 2}).size(), 1u);
}

} // namespace
