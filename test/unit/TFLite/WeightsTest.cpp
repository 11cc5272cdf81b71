//===- WeightsTest.cpp - Weights as TFLite has them -----------------------===//
#include "Weights.h"

#include <gtest/gtest.h>

using namespace tare;
using namespace tare::tflite;

using Elements = std::vector<int8_t>;

TEST(Weights, OfDepthwiseConvolutionsChannelsComeLast) {
  Weights turned = depthwise({{1, 2, 3, 4, 5, 6}, {3, 1, 2, 1}, {{1, 2, 3}, 0, 0}});
  EXPECT_EQ(turned.elements, (Elements{1, 3, 5, 2, 4, 6}));
  EXPECT_EQ(turned.shape, (Dimensions{1, 1, 2, 3}));
  EXPECT_EQ(turned.grid.axis, 3);
  EXPECT_EQ(turned.grid.scales.size(), 3U);
}

TEST(Weights, GroupsAreZerosBesideEachOther) {
  // Two groups of one input channel, with two output channels each.
  Weights whole = ungrouped({{1, 2, 3, 4}, {4, 1, 1, 1}, {{1}, 0, 0}}, 2);
  EXPECT_EQ(whole.elements, (Elements{1, 0, 2, 0, 0, 3, 0, 4}));
  EXPECT_EQ(whole.shape, (Dimensions{4, 1, 1, 2}));
}

TEST(Weights, DilationsAreZerosBetweenElements) {
  Weights spread = dilated({{1, 2, 3, 4}, {1, 2, 2, 1}, {{1}, 0, 0}}, 2, 3);
  EXPECT_EQ(spread.shape, (Dimensions{1, 3, 4, 1}));
  EXPECT_EQ(spread.elements, (Elements{1, 0, 0, 2, 0, 0, 0, 0, 3, 0, 0, 4}));
  EXPECT_EQ(dilated(spread, 1, 1).elements, spread.elements);
}
