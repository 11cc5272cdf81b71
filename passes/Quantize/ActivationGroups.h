//===- ActivationGroups.h - Activations that need a grid --------*- C++ -*-===//
#ifndef TARE_PASSES_QUANTIZE_ACTIVATIONGROUPS_H
#define TARE_PASSES_QUANTIZE_ACTIVATIONGROUPS_H

#include "Quantize/GridGroups.h"
#include "Quantize/Tails.h"

namespace tare {

/// Puts all activations of a function that need a grid into their groups. `hasWideStates`: the states of loops, and
/// those of the function, have 16 bits, whatever the other activations have.
void groupActivations(mlir::func::FuncOp function, llvm::ArrayRef<mlir::Operation *> ops,
                      const OutputBoundary &boundary, const Tails &tails, GridGroups &groups, bool hasWideStates);

} // namespace tare

#endif // TARE_PASSES_QUANTIZE_ACTIVATIONGROUPS_H
