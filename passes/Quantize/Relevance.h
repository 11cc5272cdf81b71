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

/// What the result of a sum or a concatenation has of an operand's power, 1 at most; 1 where that cannot be said, and
/// of other ops, whose results follow an operand as a whole.
double powerShare(mlir::Operation *op, mlir::Value operand);

/// (A50) By value, the share of its power that counts where it is used: an operand that is weak beside the sum or the
/// concatenation that it enters may be lost without harm.
class Relevance {
public:
  explicit Relevance(mlir::func::FuncOp function);
  /// In [0, 1].
  double of(mlir::Value value) const { return shares.lookup_or(value, 1.0); }

private:
  llvm::DenseMap<mlir::Value, double> shares;
};

} // namespace tare

#endif // TARE_PASSES_QUANTIZE_RELEVANCE_H
