//===- QnnInterfaces.h - What passes ask of a graph op ----------*- C++ -*-===//
#ifndef TARE_DIALECT_QNN_QNNINTERFACES_H
#define TARE_DIALECT_QNN_QNNINTERFACES_H

#include "mlir/IR/OpDefinition.h"
#include "tare/Dialect/Qnn/QnnAttributes.h"

#include <cmath>

namespace tare::qnn {

/// How a result's grid relates to the operands' (see GridOpInterface).
enum class GridRule { Own, Same, Unified, Bounded };

/// Operands and result are all float or all quantized, and a `Same` or `Unified` result has its operands' scales.
mlir::LogicalResult verifyGrid(mlir::Operation *op);

/// The interval of an op's fused activation; everything where it has none.
std::pair<double, double> fusedInterval(mlir::Operation *op);

} // namespace tare::qnn

#include "tare/Dialect/Qnn/QnnInterfaces.h.inc"

#endif // TARE_DIALECT_QNN_QNNINTERFACES_H
