//===- Scales.h - From the accumulator to the result's grid ----*- C++ -*-===//
#ifndef TARE_LIB_DIALECT_QNN_OPS_SCALES_H
#define TARE_LIB_DIALECT_QNN_OPS_SCALES_H

#include "tare/Dialect/Qnn/Grid.h"
#include "tare/Dialect/Qnn/QnnOps.h"

namespace tare::qnn {

// The real numbers M of docs/arithmetic.md: result = M * accumulator, both as integers above their zero points; and how
// large the accumulator can become.

using Scales = mlir::SmallVector<double>;
using Reaches = mlir::SmallVector<int64_t>;

/// Of a quantized value.
inline Grid gridOf(mlir::Value value) { return *Grid::of(value.getType()); }

/// max |x - Zx|
int64_t distanceOf(mlir::Value x);

/// M = Sx / Sy
double ratio(mlir::Value x, mlir::Value y);

/// M = Sa * Sb / Sy
double productScale(mlir::Value a, mlir::Value b, mlir::Value y);

} // namespace tare::qnn

#endif // TARE_LIB_DIALECT_QNN_OPS_SCALES_H
