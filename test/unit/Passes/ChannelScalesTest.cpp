//===- ChannelScalesTest.cpp - Weight scales that a multiplier hits: (A51) ===//
#include "Quantize/ChannelScales.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

using namespace tare;

namespace {

std::vector<float> randomWeights(std::mt19937 &random, size_t count) {
  std::normal_distribution<float> normal(0, std::exp2(std::uniform_real_distribution<float>(-12, 2)(random)));
  std::vector<float> weights(count);
  for (float &weight : weights)
    weight = normal(random);
  return weights;
}

double ownOf(const std::vector<float> &weights) {
  float largest = 0;
  for (float weight : weights)
    largest = std::max(largest, std::abs(weight));
  return largest / 127;
}

/// sum (w - m * 2^-q * step * q_w)^2
double errorOf(const std::vector<float> &weights, double scale, const Multiplier &multiplier, double step) {
  double meant = std::ldexp(multiplier.m, -multiplier.q) * step, error = 0;
  for (float weight : weights) {
    double rest = weight - meant * std::clamp(std::nearbyint(weight / scale), -127.0, 127.0);
    error += rest * rest;
  }
  return error;
}

bool isExact(double scale, const Multiplier &multiplier, double step) {
  return std::abs(std::ldexp(multiplier.m, -multiplier.q) * step / scale - 1) < 1e-6;
}

TEST(ChannelScales, TheChosenScaleLosesNoMoreThanItsNeighboursAndItsOwn) {
  std::mt19937 random(1);
  for (int i = 0; i < 400; ++i) {
    std::vector<float> weights = randomWeights(random, 40);
    double own = ownOf(weights), step = own * std::exp2(std::uniform_real_distribution<double>(2, 12)(random));
    MultiplierLimits limits{int(1 + random() % 8), 0, int(6 + random() % 20)};
    ChosenScale chosen = ChannelWeights(weights, own, 0).choose(step, limits);
    Multiplier multiplier = decompose(chosen.scale / step, limits), ofOwn = decompose(own / step, limits);
    EXPECT_TRUE(chosen.scale == own || isExact(chosen.scale, multiplier, step));
    double error = errorOf(weights, chosen.scale, multiplier, step);
    EXPECT_NEAR(chosen.error, error, 1e-3 * error);
    EXPECT_LE(error, errorOf(weights, own, ofOwn, step) * 1.001);
    for (int m = 1; m < 1 << limits.bits; ++m)
      for (int q = limits.shiftMin; q <= limits.shiftMax; ++q) {
        double scale = std::ldexp(m, -q) * step;
        bool isNext = std::abs(std::log2(scale / own)) < 1.0 / m;
        EXPECT_TRUE(!isNext || m < 1 << (limits.bits - 1) || error <= errorOf(weights, scale, {m, q, 0}, step) * 1.5);
      }
  }
}

TEST(ChannelScales, EnoughBitsKeepTheOwnScale) {
  std::mt19937 random(2);
  for (int i = 0; i < 100; ++i) {
    std::vector<float> weights = randomWeights(random, 20);
    double own = ownOf(weights), step = own * 1000;
    ChannelWeights channel(weights, own, 0);
    EXPECT_FALSE(gainsMatter(channel, step, {15, 0, 31}, /*isShared=*/false));
    EXPECT_EQ(chooseScales(channel, step, {15, 0, 31}, /*isShared=*/false).front().scale, own);
  }
}

TEST(ChannelScales, ABiasIsNotLostWithItsWeights) {
  std::vector<float> weights = {1e-10f, -1e-10f};
  MultiplierLimits limits{15, 0, 31};
  double own = ownOf(weights), step = 100;
  EXPECT_EQ(ChannelWeights(weights, own, 0).choose(step, limits).scale, own);
  double withBias = ChannelWeights(weights, own, 0, /*offset=*/0.01).choose(step, limits).scale;
  EXPECT_EQ(decompose(withBias / step, limits).m, 1);
}

TEST(ChannelScales, WhatStoredIntegersHaveOfTheirZeroPointCounts) {
  std::mt19937 random(4);
  std::vector<float> weights = randomWeights(random, 100);
  const double own = ownOf(weights), step = own * 171.9;
  const MultiplierLimits limits{8, 0, 60};
  double power = 0;
  for (float weight : weights)
    power += double(weight) * weight;
  // A part of 256 of the products is less than the weights' rounding, but not of an offset ten times as large.
  ChannelWeights real(weights, own, 0);
  EXPECT_FALSE(gainsMatter(real, step, limits, /*isShared=*/true));
  ChannelWeights shifted(weights, own, 0, 10 * std::sqrt(power));
  ASSERT_TRUE(gainsMatter(shifted, step, limits, /*isShared=*/true));
  double chosen = chooseScales(shifted, step, limits, /*isShared=*/true).front().scale;
  EXPECT_TRUE(isExact(chosen, decompose(chosen / step, limits), step));
}

TEST(ChannelScales, NothingIsFinerThanAllowed) {
  std::vector<float> weights = {1.0f, 0.5f};
  for (int bits : {1, 3, 15})
    EXPECT_GE(ChannelWeights(weights, 1.0 / 127, 0.1).choose(3.0, {bits, 0, 8}).scale, 0.1);
}

TEST(ChannelScales, ThreeStagesShareTheirShifts) {
  std::mt19937 random(3);
  for (int i = 0; i < 100; ++i) {
    std::vector<std::vector<float>> weights;
    llvm::SmallVector<ChannelWeights> channels;
    for (int c = 0; c < 6; ++c)
      weights.push_back(randomWeights(random, 30));
    double largest = 0;
    for (const std::vector<float> &channel : weights) {
      channels.emplace_back(channel, ownOf(channel), 0);
      largest = std::max(largest, ownOf(channel));
    }
    MultiplierLimits limits{3, 0, 60};
    double step = largest * 300, finest = HUGE_VAL;
    auto chosen = chooseScales(channels, step, limits, /*isShared=*/true);
    for (const ChosenScale &each : chosen)
      if (each.scale > 0)
        finest = std::min(finest, each.scale / step);
    // Some q, for which all are multiples of 2^-q below 2^bits, or their own.
    bool found = false;
    for (int q = 0; q <= 60 && !found; ++q) {
      found = true;
      for (size_t c = 0; c < chosen.size(); ++c) {
        double m = std::ldexp(chosen[c].scale / step, q);
        bool fits = std::abs(m - std::nearbyint(m)) < 1e-5 && std::nearbyint(m) < 8;
        found &= fits || chosen[c].scale == channels[c].own();
      }
    }
    EXPECT_TRUE(found);
  }
}

} // namespace
