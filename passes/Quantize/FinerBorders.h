//===- FinerBorders.h - Borders that a model's grid has not -----*- C++ -*-===//
#ifndef TARE_PASSES_QUANTIZE_FINERBORDERS_H
#define TARE_PASSES_QUANTIZE_FINERBORDERS_H

#include "tare/Target/Target.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace tare {

/// (A69) Where a model pads integers of its own with a real number that is between two of their grid, and rounds the
/// result to no grid, the integers first go to a grid that is finer by a power of two: of 16 bits where the target has
/// them, otherwise as fine as what calibration saw allows. They stay the numbers that they are; the border is off by
/// half a step of the finer grid. Where there is no finer one, a warning says what the border is off by.
void refineForBorders(mlir::func::FuncOp function, const Target &target);

} // namespace tare

#endif // TARE_PASSES_QUANTIZE_FINERBORDERS_H
