//===- JoinedRanges.h - Ranges that values have from others -----*- C++ -*-===//
#ifndef TARE_CALIBRATION_JOINEDRANGES_H
#define TARE_CALIBRATION_JOINEDRANGES_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "tare/Calibration/Ranges.h"

namespace tare::calibration {

/// Gives joints, what is moved and what is selected the ranges of their operands together, as their grids will have
/// them (tare-import-ranges), and what follows from the model the range that it says (A68).
void joinRanges(mlir::func::FuncOp function, Ranges &ranges);

} // namespace tare::calibration

#endif // TARE_CALIBRATION_JOINEDRANGES_H
