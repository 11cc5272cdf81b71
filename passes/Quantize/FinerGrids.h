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

} // namespace tare

#endif // TARE_PASSES_QUANTIZE_FINERGRIDS_H
