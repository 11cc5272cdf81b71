// Clipping for the smallest squared error. With the values of a bin taken as
// uniform, the error over a bin is an integral: the difference of a function F
// at its edges. Bin after bin the sum only grows; it is given up where it
// passes the best candidate.
#include "PairSearch.h"
#include "Thresholds.h"
#include "Vectorized.h"

#include <cmath>

namespace tare::calibration {

namespace {

/// The grid points scale * q, low <= q <= high.
struct Grid {
  double scale, low, high;
};

Grid gridOf(const Range &range, const GridKind &kind) {
  if (kind.symmetric) {
    double half = std::floor(double(kind.levels - 1) / 2);
    return {std::max(-range.min, range.max) / half, -half, half};
  }
  double steps = double(kind.levels - 1);
  double scale = (range.max - range.min) / steps;
  double low = scale > 0 ? std::nearbyint(range.min / scale) : 0;
  return {scale, low, low + steps};
}

/// Rounds to nearest by two additions, which vectorize; for |x| < 2^51. Histograms know no grid of integers, so that
/// qnn/Steps.h has nothing for them.
TARE_INLINE double roundNearest(double x) {
  constexpr double magic = 0x1.8p52;
  return (x + magic) - magic;
}

/// The number of the grid point that represents u, both in units of the scale.
TARE_INLINE double nearestPoint(double u, const Grid &grid) {
  return roundNearest(std::min(std::max(u, grid.low), grid.high));
}

/// An antiderivative of the squared error (u - q(u))^2, in units of the grid's
/// scale: each grid point left behind has cost 1/12, the one in reach a cubic.
/// Beyond the outermost points the same cubic is the error of clipping.
TARE_INLINE double antiderivative(double u, const Grid &grid) {
  double n = nearestPoint(u, grid);
  double rest = u - n;
  return n / 12 + rest * rest * rest / 3;
}

/// Neighbouring bins, as many as are looked at together.
constexpr size_t blockSize = 64, lanes = 8;

/// The sum of density * (F(right) - F(left)) over the bins that begin at each of blockSize edges, in units of the
/// scale's cube.
TARE_INLINE double blockError(const double *edges, const double *densities, const Grid *grid) {
  double inverse = 1 / grid->scale;
  std::array<double, blockSize + lanes> f;
  for (size_t i = 0; i < blockSize + lanes; ++i)
    f[i] = antiderivative(edges[i] * inverse, *grid);
  std::array<double, lanes> sums{};
  for (size_t i = 0; i < blockSize; i += lanes)
    for (size_t lane = 0; lane < lanes; ++lane)
      sums[lane] += densities[i + lane] * (f[i + lane + 1] - f[i + lane]);
  double sum = 0;
  for (double lane : sums)
    sum += lane;
  return sum;
}

/// The histogram as densities between edges.
class Density {
public:
  /// The values of the first bins, from 0 outwards, count `weight` times.
  explicit Density(const Histogram &histogram, size_t weighted = 0, double weight = 1) {
    auto negative = occupied(histogram.negative());
    auto positive = occupied(histogram.positive());
    double width = histogram.binWidth();
    Range all = minMaxRange(histogram);
    auto weightOf = [&](size_t j) { return j < weighted ? weight : 1; };
    for (size_t j = negative.size(); j-- > 0;) {
      bool last = j + 1 == negative.size();
      double left = last ? all.min : -width * double(j + 1);
      addBin(left, -width * double(j), negative[j], last, all.min, weightOf(j));
    }
    for (size_t j = 0; j < positive.size(); ++j) {
      bool last = j + 1 == positive.size();
      double right = last ? all.max : width * double(j + 1);
      uint64_t zeros = j == 0 ? histogram.zeros() : 0;
      addBin(width * double(j), right, positive[j] - zeros, last, all.max, weightOf(j));
    }
    // Whole blocks, and the edges that the last one looks at beyond.
    densities.resize((densities.size() + blockSize - 1) / blockSize * blockSize);
    edges.resize(densities.size() + lanes, edges.empty() ? 0 : edges.back());
  }

  /// Or infinity, where it is not below `bound`.
  double squaredError(const Grid &grid, double bound = std::numeric_limits<double>::infinity()) const {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    if (!(grid.scale > 0))
      return infinity;
    double sum = 0, cube = grid.scale * grid.scale * grid.scale;
    for (const Point &point : points) {
      double rest = point.at - grid.scale * nearestPoint(point.at / grid.scale, grid);
      sum += point.count * rest * rest;
    }
    for (size_t i = 0; i < densities.size() && sum < bound; i += blockSize)
      sum += cube * onIsa<blockError>(isa, &edges[i], &densities[i], &grid);
    return sum < bound ? std::max(sum, 0.0) : infinity;
  }

private:
  struct Point {
    double at, count;
  };

  /// Of a side's last bin one value is known: the outermost one, its end.
  void addBin(double left, double right, uint64_t count, bool last, double outermost, double weight) {
    if (last && count > 0) {
      points.push_back({outermost, weight});
      --count;
    }
    if (!(left < right)) {
      if (count > 0)
        points.push_back({left, weight * double(count)});
      return;
    }
    if (edges.empty())
      edges.push_back(left);
    edges.push_back(right);
    densities.push_back(weight * double(count) / (right - left));
  }

  Isa isa = bestIsa();
  /// One more than there are densities.
  std::vector<double> edges, densities;
  std::vector<Point> points;
};

} // namespace

double expectedSquaredError(const Histogram &histogram, const Range &range, const GridKind &grid) {
  uint64_t count = histogram.finite();
  if (histogram.isDead() || count == 0)
    return 0;
  return Density(histogram).squaredError(gridOf(range, grid)) / double(count);
}

/// The range with the least error.
static Range leastErrorRange(const Histogram &histogram, const Density &density, const GridKind &grid) {
  Thresholds thresholds(histogram);
  auto cost = [&](const Range &range, double bound) { return density.squaredError(gridOf(range, grid), bound); };
  if (grid.symmetric) {
    PairSearch search(1, thresholds.symmetricCount(),
                      [&](Pair pair, double bound) { return cost(thresholds.range(pair.high, pair.high), bound); });
    search.descend();
    return thresholds.range(search.best().high, search.best().high);
  }
  PairSearch search(thresholds.lowCount(), thresholds.highCount(),
                    [&](Pair pair, double bound) { return cost(thresholds.range(pair.low, pair.high), bound); });
  search.descend();
  return thresholds.range(search.best().low, search.best().high);
}

Range mseRange(const Histogram &histogram, const GridKind &grid) {
  Range all = minMaxRange(histogram);
  return all == Range() ? all : leastErrorRange(histogram, Density(histogram), grid);
}

/// The number of values that are not 0, by the bin of their magnitude.
static std::vector<double> magnitudesOf(const Histogram &histogram) {
  auto negative = occupied(histogram.negative()), positive = occupied(histogram.positive());
  std::vector<double> counts(std::max(negative.size(), positive.size()));
  for (auto side : {negative, positive})
    for (size_t j = 0; j < side.size(); ++j)
      counts[j] += double(side[j]);
  if (!counts.empty())
    counts[0] -= double(histogram.zeros());
  return counts;
}

Range balancedRange(const Histogram &histogram, const GridKind &grid) {
  Range all = minMaxRange(histogram);
  if (all == Range())
    return all;
  std::vector<double> counts = magnitudesOf(histogram);
  double values = double(histogram.finite() - histogram.zeros()), seen = 0, power = 0, smallPower = 0;
  size_t small = 0;
  for (size_t j = 0; j < counts.size(); ++j) {
    // The mean square of a bin, in units of its width's.
    power += counts[j] * (double(j) * double(j + 1) + 1.0 / 3);
    if (seen < values / 2)
      small = j + 1, smallPower = power;
    seen += counts[j];
  }
  Density density(histogram, small, 1 + smallValuesShare * power / smallPower);
  return leastErrorRange(histogram, density, grid);
}

int64_t lowestLevel(int exponent, const Range &range, const GridKind &grid) {
  if (grid.symmetric)
    return -(grid.levels - 1) / 2;
  double step = std::ldexp(1.0, exponent), steps = double(grid.levels - 1);
  double low = std::floor(range.min / step), high = std::ceil(range.max / step);
  if (high - low > steps)
    low = std::nearbyint((range.min + range.max) / 2 / step - steps / 2);
  return int64_t(std::clamp(low, -steps, 0.0));
}

StepErrors findStepErrors(const Histogram &histogram, const Range &range, const GridKind &grid) {
  constexpr int finer = 10, coarser = 2;
  StepErrors result;
  result.bits = grid.levels > 256 ? 16 : 8;
  Range all = minMaxRange(histogram);
  if (all == Range())
    return result;
  Density density(histogram);
  double count = double(histogram.finite()), steps = double(grid.levels - 1);
  double width = grid.symmetric ? 2 * std::max(-all.min, all.max) : all.max - all.min;
  int holdsAll = int(std::ceil(std::log2(width / steps)));
  result.power = density.squaredError({1, 0, 0}) / count;
  result.first = holdsAll - finer;
  for (int exponent = result.first; exponent <= holdsAll + coarser; ++exponent) {
    double low = double(lowestLevel(exponent, range, grid));
    result.errors.push_back(density.squaredError({std::ldexp(1.0, exponent), low, low + steps}) / count);
  }
  return result;
}

StepErrors evenStepErrors(const Range &range, const GridKind &grid) {
  constexpr int64_t count = 8192;
  std::vector<float> values;
  for (int64_t i = 0; i <= count; ++i)
    values.push_back(float(range.min + (range.max - range.min) * double(i) / double(count)));
  Histogram histogram;
  histogram.add(values);
  return findStepErrors(histogram, range, grid);
}

} // namespace tare::calibration
