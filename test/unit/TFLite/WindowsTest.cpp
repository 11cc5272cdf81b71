//===- WindowsTest.cpp - Windows of two spatial dimensions ----------------===//
#include "Windows.h"

#include <gtest/gtest.h>

using namespace tare;
using namespace tare::tflite;

// input, output, kernel, stride, dilation, begin

TEST(Windows, SameIsOneMoreBehindThanBefore) {
  EXPECT_TRUE((WindowAxis{8, 8, 3, 1, 1, 1}).isSame());
  // Stride 2 over an even size: 0 before, 1 behind.
  EXPECT_TRUE((WindowAxis{8, 4, 3, 2, 1, 0}).isSame());
  EXPECT_FALSE((WindowAxis{8, 4, 3, 2, 1, 1}).isSame());
  EXPECT_TRUE((WindowAxis{9, 5, 3, 2, 1, 1}).isSame());
  EXPECT_TRUE((WindowAxis{8, 8, 3, 1, 2, 2}).isSame());
}

TEST(Windows, ValidHasNothingAround) {
  EXPECT_TRUE((WindowAxis{8, 6, 3, 1, 1, 0}).isValid());
  EXPECT_TRUE((WindowAxis{8, 3, 3, 2, 1, 0}).isValid());
  EXPECT_FALSE((WindowAxis{8, 4, 3, 2, 1, 0}).isValid());
  EXPECT_FALSE((WindowAxis{8, 8, 3, 1, 1, 1}).isValid());
  // Fewer windows than fit.
  EXPECT_FALSE((WindowAxis{8, 2, 3, 2, 1, 0}).isValid());
}

TEST(Windows, WhatStandsBehindIsNoMoreThanWindowsReach) {
  EXPECT_EQ((WindowAxis{8, 4, 3, 2, 1, 1}).end(), 0);
  EXPECT_EQ((WindowAxis{8, 4, 3, 2, 1, 0}).end(), 1);
  EXPECT_EQ((WindowAxis{8, 8, 3, 1, 2, 2}).end(), 2);
}

TEST(Windows, OneDimensionIsAWidth) {
  EXPECT_EQ(planesOf({2, 9, 5}), (Dimensions{2, 1, 9, 5}));
  EXPECT_EQ(planesOf({2, 7, 9, 5}), (Dimensions{2, 7, 9, 5}));
  EXPECT_EQ(pairOf({3}, 1), (std::array<int64_t, 2>{1, 3}));
  EXPECT_EQ(pairOf({2, 3}, 1), (std::array<int64_t, 2>{2, 3}));
  EXPECT_EQ(pairOf({}, 1), (std::array<int64_t, 2>{1, 1}));
}
