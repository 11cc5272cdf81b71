//===- GridCasts.h - Values read through their grids ------------*- C++ -*-===//
#ifndef TARE_PASSES_QUANTIZE_GRIDCASTS_H
#define TARE_PASSES_QUANTIZE_GRIDCASTS_H

#include "Quantize/GridGroups.h"
#include "Quantize/ParameterCasts.h"
#include "Quantize/Tails.h"

namespace tare {

/// Puts casts to the grids that have been chosen between values and their readers.
class GridCasts {
public:
  /// `moved`: the grids of constants and weights that are not what suits them alone.
  GridCasts(const Target &target, const OutputBoundary &boundary, const Tails &tails, const GridGroups &groups,
            const PowerOfTwoGrids &moved)
      : target(target), boundary(boundary), tails(tails), groups(groups), moved(moved) {}

  /// All activations, constants and parameters of `ops`. Fails where parameters cannot be quantized, after an error.
  mlir::LogicalResult insert(llvm::ArrayRef<mlir::Operation *> ops, ParameterCasts &parameters) const;

private:
  /// Reads `value` through its grid, but for the casts that are there already, and for outputs that are inputs: what
  /// was given leaves as it is.
  void castActivation(mlir::Value value, const qnn::Grid &grid) const;
  /// Constants that enter a loop, on the grid of what they enter as.
  void castLoopEnd(mlir::Operation *op) const;
  /// Operands that are constants, and operands of a unified op that are on another grid than its result.
  void castOperands(qnn::GridOpInterface op) const;
  /// Weights, bias, and the accumulator of a tail.
  mlir::LogicalResult castParameters(qnn::AccumulatorOpInterface op, ParameterCasts &parameters) const;

  const Target &target;
  const OutputBoundary &boundary;
  const Tails &tails;
  const GridGroups &groups;
  const PowerOfTwoGrids &moved;
};

} // namespace tare

#endif // TARE_PASSES_QUANTIZE_GRIDCASTS_H
