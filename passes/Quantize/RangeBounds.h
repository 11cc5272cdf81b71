//===- RangeBounds.h - What ranges say of elements --------------*- C++ -*-===//
#ifndef TARE_PASSES_QUANTIZE_RANGEBOUNDS_H
#define TARE_PASSES_QUANTIZE_RANGEBOUNDS_H

#include "Quantize/GridGroups.h"
#include "tare/Tensor/Tensor.h"

namespace tare {

/// What a range or a grid says of an activation; infinite where neither is known.
std::pair<double, double> knownRange(mlir::Value value);

/// Bounds of the elements of a function's values: from ranges, grids and constants. Where a constant that is far below
/// or above what it meets (a mask, a border) goes into a value, every element has bounds of its own.
class RangeBounds : public qnn::ElementBounds {
public:
  /// `bits`: of activations that have no grid yet.
  RangeBounds(mlir::func::FuncOp function, unsigned bits);

  double least(mlir::Value value) const override;
  double greatest(mlir::Value value) const override;
  double leastMaximum(mlir::Value value, int64_t axis) const override;
  double leastStep(mlir::Value value) const override;
  /// What no element is below, and above, constants and their fused activations included.
  qnn::Interval endsOfElements(mlir::Value value) const;
  unsigned activationBits() const override { return bits; }

  /// The ops that such a constant goes into, directly or through others, in their order.
  llvm::ArrayRef<mlir::Operation *> touched() const { return order; }
  bool isTouched(mlir::Value value) const { return known.contains(value); }
  bool touches(mlir::Operation *op) const { return ops.contains(op); }

private:
  /// The lower and the upper bounds of all elements.
  struct Ends {
    Tensor low, high;
  };

  Ends endsOf(mlir::Value value) const;
  /// What ranges and constants say of it.
  double leastKnownMaximum(mlir::Value value, int64_t axis) const;
  /// What an op makes of its operands' bounds; nothing where these do not say it.
  std::optional<Ends> resultEnds(mlir::Operation *op) const;
  /// Whether constants bring the result further beyond the op's other operands than these are wide.
  bool reachesFar(mlir::Operation *op) const;

  unsigned bits;
  llvm::SmallVector<mlir::Operation *> order;
  llvm::DenseSet<mlir::Operation *> ops;
  llvm::DenseMap<mlir::Value, Ends> known;
};

} // namespace tare

#endif // TARE_PASSES_QUANTIZE_RANGEBOUNDS_H
