//===- TableFitTest.cpp - The entries of interpolated tables --------------===//
//
// (A48)
//
//===----------------------------------------------------------------------===//
#include "Lowering/TableFit.h"

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

TEST(TableFit, IsNeverWorseAndWithinItsLimits) {
  Table steep([](double x) { return std::clamp(1e6 / (x == 0 ? 1e-9 : x), -32767.0, 32767.0); });
  std::vector<int64_t> fitted = fitTable(steep.rounded, steep.wanted, -32767, 32767);
  EXPECT_LE(worstOfFit(fitted, steep.wanted), worstOfFit(steep.rounded, steep.wanted));
  for (int64_t entry : fitted)
    EXPECT_LE(std::abs(entry), 32767);
}

} // namespace
