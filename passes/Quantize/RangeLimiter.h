//===- RangeLimiter.h - Ranges that readers can tell ------------*- C++ -*-===//
#ifndef TARE_PASSES_QUANTIZE_RANGELIMITER_H
#define TARE_PASSES_QUANTIZE_RANGELIMITER_H

#include "Quantize/RangeBounds.h"
#include "Quantize/ReaderLimits.h"

namespace tare {

/// Brings the ranges of values to what their readers can tell apart.
class RangeLimiter {
public:
  /// `isSymmetric` says that grids go on below the lower end of a range as far as they do above 0.
  RangeLimiter(const RangeBounds &bounds, const ReaderLimits &limits, bool isSymmetric)
      : bounds(bounds), limits(limits), isSymmetric(isSymmetric) {}

  /// What data made far lower or higher than any reader can tell, more than `gain` times as wide as what is left: a
  /// mask that the model computes, or that a bias holds. Whether there was such.
  bool limitFarRange(mlir::Value value, double gain) const;
  /// Where a mask may bring the result below its floor, the range goes down to that, whether data had such masks or
  /// not.
  void reachFloor(mlir::Operation *op) const;
  /// The range of what a far constant goes into.
  void limitTouched(mlir::Operation *op) const;

private:
  /// What a mask has brought far below the floor is one number there, as it is in float where the mask is so low that a
  /// score adds nothing to it: a row that is masked from end to end then has no greatest element. Scores with a mask
  /// that ends at a floor, too, are all below the sum's.
  void saturateAt(mlir::Value value, double floor) const;
  void limitEnds(mlir::Operation *op, qnn::RangeAttr range) const;
  /// A row without an element that is not masked has its greatest far below the others': its softmax would tell numbers
  /// there apart, too.
  void reportMaskedRows(mlir::Operation *op) const;

  const RangeBounds &bounds;
  const ReaderLimits &limits;
  bool isSymmetric;
};

} // namespace tare

#endif // TARE_PASSES_QUANTIZE_RANGELIMITER_H
