#include "tare/Calibration/RangeSearch.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace tare::calibration {

static constexpr std::array<std::pair<std::string_view, Method>, 4> methods{
    {{"min_max", Method::minMax}, {"percentile", Method::percentile}, {"mse", Method::mse}, {"kl", Method::kl}}};

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

Range findRange(const Histogram &histogram, const SearchOptions &options) {
  switch (options.method) {
  case Method::minMax:
    return minMaxRange(histogram);
  case Method::percentile:
    return percentileRange(histogram, options.percentile);
  case Method::mse:
    return mseRange(histogram, options.grid);
  case Method::kl:
    return klRange(histogram, options.grid);
  }
  return {};
}

Range minMaxRange(const Histogram &histogram) {
  if (histogram.finite() == 0)
    return {};
  return {std::min(0.0, double(histogram.min())), std::max(0.0, double(histogram.max()))};
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

Range percentileRange(const Histogram &histogram, double percentile) {
  Range all = minMaxRange(histogram);
  double spare = percentileSpare(histogram.finite(), percentile);
  double width = histogram.binWidth();
  return {std::max(all.min, -width * binsKept(histogram.negative(), spare)),
          std::min(all.max, width * binsKept(histogram.positive(), spare))};
}

} // namespace tare::calibration
