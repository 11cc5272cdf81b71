//===- StepCostsTest.cpp - What grids of power-of-two steps cost ----------===//
#include "Quantize/StepCosts.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/MLIRContext.h"
#include "tare/Dialect/Qnn/QnnDialect.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

using namespace mlir;
using namespace tare;

namespace {

constexpr ActivationRule symmetric{8, true}, asymmetric{8, false};

ElementsAttr constantOf(MLIRContext *context, ArrayRef<int64_t> shape, ArrayRef<float> values) {
  return DenseElementsAttr::get(RankedTensorType::get(shape, Float32Type::get(context)), values);
}

double errorAt(ArrayRef<float> values, int exponent) {
  double sum = 0, step = std::ldexp(1.0, exponent);
  for (double value : values) {
    double rest = value - step * std::clamp(std::nearbyint(value / step), -127.0, 127.0);
    sum += rest * rest;
  }
  return sum;
}

/// The finest of the exponents with the least error, of all.
int bruteForce(ArrayRef<float> values) {
  int best = -60;
  for (int exponent = -60; exponent <= 60; ++exponent)
    if (errorAt(values, exponent) < errorAt(values, best))
      best = exponent;
  return best;
}

/// (A38)
TEST(StepCosts, WeightsHaveTheLeastSquaredError) {
  MLIRContext context;
  std::mt19937 random(1);
  for (int trial = 0; trial != 50; ++trial) {
    constexpr int64_t channels = 3, size = 20;
    std::vector<float> values;
    for (int64_t i = 0; i != channels * size; ++i)
      values.push_back(std::normal_distribution<float>(0, std::ldexp(1.0f, int(i / size) * 7 - trial % 20))(random) *
                       (trial % 3 && i % size == 0 ? 8.0f : 1.0f));
    WeightSteps steps(constantOf(&context, {channels, size}, values));
    ASSERT_EQ(steps.channels(), size_t(channels));
    for (int64_t c = 0; c != channels; ++c) {
      ArrayRef<float> row = ArrayRef(values).slice(c * size, size);
      int best = bruteForce(row);
      EXPECT_EQ(steps.cost(c).best(), best);
      double magnitude = 0, deviation = 0;
      for (float value : row) {
        double q = std::clamp(std::nearbyint(std::ldexp(value, -best)), -127.0f, 127.0f);
        magnitude += std::abs(q);
        deviation += std::abs(value - std::ldexp(q, best));
      }
      EXPECT_EQ(steps.magnitude(c, best), int64_t(magnitude));
      EXPECT_NEAR(steps.deviation(c, best), deviation, 1e-9 * std::ldexp(size, best));
      int lowest = steps.lowestFor(c, magnitude / 2);
      EXPECT_LE(double(steps.magnitude(c, lowest)), magnitude / 2);
      EXPECT_GT(double(steps.magnitude(c, lowest - 1)), magnitude / 2);
    }
  }
}

TEST(StepCosts, AChannelOfZerosFollowsTheOthers) {
  MLIRContext context;
  WeightSteps steps(constantOf(&context, {3, 2}, {0, 0, 1.0f, 0.3f, 0.9f, 0.2f}));
  EXPECT_EQ(steps.cost(0).best(), steps.cost(1).best());
  WeightSteps zeros(constantOf(&context, {1, 2}, {0, 0}));
  EXPECT_EQ(zeros.cost(0).best(), -6);
}

TEST(StepCosts, ConstantsHaveTheLeastSquaredError) {
  MLIRContext context;
  std::mt19937 random(2);
  for (int trial = 0; trial != 30; ++trial) {
    std::vector<float> values;
    for (int i = 0; i != 30; ++i)
      values.push_back(std::normal_distribution<float>(0, std::ldexp(1.0f, trial - 15))(random));
    EXPECT_EQ(constantCost(constantOf(&context, {30}, values), symmetric).best(), bruteForce(values));
  }
  // Nothing but 0: the grid of [0, 1].
  EXPECT_EQ(constantCost(constantOf(&context, {2}, {0.0f, 0.0f}), symmetric).best(), -7);
}

TEST(StepCosts, CalibrationDecidesWhereItKnows) {
  MLIRContext context;
  context.loadDialect<qnn::QnnDialect>();
  auto cost = [&](int64_t bits, qnn::RangeLabel label = qnn::RangeLabel::Calibrated) {
    auto errors = qnn::StepErrorsAttr::get(&context, bits, 1.0, -12, {0.5, 0.01, 0.02});
    return stepCost(qnn::RangeAttr::get(&context, -1.0, 1.0, label, errors), symmetric);
  };
  EXPECT_EQ(cost(8).best(), -11);
  // Errors of other grids say nothing; a dead value loses nothing.
  EXPECT_EQ(cost(16).best(), -7);
  EXPECT_EQ(cost(8, qnn::RangeLabel::Dead).best(), -7);
  EXPECT_LT(cost(8, qnn::RangeLabel::Dead).at(0), 100);
}

TEST(StepCosts, GridsHoldTheRangeTheyAreLaidOutFor) {
  for (auto [min, max] : {std::pair(-1.0, 0.9), {0.0, 1.9}, {-1.5, 0.1}}) {
    qnn::Grid grid = powerOfTwoGrid(-7, min, max, asymmetric);
    EXPECT_EQ(grid.scale(0), 1.0 / 128);
    EXPECT_LE((grid.min - grid.zeroPoint(0)) * grid.scale(0), min);
    EXPECT_GE((grid.max - grid.zeroPoint(0)) * grid.scale(0), max);
  }
  EXPECT_EQ(powerOfTwoGrid(3, -1, 1, symmetric).zeroPoint(0), 0);
}

TEST(StepCosts, OtherBasesLoseWhatTheirScalesDo) {
  // Evenly spread values lose least on the grid that just holds them, whatever its base.
  for (double base : {1.0, 0.01, 0.3, 7.0}) {
    double top = 127 * base;
    ConvexCost cost = evenCost(-top, top, symmetric, {base, 1.0});
    EXPECT_EQ(cost.best(), 0) << base;
    EXPECT_EQ(cost.at(1), evenCost(-127, 127, symmetric).at(1)) << base;
  }
}

TEST(StepCosts, RelevanceScalesWhatIsLost) {
  ConvexCost all = evenCost(-1, 1, symmetric), part = evenCost(-1, 1, symmetric, {1.0, 1.0 / 1024});
  EXPECT_EQ(all.best(), part.best());
  for (int exponent = -12; exponent != 4; ++exponent)
    EXPECT_NEAR(double(part.at(exponent)) * 1024, double(all.at(exponent)), 1e-5 * double(all.at(exponent)) + 32768);
}

TEST(StepCosts, ExponentsAreOfPowersOfTwoAlone) {
  EXPECT_EQ(exponentOf(1.0), 0);
  EXPECT_EQ(exponentOf(0.125), -3);
  EXPECT_EQ(exponentOf(0.3), std::nullopt);
}

} // namespace
