// Clipping for the smallest squared error. With the values of a bin taken as
// uniform, the error over a bin is an integral of a function F at its edges;
// all bins together are one sum of F over the edges.
#include "PairSearch.h"
#include "Thresholds.h"

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

/// Rounds to nearest by two additions, which vectorize; for |x| < 2^51.
double roundNearest(double x) {
  constexpr double magic = 0x1.8p52;
  return (x + magic) - magic;
}

/// The number of the grid point that represents x.
double nearestPoint(double x, const Grid &grid) {
  return roundNearest(std::clamp(x / grid.scale, grid.low, grid.high));
}

/// An antiderivative of the squared error (x - q(x))^2, in units of the grid's
/// scale: each grid point left behind has cost 1/12, the one in reach a cubic.
/// Beyond the outermost points the same cubic is the error of clipping.
double antiderivative(double x, const Grid &grid) {
  double u = x / grid.scale;
  double n = roundNearest(std::clamp(u, grid.low, grid.high));
  double rest = u - n;
  return n / 12 + rest * rest * rest / 3;
}

/// The histogram as a density: sum over bins of density * (F(right) -
/// F(left)), rearranged to sum over edges of weight * F(edge).
class Density {
public:
  explicit Density(const Histogram &histogram) {
    auto negative = occupied(histogram.negative());
    auto positive = occupied(histogram.positive());
    double width = histogram.binWidth();
    Range all = minMaxRange(histogram);
    for (size_t j = negative.size(); j-- > 0;) {
      bool last = j + 1 == negative.size();
      double left = last ? all.min : -width * double(j + 1);
      addBin(left, -width * double(j), negative[j], last, all.min);
    }
    for (size_t j = 0; j < positive.size(); ++j) {
      bool last = j + 1 == positive.size();
      double right = last ? all.max : width * double(j + 1);
      uint64_t zeros = j == 0 ? histogram.zeros() : 0;
      addBin(width * double(j), right, positive[j] - zeros, last, all.max);
    }
  }

  double squaredError(const Grid &grid) const {
    if (!(grid.scale > 0))
      return std::numeric_limits<double>::infinity();
    double sum = 0;
    for (size_t i = 0; i < edges.size(); ++i)
      sum += weights[i] * antiderivative(edges[i], grid);
    // F is in units of the scale's cube.
    sum *= grid.scale * grid.scale * grid.scale;
    for (const Point &point : points) {
      double rest = point.at - grid.scale * nearestPoint(point.at, grid);
      sum += point.count * rest * rest;
    }
    return std::max(sum, 0.0);
  }

private:
  struct Point {
    double at, count;
  };

  /// Of a side's last bin one value is known: the outermost one, its end.
  void addBin(double left, double right, uint64_t count, bool last, double outermost) {
    if (last && count > 0) {
      points.push_back({outermost, 1});
      --count;
    }
    if (count == 0)
      return;
    if (!(left < right)) {
      points.push_back({left, double(count)});
      return;
    }
    double density = double(count) / (right - left);
    if (edges.empty() || edges.back() != left) {
      edges.push_back(left);
      weights.push_back(0);
    }
    weights.back() -= density;
    edges.push_back(right);
    weights.push_back(density);
  }

  std::vector<double> edges, weights;
  std::vector<Point> points;
};

} // namespace

double expectedSquaredError(const Histogram &histogram, const Range &range, const GridKind &grid) {
  uint64_t count = histogram.finite();
  if (histogram.isDead() || count == 0)
    return 0;
  return Density(histogram).squaredError(gridOf(range, grid)) / double(count);
}

Range mseRange(const Histogram &histogram, const GridKind &grid) {
  Range all = minMaxRange(histogram);
  if (all == Range())
    return all;
  Density density(histogram);
  Thresholds thresholds(histogram);
  auto cost = [&](const Range &range) { return density.squaredError(gridOf(range, grid)); };
  if (grid.symmetric) {
    PairSearch search(1, thresholds.symmetricCount(),
                      [&](Pair pair) { return cost(thresholds.range(pair.high, pair.high)); });
    search.descend();
    return thresholds.range(search.best().high, search.best().high);
  }
  PairSearch search(thresholds.lowCount(), thresholds.highCount(),
                    [&](Pair pair) { return cost(thresholds.range(pair.low, pair.high)); });
  search.descend();
  return thresholds.range(search.best().low, search.best().high);
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
