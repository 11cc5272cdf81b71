#include "tare/Calibration/RangeSearch.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace tare::calibration {

static constexpr std::pair<std::string_view, Method> methods[] = {
    {"auto", Method::automatic},        {"min_max", Method::minMax}, {"mean_min_max", Method::meanMinMax},
    {"percentile", Method::percentile}, {"mse", Method::mse},        {"kl", Method::kl},
    {"kl_v2", Method::klBothTails},     {"aciq", Method::aciq}};

std::optional<Method> methodOf(std::string_view name) {
  for (const auto &[known, method] : methods)
    if (known == name)
      return method;
  return std::nullopt;
}

std::string_view nameOf(Method method) {
  for (const auto &[name, known] : methods)
    if (known == method)
      return name;
  return {};
}

std::vector<std::string> methodNames() {
  std::vector<std::string> names;
  for (const auto &[name, method] : methods)
    names.emplace_back(name);
  return names;
}

Range findRange(const Histogram &histogram, const SampleEnds &ends, const SearchOptions &options) {
  switch (options.method) {
  case Method::automatic:
    return autoRange(histogram, options.grid);
  case Method::minMax:
    return minMaxRange(histogram);
  case Method::meanMinMax:
    return meanMinMaxRange(ends);
  case Method::percentile:
    return percentileRange(histogram, options.percentile);
  case Method::mse:
    return mseRange(histogram, options.grid);
  case Method::kl:
    return klRange(histogram, options.grid);
  case Method::klBothTails:
    return klBothTailsRange(histogram, options.grid);
  case Method::aciq:
    return aciqRange(histogram, options.grid);
  }
  return {};
}

uint64_t flattenedBy(const Histogram &histogram, const Range &range, const GridKind &grid) {
  if (histogram.positive().empty() && histogram.negative().empty())
    return 0;
  double width = grid.symmetric ? 2 * std::max(-range.min, range.max) : range.max - range.min;
  double halfStep = width / double(grid.levels - 1) / 2;
  auto within = [&](std::span<const uint64_t> side) {
    uint64_t count = 0;
    for (size_t j = 0; j < side.size() && double(j + 1) * histogram.binWidth() <= halfStep; ++j)
      count += side[j];
    return count;
  };
  uint64_t count = within(histogram.positive()) + within(histogram.negative());
  return count - std::min(count, histogram.zeros());
}

Range minMaxRange(const Histogram &histogram) {
  if (histogram.finite() == 0)
    return {};
  return {std::min(0.0, double(histogram.min())), std::max(0.0, double(histogram.max()))};
}

Range meanMinMaxRange(const SampleEnds &ends) {
  auto [least, greatest] = ends.means();
  return {std::min(0.0, least), std::max(0.0, greatest)};
}

/// The number of bins, from 0 outwards, that are left of a side when up to
/// `spare` values at its end are cut off.
static size_t binsKept(std::span<const uint64_t> side, double spare) {
  uint64_t cut = 0;
  size_t kept = side.size();
  for (; kept > 0; --kept) {
    cut += side[kept - 1];
    if (double(cut) > spare)
      break;
  }
  return kept;
}

double percentileSpare(uint64_t values, double percentile) { return double(values) * (100.0 - percentile) / 200.0; }

/// Without the bins at each end that hold no more than `spare` values.
static Range rangeWithout(const Histogram &histogram, double spare) {
  Range all = minMaxRange(histogram);
  double width = histogram.binWidth();
  return {std::max(all.min, -width * binsKept(histogram.negative(), spare)),
          std::min(all.max, width * binsKept(histogram.positive(), spare))};
}

Range percentileRange(const Histogram &histogram, double percentile) {
  return rangeWithout(histogram, percentileSpare(histogram.finite(), percentile));
}

Range autoRange(const Histogram &histogram, const GridKind &grid) {
  auto widthOf = [&](const Range &range) {
    return grid.symmetric ? 2 * std::max(-range.min, range.max) : range.max - range.min;
  };
  // Where few values are not 0, these are no outliers.
  uint64_t values = histogram.finite() - histogram.zeros();
  Range usual = rangeWithout(histogram, percentileSpare(values, usualPercentile));
  Range found = grid.isFine() ? minMaxRange(histogram) : balancedRange(histogram, grid);
  bool isCoarse = widthOf(usual) * double(grid.levels - 1) < fewestSteps(grid) * widthOf(found);
  return isCoarse ? usual : found;
}

} // namespace tare::calibration
