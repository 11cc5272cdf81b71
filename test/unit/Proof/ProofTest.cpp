//===- ProofTest.cpp - Walking breakpoints equals trying everything -------===//
//
// (A32), (A42) real(acc), (A33) the worst error of a staircase, (A34) of a sum.
//
//===----------------------------------------------------------------------===//
#include "Models.h"

#include "tare/Kernels/Registry.h"
#include "tare/Kernels/Rounding.h"
#include "tare/Proof/OtherRounding.h"
#include "tare/Proof/Proof.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

using namespace tare;
using namespace tare::proof;
using test::modelOf;
using test::setGrid;

namespace {

struct Case {
  program::RequantT requant;
  Entry entry;
};

/// A requantizer that is near its M, or far from it; a few thousand accumulators.
Case randomCase(std::mt19937 &random, program::Rounding rounding) {
  auto uniform = [&](int64_t low, int64_t high) { return std::uniform_int_distribution<int64_t>(low, high)(random); };
  Case result;
  program::RequantT &requant = result.requant;
  requant.multipliers = {int32_t(uniform(1, 32767)), int32_t(uniform(1, 32767))};
  requant.shifts = {uint8_t(uniform(8, 40)), uint8_t(uniform(8, 40))};
  requant.zero_point = int32_t(uniform(-128, 127));
  requant.clamp_min = int32_t(uniform(-128, -50)), requant.clamp_max = int32_t(uniform(50, 127));
  requant.rounding = rounding;
  int64_t index = uniform(0, 1), middle = uniform(-100000, 100000);
  double error = 1.0 + std::uniform_real_distribution<double>(-0.01, 0.01)(random);
  result.entry = {index, middle - uniform(0, 3000), middle + uniform(0, 3000),
                  std::ldexp(requant.multipliers[index], -requant.shifts[index]) * error};
  return result;
}

/// Three stages, some of which saturate t.
Case randomStages(std::mt19937 &random, program::Rounding rounding) {
  Case result = randomCase(random, rounding);
  auto uniform = [&](int low, int high) { return std::uniform_int_distribution<int>(low, high)(random); };
  program::RequantT &requant = result.requant;
  requant.shifts.clear(), requant.zero_point = 0;
  requant.stages = std::make_unique<program::StagesT>();
  program::StagesT &stages = *requant.stages;
  stages.accumulator_shift = uint8_t(uniform(0, 4)), stages.product_shift = uint8_t(uniform(0, 16));
  stages.output_shift = uint8_t(uniform(0, 10));
  stages.bias = {uniform(-100000, 100000), uniform(-100000, 100000)};
  int whole = stages.accumulator_shift + stages.product_shift + stages.output_shift;
  result.entry.scale = std::ldexp(requant.multipliers[result.entry.index], -whole);
  return result;
}

Case randomCase(std::mt19937 &random, int i) {
  program::Rounding rounding = program::EnumValuesRounding()[i % 5];
  return i % 3 ? randomCase(random, rounding) : randomStages(random, rounding);
}

/// (A33)
TEST(Proof, WalkingFindsTheWorstOfAllAccumulators) {
  std::mt19937 random(1);
  for (int i = 0; i < 750; ++i) {
    auto [requant, entry] = randomCase(random, i);
    Walk walk = walkSteps(requant, entry);
    double worst = 0;
    int64_t steps = 1;
    for (int64_t acc = entry.low; acc <= entry.high; ++acc) {
      int64_t y = kernels::requantize(acc, requant, entry.index);
      worst = std::max(worst, std::abs(double(y) - realOutput(requant, entry, acc)));
      steps += acc != entry.low && y != kernels::requantize(acc - 1, requant, entry.index);
    }
    ASSERT_NEAR(walk.worst.error, worst, 1e-9);
    ASSERT_EQ(walk.steps, steps);
    if (worst == 0)
      continue;
    ASSERT_EQ(walk.worst.output, kernels::requantize(walk.worst.accumulator, requant, entry.index));
    ASSERT_NEAR(std::abs(double(walk.worst.output) - walk.worst.real), worst, 1e-9);
  }
}

TEST(Proof, StepsAreTheWholeStaircase) {
  std::mt19937 random(3);
  for (int i = 0; i < 200; ++i) {
    auto [requant, entry] = randomCase(random, program::EnumValuesRounding()[i % 5]);
    int64_t next = entry.low;
    for (const Step &step : stepsOf(requant, entry)) {
      ASSERT_EQ(step.first, next);
      ASSERT_LE(step.first, step.last);
      for (int64_t acc = step.first; acc <= step.last; ++acc)
        ASSERT_EQ(step.output, kernels::requantize(acc, requant, entry.index));
      if (step.first != entry.low)
        ASSERT_NE(step.output, kernels::requantize(step.first - 1, requant, entry.index));
      next = step.last + 1;
    }
    ASSERT_EQ(next, entry.high + 1);
  }
}

TEST(Proof, CountingDifferencesFindsThemAll) {
  std::mt19937 random(2);
  for (int i = 0; i < 750; ++i) {
    auto [requant, entry] = randomCase(random, i);
    program::RequantT other = requant;
    other.rounding = program::EnumValuesRounding()[(i / 5) % 5];
    uint64_t differing = 0;
    for (int64_t acc = entry.low; acc <= entry.high; ++acc)
      differing += kernels::requantize(acc, requant, entry.index) != kernels::requantize(acc, other, entry.index);
    ASSERT_EQ(countDifferences(requant, other, entry), differing);
  }
}

/// All accumulators of a 16-bit multiplier at its best are within half a step and 2^-15 of the output's range.
TEST(Proof, ExactScaleHasTheErrorOfRoundingAlone) {
  program::RequantT requant = *test::requant({1 << 14}, {20});
  Walk walk = walkSteps(requant, {0, -100000, 100000, std::ldexp(1.0, -6)});
  EXPECT_EQ(walk.worst.error, 0.5);
  // Of equal ones the first: -8160 / 64 is -127.5, the first tie above the lower end.
  EXPECT_EQ(walk.worst.accumulator, -8160);
  EXPECT_EQ(walk.worst.output, -127);
  EXPECT_EQ(walk.steps, 256);
}

/// (A32) y = (acc * 3 + 5) / 8 with every stage exact but for the last: its ties are 0.5 off.
TEST(Proof, StagesAreComparedWithTheirBias) {
  program::RequantT requant = *test::stagedRequant({3}, 0, 0, 3, {5});
  Entry entry{0, -100, 100, 3.0 / 8};
  EXPECT_EQ(realOutput(requant, entry, 9), 4.0);
  Walk walk = walkSteps(requant, entry);
  EXPECT_EQ(walk.worst.error, 0.5);
  // t loses a bit: half a step of 2 * 3 / 8 more.
  requant.stages->accumulator_shift = 1, requant.multipliers = {6};
  EXPECT_GT(walkSteps(requant, entry).worst.error, 0.5);
}

/// y[2] = linear(x[3]): the reach is that of the weights, the worst error that of all reachable accumulators.
TEST(Proof, LinearLayerReachesWhatItsWeightsAllow) {
  test::NetworkBuilder builder;
  uint32_t x = builder.input("x", {ElementType::i8, {1, 3}});
  uint32_t w = builder.constant<int8_t>("w", {2, 3}, {1, -2, 3, 0, 5, -127});
  uint32_t b = builder.constant<int32_t>("b", {2}, {10, -20});
  program::LinearT linear;
  linear.requant = test::requant({20000, 30000}, {16, 20});
  uint32_t y = builder.layer("fc", std::move(linear), {x, w, b});
  setGrid(builder, x, {0.5}), setGrid(builder, w, {0.25, 0.125}), setGrid(builder, y, {0.4});
  builder.output("y", y);
  auto model = modelOf(builder);
  auto requantizer = requantizerOf(*model, *model->program().layers[0]);
  ASSERT_TRUE(requantizer && *requantizer);
  const auto &entries = (*requantizer)->entries;
  ASSERT_EQ(entries.size(), 2u);
  EXPECT_EQ(entries[0].low, 10 - 128 - 2 * 127 - 3 * 128);
  EXPECT_EQ(entries[0].high, 10 + 127 + 2 * 128 + 3 * 127);
  EXPECT_DOUBLE_EQ(entries[0].scale, 0.5 * 0.25 / 0.4);
  EXPECT_DOUBLE_EQ(entries[1].scale, 0.5 * 0.125 / 0.4);
  LayerProof proof = proveLayer(*model, *model->program().layers[0]);
  EXPECT_EQ(proof.method, Method::steps);
  EXPECT_EQ(proof.channels, 2);
}

/// y[1] = conv_transpose(x[1]) by a kernel of two by two: each product may stand alone at the border, and x - 10 is
/// from -138 to 117.
TEST(Proof, TransposedConvolutionReachesWhatItsWeightsAllow) {
  test::NetworkBuilder builder;
  uint32_t x = builder.input("x", {ElementType::i8, {1, 2, 2, 1}});
  uint32_t w = builder.constant<int8_t>("w", {1, 2, 2, 1}, {1, -2, 3, -4});
  uint32_t b = builder.constant<int32_t>("b", {1}, {-50});
  program::ConvTransposeT conv;
  conv.strides = conv.dilations = {1, 1}, conv.pads = {0, 0, 0, 0}, conv.output_padding = {0, 0};
  conv.input_zero_point = 10;
  conv.requant = test::requant({20000}, {20}, 7);
  uint32_t y = builder.layer("up", std::move(conv), {x, w, b});
  setGrid(builder, x, {0.5}, 10), setGrid(builder, w, {0.25}), setGrid(builder, y, {0.4}, 7);
  builder.output("y", y);
  auto model = modelOf(builder);
  auto requantizer = requantizerOf(*model, *model->program().layers[0]);
  ASSERT_TRUE(requantizer && *requantizer);
  ASSERT_EQ((*requantizer)->entries.size(), 1u);
  EXPECT_EQ((*requantizer)->entries[0].low, -50 - 138 * (1 + 3) - 117 * (2 + 4));
  EXPECT_EQ((*requantizer)->entries[0].high, -50 + 117 * (1 + 3) + 138 * (2 + 4));
  EXPECT_DOUBLE_EQ((*requantizer)->entries[0].scale, 0.5 * 0.25 / 0.4);
}

TEST(Proof, WithoutGridsNothingIsProven) {
  test::NetworkBuilder builder;
  uint32_t x = builder.input("x", {ElementType::i8, {1, 3}});
  program::RescaleT rescale;
  rescale.requant = test::requant({20000}, {16});
  builder.output("y", builder.layer("scale", std::move(rescale), {x}));
  auto model = modelOf(builder);
  EXPECT_EQ(proveLayer(*model, *model->program().layers[0]).method, Method::unknown);
}

/// x[1, 4] on a grid of 1, reshaped to `shape` on one of 1 / 255.
LayerProof proofOfReshape(Shape shape) {
  test::NetworkBuilder builder;
  uint32_t x = builder.input("x", {ElementType::i8, {1, 4}});
  program::ReshapeT reshape;
  reshape.shape = shape;
  uint32_t y = builder.layer("scaled", std::move(reshape), {x});
  setGrid(builder, x, {1.0}, -128), setGrid(builder, y, {1.0 / 255}, -128);
  builder.output("y", y);
  auto model = modelOf(builder);
  return proveLayer(*model, *model->program().layers[0]);
}

TEST(Proof, IntegersThatGetAnotherMeaningAreExact) {
  LayerProof proof = proofOfReshape({1, 4});
  EXPECT_EQ(proof.method, Method::exact);
  EXPECT_EQ(proof.worst.error, 0.0);
}

TEST(Proof, IntegersThatMoveToAnotherGridAreNot) {
  LayerProof proof = proofOfReshape({2, 2});
  EXPECT_EQ(proof.method, Method::bound);
  EXPECT_DOUBLE_EQ(proof.worst.error, 254.0 * 255);
}

/// rescale of an operand on a zero point of 3 to a result on one of -5, which the tensors say to be `operand` and
/// `result`.
LayerProof proofOfZeroPoints(int32_t operand, int32_t result) {
  test::NetworkBuilder builder;
  uint32_t x = builder.input("x", {ElementType::i8, {1, 3}});
  program::RescaleT rescale;
  rescale.input_zero_point = 3;
  rescale.requant = test::requant({16384}, {15});
  rescale.requant->zero_point = -5;
  uint32_t y = builder.layer("scale", std::move(rescale), {x});
  setGrid(builder, x, {0.5}, operand), setGrid(builder, y, {1.0}, result);
  builder.output("y", y);
  auto model = modelOf(builder);
  return prove(*model, 1).front();
}

TEST(Proof, OtherZeroPointsThanThoseOfTheTensorsAreNoProof) {
  EXPECT_EQ(proofOfZeroPoints(3, -5).method, Method::steps);
  EXPECT_EQ(proofOfZeroPoints(4, -5).method, Method::unknown);
  EXPECT_EQ(proofOfZeroPoints(3, 5).method, Method::unknown);
}

/// (A34)
TEST(Proof, SumTriesEveryPair) {
  test::NetworkBuilder builder;
  uint32_t a = builder.input("a", {ElementType::i8, {1, 4}}), b = builder.input("b", {ElementType::i8, {1, 4}});
  program::AddT add;
  add.lhs_multiplier = 16384, add.rhs_multiplier = 8192, add.shift = 15, add.clamp_min = -128, add.clamp_max = 127;
  uint32_t y = builder.layer("sum", std::move(add), {a, b});
  setGrid(builder, a, {0.5}), setGrid(builder, b, {0.25}), setGrid(builder, y, {1.0});
  builder.output("y", y);
  auto model = modelOf(builder);
  LayerProof proof = proveLayer(*model, *model->program().layers[0]);
  EXPECT_EQ(proof.method, Method::pairs);
  EXPECT_EQ(proof.steps, 65536);
  EXPECT_EQ(proof.worst.error, 0.5);
  auto floor = compareRounding(*model, *model->program().layers[0], program::Rounding::floor);
  ASSERT_TRUE(floor);
  EXPECT_EQ(floor->total, 65536u);
  // a / 2 + b / 4 is rounded up at the quarters 2 and 3, of which every pair has each equally often.
  EXPECT_EQ(floor->differing, 32768u);
}

/// The worst of all pairs of a sum on zero points of 3, -5 and 7, by its formula (A20) alone: y = clamp(7 + floor(((a -
/// 3)
/// * m + (b + 5) * n + 2^14) / 2^15)).
double worstOfSum(int64_t m, int64_t n, double scaleA, double scaleB) {
  double worst = 0;
  for (int64_t a = -128; a <= 127; ++a)
    for (int64_t b = -128; b <= 127; ++b) {
      int64_t y = std::clamp<int64_t>(7 + (((a - 3) * m + (b + 5) * n + (1 << 14)) >> 15), -100, 90);
      double real = std::clamp(7 + scaleA * double(a - 3) + scaleB * double(b + 5), -100.0, 90.0);
      worst = std::max(worst, std::abs(double(y) - real));
    }
  return worst;
}

LayerProof proofOfSum(int32_t m, int32_t n, double scaleA, double scaleB) {
  test::NetworkBuilder builder;
  uint32_t a = builder.input("a", {ElementType::i8, {1, 4}}), b = builder.input("b", {ElementType::i8, {1, 4}});
  program::AddT add;
  add.lhs_multiplier = m, add.rhs_multiplier = n, add.shift = 15, add.clamp_min = -100, add.clamp_max = 90;
  add.lhs_zero_point = 3, add.rhs_zero_point = -5, add.zero_point = 7;
  uint32_t y = builder.layer("sum", std::move(add), {a, b});
  setGrid(builder, a, {scaleA}, 3), setGrid(builder, b, {scaleB}, -5), setGrid(builder, y, {1.0}, 7);
  builder.output("y", y);
  return prove(*modelOf(builder), 1).front();
}

TEST(Proof, SumsAndDifferencesOnZeroPoints) {
  EXPECT_EQ(proofOfSum(16384, 8192, 0.5, 0.25).worst.error, 0.5);
  EXPECT_EQ(proofOfSum(16384, -8192, 0.5, 0.25).worst.error, 0.5);
  // Multipliers that are off, in either operand and with either sign.
  for (auto [m, n] : {std::pair(16384, 8100), {16000, 8192}, {16000, -8100}, {17000, -8192}}) {
    double expected = worstOfSum(m, n, 0.5, n < 0 ? -0.25 : 0.25);
    EXPECT_GT(expected, 0.6);
    EXPECT_DOUBLE_EQ(proofOfSum(m, n, 0.5, 0.25).worst.error, expected);
  }
}

/// a * Sa + b * Sb of 16-bit operands, with multipliers of 15 bits and a shift that the larger scale allows.
test::NetworkBuilder wideSum(double scaleA, double scaleB, int sign) {
  test::NetworkBuilder builder;
  uint32_t a = builder.input("a", {ElementType::i16, {1, 4}}), b = builder.input("b", {ElementType::i16, {1, 4}});
  program::AddT add;
  add.shift = uint8_t(14 - std::ilogb(std::max(scaleA, scaleB)));
  add.lhs_multiplier = int32_t(std::lround(std::ldexp(scaleA, add.shift)));
  add.rhs_multiplier = sign * int32_t(std::lround(std::ldexp(scaleB, add.shift)));
  add.clamp_min = -32768, add.clamp_max = 32767;
  uint32_t y = builder.layer("sum", std::move(add), {a, b});
  setGrid(builder, a, {scaleA}), setGrid(builder, b, {scaleB}), setGrid(builder, y, {1.0});
  builder.output("y", y);
  return builder;
}

TEST(Proof, NoPairOfAWideSumIsFartherOffThanItsBound) {
  std::mt19937 random(5);
  std::uniform_real_distribution<double> exponent(-4, 6);
  std::uniform_int_distribution<int64_t> integer(-32768, 32767);
  for (int i = 0; i < 60; ++i) {
    double scaleA = std::exp2(exponent(random)), scaleB = std::exp2(exponent(random));
    int sign = i % 2 ? 1 : -1;
    test::NetworkBuilder builder = wideSum(scaleA, scaleB, sign);
    auto model = modelOf(builder);
    LayerProof proof = proveLayer(*model, *model->program().layers[0]);
    const program::AddT &add = *model->program().layers[0]->op.AsAdd();
    program::RequantT requant = kernels::requantOfSum(add);
    double worst = 0;
    for (int pair = 0; pair < 20000; ++pair) {
      int64_t a = integer(random), b = integer(random);
      if (pair % 2) // Near an end of the grid, or its middle, where nothing is clamped.
        b = std::clamp<int64_t>(std::llround(sign * ((pair % 3 - 1) * 32767 - a * scaleA) / scaleB), -32768, 32767);
      double real = std::clamp(a * scaleA + sign * b * scaleB, -32768.0, 32767.0);
      int64_t y = kernels::requantize(a * add.lhs_multiplier + b * add.rhs_multiplier, requant, 0);
      worst = std::max(worst, std::abs(double(y) - real));
    }
    ASSERT_EQ(proof.method, Method::bound);
    ASSERT_LE(worst, proof.worst.error + 1e-9);
    ASSERT_GE(worst, proof.worst.error / 4 - 0.5);
  }
}

/// Only a of up to 1024 steps is not clamped, whatever b is: its multiplier's error at its far end does not matter.
TEST(Proof, WhatIsClampedAnywayIsNotInAWideSumsBound) {
  test::NetworkBuilder builder = wideSum(40.0013, 0.25, 1);
  auto model = modelOf(builder);
  EXPECT_LT(proveLayer(*model, *model->program().layers[0]).worst.error, 1.3);
}

TEST(Proof, WithAnotherRoundingTheProgramIsOtherwiseTheSame) {
  test::NetworkBuilder builder = test::smallNetwork();
  auto model = modelOf(builder);
  auto other = withRounding(*model, program::Rounding::floor);
  size_t rounding = 0;
  for (size_t i = 0; i != model->program().layers.size(); ++i) {
    const program::LayerT &a = *model->program().layers[i], &b = *other->program().layers[i];
    EXPECT_EQ(rounds(a.op), kernels::requantOf(a.op) != nullptr);
    if (!rounds(a.op))
      continue;
    ++rounding;
    const program::RequantT &one = *kernels::requantOf(a.op), &another = *kernels::requantOf(b.op);
    EXPECT_EQ(another.rounding, program::Rounding::floor);
    EXPECT_EQ(another.multipliers, one.multipliers);
    EXPECT_EQ(another.shifts, one.shifts);
  }
  EXPECT_EQ(rounding, 1u);
  for (uint32_t tensor = 0; tensor != model->program().tensors.size(); ++tensor)
    EXPECT_EQ(model->constant(tensor), other->constant(tensor));
}

} // namespace
