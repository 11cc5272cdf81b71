// Range searches on distributions whose answer is known, or found by trying.
#include "Samples.h"

#include "tare/Calibration/RangeSearch.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

using namespace tare::calibration;
using namespace tare::test;

namespace {

constexpr GridKind asymmetric{256, false}, symmetric{255, true};
constexpr std::array<Method, 8> allMethods{Method::automatic, Method::minMax, Method::meanMinMax,  Method::percentile,
                                           Method::mse,       Method::kl,     Method::klBothTails, Method::aciq};

/// As one sample.
SampleEnds endsOf(const Values &values) {
  SampleEnds ends;
  Histogram histogram;
  const Histogram::Ends found = histogram.add(values);
  ends.add(found.least, found.greatest);
  return ends;
}

Range find(const Values &values, Method method, GridKind grid = asymmetric) {
  return findRange(histogramOf(values), endsOf(values), {method, 99.99, grid});
}

/// The mean squared error of quantizing the values themselves.
double actualError(const Values &values, const Range &range, const GridKind &grid) {
  double steps = double(grid.levels - 1);
  double scale = (range.max - range.min) / steps;
  double low = std::nearbyint(range.min / scale), high = low + steps;
  if (grid.symmetric) {
    scale = std::max(-range.min, range.max) / (steps / 2);
    low = -steps / 2, high = steps / 2;
  }
  double sum = 0;
  for (double x : values) {
    double q = std::clamp(std::nearbyint(x / scale), low, high);
    sum += (x - q * scale) * (x - q * scale);
  }
  return sum / double(values.size());
}

/// The smallest error over a mesh of ranges.
double bruteForce(const Values &values, const GridKind &grid) {
  Range all = minMaxRange(histogramOf(values));
  double best = std::numeric_limits<double>::infinity();
  for (int i = 1; i <= 40; ++i)
    for (int j = 1; j <= 40; ++j) {
      if (grid.symmetric && i != j)
        continue;
      Range range{all.min * i / 40, all.max * j / 40};
      if (grid.symmetric) {
        double limit = std::max(-all.min, all.max) * i / 40;
        range = {std::max(all.min, -limit), std::min(all.max, limit)};
      }
      best = std::min(best, actualError(values, range, grid));
    }
  return best;
}

TEST(RangeSearch, EveryRangeContainsZeroAndNothingBeyondTheData) {
  for (Values values : {uniform(5000, 2, 3), uniform(5000, -3, -2), normal(5000), relu(longTail(5000)), Values{7},
                        Values(100, -0.125f), Values{1e-30f, -1e30f}})
    for (Method method : allMethods)
      for (GridKind grid : {asymmetric, symmetric, GridKind{65536, false}}) {
        Range all = minMaxRange(histogramOf(values));
        Range range = find(values, method, grid);
        EXPECT_LE(range.min, 0) << nameOf(method);
        EXPECT_GE(range.max, 0) << nameOf(method);
        EXPECT_GE(range.min, all.min) << nameOf(method);
        EXPECT_LE(range.max, all.max) << nameOf(method);
        EXPECT_LT(range.min, range.max) << nameOf(method);
      }
}

TEST(RangeSearch, DeadTensorsHaveNoRange) {
  float nan = std::numeric_limits<float>::quiet_NaN();
  for (Values values : {Values(), Values(10, 0.0f), Values{nan, nan}})
    for (Method method : allMethods)
      EXPECT_EQ(find(values, method), Range());
}

TEST(RangeSearch, OneValueIsKeptExactly) {
  for (float value : {3.0f, -0.7f, 1e-20f})
    for (Method method : allMethods)
      for (GridKind grid : {asymmetric, symmetric})
        EXPECT_EQ(find(Values(50, value), method, grid),
                  (Range{std::min(0.0, double(value)), std::max(0.0, double(value))}))
            << nameOf(method);
}

TEST(RangeSearch, NaNsDoNotMatter) {
  Values values = normal(3000);
  std::vector<Range> expected;
  for (Method method : allMethods)
    expected.push_back(find(values, method));
  values.push_back(std::numeric_limits<float>::quiet_NaN());
  values.push_back(std::numeric_limits<float>::infinity());
  for (size_t i = 0; i < allMethods.size(); ++i)
    EXPECT_EQ(find(values, allMethods[i]), expected[i]);
}

TEST(PercentileRange, CutsHalfOfTheRestAtEachEnd) {
  Values values;
  for (int i = -1000; i < 1000; ++i)
    values.push_back(static_cast<float>(i) + 0.5f);
  Histogram h = histogramOf(values);
  ASSERT_EQ(h.binWidth(), 0.5);
  EXPECT_EQ(percentileRange(h, 100), (Range{-999.5, 999.5}));
  // 5 of 2000 at each end go; +-994.5 are in bins that end at -994.5 and 995.
  EXPECT_EQ(percentileRange(h, 99.5), (Range{-994.5, 995}));
}

TEST(PercentileRange, IgnoresOneOutlier) {
  Values values = uniform(100000, 0, 1);
  values.push_back(500);
  Range range = percentileRange(histogramOf(values), 99.99);
  EXPECT_EQ(range.min, 0);
  EXPECT_LE(range.max, 1);
}

TEST(MseRange, KeepsUniformValues) {
  Range range = find(uniform(100000, -1, 1), Method::mse);
  EXPECT_NEAR(range.min, -1, 0.01);
  EXPECT_NEAR(range.max, 1, 0.01);
}

TEST(MseRange, ClipsNormalValuesWhereTheoryDoes) {
  // Banner et al. (arXiv:1810.05723): 4 bits of a normal distribution are best
  // clipped at 2.55 standard deviations.
  Range range = find(normal(1000000), Method::mse, {16, true});
  EXPECT_NEAR(range.max, 2.55, 0.2);
  EXPECT_NEAR(range.min, -2.55, 0.2);
}

TEST(MseRange, IsAsGoodAsBruteForce) {
  Values outliers = relu(normal(20000));
  outliers.push_back(100);
  Values skewed = longTail(20000);
  for (float &value : skewed)
    value = value < 0 ? value * 0.1f : value;
  for (const Values &values : {normal(20000), longTail(20000), relu(longTail(20000)), uniform(20000, -0.2, 3),
                               uniform(20000, -5, -4), outliers, skewed})
    for (GridKind grid : {GridKind{16, false}, asymmetric, symmetric}) {
      Range range = find(values, Method::mse, grid);
      double actual = actualError(values, range, grid);
      EXPECT_LE(actual, 1.03 * bruteForce(values, grid));
      // The model of the error is close to the error.
      double expected = expectedSquaredError(histogramOf(values), range, grid);
      EXPECT_NEAR(expected, actual, 0.05 * actual);
    }
}

TEST(MseRange, ZerosAreFree) {
  Values values = relu(longTail(20000));
  Range sparse = find(values, Method::mse);
  std::erase(values, 0.0f);
  EXPECT_EQ(find(values, Method::mse), sparse);
}

/// The error of the half with the smaller magnitudes, relative to their mean square.
double errorOfSmallHalf(Values values, const Range &range, const GridKind &grid) {
  std::erase(values, 0.0f);
  std::ranges::sort(values, {}, [](float x) { return std::abs(x); });
  values.resize(values.size() / 2);
  double power = 0;
  for (double x : values)
    power += x * x / double(values.size());
  return actualError(values, range, grid) / power;
}

/// (A59)
TEST(AutoRange, HasAboutTheLeastSquaredErrorOfOrdinaryValues) {
  for (const Values &values : {normal(20000), relu(longTail(20000)), uniform(20000, -1, 3), uniform(20000, -5, -4)})
    for (GridKind grid : {asymmetric, symmetric}) {
      double least = actualError(values, find(values, Method::mse, grid), grid);
      EXPECT_LE(actualError(values, find(values, Method::automatic, grid), grid), 1.25 * least);
    }
}

/// (A59) One value in fifty is some twenty times as large as the others: the least squared error is theirs.
TEST(AutoRange, KeepsTheManySmallValues) {
  Values values = normal(100000, 0.6);
  for (float large : relu(longTail(4000)))
    values.push_back(12 * large);
  std::erase(values, 0.0f);
  double power = 0;
  for (double x : values)
    power += x * x / double(values.size());
  for (GridKind grid : {asymmetric, symmetric}) {
    auto sum = [&](const Range &range) {
      return actualError(values, range, grid) / power + smallValuesShare * errorOfSmallHalf(values, range, grid);
    };
    Range all = minMaxRange(histogramOf(values)), mse = find(values, Method::mse, grid);
    Range found = find(values, Method::automatic, grid);
    EXPECT_LE(sum(found), 1.001 * sum(mse));
    for (int i = 1; i <= 20; ++i) {
      double limit = all.max * i / 20;
      EXPECT_LE(sum(found), 1.05 * sum({std::max(all.min, -limit), limit})) << limit;
    }
  }
}

/// (A59)
TEST(AutoRange, ClipsNothingOnSixteenBits) {
  Values outlying = normal(100000);
  outlying.push_back(2000);
  for (const Values &values : {normal(100000), relu(longTail(100000)), outlying})
    for (GridKind grid : {GridKind{65536, false}, GridKind{65535, true}}) {
      EXPECT_EQ(find(values, Method::automatic, grid), minMaxRange(histogramOf(values)));
    }
}

/// (A59) The squared error of one outlier can be more than all that the others have; but they are the signal.
TEST(AutoRange, LeavesStepsToTheManyWhateverOneOutlierCosts) {
  Values values = normal(100000);
  values.push_back(1e6);
  for (GridKind grid : {asymmetric, symmetric, GridKind{65536, false}, GridKind{65535, true}}) {
    Histogram histogram = histogramOf(values);
    EXPECT_EQ(mseRange(histogram, grid).max, 1e6);
    EXPECT_EQ(autoRange(histogram, grid), percentileRange(histogram));
  }
}

/// (A59) Where hardly any value is not 0, these are no outliers.
TEST(AutoRange, KeepsRareValues) {
  Values values(1000000, 0.0f);
  values[7] = 3;
  for (GridKind grid : {asymmetric, symmetric, GridKind{65536, false}})
    EXPECT_EQ(find(values, Method::automatic, grid), (Range{0, 3}));
}

TEST(KlRange, CutsLongTails) {
  Values values = longTail(200000);
  Range all = find(values, Method::minMax);
  Range range = find(values, Method::kl, {16, false});
  EXPECT_LT(range.max, 0.8 * all.max);
  EXPECT_GT(range.min, 0.8 * all.min);
  // But not what matters: 95 % of a Laplace distribution is within 3.
  EXPECT_GT(range.max, 3);
  EXPECT_LT(range.min, -3);
}

TEST(KlRange, KeepsUniformValues) {
  for (GridKind grid : {asymmetric, symmetric}) {
    Range range = find(uniform(1000000, -1, 1), Method::kl, grid);
    EXPECT_NEAR(range.min, -1, 0.05);
    EXPECT_NEAR(range.max, 1, 0.05);
  }
}

TEST(KlRange, DropsAFarOutlier) {
  Values values = relu(normal(100000));
  values.push_back(30);
  Range range = find(values, Method::kl);
  EXPECT_EQ(range.min, 0);
  EXPECT_LT(range.max, 10);
  EXPECT_GT(range.max, 2.5);
}

/// The divergence of the first `end` of these bins from `levels` groups of them, by its definition: P is the bins with
/// all that lies beyond added to the last one, Q each group's mass spread evenly over its occupied bins, both of sum 1.
double divergenceOf(const std::vector<double> &bins, size_t end, size_t levels) {
  std::vector<double> p(bins.begin(), bins.begin() + end);
  double total = 0, inside = 0, divergence = 0;
  for (size_t i = 0; i < bins.size(); ++i) {
    total += bins[i];
    (i < end ? inside : p.back()) += bins[i];
  }
  for (size_t group = 0; group < levels; ++group) {
    size_t first = end * group / levels, last = end * (group + 1) / levels;
    double mass = 0, occupied = 0;
    for (size_t i = first; i < last; ++i)
      mass += bins[i], occupied += bins[i] > 0;
    for (size_t i = first; i < last; ++i) {
      if (p[i] > 0 && bins[i] == 0)
        return std::numeric_limits<double>::infinity();
      if (p[i] > 0)
        divergence += p[i] / total * std::log((p[i] / total) / (mass / occupied / inside));
    }
  }
  return divergence;
}

/// Of magnitudes, in as many levels as a grid has on one side.
void expectLeastDivergence(const Values &values, const GridKind &grid, size_t levels) {
  Histogram histogram = histogramOf(values);
  std::vector<double> bins;
  for (float value : values)
    if (value != 0) {
      // A negative value on a bin's edge belongs to the bin within.
      double at = std::abs(double(value)) / histogram.binWidth();
      size_t bin = value > 0 ? size_t(at) : size_t(std::ceil(at)) - 1;
      bins.resize(std::max(bins.size(), bin + 1));
      ++bins[bin];
    }
  ASSERT_GT(bins.size(), 1000u);
  double least = std::numeric_limits<double>::infinity();
  for (size_t end = std::min(levels, bins.size()); end <= bins.size(); ++end)
    least = std::min(least, divergenceOf(bins, end, levels));
  Range range = klRange(histogram, grid);
  double limit = std::max(range.max, -range.min) / histogram.binWidth();
  bool clips = range != minMaxRange(histogram);
  double found = divergenceOf(bins, clips ? size_t(std::ceil(limit)) : bins.size(), levels);
  EXPECT_LE(found, least * (1 + 1e-9) + 1e-12) << levels << " levels, up to " << limit;
}

TEST(KlRange, IsTheLeastDivergenceOfAll) {
  Values outlier = relu(normal(20000));
  outlier.push_back(30);
  for (const Values &values : {relu(longTail(20000)), relu(normal(20000)), uniform(20000, 0, 3), outlier}) {
    expectLeastDivergence(values, {16, false}, 16);
    expectLeastDivergence(values, asymmetric, 256);
    expectLeastDivergence(values, symmetric, 128);
  }
  // Few numbers far apart: most bins are empty, and have no part in it.
  Values apart;
  for (int i = 1; i <= 300; ++i)
    apart.push_back(float(i) / 100);
  expectLeastDivergence(apart, asymmetric, 256);
  for (const Values &values : {longTail(20000), normal(20000), uniform(20000, -2, 5)}) {
    expectLeastDivergence(values, {15, true}, 8);
    expectLeastDivergence(values, symmetric, 128);
  }
}

TEST(MeanMinMaxRange, IsTheMeanOfTheSamples) {
  SampleEnds ends;
  ends.add(-1, 2);
  ends.add(-3, 8);
  ends.add(std::numeric_limits<float>::infinity(), -std::numeric_limits<float>::infinity()); // without a finite element
  EXPECT_EQ(meanMinMaxRange(ends), (Range{-2, 5}));
  SampleEnds positive;
  positive.add(2, 4);
  EXPECT_EQ(meanMinMaxRange(positive), (Range{0, 4}));
  EXPECT_EQ(meanMinMaxRange({}), Range());
}

TEST(MeanMinMaxRange, DoesNotDependOnTheOrder) {
  // Sums of floats would: 1e30 swallows the others.
  const Values values{1e30f, 1, -1e30f, 3e-40f, 0.1f, -7, 1e-3f, 5e20f, -5e20f};
  SampleEnds forward, backward, merged;
  for (float value : values)
    forward.add(value, value);
  for (size_t i = values.size(); i-- > 0;)
    (i % 2 ? backward : merged).add(values[i], values[i]);
  backward.merge(merged);
  EXPECT_EQ(forward.means(), backward.means());
  EXPECT_DOUBLE_EQ(forward.means().second, (1 + double(0.1f) - 7 + double(1e-3f)) / 9);
}

TEST(ExactSum, OfTheSmallestAndTheLargest) {
  ExactSum sum;
  EXPECT_EQ(sum.value(), 0);
  for (float value : {std::numeric_limits<float>::denorm_min(), std::numeric_limits<float>::max(), 1.0f,
                      -std::numeric_limits<float>::max(), -1.0f})
    sum.add(value);
  EXPECT_EQ(sum.value(), double(std::numeric_limits<float>::denorm_min()));
  for (int i = 0; i != 1000; ++i)
    sum.add(std::numeric_limits<float>::lowest());
  EXPECT_DOUBLE_EQ(sum.value(), -1000 * double(std::numeric_limits<float>::max()));
}

TEST(AciqRange, LimitsLawsWhereThePaperDoes) {
  // Table of the paper's appendix: 8 bits of Laplace's law 9.89 spreads, of Gauss' law 3.92 deviations.
  std::mt19937 random(3);
  std::exponential_distribution<double> exponential(1);
  Values laplace;
  for (int i = 0; i != 400000; ++i)
    laplace.push_back(float((i % 2 ? 1 : -1) * exponential(random)));
  EXPECT_NEAR(find(laplace, Method::aciq, symmetric).max, 9.89, 0.15);
  const Range gauss = find(normal(400000), Method::aciq, symmetric);
  EXPECT_NEAR(gauss.max, 3.92, 0.1);
  // Of one sign all levels are on its side: as a bit more, ln(12 * 255^2 / t) spreads.
  EXPECT_NEAR(find(relu(laplace), Method::aciq).max, 11.16, 0.25);
}

TEST(KlBothTailsRange, OfASymmetricGridLooksAtBothSides) {
  // All magnitudes are of one sign: of 255 levels 128 are for them, as of the magnitudes alone.
  const Values positive = relu(longTail(20000));
  EXPECT_EQ(find(positive, Method::klBothTails), find(positive, Method::kl));
  // One value far out, on both sides.
  Values values = normal(100000);
  values.insert(values.end(), {30, -30});
  const Range range = find(values, Method::klBothTails, symmetric);
  EXPECT_LT(std::max(-range.min, range.max), 10);
  EXPECT_GT(range.max, 2.5);
  const Values even = uniform(20000, -2, 2);
  EXPECT_NEAR(find(even, Method::klBothTails, symmetric).max, 2, 0.1);
}

TEST(Methods, ByName) {
  for (Method method : allMethods)
    EXPECT_EQ(methodOf(nameOf(method)), method);
  EXPECT_FALSE(methodOf("entropy"));
  EXPECT_EQ(methodNames(),
            (std::vector<std::string>{"auto", "min_max", "mean_min_max", "percentile", "mse", "kl", "kl_v2", "aciq"}));
  EXPECT_EQ(nameOf(SearchOptions().method), methodNames().front());
}

/// Where (A38) a grid begins, in steps: just below a range that it holds, and no higher than 0; with its middle on that
/// of a range that it does not hold.
double lowestOf(double step, const Range &range, const GridKind &grid) {
  double levels = double(grid.levels);
  if (grid.symmetric)
    return -std::floor(levels / 2);
  double below = std::floor(range.min / step);
  bool holds = (below + levels - 1) * step >= range.max;
  double low = holds ? below : std::nearbyint((range.min + range.max) / step / 2 - (levels - 1) / 2);
  return std::min(0.0, std::max(low, 1 - levels));
}

/// The mean squared error of the values themselves on a grid whose step is 2^exponent.
double errorOfStep(const Values &values, int exponent, const Range &range, const GridKind &grid) {
  double step = std::ldexp(1.0, exponent), low = lowestOf(step, range, grid);
  double sum = 0;
  for (double x : values) {
    double rest = x - step * std::clamp(std::nearbyint(x / step), low, low + double(grid.levels - 1));
    sum += rest * rest;
  }
  return sum / double(values.size());
}

/// (A38)
TEST(StepErrors, AreThoseOfTheValues) {
  for (GridKind grid : {asymmetric, symmetric, GridKind{65535, true}})
    for (const Values &values : {normal(20000, 3), relu(longTail(20000)), uniform(20000, -1, 5)}) {
      Range range = minMaxRange(histogramOf(values));
      StepErrors found = findStepErrors(histogramOf(values), range, grid);
      EXPECT_EQ(found.bits, grid.levels > 256 ? 16 : 8);
      double power = 0;
      for (double x : values)
        power += x * x / double(values.size());
      EXPECT_NEAR(found.power, power, 1e-3 * power);
      for (size_t i = 0; i != found.errors.size(); ++i) {
        double actual = errorOfStep(values, found.first + int(i), range, grid);
        EXPECT_NEAR(found.errors[i], actual, 0.05 * actual + 1e-6 * power) << i;
      }
    }
}

TEST(StepErrors, AHeldRangeIsNotClipped) {
  for (int exponent = -8; exponent <= 3; ++exponent)
    for (Range range : {Range{-1, 1}, Range{0, 3}, Range{-100, 0}, Range{-0.1, 200}}) {
      double low = double(lowestLevel(exponent, range, asymmetric)), step = std::ldexp(1.0, exponent);
      EXPECT_LE(low, 0);
      EXPECT_GE(low + 255, 0);
      if (range.max - range.min > 254 * step)
        continue;
      EXPECT_LE(low * step, range.min);
      EXPECT_GE((low + 255) * step, range.max);
    }
  EXPECT_EQ(lowestLevel(-3, {0, 9}, symmetric), -127);
}

/// By hand: 256 levels are 255 steps.
TEST(StepErrors, WhereAGridBegins) {
  // In steps of 1 the range is held, from its lower end on, rounded down.
  EXPECT_EQ(lowestLevel(0, {-100, 155}, asymmetric), -100);
  EXPECT_EQ(lowestLevel(0, {-100.5, 154}, asymmetric), -101);
  EXPECT_EQ(lowestLevel(0, {0, 255}, asymmetric), 0);
  EXPECT_EQ(lowestLevel(0, {-255, 0}, asymmetric), -255);
  // 256 steps are one too many: the middle, 28, is that of the grid, -99.5 rounded to the even -100.
  EXPECT_EQ(lowestLevel(0, {-100, 156}, asymmetric), -100);
  // -300 to 100: the middle is -100, 127.5 below it -227.5, which is -228; in steps of 1/2 -200 and -327.5, and no
  // level but those from -255 to 0 has the number 0 in the grid.
  EXPECT_EQ(lowestLevel(0, {-300, 100}, asymmetric), -228);
  EXPECT_EQ(lowestLevel(-1, {-300, 100}, asymmetric), -255);
  EXPECT_EQ(lowestLevel(-1, {-100, 300}, asymmetric), 0);
  EXPECT_EQ(lowestLevel(1, {-300, 100}, asymmetric), -150);
  EXPECT_EQ(lowestLevel(0, {-300, 100}, {65536, false}), -300);
  EXPECT_EQ(lowestLevel(0, {-300, 100}, {65535, true}), -32767);
}

TEST(StepErrors, EvenlySpreadValuesWantTheGridThatHoldsThem) {
  StepErrors found = evenStepErrors({-1, 1}, symmetric);
  auto least = std::min_element(found.errors.begin(), found.errors.end()) - found.errors.begin();
  EXPECT_EQ(found.first + least, -7); // 127 / 128: one value in 256 is clipped, by one step at most.
  EXPECT_NEAR(found.power, 1.0 / 3.0, 1e-3);
}

} // namespace
