//===- RangeBounds.h - What ranges say of elements --------------*- C++ -*-===//
#ifndef TARE_PASSES_QUANTIZE_RANGEBOUNDS_H
#define TARE_PASSES_QUANTIZE_RANGEBOUNDS_H

#include "Quantize/GridGroups.h"
#include "tare/Tensor/Tensor.h"

namespace tare {

/// What a range or a grid says of an activation; infinite where neither is known.
std::pair<double, double> knownRange(mlir::Value value);

/// Bounds of the elements of a function's values: from ranges, grids and constants. Where a constant that is far below
/// what it meets (a mask, a border) goes into a value, every element has a lower bound of its own.
class RangeBounds : public qnn::ElementBounds {
public:
  /// `bits`: of activations that have no grid yet.
  RangeBounds(mlir::func::FuncOp function, unsigned bits);

  double least(mlir::Value value) const override;
  double greatest(mlir::Value value) const override;
  double leastMaximum(mlir::Value value, int64_t axis) const override;
  /// What no element is above, constants and their fused activations included.
  double upperEnd(mlir::Value value) const;
  unsigned activationBits() const override { return bits; }

  /// The ops that such a constant goes into, directly or through others, in their order.
  llvm::ArrayRef<mlir::Operation *> touched() const { return order; }
  bool isTouched(mlir::Value value) const { return lowest.contains(value); }

private:
  /// The lower bounds of all elements.
  Tensor lower(mlir::Value value) const;
  /// One end of all elements: a known one, a constant's, or `end`.
  static Tensor bound(mlir::Value value, const llvm::DenseMap<mlir::Value, Tensor> &known, double end);

  unsigned bits;
  llvm::SmallVector<mlir::Operation *> order;
  llvm::DenseMap<mlir::Value, Tensor> lowest, highest;
};

} // namespace tare

#endif // TARE_PASSES_QUANTIZE_RANGEBOUNDS_H
