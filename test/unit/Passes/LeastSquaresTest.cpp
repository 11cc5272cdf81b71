//===- LeastSquaresTest.cpp - Rounding that loses least -------------------===//
#include "Quantize/LeastSquares.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

using namespace tare;

namespace {

/// X^T X of `rows` random rows, whose columns have something in common.
std::vector<double> randomProducts(int64_t weights, int64_t rows, std::mt19937 &engine) {
  std::uniform_int_distribution<int> number(-20, 20), shared(0, 100);
  std::vector<double> products(size_t(weights * weights));
  for (int64_t r = 0; r < rows; ++r) {
    const int common = shared(engine);
    std::vector<double> row;
    for (int64_t i = 0; i < weights; ++i)
      row.push_back(common + number(engine));
    for (int64_t i = 0; i < weights; ++i)
      for (int64_t j = 0; j < weights; ++j)
        products[size_t(i * weights + j)] += row[size_t(i)] * row[size_t(j)];
  }
  return products;
}

std::vector<double> errorsOf(const std::vector<int64_t> &chosen, const std::vector<double> &steps) {
  std::vector<double> errors;
  for (size_t i = 0; i < steps.size(); ++i)
    errors.push_back(double(chosen[i]) - steps[i]);
  return errors;
}

std::vector<int64_t> nearest(const std::vector<double> &steps, int64_t low, int64_t high) {
  std::vector<int64_t> integers;
  for (double step : steps)
    integers.push_back(std::clamp(int64_t(std::nearbyint(step)), low, high));
  return integers;
}

RoundedChannel roundedBy(const std::vector<double> &products, const std::vector<double> &steps, int64_t low = -127,
                         int64_t high = 127) {
  const ChannelSteps channel{steps, low, high};
  return SquaredLoss(products, int64_t(steps.size())).round({&channel, 1})[0];
}

/// e^T H e with a hundredth of the diagonal's mean on the diagonal.
double lossOf(const std::vector<double> &products, const std::vector<double> &errors) {
  const size_t count = errors.size();
  double loss = 0, mean = 0;
  for (size_t i = 0; i < count; ++i)
    mean += products[i * count + i] / double(count);
  for (size_t i = 0; i < count; ++i)
    for (size_t j = 0; j < count; ++j)
      loss += errors[i] * errors[j] * (products[i * count + j] + (i == j ? 0.01 * mean : 0));
  return loss;
}

TEST(LeastSquares, LossByHand) {
  const RoundedChannel rounded = roundedBy({4, 1, 1, 2}, {0.5, 2.25});
  EXPECT_EQ(rounded.nearest, (std::vector<int64_t>{0, 2}));
  EXPECT_DOUBLE_EQ(rounded.nearestLoss, 0.25 * 4.03 + 0.0625 * 2.03 + 2 * 0.125);
  EXPECT_EQ(rounded.chosen, (std::vector<int64_t>{1, 2}));
  EXPECT_DOUBLE_EQ(rounded.chosenLoss, 0.25 * 4.03 + 0.0625 * 2.03 - 2 * 0.125);
}

TEST(LeastSquares, ErrorsThatAddUpAreSpread) {
  const std::vector<double> products(9, 1.0), steps{1.4, 2.4, 3.4};
  EXPECT_EQ(roundedBy(products, steps).chosen, (std::vector<int64_t>{2, 2, 3}));
}

TEST(LeastSquares, WholeStepsAndEndsStay) {
  const std::vector<double> products(9, 1.0), steps{2, 127.4, -127.4};
  EXPECT_EQ(roundedBy(products, steps).chosen, (std::vector<int64_t>{2, 127, -127}));
}

TEST(LeastSquares, NothingThatIsMetChangesNothing) {
  const std::vector<double> products(4, 0.0), steps{0.4, 0.6};
  EXPECT_EQ(roundedBy(products, steps).chosen, (std::vector<int64_t>{0, 1}));
}

// Never worse than the nearest integers, never two steps away, and no single weight can be moved with a gain.
TEST(LeastSquares, RandomWeights) {
  std::mt19937 engine(3);
  double nearestLoss = 0, chosenLoss = 0;
  for (int trial = 0; trial < 200; ++trial) {
    const int64_t weights = 1 + int64_t(engine() % 24);
    const std::vector<double> products = randomProducts(weights, 1 + int64_t(engine() % 60), engine);
    std::vector<double> steps;
    for (int64_t i = 0; i < weights; ++i)
      steps.push_back(std::uniform_real_distribution<double>(-8.5, 8.5)(engine));
    const RoundedChannel rounded = roundedBy(products, steps, -8, 8);
    const std::vector<int64_t> &chosen = rounded.chosen;
    EXPECT_EQ(rounded.nearest, nearest(steps, -8, 8));
    const double before = lossOf(products, errorsOf(rounded.nearest, steps)),
                 after = lossOf(products, errorsOf(chosen, steps));
    EXPECT_NEAR(rounded.nearestLoss, before, 1e-9 * before);
    EXPECT_NEAR(rounded.chosenLoss, after, 1e-9 * before);
    nearestLoss += before;
    chosenLoss += after;
    EXPECT_LE(after, before * (1 + 1e-9));
    for (size_t i = 0; i < chosen.size(); ++i) {
      EXPECT_LE(std::abs(double(chosen[i]) - std::clamp(steps[i], -8.0, 8.0)), 1);
      std::vector<int64_t> moved = chosen;
      moved[i] += double(chosen[i]) > steps[i] ? -1 : 1;
      if (std::abs(moved[i]) <= 8 && std::abs(double(moved[i]) - steps[i]) < 1) {
        EXPECT_GE(lossOf(products, errorsOf(moved, steps)), after * (1 - 1e-9));
      }
    }
  }
  EXPECT_LT(chosenLoss, nearestLoss / 2);
}

// Channels that are rounded together are as they are alone.
TEST(LeastSquares, ChannelsTogether) {
  std::mt19937 engine(4);
  const std::vector<double> products = randomProducts(9, 30, engine);
  std::vector<ChannelSteps> channels(5, {{}, -127, 127});
  for (ChannelSteps &channel : channels)
    for (int i = 0; i < 9; ++i)
      channel.steps.push_back(std::uniform_real_distribution<double>(-8, 8)(engine));
  const std::vector<RoundedChannel> together = SquaredLoss(products, 9).round(channels);
  for (size_t c = 0; c < channels.size(); ++c)
    EXPECT_EQ(together[c].chosen, roundedBy(products, channels[c].steps).chosen);
}

} // namespace
