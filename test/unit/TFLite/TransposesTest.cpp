//===- TransposesTest.cpp - Dimensions in another order -------------------===//
#include "Transposes.h"

#include <gtest/gtest.h>

using namespace tare;
using namespace tare::tflite;

namespace {

Transpose least(Dimensions shape, Order order) { return fewest({std::move(shape), std::move(order)}); }

} // namespace

TEST(Transposes, ImagesAreMatrices) {
  EXPECT_EQ(least({1, 3, 8, 9}, {0, 2, 3, 1}), (Transpose{{3, 72}, {1, 0}}));
  EXPECT_EQ(least({1, 8, 9, 3}, {0, 3, 1, 2}), (Transpose{{72, 3}, {1, 0}}));
  EXPECT_EQ(least({2, 3, 8, 9}, {0, 2, 3, 1}), (Transpose{{2, 3, 72}, {0, 2, 1}}));
}

TEST(Transposes, AShuffleOfChannelsHasThreeDimensions) {
  EXPECT_EQ(least({1, 8, 9, 2, 5}, {0, 1, 2, 4, 3}), (Transpose{{72, 2, 5}, {0, 2, 1}}));
}

TEST(Transposes, WhatOnlyMovesDimensionsOfOneMovesNothing) {
  EXPECT_EQ(least({1, 4, 1, 5}, {2, 1, 0, 3}), (Transpose{{20}, {0}}));
  EXPECT_EQ(least({1, 1}, {1, 0}), (Transpose{{}, {}}));
}

TEST(Transposes, WhatIsInPiecesStaysSo) {
  EXPECT_EQ(least({2, 3, 4, 5}, {3, 2, 1, 0}), (Transpose{{2, 3, 4, 5}, {3, 2, 1, 0}}));
  EXPECT_EQ(least({2, 3, 4}, {1, 0, 2}), (Transpose{{2, 3, 4}, {1, 0, 2}}));
}
