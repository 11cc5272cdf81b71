//===- TableReach.h - What interpolated tables are read at ------*- C++ -*-===//
#ifndef TARE_PASSES_ARITHMETIC_TABLEREACH_H
#define TARE_PASSES_ARITHMETIC_TABLEREACH_H

#include "Arithmetic/TableFit.h"
#include "tare/Dialect/Qnn/Grid.h"

#include "mlir/IR/Value.h"

namespace tare {

/// The index of a table that the integer 0 of 16 bits reads.
constexpr int64_t tableCentre = int64_t(1) << 15;

/// (A48) The indices of a table of 513 entries that an operand of 16 bits takes: its grid's integers, and of these what
/// lies within its range, where that is known.
Reach reachOf(mlir::Value operand, const qnn::Grid &grid);
/// Whether a range says where it comes to; otherwise it may come to all of its grid.
bool isReachKnown(mlir::Value operand);

} // namespace tare

#endif // TARE_PASSES_ARITHMETIC_TABLEREACH_H
