//===- TableFitTest.cpp - The entries of interpolated tables --------------===//
//
// (A48)
//
//===----------------------------------------------------------------------===//
#include "Arithmetic/TableFit.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>

using namespace tare;

namespace {

constexpr int64_t inputs = 1 << 16, step = 128;

struct Table {
  std::vector<double> wanted;
  std::vector<int64_t> rounded;

  explicit Table(const std::function<double(double)> &f) {
    for (int64_t index = 0; index <= inputs; ++index)
      wanted.push_back(f(double(index - inputs / 2)));
    for (int64_t index = 0; index <= inputs; index += step)
      rounded.push_back(int64_t(std::nearbyint(wanted[index])));
  }
};

/// (A48)
TEST(TableFit, HalvesWhatACurveIsOff) {
  for (double range : {40.0, 200.0}) {
    Table sigmoid([&](double x) { return 32767 / (1 + std::exp(-x * range / 32768)); });
    double before = worstOfFit(sigmoid.rounded, sigmoid.wanted);
    double after = worstOfFit(fitTable(sigmoid.rounded, sigmoid.wanted, -32767, 32767), sigmoid.wanted);
    EXPECT_GT(before, 9);
    EXPECT_LT(after, 0.65 * before + 1);
  }
}

TEST(TableFit, LeavesAStraightLine) {
  Table line([](double x) { return x / 2; });
  EXPECT_EQ(fitTable(line.rounded, line.wanted, -32767, 32767), line.rounded);
}

/// What the two lines at an entry are off at most, by (A24): y = a + ((b - a) * r + 64) / 128, rounded down.
double worstAround(const std::vector<int64_t> &entries, const std::vector<double> &wanted, int64_t entry) {
  double worst = 0;
  for (int64_t line = std::max<int64_t>(entry - 1, 0); line < std::min<int64_t>(entry + 1, int64_t(entries.size()) - 1);
       ++line)
    for (int64_t r = 0; r < step; ++r) {
      int64_t y = entries[line] + (((entries[line + 1] - entries[line]) * r + 64) >> 7);
      worst = std::max(worst, std::abs(double(y) - wanted[line * step + r]));
    }
  return worst;
}

TEST(TableFit, NoEntryAloneCouldBeMuchBetter) {
  Table sigmoid([&](double x) { return 32767 / (1 + std::exp(-x * 60 / 32768)); });
  std::vector<int64_t> fitted = fitTable(sigmoid.rounded, sigmoid.wanted, -32767, 32767);
  for (int64_t entry = 0; entry < int64_t(fitted.size()); ++entry) {
    double worst = worstAround(fitted, sigmoid.wanted, entry);
    for (int64_t move : {-4, -2, -1, 1, 2, 4}) {
      std::vector<int64_t> moved = fitted;
      moved[entry] += move;
      EXPECT_GT(worstAround(moved, sigmoid.wanted, entry), worst - 0.5) << entry << ", " << move;
    }
  }
}

TEST(TableFit, IsNeverWorseAndWithinItsLimits) {
  Table steep([](double x) { return std::clamp(1e6 / (x == 0 ? 1e-9 : x), -32767.0, 32767.0); });
  std::vector<int64_t> fitted = fitTable(steep.rounded, steep.wanted, -32767, 32767);
  EXPECT_LE(worstOfFit(fitted, steep.wanted), worstOfFit(steep.rounded, steep.wanted));
  for (int64_t entry : fitted)
    EXPECT_LE(std::abs(entry), 32767);
}

/// A grid of results that ends at 1/100 of what the function gives for x > 0: with data below 0 alone, nothing there
/// counts.
TEST(TableFit, WhatNobodyReachesCostsNothing) {
  Table leaky([](double x) { return std::clamp(x < 0 ? x : 100 * x, -32767.0, 32767.0); });
  const Reach below{1, inputs / 2}, above{inputs / 2, inputs - 1};
  EXPECT_EQ(fitTable(leaky.rounded, leaky.wanted, -32767, 32767, below), leaky.rounded);
  EXPECT_GT(worstOfFit(fitTable(leaky.rounded, leaky.wanted, -32767, 32767), leaky.wanted, below), 1000);
  std::vector<int64_t> fitted = fitTable(leaky.rounded, leaky.wanted, -32767, 32767, above);
  EXPECT_LT(worstOfFit(fitted, leaky.wanted, above), 0.8 * worstOfFit(leaky.rounded, leaky.wanted, above));
}

/// A corner a few integers beside the grid's end, which all that saturates reads.
TEST(TableFit, AnEndWhereDataPileUpIsNearlyExact) {
  Table corner([](double x) { return std::max(0.0, x + 32767 - 5) / 2; });
  const Reach flat{1, inputs - 1, /*isFlatBefore=*/true};
  std::vector<int64_t> fitted = fitTable(corner.rounded, corner.wanted, -32767, 32767, flat);
  EXPECT_LE(std::abs(fitted[0] + ((fitted[1] - fitted[0] + 64) >> 7) - corner.wanted[1]), 1);
}

} // namespace
