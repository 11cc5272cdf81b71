//===- Copies.h - Copies between strided regions ----------------*- C++ -*-===//
#ifndef TARE_LIB_KERNELS_INTEGER_MOVEMENT_COPIES_H
#define TARE_LIB_KERNELS_INTEGER_MOVEMENT_COPIES_H

#include "../Checks.h"

#include <vector>

namespace tare::kernels {

/// Element (i0, i1, ..) of a region of shape `sizes` moves from source offset
/// sourceStart + sum of i * sourceStrides to the result offset resultStart +
/// sum of i * resultStrides.
struct Copy {
  Shape sizes;
  int64_t sourceStart = 0, resultStart = 0;
  std::vector<int64_t> sourceStrides, resultStrides;
};

/// Moves the region's elements one by one; elements have 1, 2, 4 or 8 bytes.
void copyElements(const Copy &copy, size_t elementBytes, const void *source, void *result);

/// The types that may be moved: those of a program's tensors.
Status checkMovable(const TensorType &type, std::string_view what);

} // namespace tare::kernels

#endif // TARE_LIB_KERNELS_INTEGER_MOVEMENT_COPIES_H
