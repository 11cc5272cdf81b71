//===- WalksTest.cpp - Walks over places in C -----------------------------===//
#include "Walks.h"

#include <gtest/gtest.h>

using namespace tare;
using namespace tare::csource;

TEST(Walks, WhatEveryOperandContinuesIsOneDimension) {
  // [2, 1, 3, 4] and [1, 3, 4]: of one operand all is one row, the other begins anew for each of the first dimension.
  Walk walk = broadcastWalk({{2, 1, 3, 4}, {1, 3, 4}}, {2, 1, 3, 4});
  EXPECT_EQ(walk.value(), "{.rank = 2, .sizes = {2, 12}, .strides = {{12, 1}, {0, 1}}}");
  Walk::Row row = walk.takeRow();
  EXPECT_EQ(row.length, 12);
  EXPECT_EQ(row.steps, (std::vector<int64_t>{1, 1}));
  EXPECT_EQ(walk.value(), "{.rank = 1, .sizes = {2}, .strides = {{12}, {0}}}");
}

TEST(Walks, AChannelIsRepeated) {
  Walk walk = broadcastWalk({{1, 3, 4, 5}, {3, 1, 1}}, {1, 3, 4, 5});
  Walk::Row row = walk.takeRow();
  EXPECT_EQ(row.length, 20);
  EXPECT_EQ(row.steps, (std::vector<int64_t>{1, 0}));
  EXPECT_EQ(walk.value(), "{.rank = 1, .sizes = {3}, .strides = {{20}, {1}}}");
}

TEST(Walks, OfNoDimensionsThereIsOnePlace) {
  Walk walk = broadcastWalk({{}, {}}, {});
  EXPECT_EQ(walk.value(), "{.rank = 0, .sizes = {0}, .strides = {{0}, {0}}}");
  EXPECT_EQ(walk.takeRow().length, 1);
}

TEST(Walks, MatricesCountInTheirOwnSize) {
  Walk walk = broadcastWalk({{4}, {1}}, {4});
  walk.scale(0, 6);
  EXPECT_EQ(walk.value(), "{.rank = 1, .sizes = {4}, .strides = {{6}, {0}}}");
}
