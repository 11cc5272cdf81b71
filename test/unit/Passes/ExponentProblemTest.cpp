//===- ExponentProblemTest.cpp - The joint choice against brute force -----===//
#include "Quantize/ExponentProblem.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

using namespace tare;

namespace {

/// A valley with its bottom somewhere in [-6, 6]: as errors have it, steep on both sides, flat where all is lost.
ConvexCost randomCost(std::mt19937 &random, double share = 1.0) {
  std::vector<double> errors;
  int first = -4 - int(random() % 3), bottom = int(random() % 6) + 2;
  for (int i = 0; i != 12; ++i) {
    double error = 1e-4 * std::pow(4.0, std::abs(i - bottom)) * (1 + 0.1 * double(random() % 10));
    errors.push_back(share * std::min(error, 1.0));
  }
  return ConvexCost(first, errors, share);
}

/// (A36)
TEST(ConvexCost, IsTheErrorsWhereTheyAreConvex) {
  ConvexCost cost(-3, {0.06, 0.02, 0.01, 0.04});
  EXPECT_EQ(cost.best(), -1);
  for (auto [exponent, error] : {std::pair(-3, 0.06), {-2, 0.02}, {-1, 0.01}, {0, 0.04}})
    EXPECT_EQ(cost.at(exponent), std::llround(error * ConvexCost::one));
  // Beyond, the last steps go on.
  EXPECT_NEAR(cost.at(-5) / ConvexCost::one, 0.06 + 2 * 0.04, 1e-9);
  EXPECT_NEAR(cost.at(2) / ConvexCost::one, 0.04 + 2 * 0.03, 1e-9);
}

TEST(ConvexCost, IsConvexWhereErrorsStopGrowing) {
  std::mt19937 random(1);
  for (int trial = 0; trial != 100; ++trial) {
    ConvexCost cost = randomCost(random);
    if (trial % 2)
      cost.limit(int(random() % 8) - 4);
    for (int e = -20; e != 20; ++e) {
      EXPECT_LE(2 * cost.at(e), cost.at(e - 1) + cost.at(e + 1));
      EXPECT_GE(cost.at(e), cost.at(cost.best()));
    }
  }
}

TEST(ConvexCost, NothingIsWorthClippingAwayASignal) {
  ConvexCost clipped(0, {1.0, 0.5, 0.001, 0.004}), rounded(0, {0.001, 0.004, 0.016, 0.064, 0.25, 1.0, 1.0});
  EXPECT_GT(clipped.at(1) - clipped.at(2), rounded.at(60) - rounded.at(0));
}

TEST(ConvexCost, OfAWeakSignalKeepsItsBest) {
  EXPECT_EQ(ConvexCost(-9, {3e-16, 1e-16, 1e-17, 2e-17}, 3e-16).best(), -7);
}

TEST(ConvexCost, OfEqualErrorsTheFinestIsBest) { EXPECT_EQ(ConvexCost(0, {0.1, 0.0, 0.0, 0.2}).best(), 1); }

/// A random graph of up to four exponents, one of them perhaps fixed, with layers and bounds between any two.
ExponentProblem randomProblem(std::mt19937 &random, unsigned variables) {
  ExponentProblem problem;
  for (unsigned i = 0; i != variables; ++i) {
    if (random() % 8 == 0) {
      problem.addFixed(int(random() % 9) - 4);
      continue;
    }
    problem.addVariable();
    for (unsigned n = random() % 3 + 1; n != 0; --n)
      problem.addCost(i, randomCost(random));
  }
  for (unsigned n = random() % 4 + 1; n != 0; --n) {
    unsigned x = random() % variables, y = random() % variables;
    std::vector<ExponentChannel> channels(random() % 3 + 1);
    for (ExponentChannel &channel : channels) {
      channel.error = randomCost(random, 1.0 / double(channels.size()));
      if (random() % 3 == 0)
        channel.lowest = int(random() % 8) - 4;
      if (random() % 3 == 0)
        channel.lowestAccumulator = int(random() % 10) - 8;
      if (random() % 8 == 0)
        channel.fixed = int(random() % 8) - 4;
    }
    int min = int(random() % 4);
    ShiftRange range{min, min + int(random() % 6)};
    problem.addLayer(x, random() % 5 ? std::optional(y) : std::nullopt, channels, range, n);
  }
  for (unsigned n = random() % 3; n != 0; --n)
    problem.addBound(random() % variables, random() % variables, int(random() % 6) - 4, 100 + n);
  if (random() % 4 == 0)
    problem.addLimits(random() % variables, -3, 5, 200);
  return problem;
}

/// (A37)
TEST(ExponentProblem, EqualsBruteForce) {
  std::mt19937 random(7);
  int feasible = 0, moved = 0;
  for (int trial = 0; trial != 400; ++trial) {
    unsigned variables = random() % 3 + 1;
    ExponentProblem problem = randomProblem(random, variables);
    std::vector<int> free = problem.unconstrained(), found = problem.solve();
    // Every combination in [-14, 14]; what is fixed stays.
    std::optional<int64_t> least;
    std::vector<int> point(variables, -14);
    for (bool done = false; !done;) {
      if (problem.satisfies(point) && (!least || problem.cost(point) < *least))
        least = problem.cost(point);
      done = true;
      for (int &e : point) {
        if (++e <= 14) {
          done = false;
          break;
        }
        e = -14;
      }
    }
    ASSERT_EQ(problem.satisfies(found), least.has_value()) << "trial " << trial;
    if (!least)
      continue;
    ++feasible;
    moved += found != free;
    EXPECT_EQ(problem.cost(found), *least) << "trial " << trial;
  }
  EXPECT_GT(feasible, 100);
  EXPECT_GT(moved, 50);
}

TEST(ExponentProblem, ChannelsHaveTheBestThatTheShiftsAllow) {
  std::mt19937 random(3);
  for (int trial = 0; trial != 200; ++trial) {
    ExponentProblem problem;
    unsigned x = problem.addVariable(), y = problem.addVariable();
    problem.addCost(x, randomCost(random));
    problem.addCost(y, randomCost(random));
    ExponentChannel channel;
    channel.error = randomCost(random);
    channel.lowest = int(random() % 8) - 6;
    channel.lowestAccumulator = int(random() % 10) - 8;
    ShiftRange range{1, 1 + int(random() % 4)};
    unsigned layer = problem.addLayer(x, y, {channel}, range, 0);
    std::vector<int> exponents = problem.solve();
    ASSERT_TRUE(problem.satisfies(exponents));
    int w = problem.channelExponents(layer, exponents).front();
    channel.error.limit(channel.lowest);
    auto fits = [&](int e) {
      int q = exponents[y] - exponents[x] - e;
      return q >= range.min && q <= range.max && e >= channel.lowest && exponents[x] + e >= channel.lowestAccumulator;
    };
    EXPECT_TRUE(fits(w));
    for (int e = -30; e <= 30; ++e)
      EXPECT_TRUE(!fits(e) || channel.error.at(e) >= channel.error.at(w));
  }
}

} // namespace
