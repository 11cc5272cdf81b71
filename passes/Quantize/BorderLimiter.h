//===- BorderLimiter.h - Paddings that readers can tell ---------*- C++ -*-===//
#ifndef TARE_PASSES_QUANTIZE_BORDERLIMITER_H
#define TARE_PASSES_QUANTIZE_BORDERLIMITER_H

#include "Graph/Affine.h"
#include "Quantize/ReaderLimits.h"

namespace tare {

/// Brings borders that are beyond their limits to these.
class BorderLimiter {
public:
  explicit BorderLimiter(const ReaderLimits &limits) : limits(limits) {}

  /// Warns of a border that makes its operand's grid coarse. Fails after an error where no grid holds it.
  mlir::LogicalResult limit(qnn::PadOp pad) const;

private:
  static void reportWideBorder(qnn::PadOp pad, double border, qnn::Interval values);
  /// Of an operand without a range there is no telling how much coarser its grid is.
  static void reportLoneBorder(qnn::PadOp pad, double border);

  const ReaderLimits &limits;
};

} // namespace tare

#endif // TARE_PASSES_QUANTIZE_BORDERLIMITER_H
