//===- Products.h - One product of matrices, compiled -----------*- C++ -*-===//
#ifndef TARE_LIB_KERNELS_FLOAT_MATRIX_PRODUCTS_H
#define TARE_LIB_KERNELS_FLOAT_MATRIX_PRODUCTS_H

#include <cstdint>

namespace tare::kernels::floating {

/// Of a product of an m x k and a k x n matrix.
struct ProductSizes {
  int64_t m, k, n;
};

/// c = a b, all three row by row; false where oneDNN has no such product.
bool multiply(const ProductSizes &sizes, const float *a, const float *b, float *c);

} // namespace tare::kernels::floating

#endif // TARE_LIB_KERNELS_FLOAT_MATRIX_PRODUCTS_H
