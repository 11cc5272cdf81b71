//===- LayerFunctions.h - Functions that are part of layers -----*- C++ -*-===//
//
// Between a sum of products and the function that alone reads it hardware may
// have 16 bits, which are never in memory: with 8 bits there, a SiLU or a GELU
// rounds what it is about to bend.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_PASSES_QUANTIZE_LAYERFUNCTIONS_H
#define TARE_PASSES_QUANTIZE_LAYERFUNCTIONS_H

#include "Quantize/GridGroups.h"
#include "tare/Target/Target.h"

#include "llvm/ADT/STLFunctionalExtras.h"

namespace tare {

/// The step of the accumulators of an op that may have a function, the largest of all channels; nothing where an
/// operand has no grid.
using AccumulatorStep = llvm::function_ref<std::optional<double>(mlir::Operation *)>;

/// (A65) Where the target has functions within layers: of each layer whose result of 8 bits a function alone reads, the
/// grid of 16 bits between the two is pinned, and both are marked (qnn.in_layer). Done again, after other grids have
/// moved, it chooses again.
void chooseLayerFunctions(llvm::ArrayRef<mlir::Operation *> ops, const Target &target, AccumulatorStep stepOf,
                          GridGroups &groups);

} // namespace tare

#endif // TARE_PASSES_QUANTIZE_LAYERFUNCTIONS_H
