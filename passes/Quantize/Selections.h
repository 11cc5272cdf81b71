//===- Selections.h - Values that are chosen, or masked ---------*- C++ -*-===//
#ifndef TARE_PASSES_QUANTIZE_SELECTIONS_H
#define TARE_PASSES_QUANTIZE_SELECTIONS_H

#include "Quantize/GridGroups.h"
#include "tare/Calibration/Ranges.h"

namespace tare {

/// Whether one operand alone, at an end of its range, brings all of the result down to `floor`, whatever the others
/// are: a mask that is added.
bool mayComeBelow(mlir::Operation *op, double floor);

/// Warns where `value`, of the range `range`, is selected from a constant whose other elements are far larger than
/// those that calibration saw of it; `isWide`: on grids of 16 bits, which have steps to spare.
void warnOfWideTable(mlir::Value value, const qnn::Interval &range, const calibration::ValueRange &seen, bool isWide);

/// Warns where a node puts a constant among the elements of an activation that lie far from it, and what reads both
/// needs a grid that holds both.
void warnOfFarFill(qnn::HostOp op, const OutputBoundary &boundary);

} // namespace tare

#endif // TARE_PASSES_QUANTIZE_SELECTIONS_H
