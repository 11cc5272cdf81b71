//===- RequantCosts.h - What a layer's multipliers cost ---------*- C++ -*-===//
#ifndef TARE_PASSES_REQUANT_REQUANTCOSTS_H
#define TARE_PASSES_REQUANT_REQUANTCOSTS_H

#include "Arithmetic/Multiplier.h"
#include "Requant/OutputEnds.h"
#include "tare/Dialect/Qnn/QnnInterfaces.h"

#include <vector>

namespace tare {

/// What the multipliers of a layer's effective scales cost its results, and how many bits their products take.
class RequantCosts {
public:
  RequantCosts(qnn::RequantOpInterface op, const MultiplierLimits &limits);

  llvm::ArrayRef<double> effectiveScales() const { return scales; }
  /// By channel or operand, the largest accumulator; shorter where it is not known.
  llvm::ArrayRef<int64_t> largestAccumulators() const { return reaches; }
  /// Bits of the multipliers that the width of their products takes, together as a sum's; 0 where it fits.
  int excessBits(llvm::ArrayRef<Multiplier> multipliers, llvm::ArrayRef<int64_t> reaches) const;
  /// The same of a channel alone.
  int excessBits(int64_t channel, const Multiplier &multiplier) const {
    return size_t(channel) < reaches.size() ? excessBits(multiplier, reaches[channel]) : 0;
  }
  MultiplierLimits narrowerBy(int bits) const;
  /// What a channel's outputs can be off because of (m, q), in LSB.
  double costOf(int64_t channel, const Multiplier &multiplier) const;
  /// What all operands of a sum cost together, whichever is off; of a channel its own.
  double costOfAll(int64_t channel, llvm::ArrayRef<Multiplier> multipliers) const;
  /// The multiplier at the smallest shift, or the largest that there is.
  Multiplier nearestAtSmallestShift(double scale) const;
  /// Bits that the product takes too many, with the multipliers at the smallest shift.
  int excessAtSmallestShift(int64_t channel) const;
  /// As costOfAll(), at the smallest shift.
  double costAtSmallestShift(int64_t channel) const;

private:
  qnn::RequantOpInterface op;
  MultiplierLimits limits;
  /// The scales are two operands' with one shift between them.
  bool isSum;
  llvm::SmallVector<double> scales;
  std::vector<int64_t> reaches;
  std::vector<AccumulatorInterval> accumulators;
  double zero;
  std::pair<double, double> ends;
};

} // namespace tare

#endif // TARE_PASSES_REQUANT_REQUANTCOSTS_H
