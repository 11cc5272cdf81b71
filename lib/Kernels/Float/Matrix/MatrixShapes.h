//===- MatrixShapes.h - numpy.matmul's operands as matrices -----*- C++ -*-===//
#ifndef TARE_LIB_KERNELS_FLOAT_MATRIX_MATRIXSHAPES_H
#define TARE_LIB_KERNELS_FLOAT_MATRIX_MATRIXSHAPES_H

#include "tare/Tensor/Tensor.h"

#include <vector>

namespace tare::kernels::floating {

/// A stack of M x K matrices times a stack of K x N ones; the offsets are
/// those of the matrices of each product, in elements.
struct MatrixStack {
  int64_t m, k, n;
  std::vector<int64_t> lhsOffsets;
  std::vector<int64_t> rhsOffsets;
};

/// How numpy.matmul reads two shapes of rank >= 1.
MatrixStack matrixStack(Shape lhs, Shape rhs);

} // namespace tare::kernels::floating

#endif // TARE_LIB_KERNELS_FLOAT_MATRIX_MATRIXSHAPES_H
