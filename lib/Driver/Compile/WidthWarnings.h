//===- WidthWarnings.h - Options that do not reach every value --*- C++ -*-===//
#ifndef TARE_DRIVER_COMPILE_WIDTHWARNINGS_H
#define TARE_DRIVER_COMPILE_WIDTHWARNINGS_H

#include "tare/Calibration/RangeSearch.h"
#include "tare/Calibration/Ranges.h"

#include "mlir/IR/BuiltinOps.h"

namespace tare {

/// Warns where activations of `bits` were asked for, and the model's own quantizers say another width.
void warnOfGivenWidths(mlir::ModuleOp module, unsigned bits);

/// Warns where the ranges of the file `path` were sought for grids of another width than `grid` by a method that looks
/// at the width.
void warnOfRangesWidth(mlir::ModuleOp module, const std::string &path, const calibration::Ranges &ranges,
                       const calibration::GridKind &grid);

} // namespace tare

#endif // TARE_DRIVER_COMPILE_WIDTHWARNINGS_H
