//===- NonFinite.h - Values that were no numbers ----------------*- C++ -*-===//
#ifndef TARE_PASSES_QUANTIZE_NONFINITE_H
#define TARE_PASSES_QUANTIZE_NONFINITE_H

#include "tare/Calibration/Ranges.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include <vector>

namespace tare {

/// Refuses the values in which calibration saw NaN or infinity, by their causes: a constant of the model that is
/// infinite and that nodes put where a condition says so, or else what the data or the model made of them.
class NonFiniteValues {
public:
  /// `staysFloat`: no grid is between the value and the host, or the results.
  void add(mlir::Value value, const calibration::ValueRange &range, bool staysFloat);

  /// One error for each such constant that something tells apart from a number, and one for all other values.
  mlir::LogicalResult report(mlir::func::FuncOp function) const;

private:
  struct Entry {
    mlir::Value value;
    std::string text;
    bool staysFloat;
  };
  std::vector<Entry> entries;
};

} // namespace tare

#endif // TARE_PASSES_QUANTIZE_NONFINITE_H
