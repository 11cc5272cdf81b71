//===- FinerGrids.h - Shifts to the left, where there is one ----*- C++ -*-===//
#ifndef TARE_PASSES_QUANTIZE_FINERGRIDS_H
#define TARE_PASSES_QUANTIZE_FINERGRIDS_H

#include "tare/Target/Target.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace tare {

/// On a target that only shifts, to the right: where the model itself requantizes a value (moved or limited at most) to
/// a finer grid, which is a shift to the left, a zero is added, as sums shift an operand to the left (A35), several
/// times where that is further than one can. Exact; only where the target has sums.
void addForFinerGrids(mlir::func::FuncOp function, const Target &target);

/// On such a target, where the model's own grids of a sum's operands are farther apart than a sum shifts to the left,
/// the finer operand first goes to the finest grid that it may have beside the other: what is lost is next to nothing
/// of a step of that.
void coarsenFarOperands(mlir::func::FuncOp function, const Target &target);

} // namespace tare

#endif // TARE_PASSES_QUANTIZE_FINERGRIDS_H
