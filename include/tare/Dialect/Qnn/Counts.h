//===- Counts.h - How many elements a mean is of ----------------*- C++ -*-===//
#ifndef TARE_DIALECT_QNN_COUNTS_H
#define TARE_DIALECT_QNN_COUNTS_H

#include "mlir/IR/Operation.h"

#include <cstdint>

namespace tare::qnn {

/// The number by which an op's effective scale is divided, where it is largest; 1 for ops that do not divide
/// (RequantOpInterface::dividesByCount). Unlike the scales it is known before there are grids.
int64_t largestCount(mlir::Operation *op);

} // namespace tare::qnn

#endif // TARE_DIALECT_QNN_COUNTS_H
