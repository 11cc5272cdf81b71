//===- ActivationTest.cpp - Limits as fused activations -------------------===//
#include "Activation.h"

#include <gtest/gtest.h>

using namespace tare;
using namespace tare::tflite;

namespace {

const Grid grid{{0.0625F}, -100};

Activation fused(Limits limits, const Grid &on = grid, ElementType type = ElementType::i8) {
  return activationFor(limits, type, on, Fusing::activation);
}

} // namespace

TEST(Activation, EndsOfTheTypeAreNoActivation) {
  Activation none = fused({-128, 127});
  EXPECT_EQ(none.fused, ActivationFunctionType::NONE);
  EXPECT_TRUE(none.isWhole());
}

TEST(Activation, TheLowerEndOfASymmetricGridIsAnEnd) {
  const Grid symmetric{{0.5F}, 0};
  EXPECT_TRUE(fused({-127, 127}, symmetric).isWhole());
  EXPECT_TRUE(fused({-32767, 32767}, symmetric, ElementType::i16).isWhole());
  // Of another grid it is a number like any other.
  EXPECT_EQ(fused({-127, 127}).least, -127);
}

TEST(Activation, LimitsThatAnActivationHas) {
  EXPECT_EQ(fused({-100, 127}).fused, ActivationFunctionType::RELU);
  EXPECT_EQ(fused({-100, -4}).fused, ActivationFunctionType::RELU6);
  EXPECT_EQ(fused({-116, -84}).fused, ActivationFunctionType::RELU_N1_TO_1);
  EXPECT_TRUE(fused({-116, -84}).isWhole());
  EXPECT_TRUE(fused({-100, -4}).isWhole());
}

TEST(Activation, WhatNoActivationLimitsIsLeft) {
  Activation half = fused({-100, 20});
  EXPECT_EQ(half.fused, ActivationFunctionType::RELU);
  EXPECT_EQ(half.least, std::nullopt);
  EXPECT_EQ(half.greatest, 20);
  Activation both = fused({-90, 20});
  EXPECT_EQ(both.fused, ActivationFunctionType::NONE);
  EXPECT_EQ(both.least, -90);
  EXPECT_EQ(both.greatest, 20);
}

TEST(Activation, OperatorsWithoutOneLeaveAll) {
  Activation left = activationFor({-100, 127}, ElementType::i8, grid, Fusing::none);
  EXPECT_EQ(left.fused, ActivationFunctionType::NONE);
  EXPECT_EQ(left.least, -100);
  EXPECT_EQ(left.greatest, std::nullopt);
}

TEST(Activation, LimitsAreWhatLiteRtComputes) {
  // 6 / 0.04 = 150 is beyond the type's end.
  EXPECT_EQ(limitsOf(ActivationFunctionType::RELU6, ElementType::i8, {{0.04F}, -20}).greatest, 127);
  EXPECT_EQ(limitsOf(ActivationFunctionType::RELU6, ElementType::i16, {{0.04F}, 0}).greatest, 150);
  EXPECT_EQ(limitsOf(ActivationFunctionType::RELU_N1_TO_1, ElementType::i8, {{0.4F}, 3}).least, 0);
}
