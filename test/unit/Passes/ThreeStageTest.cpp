//===- ThreeStageTest.cpp - Three shifts, multipliers and biases: (A41) ---===//
#include "Requant/ThreeStage.h"
#include "tare/Kernels/Rounding.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

using namespace tare;

namespace {

constexpr OutputEnds bytes = {-128, 127};

program::RequantT requantOf(const ThreeStages &stages, OutputEnds ends) {
  program::RequantT requant;
  requant.multipliers = stages.multipliers;
  requant.clamp_min = ends.first, requant.clamp_max = ends.second;
  requant.rounding = program::Rounding::half_away;
  requant.stages = std::make_unique<program::StagesT>();
  requant.stages->accumulator_shift = uint8_t(stages.accumulatorShift);
  requant.stages->product_shift = uint8_t(stages.productShift);
  requant.stages->output_shift = uint8_t(stages.outputShift);
  requant.stages->bias = stages.bias;
  return requant;
}

std::vector<StagedChannel> randomChannels(std::mt19937 &random, size_t count) {
  auto real = [&](double low, double high) { return std::uniform_real_distribution<double>(low, high)(random); };
  std::vector<StagedChannel> channels;
  double base = real(-9, 1);
  for (size_t c = 0; c < count; ++c) {
    double scale = std::exp2(base + real(-3, 1)), middle = real(-200, 200) / scale, reach = real(0, 400) / scale;
    channels.push_back({scale, real(-300, 300), {std::floor(middle - reach), std::ceil(middle + reach)}});
  }
  return channels;
}

TEST(ThreeStageTest, NoAccumulatorIsFartherOffThanPromised) {
  std::mt19937 random(1);
  for (int i = 0; i < 300; ++i) {
    std::vector<StagedChannel> channels = randomChannels(random, 3);
    std::optional<ThreeStages> stages = chooseStages(channels, bytes, {15, 0, 31});
    ASSERT_TRUE(stages);
    ASSERT_LT(stages->error, 0.8);
    program::RequantT requant = requantOf(*stages, bytes);
    for (size_t c = 0; c < channels.size(); ++c) {
      ASSERT_LE(kernels::largestStagedSum(stages->multipliers[c], stages->productShift, stages->bias[c]), INT32_MAX);
      ASSERT_LT(stages->multipliers[c], 1 << 15);
      int64_t step =
          std::max<int64_t>(1, int64_t((channels[c].accumulators.high - channels[c].accumulators.low) / 5000));
      for (auto acc = int64_t(channels[c].accumulators.low); acc <= int64_t(channels[c].accumulators.high);
           acc += step) {
        double exact = std::clamp(channels[c].offset + channels[c].scale * double(acc), -128.0, 127.0);
        ASSERT_LE(std::abs(double(kernels::requantize(acc, requant, int64_t(c))) - exact), stages->error + 1e-9)
            << "case " << i << ", channel " << c << ", accumulator " << acc;
      }
    }
  }
}

/// The worst that the formula says of given shifts; infinite where they do not fit.
double formula(const StagedChannel &channel, int q0, int q1, int q2) {
  double m = std::nearbyint(std::ldexp(channel.scale, q0 + q1 + q2));
  double b = std::nearbyint(std::ldexp(channel.offset, q2));
  double low = std::max(channel.accumulators.low, (-129 - channel.offset) / channel.scale);
  double high = std::min(channel.accumulators.high, (128 - channel.offset) / channel.scale);
  double t = std::max(high / 32767, low / -32768);
  if (m > 32767 || t > std::ldexp(1, q0) || std::floor(std::ldexp(32768 * m, -q1) + 0.5) + std::abs(b) > INT32_MAX)
    return HUGE_VAL;
  return (q0 ? std::ldexp(channel.scale, q0 - 1) : 0) + (q1 && q2 ? std::ldexp(0.5, -q2) : 0) + 0.5 +
         std::abs(std::ldexp(m, -q0 - q1 - q2) - channel.scale) * std::max(std::abs(low), std::abs(high)) +
         std::abs(std::ldexp(b, -q2) - channel.offset);
}

TEST(ThreeStageTest, NoOtherShiftsPromiseMore) {
  std::mt19937 random(2);
  for (int i = 0; i < 40; ++i) {
    StagedChannel channel = randomChannels(random, 1).front();
    // Not all at one end.
    auto &[lowest, highest] = channel.accumulators;
    lowest = std::min(lowest, -channel.offset / channel.scale);
    highest = std::max(highest, -channel.offset / channel.scale);
    double best = HUGE_VAL;
    for (int q0 = 0; q0 <= 31; ++q0)
      for (int q1 = 0; q1 <= 31; ++q1)
        for (int q2 = 0; q2 <= 31; ++q2)
          best = std::min(best, formula(channel, q0, q1, q2));
    std::optional<ThreeStages> stages = chooseStages({channel}, bytes, {15, 0, 31});
    ASSERT_TRUE(stages);
    EXPECT_NEAR(stages->error, best, 1e-12);
    EXPECT_NEAR(formula(channel, stages->accumulatorShift, stages->productShift, stages->outputShift), best, 1e-12);
  }
}

TEST(ThreeStageTest, PowersOfTwoAreExactButForTheLastRounding) {
  std::optional<ThreeStages> stages = chooseStages({{std::exp2(-7), -5, {-16256, 16256}}}, bytes, {15, 0, 31});
  ASSERT_TRUE(stages);
  EXPECT_EQ(stages->error, 0.5);
}

TEST(ThreeStageTest, SmallScalesKeepTheirBits) {
  // No accumulator moves the result, but its multiplier is not flushed.
  std::optional<ThreeStages> stages = chooseStages({{1e-6, 0, {-25000, 25000}}}, bytes, {15, 0, 31});
  ASSERT_TRUE(stages);
  int whole = stages->accumulatorShift + stages->productShift + stages->outputShift;
  EXPECT_NEAR(std::ldexp(stages->multipliers[0], -whole), 1e-6, 1e-10);
}

TEST(ThreeStageTest, SaturatedChannelsHaveNoSay) {
  StagedChannel channel = {0.003, 0, {-30000, 30000}};
  std::optional<ThreeStages> alone = chooseStages({channel}, bytes, {15, 0, 31});
  ASSERT_TRUE(alone);
  for (StagedChannel saturated :
       {StagedChannel{0.004, -3e5, {-25000, 25000}}, StagedChannel{0.004, 3e5, {-25000, 25000}},
        StagedChannel{1e4, -3e8, {-100, 100}}, StagedChannel{1e-12, 3e8, {-100, 100}}}) {
    std::optional<ThreeStages> both = chooseStages({saturated, channel}, bytes, {15, 0, 31});
    ASSERT_TRUE(both);
    EXPECT_EQ(both->error, alone->error);
    program::RequantT requant = requantOf(*both, bytes);
    for (double accumulator : {saturated.accumulators.low, 0.0, saturated.accumulators.high})
      EXPECT_EQ(kernels::requantize(int64_t(accumulator), requant, 0), saturated.offset < 0 ? -128 : 127);
  }
}

TEST(ThreeStageTest, SaysWhyThereIsNone) {
  MultiplierLimits each = {15, 0, 31};
  EXPECT_EQ(whyNoStages({4e4, 0, {-10, 10}}, bytes, each), "no three shifts keep its multiplier below 2^15");
  EXPECT_EQ(whyNoStages({0.01, 3e9, {-4e11, 1000}}, bytes, each),
            "the bias is 3.00e+09 steps of the output, which 32 bits do not hold");
  EXPECT_EQ(whyNoStages({1e-6, 0, {-1e9, 1e9}}, bytes, {15, 0, 10}),
            "the accumulator reaches 1.29e+08 before the result is at its end, which no q0 brings to 16 bits");
  EXPECT_EQ(whyNoStages({0.01, 0, {-1000, 1000}}, bytes, each), std::nullopt);
}

TEST(ThreeStageTest, ChannelsMayRuleEachOtherOut) {
  // One needs q0 >= 13 for t, the other q0 + q1 + q2 <= 5 for m.
  StagedChannel wide = {1e-6, 0, {-2e8, 2e8}}, steep = {1000, 0, {-1, 1}};
  MultiplierLimits each = {15, 0, 31};
  EXPECT_TRUE(chooseStages({wide}, bytes, each) && chooseStages({steep}, bytes, each));
  EXPECT_FALSE(chooseStages({wide, steep}, bytes, each));
}

} // namespace
