//===- RangeWarnings.h - Ranges that leave little ---------------*- C++ -*-===//
#ifndef TARE_PASSES_QUANTIZE_RANGEWARNINGS_H
#define TARE_PASSES_QUANTIZE_RANGEWARNINGS_H

#include "tare/Calibration/Ranges.h"
#include "tare/Dialect/Qnn/QnnInterfaces.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace tare {

/// Warns of ranges that calibration found, but that leave little of the values, or belong to none.
class RangeWarnings {
public:
  explicit RangeWarnings(const calibration::Ranges &ranges) : ranges(ranges), isWide(ranges.activations == "int16") {}

  /// (A67) Data whose ends still grew when calibration ended.
  void warnOfBeyond(mlir::Value value, const calibration::ValueRange &range) const;
  /// Values of which a few are so large that all others share a few steps.
  void warnOfOutliers(mlir::Value value, const calibration::ValueRange &range) const;
  /// Data beyond the `range` that a configuration says.
  void warnOfChosen(mlir::Value value, const qnn::Interval &range, const calibration::ValueRange &seen) const;
  /// Values that the model has in float16, which does not hold them; `function` says which these are, if any.
  void warnOfHalves(mlir::func::FuncOp function) const;
  /// A name that was misspelled, or another model's file: what it says is of no use to anybody.
  void warnOfUnknown(mlir::func::FuncOp function) const;

private:
  const calibration::Ranges &ranges;
  bool isWide;
};

} // namespace tare

#endif // TARE_PASSES_QUANTIZE_RANGEWARNINGS_H
