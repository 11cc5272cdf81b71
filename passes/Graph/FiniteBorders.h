//===- FiniteBorders.h - Borders of -inf that functions read ----*- C++ -*-===//
#ifndef TARE_PASSES_GRAPH_FINITEBORDERS_H
#define TARE_PASSES_GRAPH_FINITEBORDERS_H

#include "mlir/IR/PatternMatch.h"

namespace tare {

/// A padding by -inf of which a function, perhaps behind what keeps its numbers, would make an infinity or none (a
/// leaky relu, a hard swish) pads by the lowest float32 number: as far below everything, and it has a result.
void addFiniteBordersPattern(mlir::RewritePatternSet &patterns);

} // namespace tare

#endif // TARE_PASSES_GRAPH_FINITEBORDERS_H
