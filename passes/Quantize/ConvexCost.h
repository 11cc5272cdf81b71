//===- ConvexCost.h - Errors as functions that can be minimized -*- C++ -*-===//
#ifndef TARE_PASSES_QUANTIZE_CONVEXCOST_H
#define TARE_PASSES_QUANTIZE_CONVEXCOST_H

#include "llvm/ADT/ArrayRef.h"

#include <cstdint>
#include <vector>

namespace tare {

/// A convex function of an exponent, in integers, so that sums are exact.
class ConvexCost {
public:
  /// What an error as large as the signal costs.
  static constexpr double one = 4398046511104.0; // 2^42

  /// 0 everywhere.
  ConvexCost() = default;
  /// The squared errors of the exponents `first`, `first + 1`, ..., relative to the power of a signal of which `whole`
  /// is all. Left and right of the least one (the first of several) an error grows by no less a step than it did
  /// nearer: an error that stops growing because all is lost would make no convex function. On the left, where more
  /// than a sixteenth is clipped away, a step costs more than any loss of precision elsewhere. Beyond the list steps
  /// stay the same.
  ConvexCost(int first, llvm::ArrayRef<double> errors, double whole = 1.0);
  /// Hardly more than 0: prefers `exponent` where nothing else does.
  static ConvexCost preferring(int exponent);

  int64_t at(int exponent) const;
  /// Where it is least.
  int best() const { return argmin; }
  /// Limits the function to exponents of no less than `lowest`: below it is steep.
  void limit(int lowest);
  /// No step to the right is larger.
  int64_t largestStep() const { return rightStep; }

private:
  int first = 0, argmin = 0;
  std::vector<int64_t> values{0};
  int64_t leftStep = 0, rightStep = 0;
};

} // namespace tare

#endif // TARE_PASSES_QUANTIZE_CONVEXCOST_H
