//===- CommonGrids.h - What sharing a grid costs ----------------*- C++ -*-===//
#ifndef TARE_PASSES_QUANTIZE_COMMONGRIDS_H
#define TARE_PASSES_QUANTIZE_COMMONGRIDS_H

#include "Quantize/GridGroups.h"
#include "tare/Target/Target.h"

namespace tare {

/// What is joined both for the graph's results and for its other ops is joined twice: for the results each part keeps
/// its grid.
void separateOutputs(mlir::func::FuncOp function);

/// Tells of operands that concatenations and sums take in steps much coarser than their own: remarks of `pass`, the
/// dearest first, and warnings of operands of which hardly a step is left.
void reportCommonGrids(mlir::func::FuncOp function, const GridGroups &groups, const OutputBoundary &boundary,
                       const ActivationRule &rule, const Target &target, llvm::StringRef pass);

} // namespace tare

#endif // TARE_PASSES_QUANTIZE_COMMONGRIDS_H
