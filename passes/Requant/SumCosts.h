//===- SumCosts.h - What the multipliers of a sum may cost ------*- C++ -*-===//
#ifndef TARE_PASSES_REQUANT_SUMCOSTS_H
#define TARE_PASSES_REQUANT_SUMCOSTS_H

#include "Arithmetic/Multiplier.h"
#include "tare/Dialect/Qnn/QnnInterfaces.h"

namespace tare {

/// A sum of two operands on quantized types, as it is when this is made.
class SumCosts {
public:
  explicit SumCosts(qnn::RequantOpInterface op);

  /// How far the result may be off, in its steps, where the sum by `multipliers` is rounded to 2^coarser times coarser
  /// steps: the largest difference over all pairs of the operands' integers, where operands that cancel out count, and
  /// results beyond one end do not; and the rounding to coarser steps.
  double worst(llvm::ArrayRef<Multiplier> multipliers, int coarser = 0) const;

private:
  /// u * a + v * b
  struct Linear {
    double u, v;
  };
  double differenceAt(const Linear &have, double a, double b) const;
  double worstAt(const Linear &have, double a) const;

  Linear wanted;
  /// Of the operands from their zero points; and of the result from its own.
  std::pair<double, double> left, right, ends;
};

} // namespace tare

#endif // TARE_PASSES_REQUANT_SUMCOSTS_H
