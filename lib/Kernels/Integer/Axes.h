//===- Axes.h - Axes that elements are brought together along ---*- C++ -*-===//
#ifndef TARE_LIB_KERNELS_INTEGER_AXES_H
#define TARE_LIB_KERNELS_INTEGER_AXES_H

#include "Checks.h"

#include <algorithm>

namespace tare::kernels {

/// At least one, each within the rank, none twice.
inline Status checkAxes(const std::vector<int32_t> &axes, int64_t rank) {
  TARE_TRY(require(!axes.empty(), "axes is empty, expected at least one"));
  TARE_TRY(checkList(axes, 0, rank - 1, "axes"));
  for (size_t i = 0; i < axes.size(); ++i)
    for (size_t j = 0; j < i; ++j)
      TARE_TRY(require(axes[i] != axes[j], "axes names axis {} twice", axes[i]));
  return success();
}

/// The shape with each of the axes as 1.
inline Shape keptShape(Shape shape, const std::vector<int32_t> &axes) {
  for (int32_t axis : axes)
    shape[axis] = 1;
  return shape;
}

/// How many elements come together.
inline int64_t countAlong(const std::vector<int32_t> &axes, const Shape &shape) {
  int64_t count = 1;
  for (int32_t axis : axes)
    count *= shape[axis];
  return count;
}

/// The shape that broadcasts parameters, [1] or one per index of `axis`, to elements of this rank.
inline Shape channelShape(const TensorType &parameters, size_t rank, int64_t axis) {
  Shape shape(rank, 1);
  shape[axis] = parameters.count();
  return shape;
}

} // namespace tare::kernels

#endif // TARE_LIB_KERNELS_INTEGER_AXES_H
