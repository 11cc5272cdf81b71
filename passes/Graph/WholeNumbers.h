//===- WholeNumbers.h - Roundings that change nothing -----------*- C++ -*-===//
#ifndef TARE_PASSES_GRAPH_WHOLENUMBERS_H
#define TARE_PASSES_GRAPH_WHOLENUMBERS_H

#include "mlir/IR/PatternMatch.h"

namespace tare {

/// Drops a rounding of what is whole already, and one to the nearest whole number before a quantizer in steps of 1,
/// which rounds so itself.
void addWholeNumbersPatterns(mlir::RewritePatternSet &patterns);

} // namespace tare

#endif // TARE_PASSES_GRAPH_WHOLENUMBERS_H
