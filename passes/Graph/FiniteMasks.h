//===- FiniteMasks.h - Sums of masks that no float holds --------*- C++ -*-===//
#ifndef TARE_PASSES_GRAPH_FINITEMASKS_H
#define TARE_PASSES_GRAPH_FINITEMASKS_H

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace tare {

/// Raises what a constant adds where another one has made a value so low already that their sum would be -inf: two
/// masks of the lowest float32. One of them masks as well as both.
void boundMasks(mlir::func::FuncOp function);

} // namespace tare

#endif // TARE_PASSES_GRAPH_FINITEMASKS_H
