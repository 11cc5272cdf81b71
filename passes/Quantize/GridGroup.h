//===- GridGroup.h - What values that share a grid have ---------*- C++ -*-===//
#ifndef TARE_PASSES_QUANTIZE_GRIDGROUP_H
#define TARE_PASSES_QUANTIZE_GRIDGROUP_H

#include "Arithmetic/Grids.h"

#include <optional>

namespace tare {

/// What is known of values that share a grid.
struct GridGroup {
  /// The range of the members, 0 included; empty where no member has one.
  std::optional<std::pair<double, double>> range;
  /// The grid that the members must have, whatever their ranges.
  std::optional<qnn::Grid> pinned;
  /// The grid of a function's image, for members of which nothing else is known.
  std::optional<qnn::Grid> image;
  /// No finer than this.
  double floor = 0;
  /// Whether the grid that it gets is of the wide rule.
  bool isWide = false;
  /// Whether that is somebody's choice for this value, not what it is computed from.
  bool isWideByChoice = false;
  /// Whether it is to be symmetric, though the rule says otherwise.
  bool isSymmetric = false;
  /// Whether members are interpolated from others: what a grid cuts off of these is missing in those.
  bool isInterpolated = false;
  /// How many operands read a member, and how many of them are of ops within the group.
  int64_t uses = 0, inner = 0;

  /// The grid that is not a matter of ranges.
  std::optional<qnn::Grid> said() const;
  /// Its grid, where `rule` may choose it; nothing where neither a range nor anything else says it.
  std::optional<qnn::Grid> grid(const ActivationRule &rule) const;
  /// Has the members of `other`, too.
  void take(const GridGroup &other);
  /// Whether its values may be on the grid of `result`, whose op reads them `readers` times.
  bool mayJoin(const GridGroup &result, int64_t readers) const;
};

/// Whether no number of the range is clipped by more than rounding.
bool holds(const qnn::Grid &grid, const std::optional<std::pair<double, double>> &range);

} // namespace tare

#endif // TARE_PASSES_QUANTIZE_GRIDGROUP_H
