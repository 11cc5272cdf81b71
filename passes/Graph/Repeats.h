//===- Repeats.h - What is repeated where it broadcasts ---------*- C++ -*-===//
#ifndef TARE_PASSES_GRAPH_REPEATS_H
#define TARE_PASSES_GRAPH_REPEATS_H

#include "mlir/IR/PatternMatch.h"

namespace tare {

/// x + (v, v, ..) becomes x + v where v broadcasts to the same, likewise -, * and /: exporters expand what divides a
/// vector to the vector's shape.
void addRepeatsPatterns(mlir::RewritePatternSet &patterns);

} // namespace tare

#endif // TARE_PASSES_GRAPH_REPEATS_H
