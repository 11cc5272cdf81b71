//===- TableReach.h - What interpolated tables are read at ------*- C++ -*-===//
#ifndef TARE_PASSES_QUANTIZE_TABLEREACH_H
#define TARE_PASSES_QUANTIZE_TABLEREACH_H

#include "Lowering/TableFit.h"
#include "Quantize/GridGroups.h"

namespace tare {

/// (A48) The indices of a table of 513 entries that an operand of 16 bits takes: its grid's integers, and of these what
/// lies within its range, where that is known.
Reach reachOf(mlir::Value operand, const qnn::Grid &grid);
/// Whether a range says where it comes to; otherwise it may come to all of its grid.
bool isReachKnown(mlir::Value operand);

/// (A60) Makes grids of functions' results hold what the tables have at the first entry beyond what data reach, so that
/// no line that data are on is cut.
void leaveRoomForTables(llvm::ArrayRef<mlir::Operation *> ops, GridGroups &groups);

} // namespace tare

#endif // TARE_PASSES_QUANTIZE_TABLEREACH_H
