//===- Intervals.cpp - What intervals say of each other -------------------===//
#include "Intervals.h"

#include <algorithm>

using namespace mlir;
using namespace tare::qnn;

Interval tare::qnn::limited(std::optional<ClampAttr> clamp, Interval range) {
  if (!clamp)
    return range;
  auto limit = [&](double number) { return std::clamp(number, clamp->getMin(), clamp->getMax()); };
  return {limit(range.first), limit(range.second)};
}

Interval tare::qnn::product(const Interval &a, const Interval &b) {
  auto [least, greatest] =
      std::minmax({a.first * b.first, a.first * b.second, a.second * b.first, a.second * b.second});
  return {least, greatest};
}

Interval tare::qnn::beforeClamp(std::optional<ClampAttr> clamp, Interval result) {
  return clamp ? Interval(std::max(result.first, clamp->getMin()), std::min(result.second, clamp->getMax())) : result;
}

Interval tare::qnn::knownOf(Value value, const ElementBounds &bounds) {
  return {bounds.least(value), bounds.greatest(value)};
}
