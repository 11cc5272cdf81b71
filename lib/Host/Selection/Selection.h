//===- Selection.h - What the files that select elements share --*- C++ -*-===//
#ifndef TARE_LIB_HOST_SELECTION_SELECTION_H
#define TARE_LIB_HOST_SELECTION_SELECTION_H

#include "tare/Host/Operator.h"

#include <span>

namespace tare::host {

// The operators of Selection.cpp's other files.
void addScatters(Operators &all);
void addTopK(Operators &all);
void addFilters(Operators &all);
void addNonMaxSuppression(Operators &all);

/// An error where the operand holds no integers.
void expectIndices(Inference &n, size_t operand);
/// An error where an index is not in [-size, size).
bool checkIndices(Evaluation &e, std::span<const int64_t> indices, int64_t size);

/// Places in the leading dimensions of a tensor, as GatherND and ScatterND say them.
class Places {
public:
  /// The dimensions that an index has a number for.
  explicit Places(std::span<const int64_t> dimensions);
  /// The row-major number of a place; an error where it is out of range.
  int64_t at(Evaluation &e, std::span<const int64_t> index) const;

private:
  std::span<const int64_t> dimensions;
};

/// Whether a comes before b, least first; NaN is after all numbers.
template <typename T> bool isBefore(T a, T b) {
  // NaN alone differs from itself.
  return a < b || (b != b && a == a);
}

} // namespace tare::host

#endif // TARE_LIB_HOST_SELECTION_SELECTION_H
