//===- GridGroup.cpp - What values that share a grid have -----------------===//
#include "Quantize/GridGroup.h"
#include "Arithmetic/ValueRanges.h"

#include <algorithm>

using namespace tare;
using qnn::Grid;

/// A group may join a wider one at no noticeable loss if that widens its grid by no more than this factor.
static constexpr double harmlessWidening = 1.05;

static double width(const std::pair<double, double> &range) { return range.second - range.first; }

bool tare::holds(const Grid &grid, const std::optional<std::pair<double, double>> &range) {
  auto [min, max] = coveredRange(grid);
  double half = grid.scale() / 2;
  return !range || (range->first >= min - half && range->second <= max + half);
}

std::optional<Grid> GridGroup::said() const { return pinned || range ? pinned : image; }

std::optional<Grid> GridGroup::grid(const ActivationRule &rule) const {
  if (std::optional<Grid> known = said())
    return known;
  if (!range)
    return std::nullopt;
  auto [least, greatest] = *range;
  if (image) {
    auto [low, high] = coveredRange(*image);
    least = std::min(least, low);
    greatest = std::max(greatest, high);
  }
  Grid grid = activationGrid(least, greatest, rule);
  if (floor <= grid.scale())
    return grid;
  auto [min, max] = coveredRange(grid);
  double factor = floor / grid.scale();
  return activationGrid(min * factor, max * factor, rule);
}

void GridGroup::take(const GridGroup &other) {
  widen(range, other.range);
  if (!pinned)
    pinned = other.pinned;
  if (!image)
    image = other.image;
  floor = std::max(floor, other.floor);
  isWide |= other.isWide;
  isWideByChoice |= other.isWideByChoice;
  isSymmetric |= other.isSymmetric;
  isInterpolated |= other.isInterpolated;
  uses += other.uses;
  inner += other.inner;
}

bool GridGroup::mayJoin(const GridGroup &result, int64_t readers) const {
  if (pinned && result.pinned)
    return sameGrid(*pinned, *result.pinned);
  if (pinned || (isInterpolated && result.pinned && !holds(*result.pinned, range)))
    return false;
  if (uses - inner == readers)
    return true;
  return !result.pinned && range && result.range && width(*result.range) <= harmlessWidening * width(*range);
}
