//===- SliceParts.h - Slices of what was just joined ------------*- C++ -*-===//
#ifndef TARE_PASSES_GRAPH_SLICEPARTS_H
#define TARE_PASSES_GRAPH_SLICEPARTS_H

#include "mlir/IR/PatternMatch.h"

namespace tare {

/// A slice that takes nothing but whole parts of concatenations reads these instead.
void addSlicePartsPattern(mlir::RewritePatternSet &patterns);

} // namespace tare

#endif // TARE_PASSES_GRAPH_SLICEPARTS_H
