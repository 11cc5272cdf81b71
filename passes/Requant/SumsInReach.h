//===- SumsInReach.h - Sums far finer than their operands -------*- C++ -*-===//
#ifndef TARE_PASSES_REQUANT_SUMSINREACH_H
#define TARE_PASSES_REQUANT_SUMSINREACH_H

#include "tare/Target/Target.h"

#include "mlir/IR/Operation.h"

namespace tare {

/// (A62) Of each sum on quantized types within `root` whose result is so much finer than an operand that no shift of
/// the target reaches its multiplier: the operand first becomes finer, where that loses nothing, or the sum is rounded
/// to a coarser grid first. A warning tells of each repair and its cost. Only with multipliers, and an op that
/// rescales.
void bringSumsInReach(mlir::Operation *root, const Target &target);

} // namespace tare

#endif // TARE_PASSES_REQUANT_SUMSINREACH_H
