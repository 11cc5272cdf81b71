//===- RangeEntries.h - What edited ranges do not do ------------*- C++ -*-===//
#ifndef TARE_PASSES_QUANTIZE_RANGEENTRIES_H
#define TARE_PASSES_QUANTIZE_RANGEENTRIES_H

#include "tare/Calibration/Ranges.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace tare {

/// Warns of the entries of a ranges file that no calibration writes: those that say another range than the one that
/// their value has from elsewhere, and those that lie far beside what their value was seen to be. The ranges must have
/// been attached.
void warnOfEntries(mlir::func::FuncOp function, const calibration::Ranges &ranges);

} // namespace tare

#endif // TARE_PASSES_QUANTIZE_RANGEENTRIES_H
