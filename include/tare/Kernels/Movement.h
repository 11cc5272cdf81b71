//===- Movement.h - Kernels that move elements ------------------*- C++ -*-===//
//
// They know elements by their size only, so float tensors and integer ones
// take the same path. Result shapes are the caller's; axes and indices are
// normalized (>= 0).
//
//===----------------------------------------------------------------------===//
#ifndef TARE_KERNELS_MOVEMENT_H
#define TARE_KERNELS_MOVEMENT_H

#include "tare/Kernels/ResizeCoordinates.h"
#include "tare/Schema/program_generated.h"
#include "tare/Tensor/Tensor.h"

#include <span>
#include <vector>

namespace tare::kernels {

/// Source index per output coordinate, one list per axis; `padding` takes the
/// fill value.
using IndexLists = std::vector<std::vector<int64_t>>;
inline constexpr int64_t padding = -1;

/// y[i, j, ..] = x[lists[0][i], lists[1][j], ..]; `fill` points to one element
/// and may be null where no list holds `padding`.
void gather(const ConstTensorView &x, const IndexLists &lists, const void *fill, const TensorView &y);

void concat(std::span<const ConstTensorView> operands, int64_t axis, const TensorView &y);

/// One start and one step (not 0) per dimension; y's shape holds the sizes.
void slice(const ConstTensorView &x, std::span<const int64_t> starts, std::span<const int64_t> steps,
           const TensorView &y);

/// `low` elements are added before each axis (removed, if negative); y's shape
/// says how many after it. `value` points to one element of x's type.
void pad(const ConstTensorView &x, std::span<const int64_t> low, program::PadMode mode, const void *value,
         const TensorView &y);

/// y's dimension i is x's dimension permutation[i].
void transpose(const ConstTensorView &x, std::span<const int64_t> permutation, const TensorView &y);

/// One axis per dimension; reads `lower` alone.
void resizeNearest(const ConstTensorView &x, std::span<const ResizeAxis> axes, const TensorView &y);

} // namespace tare::kernels

#endif // TARE_KERNELS_MOVEMENT_H
