//===- Accumulators.h - Sums of products with weights ----------*- C++ -*-===//
#ifndef TARE_LIB_DIALECT_QNN_OPS_ACCUMULATORS_H
#define TARE_LIB_DIALECT_QNN_OPS_ACCUMULATORS_H

#include "Scales.h"

namespace tare::qnn {

/// The bias is [output channels].
mlir::LogicalResult verifyAccumulator(AccumulatorOpInterface op);

/// M[c] = Sx * Sw[c] / Sy, one per output channel.
Scales accumulatorScales(AccumulatorOpInterface op);

} // namespace tare::qnn

#endif // TARE_LIB_DIALECT_QNN_OPS_ACCUMULATORS_H
