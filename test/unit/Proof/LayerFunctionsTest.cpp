//===- LayerFunctionsTest.cpp - Functions in layers, all accumulators -----===//
//
// (A64) as a staircase that may turn, and (A66) the bound of what it is off.
//
//===----------------------------------------------------------------------===//
#include "Models.h"

#include "tare/Kernels/Rounding.h"
#include "tare/Proof/Proof.h"
#include "tare/Proof/Requantizer.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

using namespace tare;
using namespace tare::proof;
using test::modelOf;
using test::setGrid;

namespace {

constexpr double pi = 3.14159265358979;

double swish(double x) { return x / (1 + std::exp(-x)); }

/// A table of f from steps of `scale` to steps of `outputScale`, zero points z and zy.
std::unique_ptr<program::LayerFunctionT> tableOf(double (*f)(double), double scale, int z, double outputScale, int zy) {
  auto function = std::make_unique<program::LayerFunctionT>();
  function->zero_point = z, function->fraction_bits = 7, function->scale = scale;
  for (int i = 0; i < 513; ++i) {
    double y = (zy + f(scale * (128 * i - 32768 - z)) / outputScale) * 128;
    function->table.push_back(int16_t(std::clamp(std::nearbyint(y), -32768.0, 32767.0)));
  }
  function->function = std::make_unique<program::FunctionT>();
  function->function->kind = program::FunctionKind::swish;
  return function;
}

struct Case {
  program::RequantT requant;
  Entry entry;
};

/// Functions that go up and down, some of them within few accumulators.
Case randomCase(std::mt19937 &random) {
  auto uniform = [&](int low, int high) { return std::uniform_int_distribution<int>(low, high)(random); };
  Case result;
  program::RequantT &requant = result.requant;
  requant.multipliers = {uniform(1, 32767)};
  requant.clamp_min = uniform(-128, -50), requant.clamp_max = uniform(50, 127);
  requant.rounding = program::EnumValuesRounding()[uniform(0, 4)];
  requant.function = tableOf(
      uniform(0, 1) ? swish : [](double x) { return 4 * std::sin(pi * x); }, 0.0003, uniform(-9000, 9000), 0.05,
      uniform(-40, 40));
  requant.function->shifts = {uint8_t(uniform(5, 17))};
  result.entry = {0, -uniform(0, 20000), uniform(0, 20000),
                  std::ldexp(requant.multipliers[0], -requant.function->shifts[0] - 8)};
  return result;
}

} // namespace

TEST(ProofOfLayerFunctions, StepsAreTheWholeStaircase) {
  std::mt19937 random(5);
  for (int i = 0; i < 100; ++i) {
    auto [requant, entry] = randomCase(random);
    int64_t next = entry.low;
    for (const Step &step : stepsOf(requant, entry)) {
      ASSERT_EQ(step.first, next);
      for (int64_t acc = step.first; acc <= step.last; ++acc)
        ASSERT_EQ(step.output, kernels::requantize(acc, requant, 0));
      if (step.first != entry.low)
        ASSERT_NE(step.output, kernels::requantize(step.first - 1, requant, 0));
      next = step.last + 1;
    }
    ASSERT_EQ(next, entry.high + 1);
  }
}

TEST(ProofOfLayerFunctions, CountingDifferencesFindsThemAll) {
  std::mt19937 random(6);
  for (int i = 0; i < 100; ++i) {
    auto [requant, entry] = randomCase(random);
    program::RequantT other = requant;
    other.rounding = program::EnumValuesRounding()[i % 5];
    uint64_t differing = 0;
    for (int64_t acc = entry.low; acc <= entry.high; ++acc)
      differing += kernels::requantize(acc, requant, 0) != kernels::requantize(acc, other, 0);
    ASSERT_EQ(countDifferences(requant, other, entry), differing);
  }
}

/// (A66) No accumulator of a linear layer is farther off than its bound, which is not much more than the worst of them:
/// it adds up what is worst at different accumulators.
TEST(ProofOfLayerFunctions, NoAccumulatorIsFartherOffThanTheBound) {
  for (program::Rounding rounding : program::EnumValuesRounding())
    for (int error : {0, 40}) {
      constexpr double sx = 0.05, sw = 0.01, st = 0.0004, sy = 0.03;
      constexpr int zt = -6400, zy = -110;
      test::NetworkBuilder builder;
      uint32_t x = builder.input("x", {ElementType::i8, {1, 3}});
      uint32_t w = builder.constant<int8_t>("w", {1, 3}, {100, -29, 77});
      uint32_t b = builder.constant<int32_t>("b", {1}, {900});
      program::LinearT linear;
      linear.requant = test::requant({int32_t(std::lround(sx * sw / st * 16384)) + error}, {14}, zy);
      program::RequantT &requant = *linear.requant;
      requant.rounding = rounding;
      requant.function = tableOf(swish, st, zt, sy, zy);
      requant.function->shifts = requant.shifts, requant.shifts.clear();
      uint32_t y = builder.layer("fc", std::move(linear), {x, w, b});
      setGrid(builder, x, {sx}), setGrid(builder, w, {sw}), setGrid(builder, y, {sy}, zy);
      builder.output("y", y);
      auto model = modelOf(builder);
      LayerProof proof = proveLayer(*model, *model->program().layers[0]);
      EXPECT_EQ(proof.method, Method::bound);
      const program::RequantT &read = *model->program().layers[0]->op.AsLinear()->requant;
      double worst = 0;
      for (int64_t acc = 900 - 128 * 206; acc <= 900 + 127 * 206; ++acc) {
        double t = std::clamp(zt + sx * sw / st * double(acc), -32768.0, 32767.0);
        double real = std::clamp(zy + swish(st * (t - zt)) / sy, -128.0, 127.0);
        worst = std::max(worst, std::abs(double(kernels::requantize(acc, read, 0)) - real));
      }
      EXPECT_LE(worst, proof.worst.error) << "rounding " << int(rounding) << ", error " << error;
      EXPECT_LE(proof.worst.error, worst + (error ? 0.6 : 0.2)) << "rounding " << int(rounding) << ", error " << error;
    }
}

/// A table of another function than the program says is far off.
TEST(ProofOfLayerFunctions, AnotherFunctionIsFarOff) {
  test::NetworkBuilder builder;
  uint32_t x = builder.input("x", {ElementType::i8, {1, 1}});
  uint32_t w = builder.constant<int8_t>("w", {1, 1}, {100});
  uint32_t b = builder.constant<int32_t>("b", {1}, {0});
  program::LinearT linear;
  linear.requant = test::requant({20480}, {14});
  linear.requant->function = tableOf(swish, 0.0004, 0, 0.03, 0);
  linear.requant->function->shifts = {14}, linear.requant->shifts.clear();
  linear.requant->function->function->kind = program::FunctionKind::sigmoid;
  uint32_t y = builder.layer("fc", std::move(linear), {x, w, b});
  setGrid(builder, x, {0.05}), setGrid(builder, w, {0.01}), setGrid(builder, y, {0.03});
  builder.output("y", y);
  auto model = modelOf(builder);
  EXPECT_GT(proveLayer(*model, *model->program().layers[0]).worst.error, 20);
}
