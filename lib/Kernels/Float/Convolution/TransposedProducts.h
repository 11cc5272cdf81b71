//===- TransposedProducts.h - Deconvolutions as products --------*- C++ -*-===//
#ifndef TARE_LIB_KERNELS_FLOAT_CONVOLUTION_TRANSPOSEDPRODUCTS_H
#define TARE_LIB_KERNELS_FLOAT_CONVOLUTION_TRANSPOSEDPRODUCTS_H

#include "tare/Kernels/Float.h"

namespace tare::kernels::floating {

/// A transposed convolution without groups as products of matrices, whose rows are added where they belong: with
/// strides that is many times as fast as oneDNN's own. False, and nothing is done, where it has groups, or
/// oneDNN has no such product. Operands as of convTranspose.
bool convTransposeByProducts(const ConstTensorView &x, const ConstTensorView &w, const OptionalView &bias,
                             const Geometry &geometry, const TensorView &y, WeightOrder order);

} // namespace tare::kernels::floating

#endif // TARE_LIB_KERNELS_FLOAT_CONVOLUTION_TRANSPOSEDPRODUCTS_H
