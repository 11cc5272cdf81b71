//===- ScaledIntegers.h - Factors in the scales of weights ------*- C++ -*-===//
#ifndef TARE_PASSES_GRAPH_SCALEDINTEGERS_H
#define TARE_PASSES_GRAPH_SCALEDINTEGERS_H

#include "tare/Dialect/Qnn/QnnOps.h"

namespace tare {

/// Weights of a layer on a grid of their own.
bool hasIntegerWeights(qnn::AccumulatorOpInterface op);

/// Multiplies output channels of the layer's integer weights by `factors` (one, or one per channel): the integers stay,
/// and their scales are multiplied; a negative factor makes integers their complements, and that of a channel of zeros
/// 0 makes all of its integers 0. Fails, saying why and with nothing changed, where the grid cannot have the factors.
mlir::LogicalResult scaleIntegerWeights(qnn::AccumulatorOpInterface op, llvm::ArrayRef<double> factors,
                                        mlir::OpBuilder &builder, llvm::StringRef &why);

} // namespace tare

#endif // TARE_PASSES_GRAPH_SCALEDINTEGERS_H
