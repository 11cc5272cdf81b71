//===- Multiplier.cpp - A real factor as m * 2^-q -------------------------===//
#include "Requant/Multiplier.h"

#include <algorithm>
#include <cmath>

using namespace tare;

int64_t tare::multiplierAt(double scale, int q) { return std::llrint(std::nearbyint(std::ldexp(scale, q))); }

/// (A12)
Multiplier tare::decompose(double scale, const MultiplierLimits &limits) {
  if (scale == 0)
    return {0, limits.shiftMax, limits.bits};
  int exponent;
  std::frexp(scale, &exponent); // |scale| = f * 2^exponent, f in [1/2, 1)
  int q = limits.bits - exponent;
  // Rounding may carry into the next power of two.
  if (std::abs(multiplierAt(scale, q)) >> limits.bits)
    --q;
  int lost = std::max(0, q - limits.shiftMax);
  q -= lost;
  return {int32_t(multiplierAt(scale, q)), q, std::min(lost, limits.bits)};
}

llvm::SmallVector<Multiplier> tare::decomposeShared(llvm::ArrayRef<double> scales, const MultiplierLimits &limits) {
  int q = limits.shiftMax;
  for (double scale : scales)
    q = std::min(q, decompose(scale, limits).q);
  llvm::SmallVector<Multiplier> multipliers;
  for (double scale : scales)
    multipliers.push_back({int32_t(multiplierAt(scale, q)), q, 0});
  return multipliers;
}
