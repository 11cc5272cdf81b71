//===- ColumnSums.h - Differences column by column --------------*- C++ -*-===//
#ifndef TARE_DRIVER_CHECK_COLUMNSUMS_H
#define TARE_DRIVER_CHECK_COLUMNSUMS_H

#include "Driver/Compare/Difference.h"

#include <vector>

namespace tare {

/// Compared elements: what their Difference is, and what lies between which limits.
struct Elements {
  Difference difference;
  double low = HUGE_VAL, high = -HUGE_VAL, otherLow = HUGE_VAL, otherHigh = -HUGE_VAL;

  void add(double reference, double other);
  void add(const Elements &more);
};

/// The Elements of each column of rows of `count` numbers. Field by field, so that a row is added by vectors: each
/// element alone would take longer than the program takes to make it.
class ColumnSums {
public:
  explicit ColumnSums(size_t count);

  /// A row of each.
  void add(const float *reference, const float *other);
  Elements at(size_t column) const;

private:
  /// Of numbers that are finite, all of them.
  void addFinite(const float *reference, const float *other);

  size_t count;
  int64_t rows = 0;
  std::vector<double> product, reference2, other2, noise, largest, differing;
  std::vector<float> low, high, otherLow, otherHigh;
  /// Rows with infinities or NaN in them.
  std::vector<Elements> others;
};

} // namespace tare

#endif // TARE_DRIVER_CHECK_COLUMNSUMS_H
