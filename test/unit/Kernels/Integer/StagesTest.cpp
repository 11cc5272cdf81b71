//===- StagesTest.cpp - Three stages against exact arithmetic -------------===//
//
// The statement, written down in numbers wide enough for anything: t = sat16(acc >> q0), u = (t * m[c]) >> q1,
// y = sat((u + b[c]) >> q2), the shifts rounding half away from zero.
//
//===----------------------------------------------------------------------===//
#include "tare/Kernels/Rounding.h"

#include <gtest/gtest.h>

#include <random>

using namespace tare;
using namespace tare::kernels;

namespace {

/// |v| / 2^q with the half added, truncated, and the sign again.
Int128 shiftHalfAway(Int128 v, int q) {
  Int128 magnitude = v < 0 ? -v : v, unit = Int128(1) << q;
  Int128 rounded = (2 * magnitude + unit) / (2 * unit);
  return v < 0 ? -rounded : rounded;
}

Int128 saturate(Int128 v, Int128 low, Int128 high) { return v < low ? low : v > high ? high : v; }

Int128 statement(Int128 acc, const program::RequantT &requant, int channel) {
  const program::StagesT &stages = *requant.stages;
  Int128 t = saturate(shiftHalfAway(acc, stages.accumulator_shift), -32768, 32767);
  Int128 u = shiftHalfAway(t * requant.multipliers[channel], stages.product_shift);
  return saturate(shiftHalfAway(u + stages.bias[channel], stages.output_shift), requant.clamp_min, requant.clamp_max);
}

program::RequantT makeStages(int q0, int q1, int q2, std::vector<int32_t> multipliers, std::vector<int32_t> bias) {
  program::RequantT requant;
  requant.multipliers = std::move(multipliers);
  requant.rounding = program::Rounding::half_away;
  requant.clamp_min = -128, requant.clamp_max = 127;
  requant.stages = std::make_unique<program::StagesT>();
  requant.stages->accumulator_shift = uint8_t(q0);
  requant.stages->product_shift = uint8_t(q1);
  requant.stages->output_shift = uint8_t(q2);
  requant.stages->bias = std::move(bias);
  return requant;
}

} // namespace

// (A39)
TEST(Stages, EqualExactArithmeticOnRandomNumbers) {
  std::mt19937_64 random(11);
  auto upTo = [&](int64_t limit) { return int64_t(random() % uint64_t(limit)); };
  for (int i = 0; i < 200000; ++i) {
    int32_t bias = int32_t(random()) >> (random() % 31);
    program::RequantT requant = makeStages(int(upTo(32)), int(upTo(32)), int(upTo(32)),
                                           {int32_t(upTo(32768)), int32_t(random() >> 33)}, {bias, int32_t(random())});
    requant.clamp_min = i % 2 ? -128 : -32768, requant.clamp_max = i % 2 ? 127 : 32767;
    int64_t acc = int64_t(random()) >> (random() % 64);
    for (int channel : {0, 1})
      ASSERT_EQ(requantize(acc, requant, channel), int64_t(statement(acc, requant, channel)))
          << acc << " " << requant.multipliers[channel] << " " << requant.stages->bias[channel];
  }
}

TEST(Stages, TiesGoAwayFromZeroInEachStage) {
  program::RequantT first = makeStages(1, 0, 0, {1}, {0}), second = makeStages(0, 1, 0, {1}, {0}),
                    third = makeStages(0, 0, 1, {1}, {0});
  for (const program::RequantT *requant : {&first, &second, &third})
    for (auto [acc, y] : {std::pair(1, 1), {-1, -1}, {3, 2}, {-3, -2}, {2, 1}, {0, 0}})
      EXPECT_EQ(requantize(acc, *requant, 0), y) << acc;
}

TEST(Stages, TheFirstSaturatesAt16Bits) {
  program::RequantT requant = makeStages(2, 0, 8, {1}, {0});
  EXPECT_EQ(requantize(4 * 32767, requant, 0), 127); // 32767 / 256 = 127.996, y saturates
  requant = makeStages(0, 0, 9, {1}, {0});
  EXPECT_EQ(requantize(32767, requant, 0), 64);
  EXPECT_EQ(requantize(int64_t(1) << 40, requant, 0), 64);
  EXPECT_EQ(requantize(-(int64_t(1) << 40), requant, 0), -64);
}

TEST(Stages, TheBiasEntersBeforeTheLastShift) {
  program::RequantT requant = makeStages(0, 0, 4, {1, 2}, {16 * 3 + 7});
  EXPECT_EQ(requantize(0, requant, 0), 3);
  EXPECT_EQ(requantize(1, requant, 0), 4);  // 56 / 16 = 3.5
  EXPECT_EQ(requantize(-4, requant, 1), 3); // 47 / 16 = 2.94
}

// (A40)
TEST(Stages, TheLargestSumIsThatOfTheLeastFirstStage) {
  EXPECT_EQ(largestStagedSum(3, 0, -5), 3 * 32768 + 5);
  EXPECT_EQ(largestStagedSum(1, 16, 0), 1); // 0.5, away from zero
  EXPECT_EQ(largestStagedSum(INT32_MAX, 31, 1), 32769);
}
