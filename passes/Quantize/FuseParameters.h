//===- FuseParameters.h - Weights and biases as integers --------*- C++ -*-===//
#ifndef TARE_PASSES_QUANTIZE_FUSEPARAMETERS_H
#define TARE_PASSES_QUANTIZE_FUSEPARAMETERS_H

#include "tare/Dialect/Qnn/Grid.h"
#include "tare/Dialect/Qnn/QnnInterfaces.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/IRMapping.h"

namespace tare {

/// Makes the parameters of layers with weights integers.
class ParameterFuser {
public:
  explicit ParameterFuser(mlir::OpBuilder &builder) : builder(builder) {}

  /// Weights with a scale per output channel, and a bias on the accumulator's grid: `mapping`, which has the integers
  /// of what is dequantized, gets these. Fails after an error where an accumulator cannot have such.
  mlir::LogicalResult map(qnn::AccumulatorOpInterface op, mlir::IRMapping &mapping);

private:
  /// Integer weights as a constant whose grid counts output channels: a scale for the whole tensor is repeated.
  mlir::FailureOr<mlir::Value> perChannelWeights(qnn::AccumulatorOpInterface op, mlir::Value weights);
  /// The bias as integers on `grid`. Integers that a model has already are kept if its scales are these up to their
  /// rounding to float32.
  mlir::FailureOr<mlir::Value> biasOnGrid(qnn::AccumulatorOpInterface op, const qnn::Grid &grid);
  /// tare-compute-requantization tells of it, along with whatever else does not fit.
  void noteMisfit(qnn::AccumulatorOpInterface op, mlir::ElementsAttr reals, const qnn::Grid &grid);

  mlir::OpBuilder &builder;
};

} // namespace tare

#endif // TARE_PASSES_QUANTIZE_FUSEPARAMETERS_H
