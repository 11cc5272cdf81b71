// Clipping where a law says so: of values distributed as Laplace's or as Gauss'
// law has it, the errors of rounding and of clipping are known as formulas of
// one number, the distance t of the limit from the mean in units of the spread.
// With k = 3 (levels - 1)^2, or 12 (levels - 1)^2 where all levels are on one
// side, rounding has t^2 / k; clipping has 2 e^-t of Laplace's law and
// 2 ((t^2 + 1) Q(t) - t phi(t)) of Gauss'. Their sum is least where its
// derivative is 0.
#include "Thresholds.h"

#include <cmath>
#include <functional>
#include <numbers>

namespace tare::calibration {

namespace {

/// Values that are not 0, about a number of which the grid's range is the middle, or 0 where all have one sign.
struct Spread {
  bool isOneSided = false;
  double center = 0;
  /// The means of distances from there, and of their squares.
  double distance = 0, square = 0;
};

/// Of a law's values with the spread 1: where its derivative is 0, from negative to positive numbers.
double rootOf(const std::function<double(double)> &derivative) {
  // Beyond, even 32 bits have nothing left to clip.
  double low = 0, high = 64;
  for (int i = 0; i != 64; ++i) {
    const double middle = (low + high) / 2;
    (derivative(middle) < 0 ? low : high) = middle;
  }
  return high;
}

double laplaceLimit(double k) {
  return rootOf([k](double t) { return t / k - std::exp(-t); });
}

double gaussLimit(double k) {
  return rootOf([k](double t) {
    const double phi = std::exp(-t * t / 2) / std::sqrt(2 * std::numbers::pi);
    const double beyond = std::erfc(t / std::numbers::sqrt2) / 2;
    return t / k - 2 * (phi - t * beyond);
  });
}

/// Calls with each bin's middle, or with the outermost value where it is nearer to 0, and its count, zeros apart.
template <typename Visit> void forEachBin(const Histogram &histogram, Visit visit) {
  const double width = histogram.binWidth();
  const Range all = minMaxRange(histogram);
  auto positive = occupied(histogram.positive()), negative = occupied(histogram.negative());
  for (size_t j = 0; j != negative.size(); ++j)
    visit(std::max(all.min, -width * (double(j) + 0.5)), double(negative[j]));
  for (size_t j = 0; j != positive.size(); ++j)
    visit(std::min(all.max, width * (double(j) + 0.5)), double(positive[j] - (j == 0 ? histogram.zeros() : 0)));
}

Spread spreadOf(const Histogram &histogram, const GridKind &grid) {
  const Range all = minMaxRange(histogram);
  Spread spread;
  spread.isOneSided = !grid.symmetric && (all.min == 0 || all.max == 0);
  double count = 0, sum = 0;
  forEachBin(histogram, [&](double at, double values) { count += values, sum += values * at; });
  if (!spread.isOneSided && !grid.symmetric)
    spread.center = sum / count;
  forEachBin(histogram, [&](double at, double values) {
    const double distance = std::abs(at - spread.center);
    spread.distance += values * distance / count;
    spread.square += values * distance * distance / count;
  });
  return spread;
}

} // namespace

Range aciqRange(const Histogram &histogram, const GridKind &grid) {
  const Range all = minMaxRange(histogram);
  if (all == Range())
    return all;
  const Spread spread = spreadOf(histogram, grid);
  const double steps = double(grid.levels - 1), k = (spread.isOneSided ? 12 : 3) * steps * steps;
  auto within = [&](double reach) {
    return Range{std::max(all.min, std::min(0.0, spread.center - reach)),
                 std::min(all.max, std::max(0.0, spread.center + reach))};
  };
  const Range laplace = within(laplaceLimit(k) * spread.distance);
  const Range gauss = within(gaussLimit(k) * std::sqrt(spread.square));
  return expectedSquaredError(histogram, laplace, grid) <= expectedSquaredError(histogram, gauss, grid) ? laplace
                                                                                                        : gauss;
}

} // namespace tare::calibration
