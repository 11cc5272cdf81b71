//===- Gather.h - Elements along an axis by indices -------------*- C++ -*-===//
//
// (A76) What the integer kernels and the graph's float form share: which row an index names.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_KERNELS_GATHER_H
#define TARE_KERNELS_GATHER_H

#include "tare/Tensor/Result.h"
#include "tare/Tensor/Tensor.h"

#include <cstring>
#include <optional>

namespace tare::kernels {

/// A tensor as rows [outer][length][inner], of which indices along an axis of `length` choose.
struct Rows {
  Rows(const Shape &shape, int64_t axis);
  int64_t outer, length, inner;

  /// From the beginning; below 0 an index counts from the end. Nothing of one that names no row.
  std::optional<int64_t> placeOf(int64_t index) const {
    if (index < -length || index >= length)
      return std::nullopt;
    return index < 0 ? index + length : index;
  }
};

/// Element i of indices of 32 or 64 bits.
inline int64_t indexAt(const ConstTensorView &indices, int64_t i) {
  if (indices.type.element == ElementType::i64)
    return static_cast<const int64_t *>(indices.data)[i];
  return static_cast<const int32_t *>(indices.data)[i];
}

/// An error that names the first index that names none of `length` rows.
Status checkIndices(const ConstTensorView &indices, int64_t length);

/// The rows that the indices choose, whatever their elements are; the indices are checked.
void gatherRows(const ConstTensorView &x, const ConstTensorView &indices, int64_t axis, const TensorView &y);

} // namespace tare::kernels

#endif // TARE_KERNELS_GATHER_H
