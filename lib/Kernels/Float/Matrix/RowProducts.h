//===- RowProducts.h - Rows times constant weights --------------*- C++ -*-===//
//
// Every element of the result is one chain of fused multiplications and additions, from the first input to the last,
// however many rows there are: so all rows of a batch are multiplied at once, which reads the weights once, and each
// has the bits that it has alone. The bits are the same with AVX2 and with AVX-512.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_LIB_KERNELS_FLOAT_MATRIX_ROWPRODUCTS_H
#define TARE_LIB_KERNELS_FLOAT_MATRIX_ROWPRODUCTS_H

#include "tare/Kernels/Float.h"

namespace tare::kernels::floating {

/// y[r, o] = bias[o] + sum over i of x[r, i] w[o, i]; x and y row by row, bias may be null. The weights are packed:
/// panels of two vectors of outputs (the last one of one vector, where that is enough), of each the first input's
/// weights, then the second's; zeros where there is no such output.
struct RowProduct {
  const float *x;
  int64_t rows, inputs;
  const float *weights, *bias;
  float *y;
  int64_t outputs;
  /// What the results are limited to; NaN stays.
  Clamp clamp;
};

/// The loops of one instruction set, and the elements of its vectors.
struct RowLoops {
  int64_t lanes;
  void (*multiply)(const RowProduct &product);
};

extern const RowLoops avx2Rows, avx512Rows;

/// linear() with these loops, or a convolution of single pixels; false, and nothing is done, where the processor has no
/// vectors of them, where TARE_MAX_ISA rules them out, and where there are no inputs.
bool multiplyRows(const ConstTensorView &x, const ConstTensorView &w, const OptionalView &bias, const TensorView &y,
                  PackedConstants &constants, std::optional<Clamp> clamp = std::nullopt);

/// The same with given loops.
void multiplyRows(const RowLoops &loops, const ConstTensorView &x, const ConstTensorView &w, const OptionalView &bias,
                  const TensorView &y, PackedConstants &constants, std::optional<Clamp> clamp = std::nullopt);

} // namespace tare::kernels::floating

#endif // TARE_LIB_KERNELS_FLOAT_MATRIX_ROWPRODUCTS_H
