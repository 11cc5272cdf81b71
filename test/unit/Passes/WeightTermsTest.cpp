//===- WeightTermsTest.cpp - Weights beyond 8 bits as sums (A43) ----------===//
#include "Quantize/WeightTerms.h"

#include <gtest/gtest.h>
#include <numeric>

using namespace tare;

namespace {

Tensor stepsOf(Shape shape, const std::vector<int32_t> &values) {
  Tensor result(ElementType::i32, std::move(shape));
  std::copy(values.begin(), values.end(), result.mutableAs<int32_t>());
  return result;
}

TEST(WeightTerms, AreTheDistancesThemselvesWhereTheseFit) {
  WeightTerms terms(stepsOf({1, 3}, {-128, 0, 127}));
  EXPECT_EQ(terms.count(), 1);
  EXPECT_TRUE(terms.again().empty());
  Tensor weights = terms.weights();
  EXPECT_EQ(weights.shape(), (Shape{1, 3}));
  EXPECT_EQ(weights.as<int8_t>()[0], -128);
  EXPECT_EQ(weights.as<int8_t>()[2], 127);
}

TEST(WeightTerms, AddUpToEveryDistance) {
  // One input channel, one output channel for each distance of 8-bit weights.
  std::vector<int32_t> values(511);
  std::iota(values.begin(), values.end(), -255);
  WeightTerms terms(stepsOf({511, 1}, values));
  ASSERT_EQ(terms.count(), 3);
  Tensor weights = terms.weights();
  ASSERT_EQ(weights.shape(), (Shape{511, 3}));
  for (int64_t i = 0; i < 511; ++i) {
    const int8_t *w = weights.as<int8_t>() + 3 * i;
    EXPECT_EQ(w[0] + w[1] + w[2], values[i]);
    EXPECT_EQ(w[2] != 0, values[i] == 255);
  }
}

TEST(WeightTerms, AreCountedBeforeThereAreAny) {
  auto countFor = [](std::vector<int32_t> values) {
    return WeightTerms::countFor(stepsOf({1, int64_t(values.size())}, values));
  };
  EXPECT_EQ(countFor({}), 1);
  EXPECT_EQ(countFor({0}), 1);
  EXPECT_EQ(countFor({-128, 127}), 1);
  EXPECT_EQ(countFor({-129}), 2);
  EXPECT_EQ(countFor({3 * 127, -3 * 128}), 3);
  EXPECT_EQ(countFor({3 * 127 + 1, 0}), 4);
  EXPECT_EQ(countFor({-3 * 128 - 1, 0}), 4);
  EXPECT_EQ(countFor({INT32_MAX}), (int64_t(INT32_MAX) + 126) / 127);
  EXPECT_EQ(countFor({INT32_MIN}), (int64_t(1) << 31) / 128);
}

TEST(WeightTerms, ReadAgainOnlyTheChannelsThatNeedIt) {
  // 5 input channels, 2 taps; the second term is of channels 1 to 3, the third of channel 3.
  WeightTerms terms(stepsOf({1, 5, 2}, {1, 2, 3, 130, 5, 6, 255, 8, 9, 10}));
  ASSERT_EQ(terms.count(), 3);
  EXPECT_EQ(terms.again()[0].begin, 1);
  EXPECT_EQ(terms.again()[0].end, 4);
  EXPECT_EQ(terms.again()[1].begin, 3);
  EXPECT_EQ(terms.again()[1].end, 4);
  Tensor weights = terms.weights();
  ASSERT_EQ(weights.shape(), (Shape{1, 9, 2}));
  const std::vector<int> expected = {1, 2, 3, 127, 5, 6, 127, 8, 9, 10, 0, 3, 0, 0, 127, 0, 1, 0};
  for (size_t i = 0; i != expected.size(); ++i)
    EXPECT_EQ(weights.as<int8_t>()[i], expected[i]) << i;
}

TEST(Distances, TakeEachChannelsZeroPoint) {
  Tensor integers(ElementType::i8, {2, 2});
  for (int i = 0; i < 4; ++i)
    integers.mutableAs<int8_t>()[i] = int8_t(100 + i);
  Tensor steps = distances(integers, {-100, 3});
  EXPECT_EQ(steps.as<int32_t>()[1], 201);
  EXPECT_EQ(steps.as<int32_t>()[2], 99);
}

} // namespace
