//===- Rows.cpp - Rows that indices choose --------------------------------===//
#include "tare/Kernels/Gather.h"

#include <fmt/format.h>

namespace tare::kernels {

Rows::Rows(const Shape &shape, int64_t axis)
    : outer(elementCount(Shape(shape.begin(), shape.begin() + axis))), length(shape[axis]),
      inner(elementCount(Shape(shape.begin() + axis + 1, shape.end()))) {}

Status checkIndices(const ConstTensorView &indices, int64_t length) {
  for (int64_t i = 0; i < indices.count(); ++i)
    if (const int64_t index = indexAt(indices, i); index < -length || index >= length)
      return Error{fmt::format("index {} is out of range for {} elements", index, length)};
  return success();
}

void gatherRows(const ConstTensorView &x, const ConstTensorView &indices, int64_t axis, const TensorView &y) {
  const Rows rows(x.type.shape, axis);
  const size_t bytes = rows.inner * sizeOf(x.type.element);
  auto *to = static_cast<std::byte *>(y.data);
  for (int64_t n = 0; n < rows.outer; ++n)
    for (int64_t i = 0; i < indices.count(); ++i, to += bytes)
      if (std::optional<int64_t> place = rows.placeOf(indexAt(indices, i)))
        std::memcpy(to, static_cast<const std::byte *>(x.data) + (n * rows.length + *place) * bytes, bytes);
}

} // namespace tare::kernels
