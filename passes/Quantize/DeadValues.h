//===- DeadValues.h - Values that were never anything but 0 -----*- C++ -*-===//
#ifndef TARE_PASSES_QUANTIZE_DEADVALUES_H
#define TARE_PASSES_QUANTIZE_DEADVALUES_H

#include "tare/Calibration/ModelRanges.h"

#include <optional>

namespace tare {

/// (A68) What can come of the ranges of a value's operands, which hold 0, where calibration saw nothing but 0: a mask
/// of ones alone hides nothing, and others hide something. Nothing where that is 0 alone, or cannot be said.
std::optional<qnn::Interval> possibleRange(mlir::Value value, calibration::KnownRange known);

/// Warns of such a value that needs a grid, and gets one for `possible`; not where that follows from the model, or from
/// what has been told already.
void warnOfDeadValue(mlir::Value value, const std::optional<qnn::Interval> &possible);

} // namespace tare

#endif // TARE_PASSES_QUANTIZE_DEADVALUES_H
