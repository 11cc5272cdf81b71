//===- AccumulatorSteps.h - Results as fine as their sums -------*- C++ -*-===//
#ifndef TARE_PASSES_QUANTIZE_ACCUMULATORSTEPS_H
#define TARE_PASSES_QUANTIZE_ACCUMULATORSTEPS_H

#include "Quantize/GridGroups.h"
#include "Quantize/ParameterCasts.h"

namespace tare {

/// The steps of accumulators, and of the results that come of them.
class AccumulatorSteps {
public:
  /// `moved`: the grids of constants that had to move.
  AccumulatorSteps(const Target &target, const ActivationRule &rule, ParameterCasts &parameters,
                   const PowerOfTwoGrids &moved, GridGroups &groups)
      : target(target), rule(rule), parameters(parameters), moved(moved), groups(groups) {}

  /// The step of an op's accumulators, the largest of all channels; nothing where an operand has no grid.
  std::optional<double> of(mlir::Operation *op) const;

  /// An output on a grid so much finer than its accumulator's that no shift reaches it gets the accumulator's: nothing
  /// finer comes out of the sums anyway. A coarser grid makes the readers' accumulators coarser, so it is done again
  /// until all agree; what cycles is left to tare-compute-requantization, which refuses it.
  void coarsenOutputs(llvm::ArrayRef<mlir::Operation *> ops);

private:
  std::optional<double> stepOf(mlir::OpOperand &operand) const;
  /// The finer scales of what has become coarser, by op.
  using Finer = llvm::MapVector<mlir::Operation *, double>;
  bool coarsenOutput(qnn::AccumulatorOpInterface op, Finer &before);
  /// Half a step of the accumulator's is lost, in those of the grid that the value's range asks for.
  void reportCoarserResult(qnn::AccumulatorOpInterface op, double from) const;

  const Target &target;
  const ActivationRule &rule;
  ParameterCasts &parameters;
  const PowerOfTwoGrids &moved;
  GridGroups &groups;
};

} // namespace tare

#endif // TARE_PASSES_QUANTIZE_ACCUMULATORSTEPS_H
