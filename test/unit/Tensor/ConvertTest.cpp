#include "tare/Tensor/Convert.h"
#include "Support.h"

#include <cmath>

using namespace tare;
using namespace tare::test;

TEST(Convert, WhatKeepsItsMeaning) {
  EXPECT_TRUE(isConvertible(ElementType::f64, ElementType::f32));
  EXPECT_TRUE(isConvertible(ElementType::u8, ElementType::f32));
  EXPECT_TRUE(isConvertible(ElementType::i64, ElementType::i8));
  EXPECT_FALSE(isConvertible(ElementType::f32, ElementType::i8));
}

TEST(Convert, ToFloat) {
  Tensor result(ElementType::f32, {3});
  ASSERT_TRUE(convert(makeTensor<uint8_t>({3}, {0, 128, 255}).view(), result.mutableView()));
  EXPECT_EQ(valuesOf<float>(result), (std::vector<float>{0, 128, 255}));
  ASSERT_TRUE(convert(makeTensor<double>({3}, {0.1, -2, 1e300}).view(), result.mutableView()));
  EXPECT_EQ(valuesOf<float>(result), (std::vector<float>{0.1f, -2, INFINITY}));
}

TEST(Convert, IntegersThatFit) {
  Tensor result(ElementType::i8, {2});
  ASSERT_TRUE(convert(makeTensor<int64_t>({2}, {-128, 127}).view(), result.mutableView()));
  EXPECT_EQ(valuesOf<int8_t>(result), (std::vector<int8_t>{-128, 127}));
  Status status = convert(makeTensor<int64_t>({2}, {0, 128}).view(), result.mutableView());
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().message, "value 128 at element 1 does not fit int8");
}

TEST(Convert, HalfToFloat) {
  EXPECT_EQ(halfToFloat(0x0000), 0.0f);
  EXPECT_TRUE(std::signbit(halfToFloat(0x8000)));
  EXPECT_EQ(halfToFloat(0x3c00), 1.0f);
  EXPECT_EQ(halfToFloat(0xc000), -2.0f);
  EXPECT_EQ(halfToFloat(0x0001), 0x1p-24f);
  EXPECT_EQ(halfToFloat(0x7bff), 65504.0f);
  EXPECT_EQ(halfToFloat(0xfc00), -INFINITY);
  EXPECT_TRUE(std::isnan(halfToFloat(0x7e00)));
}
