//===- Matrices.h - Products and transposes of matrices ---------*- C++ -*-===//
#ifndef TARE_LIB_HOST_MATRICES_H
#define TARE_LIB_HOST_MATRICES_H

#include "tare/Host/Operator.h"

#include <span>

namespace tare::host {

/// The shape of numpy's a @ b; an error where the two do not fit.
Shape matMulShape(Inference &n, Shape a, Shape b);
/// numpy's a @ b of numbers of one type; `y` has the shape above. Integers wrap.
void multiply(const Tensor &a, const Tensor &b, Tensor &y);

Tensor transposed(const Tensor &x, std::span<const int64_t> permutation);
/// The two last axes exchanged.
Tensor withMatricesTransposed(const Tensor &x);

/// As float32: the tensor itself where it is.
Tensor floatsOf(const Tensor &x);
/// Stores float32 in a result that may be of double.
void giveFloats(const Tensor &from, Tensor &result);
Tensor zeros(Shape shape);

} // namespace tare::host

#endif // TARE_LIB_HOST_MATRICES_H
