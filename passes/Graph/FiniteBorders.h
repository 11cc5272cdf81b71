//===- FiniteBorders.h - Borders of infinity that functions read -*- C++ -*-===//
#ifndef TARE_PASSES_GRAPH_FINITEBORDERS_H
#define TARE_PASSES_GRAPH_FINITEBORDERS_H

#include "mlir/IR/PatternMatch.h"

namespace tare {

/// A padding by an infinity of which a function, perhaps behind what keeps its numbers, would make an infinity or none
/// (a leaky relu, a hard swish), or that a sum or a product (a negation) reads, pads by the lowest or the largest
/// float32 number: as far below or above everything, and it has a result.
void addFiniteBordersPattern(mlir::RewritePatternSet &patterns);

} // namespace tare

#endif // TARE_PASSES_GRAPH_FINITEBORDERS_H
