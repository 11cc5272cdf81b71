//===- GridsTest.cpp - Scales and zero points, to the bit -----------------===//
#include "Arithmetic/Grids.h"
#include "Quantize/WeightRepair.h"
#include "tare/Dialect/Qnn/Constants.h"
#include "tare/Dialect/Qnn/QnnDialect.h"
#include "tare/Dialect/Qnn/Steps.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <random>

using namespace tare;
using qnn::Grid;

namespace {

constexpr ActivationRule i8{8, false}, symmetric8{8, true}, symmetric16{16, true};

double real(const Grid &grid, int64_t q, int64_t channel = 0) {
  return grid.scale(channel) * double(q - grid.zeroPoint(channel));
}

TEST(ActivationGrid, CoversItsRange) {
  std::mt19937 random(1);
  std::uniform_real_distribution<double> exponent(-20, 20);
  for (int i = 0; i < 1000; ++i) {
    double min = -std::exp(exponent(random)), max = std::exp(exponent(random));
    for (const ActivationRule &rule : {i8, symmetric8, symmetric16}) {
      Grid grid = activationGrid(min, max, rule);
      double half = grid.scale(0) * 0.5000001;
      EXPECT_EQ(grid.scale(0), double(float(grid.scale(0))));
      EXPECT_LE(real(grid, grid.min), min + half);
      EXPECT_GE(real(grid, grid.max), max - half);
      EXPECT_GE(grid.zeroPoint(0), grid.min);
      EXPECT_LE(grid.zeroPoint(0), grid.max);
    }
  }
}

/// (A4)
TEST(ActivationGrid, IsExactWhereItCanBe) {
  Grid grid = activationGrid(0, 255, i8);
  EXPECT_EQ(grid.scales[0], 1.0);
  EXPECT_EQ(grid.zeroPoints[0], -128);
  grid = activationGrid(-127, 3, symmetric8);
  EXPECT_EQ(grid.scales[0], 1.0);
  EXPECT_EQ(grid.zeroPoints[0], 0);
  EXPECT_EQ(grid.min, -127);
}

TEST(ActivationGrid, ContainsZeroWhateverTheRange) {
  EXPECT_EQ(activationGrid(2, 4, i8).zeroPoints[0], -128);
  EXPECT_EQ(activationGrid(-4, -2, i8).zeroPoints[0], 127);
}

TEST(ActivationGrid, TakesNothingForTheUnitInterval) {
  EXPECT_EQ(activationGrid(0, 0, i8).scales[0], double(1.0f / 255.0f));
}

TEST(ActivationGrid, SurvivesRangesBelowFloat) {
  double scale = activationGrid(0, 1e-45, i8).scales[0];
  EXPECT_GT(scale, 0.0);
  EXPECT_TRUE(std::isnormal(float(scale)));
}

TEST(ImageGrid, HasPowersOfTwo) {
  EXPECT_EQ(imageGrid(0, 1, i8).scales[0], 1.0 / 256);
  EXPECT_EQ(imageGrid(0, 1, i8).zeroPoints[0], -128);
  EXPECT_EQ(imageGrid(0, 1, symmetric8).scales[0], 1.0 / 128);
  EXPECT_EQ(imageGrid(0, 1, symmetric16).scales[0], 1.0 / 32768);
  EXPECT_EQ(imageGrid(-1, 1, i8).zeroPoints[0], 0);
}

/// The contract's rhe(R / S) of integers R and S, exactly.
int64_t halfEven(__int128 real, __int128 scale) {
  __int128 floor = real / scale - (real % scale < 0), rest = 2 * (real - floor * scale);
  return int64_t(floor + (rest > scale || (rest == scale && floor % 2 != 0)));
}

TEST(NearestStep, IsOfRealNumbers) {
  std::mt19937_64 random(3);
  for (int i = 0; i < 200000; ++i) {
    // A bias's scale is the product of two float32 numbers; next to ties, and at them.
    auto significand = [&] { return int64_t((random() & 0xffffff) | 0x800000); };
    int64_t scale = i % 2 ? significand() : significand() * significand(), steps = int64_t(random() >> (34 + i % 29));
    double tie = (double(steps) + 0.5) * double(scale);
    auto real = double(std::nextafter(float(tie), i % 3 ? HUGE_VALF : -HUGE_VALF)) * (i % 5 ? 1 : -1);
    if (i % 7 == 0)
      real = double(float(tie));
    // In quarters, which are integers.
    ASSERT_EQ(int64_t(qnn::nearestStep(real, double(scale))), halfEven(__int128(real * 4), __int128(scale) * 4))
        << real << " / " << scale;
  }
}

/// Limits are integers, so that it does not matter which comes first.
TEST(NearestStep, IsLimited) {
  for (double steps : {-3.5, -2.5, -0.5, 0.0, 0.49, 0.5, 1.5, 2.5, 3.0, 1e300, HUGE_VAL, -HUGE_VAL}) {
    const double wanted = std::clamp(std::nearbyint(steps), -2.0, 2.0);
    EXPECT_EQ(qnn::nearestWithin(steps, -2.0, 2.0), wanted) << steps;
    EXPECT_EQ(qnn::nearestWithin(float(steps), -2.0f, 2.0f), float(wanted)) << steps;
  }
  EXPECT_TRUE(std::isnan(qnn::nearestWithin(double(NAN), -2.0, 2.0)));
}

TEST(NearestStep, IsOfFloatsAtRunTime) {
  const float tie = 2.5f, below = std::nextafter(tie, 0.0f);
  EXPECT_EQ(qnn::nearestStepAtRunTime(tie * 3, 3.0), 2);
  // 3 * below is no float32: the quotient of its nearest may be the tie itself.
  EXPECT_EQ(qnn::nearestStepAtRunTime(below * 3, 3.0), std::nearbyint(double(below * 3 / 3.0f)));
  // By a scale that is no float32 it is the double's.
  EXPECT_EQ(qnn::nearestStepAtRunTime(1.0f, 0.4), 2);
  EXPECT_EQ(qnn::nearestStepAtRunTime(1.0f, double(0.4f)), 2);
  EXPECT_EQ(qnn::nearestStepAtRunTime(1.0f, std::nextafter(0.4, 0.0)), std::nearbyint(1.0 / std::nextafter(0.4, 0.0)));
}

TEST(WholeStep, IsAsNearAsFloatsAre) {
  EXPECT_EQ(qnn::wholeStep(3.0), 3.0);
  EXPECT_EQ(qnn::wholeStep(0.3f / 0.1), 3.0);
  EXPECT_EQ(qnn::wholeStep(1e7 + 0.25), 1e7);
  EXPECT_EQ(qnn::wholeStep(0.9e-6), 0.0);
  EXPECT_FALSE(qnn::wholeStep(1.1e-6));
  EXPECT_FALSE(qnn::wholeStep(2.5));
}

class WeightGrid : public testing::Test {
protected:
  WeightGrid() { context.loadDialect<qnn::QnnDialect>(); }

  mlir::ElementsAttr constant(std::vector<float> values, Shape shape) {
    Tensor tensor(ElementType::f32, std::move(shape));
    std::copy(values.begin(), values.end(), tensor.mutableAs<float>());
    return qnn::toAttr(&context, tensor);
  }
  Grid grid(std::vector<float> values, Shape shape) {
    return *weightGrid(constant(std::move(values), std::move(shape)));
  }

  mlir::MLIRContext context;
};

TEST_F(WeightGrid, OneChannelIsAListOfOne) {
  Grid one = grid({1.27f, -0.5f}, {1, 2, 1, 1});
  EXPECT_EQ(one.axis, 0);
  ASSERT_EQ(one.scales.size(), 1u);
  EXPECT_EQ(one.scales[0], double(0.01f));
  EXPECT_EQ(one.zeroPoints[0], 0);
  EXPECT_TRUE(mlir::isa<mlir::quant::UniformQuantizedPerAxisType>(one.type(&context)));
}

TEST_F(WeightGrid, DividesInFloat) {
  for (int channels : {1, 2, 64}) {
    std::vector<float> values;
    for (int c = 0; c < channels; ++c)
      values.push_back((c % 2 ? -1 : 1) * 0.1f * float(c + 1));
    Grid many = grid(values, {channels, 1});
    for (int c = 0; c < channels; ++c)
      EXPECT_EQ(many.scale(c), double(std::abs(values[c]) / 127.0f));
  }
}

TEST_F(WeightGrid, AZeroChannelHasAPositiveScale) {
  EXPECT_EQ(grid({0, 1.27f, 2.54f}, {3, 1}).scales[0], double(2.54f / 127.0f));
  EXPECT_EQ(grid({0, 0}, {2, 1}).scales[0], double(1.0f / 127.0f));
  EXPECT_GT(grid({1e-44f, 1.27f}, {2, 1}).scales[0], 1e-3);
}

TEST_F(WeightGrid, RefusesWhatIsNotFinite) {
  EXPECT_FALSE(weightGrid(constant({1, NAN}, {2, 1})));
  EXPECT_FALSE(weightGrid(constant({1, -INFINITY}, {2, 1})));
}

TEST_F(WeightGrid, AccumulatorScalesAreExactProducts) {
  Grid weights = grid({1.27f, 0.3f}, {2, 1}), activation = activationGrid(-1, 2, i8);
  Grid accumulator = accumulatorGrid(activation, weights, 2, 1);
  EXPECT_EQ(accumulator.axis, 1);
  for (int c = 0; c < 2; ++c)
    EXPECT_EQ((long double)(accumulator.scale(c)), (long double)(activation.scale(0)) * weights.scale(c));
}

TEST_F(WeightGrid, NamesTheBiasThatDoesNotFit) {
  Grid accumulator = accumulatorGrid(activationGrid(0, 255, i8), grid({127, 127e-10f}, {2, 1}), 2, 0);
  EXPECT_FALSE(biasMisfit(constant({1000, 0.01f}, {2}), accumulator));
  std::optional<std::string> misfit = biasMisfit(constant({1000, 1}, {2}), accumulator);
  ASSERT_TRUE(misfit);
  EXPECT_NE(misfit->find("channel 1"), std::string::npos);
}

/// (A6) On a grid of 1 the float32 next below 2^31 fits, of either sign (-2^31 leaves no accumulator, A19); in either
/// channel.
TEST_F(WeightGrid, ABiasFitsUpToTheLastInteger) {
  Grid unit;
  unit.bits = 32, unit.min = INT32_MIN, unit.max = INT32_MAX;
  unit.axis = 0, unit.scales = {1.0, 1.0}, unit.zeroPoints = {0, 0};
  EXPECT_FALSE(biasMisfit(constant({2147483520.0f, -2147483520.0f}, {2}), unit));
  for (float wide : {2147483648.0f, -2147483648.0f}) {
    EXPECT_THAT(biasMisfit(constant({wide, 0}, {2}), unit).value_or(""), testing::HasSubstr("channel 0"));
    EXPECT_THAT(biasMisfit(constant({0, wide}, {2}), unit).value_or(""), testing::HasSubstr("channel 1"));
  }
}

TEST_F(WeightGrid, MovedScalesLeaveBitsForBiasAndMultiplier) {
  Target target;
  mlir::ElementsAttr weights = constant({1.27f, 1e-20f, 1e-9f}, {3, 1}), bias = constant({0, 3, 0}, {3});
  Grid scales = *weightGrid(weights), activation = activationGrid(0, 255, i8), result = activationGrid(0, 2.55, i8);
  auto moved = moveScales(scales, {qnn::toTensor(weights), bias, activation, result}, target);
  ASSERT_EQ(moved.size(), 2u);
  EXPECT_EQ(scales.scales[0], double(0.01f));
  EXPECT_FALSE(biasMisfit(bias, accumulatorGrid(activation, scales, 3, 0)));
  for (const MovedScale &scale : moved) {
    EXPECT_GE(decompose(activation.scale(0) * scale.to / result.scale(0), wholeLimits(target)).m, 1);
    EXPECT_LT(scale.cost, 0.01);
  }
}

/// 0.02 * 2^30 steps of 1 is what the second channel's bias may be at a scale of 0.02.
TEST_F(WeightGrid, OneScaleForAllChannelsIsMovedForAll) {
  mlir::ElementsAttr weights = constant({1.27f, 0.5f, 0.001f}, {3, 1}), bias = constant({0, -21474836.48f, 7}, {3});
  Grid activation = activationGrid(0, 255, i8);
  double raised = double(21474836.48f) / double(1 << 30);
  for (bool perChannel : {false, true}) {
    Target target;
    target.weights.perChannel = perChannel;
    Grid scales = *weightGrid(weights);
    scales.scales = {double(0.01f), double(0.01f), double(0.01f)};
    auto moved = moveScales(scales, {qnn::toTensor(weights), bias, activation, std::nullopt}, target);
    EXPECT_EQ(scales.scales[0], perChannel ? double(0.01f) : raised);
    EXPECT_EQ(scales.scales[1], raised);
    EXPECT_EQ(scales.scales[2], perChannel ? double(0.01f) : raised);
    ASSERT_EQ(moved.size(), perChannel ? 1u : 3u);
    for (const MovedScale &scale : moved) {
      EXPECT_EQ(scale.cause, MoveCause::bias);
      EXPECT_EQ(scale.from, double(0.01f));
      EXPECT_EQ(scale.to, raised);
    }
    // |0.5 - 25 * raised| or so, times 255.
    double rest = std::abs(double(0.5f) - raised * std::nearbyint(double(0.5f) / raised));
    EXPECT_DOUBLE_EQ(moved[perChannel ? 0 : 1].cost, rest * 255);
  }
}

/// (A1) A list of one is the tensor's, and of a longer one there is no one scale.
TEST(Grid, ReachesTheFartherEnd) {
  Grid grid;
  grid.scales = {0.5};
  grid.min = -128, grid.max = 127;
  for (auto [zero, reach] : {std::pair(0, 128), {-1, 128}, {3, 131}, {-128, 255}, {127, 255}}) {
    grid.zeroPoints = {zero};
    EXPECT_EQ(grid.reach(), reach) << zero;
  }
}

TEST(Grid, OneScaleIsAskedOfNoList) {
  qnn::Grid grid;
  grid.axis = 1;
  grid.scales = {0.5};
  grid.zeroPoints = {3};
  EXPECT_TRUE(grid.isPerTensor());
  EXPECT_EQ(grid.scale(), 0.5);
  EXPECT_EQ(grid.zeroPoint(), 3);
  grid.scales = {0.5, 0.25};
  grid.zeroPoints = {3, 3};
  EXPECT_FALSE(grid.isPerTensor());
  EXPECT_EQ(grid.zeroPoint(), 3);
  EXPECT_DEATH((void)grid.scale(), "asked for one scale");
  grid.zeroPoints = {3, 4};
  EXPECT_DEATH((void)grid.zeroPoint(), "asked for one zero point");
}

} // namespace
