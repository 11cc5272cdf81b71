//===- PowerOfTwo.h - Scales for few bits of multiplier ---------*- C++ -*-===//
//
// The exponents of all scales are chosen together: of the groups of values that
// share a grid, of each output channel's weights, of constant operands. Every
// shift is then in the target's range, at the least sum of squared errors.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_PASSES_QUANTIZE_POWEROFTWO_H
#define TARE_PASSES_QUANTIZE_POWEROFTWO_H

#include "Quantize/Relevance.h"
#include "Quantize/Tails.h"

namespace tare {

/// What stands around the choice.
struct PowerOfTwoContext {
  mlir::func::FuncOp function;
  llvm::ArrayRef<mlir::Operation *> ops;
  const Target &target;
  const ActivationFormat &format;
  ActivationRule rule;
  const Tails &tails;
  const Relevance &relevance;
  /// Without it each scale is the best for itself, whatever the shifts.
  bool repair;
};

/// The grids of what is no activation; of constant operands only those that differ from what suits them alone.
struct PowerOfTwoGrids {
  /// That of a constant operand: the one that suits it alone by `rule`, or what it has moved to.
  qnn::Grid gridOf(mlir::OpOperand &operand, mlir::ElementsAttr constant, const ActivationRule &rule) const;

  llvm::DenseMap<mlir::Operation *, qnn::Grid> weights;
  llvm::DenseMap<mlir::OpOperand *, qnn::Grid> constants;
};

/// Pins every group to a grid whose scale is a power of two. Warns of each scale that the shifts moved from its best.
/// Fails, with an error per layer, where no powers of two do; and where the model's own scales are none.
mlir::FailureOr<PowerOfTwoGrids> choosePowersOfTwo(const PowerOfTwoContext &context, GridGroups &groups);

/// (A52) For a target with multipliers. Where their bits or the shifts lose more than 8-bit weights do, grids move: by
/// powers of two, or to powers of two, whichever costs less, if that is less than to leave them. Weights are not among
/// the result: moveScales chooses theirs for the grids.
PowerOfTwoGrids moveGrids(const PowerOfTwoContext &context, GridGroups &groups);

} // namespace tare

#endif // TARE_PASSES_QUANTIZE_POWEROFTWO_H
