//===- ReachedGrids.h - What shifts to the right reach ----------*- C++ -*-===//
#ifndef TARE_PASSES_QUANTIZE_REACHEDGRIDS_H
#define TARE_PASSES_QUANTIZE_REACHEDGRIDS_H

#include "tare/Target/Target.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace tare {

/// On a target that only shifts, to the right: where the model's own grids make an op's accumulators coarser than the
/// grid that its result is rounded to, the result goes to the finest grid that the op reaches first, where it is what
/// was accumulated, and from there to the model's (addForFinerGrids()). Only where the target has sums. (A63)
void roundWhereReached(mlir::func::FuncOp function, const Target &target);

} // namespace tare

#endif // TARE_PASSES_QUANTIZE_REACHEDGRIDS_H
