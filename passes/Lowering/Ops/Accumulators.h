//===- Accumulators.h - Weights and bias of layers --------------*- C++ -*-===//
#ifndef TARE_PASSES_LOWERING_OPS_ACCUMULATORS_H
#define TARE_PASSES_LOWERING_OPS_ACCUMULATORS_H

#include "Lowering/Lowering.h"

namespace tare {

/// Weight and bias constants of the hardware level; requant is null where the accumulator is the result.
struct AccumulatorParts {
  mlir::Value weight, bias;
  npu::RequantAttr requant;
};

/// Those of a layer, whose zero points are in the bias; an error where weights are computed, or a bias has no room.
mlir::FailureOr<AccumulatorParts> lowerParts(qnn::AccumulatorOpInterface op, mlir::ConversionPatternRewriter &rewriter);

} // namespace tare

#endif // TARE_PASSES_LOWERING_OPS_ACCUMULATORS_H
