//===- Intermediates.h - Steps that a model has no value for ----*- C++ -*-===//
//
// A node may become several ops. What is between them the model does not round,
// so it should lose nothing on its grid; and nobody but the ops' operands says
// what range it has.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_PASSES_QUANTIZE_INTERMEDIATES_H
#define TARE_PASSES_QUANTIZE_INTERMEDIATES_H

#include "Quantize/GridGroups.h"
#include "tare/Target/Target.h"

namespace tare {

bool isIntermediate(mlir::Operation *op);

/// Gives each intermediate that calibration has not seen the range that follows from its operands'. Where they have 16
/// bits although ranges were sought for 8, `areWide`, what calibration says is widened up to that, by two bits at most:
/// a range that suits 8 bits cuts off more than the node's result is rounded by.
void implyRanges(mlir::func::FuncOp function, bool areWide);

/// Warns of intermediates that are rounded visibly: of 8 bits where that costs an eighth of a step of the node's result
/// or more, of 16 where it costs a step.
void warnOfRoundedIntermediates(mlir::func::FuncOp function, const GridGroups &groups, const Target &target);

} // namespace tare

#endif // TARE_PASSES_QUANTIZE_INTERMEDIATES_H
