//===- Relevance.h - What a value's loss matters ----------------*- C++ -*-===//
#ifndef TARE_PASSES_QUANTIZE_RELEVANCE_H
#define TARE_PASSES_QUANTIZE_RELEVANCE_H

#include "Quantize/GridGroups.h"

namespace tare {

/// The mean square of a value: what calibration saw, of a constant its elements', otherwise as if spread evenly over
/// its range; nothing where nothing is known.
std::optional<double> meanSquare(mlir::Value value);

/// Whether `op` adds its operands, or takes one off the other.
bool isSum(mlir::Operation *op);

/// (A50) By value, the share of its power that counts where it is used: an operand that is weak beside the sum or the
/// concatenation that it enters may be lost without harm.
class Relevance {
public:
  explicit Relevance(mlir::func::FuncOp function);
  /// In (0, 1].
  double of(mlir::Value value) const;
  /// What one reader says of it.
  double of(mlir::Operation *reader, mlir::Value operand) const;

private:
  /// What a squared error costs: by the value's mean square, and as it is, handed on by those who only add or move. The
  /// latter tells what a value is beside the sums behind it, also where it cancels out on the way.
  struct Weight {
    double relative = 0, absolute = 0;
  };

  double cost(const Weight &weight, mlir::Value value) const;
  Weight readBy(mlir::Operation *reader, mlir::Value operand) const;

  /// The mean square of all that a concatenation joins.
  double powerOfJoined(mlir::Operation *concat) const;

  llvm::DenseMap<mlir::Value, Weight> weights;
  /// What powerOfJoined() has found: each of an op's operands asks for it.
  mutable llvm::DenseMap<mlir::Operation *, double> joined;
};

} // namespace tare

#endif // TARE_PASSES_QUANTIZE_RELEVANCE_H
