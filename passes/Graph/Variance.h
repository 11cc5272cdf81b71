//===- Variance.h - Variances that cancel nothing ---------------*- C++ -*-===//
#ifndef TARE_PASSES_GRAPH_VARIANCE_H
#define TARE_PASSES_GRAPH_VARIANCE_H

#include "mlir/IR/PatternMatch.h"

namespace tare {

/// What `value` is the square of, or null.
mlir::Value rootOf(mlir::Value value);

/// mean(x^2) - mean(x)^2 becomes mean((x - mean(x))^2): the same in real numbers, and on grids no difference of large
/// numbers that are nearly equal.
void addVariancePattern(mlir::RewritePatternSet &patterns);

} // namespace tare

#endif // TARE_PASSES_GRAPH_VARIANCE_H
