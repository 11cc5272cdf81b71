//===- ExplainTest.cpp - Shares of an output's error, by hand -------------===//
#include "Driver/Explain/Explanation.h"

#include <cmath>
#include <gtest/gtest.h>

using namespace tare;
using namespace tare::explain;

namespace {

Tensor tensorOf(const std::vector<float> &values) {
  Tensor tensor(ElementType::f32, {int64_t(values.size())});
  std::copy(values.begin(), values.end(), tensor.mutableAs<float>());
  return tensor;
}

std::vector<float> valuesOf(const Tensor &tensor) { return {tensor.as<float>(), tensor.as<float>() + tensor.count()}; }

// Steps of a half, the integer 2 stands for 0: -1.5 to 2.
constexpr ActivationGrid grid{.scale = 0.5, .zero = 2, .low = -1, .high = 6};

TEST(ActivationGrid, ClippingAndRoundingAreApart) {
  const Tensor reals = tensorOf({-9, -1.6f, -1.3f, 0, 0.3f, 0.25f, 0.75f, 2.4f, 7});
  EXPECT_EQ(valuesOf(grid.clipped(reals)), (std::vector<float>{-1.5f, -1.5f, -1.3f, 0, 0.3f, 0.25f, 0.75f, 2, 2}));
  // Half a step is rounded to the even one, and beyond the ends there are steps, too.
  EXPECT_EQ(valuesOf(grid.rounded(reals)), (std::vector<float>{-9, -1.5f, -1.5f, 0, 0.5f, 0, 1, 2.5f, 7}));
  EXPECT_EQ(grid.least(), -1.5);
  EXPECT_EQ(grid.greatest(), 2);
}

TEST(Explanation, SamplesAddUpAndTheWorstIsFirst) {
  // Two outputs, two layers.
  auto sampleOf = [](double first, double second) {
    Measured measured(2, 2);
    measured.sites[0].bySource[size_t(Source::weights)] = {first, 0};
    measured.sites[1].bySource[size_t(Source::clipping)] = {second / 2, 5};
    measured.sites[1].bySource[size_t(Source::bias)] = {second / 2, 0};
    measured.sites[0].least = float(-first), measured.sites[0].greatest = float(second);
    return measured;
  };
  Measured measured(2, 2);
  measured.add(sampleOf(4, 1));
  measured.add(sampleOf(1, 2));
  EXPECT_EQ(measured.sites[0].bySource[size_t(Source::weights)], (Powers{5, 0}));
  EXPECT_EQ(measured.sites[1].bySource[size_t(Source::clipping)], (Powers{1.5, 10}));
  EXPECT_EQ(measured.sites[0].least, -4);
  EXPECT_EQ(measured.sites[0].greatest, 2);
  EXPECT_EQ(rankedSites(measured, 0), (std::vector<size_t>{0, 1}));
  EXPECT_EQ(rankedSites(measured, 1), (std::vector<size_t>{1, 0}));
}

TEST(Explanation, DecibelsOfPowers) {
  EXPECT_DOUBLE_EQ(sqnrOf(1000, 1), 30);
  EXPECT_EQ(sqnrOf(1, 0), HUGE_VAL);
  EXPECT_EQ(sqnrOf(0, 1), -HUGE_VAL);
}

} // namespace
