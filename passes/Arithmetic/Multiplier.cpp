//===- Multiplier.cpp - A real factor as m * 2^-q -------------------------===//
#include "Arithmetic/Multiplier.h"
#include "tare/Tensor/Tensor.h"

#include <algorithm>
#include <cmath>
#include <limits>

using namespace tare;

MultiplierLimits tare::eachLimits(const Target &target) {
  return {target.multiplierBits, target.shift.min, target.shift.max, target.productBits};
}

MultiplierLimits tare::wholeLimits(const Target &target) {
  MultiplierLimits limits = eachLimits(target);
  if (target.requantizer != Requantizer::three_stage)
    return limits;
  // The multiplier has t for its other factor, whose width the description answers for.
  limits.productBits = 128;
  limits.shiftMin *= 3, limits.shiftMax *= 3, limits.shift = "q0 + q1 + q2";
  return limits;
}

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
  int lost = q > limits.shiftMax ? q - limits.shiftMax : 0;
  q -= lost;
  int64_t m = multiplierAt(scale, q);
  // What is exact, as far as scales of float32 are, lost nothing but zeros.
  bool isExact = std::abs(std::ldexp(double(m), -q) - scale) <= std::ldexp(std::abs(scale), -23);
  return {int32_t(m), q, isExact ? 0 : std::min(lost, limits.bits)};
}

llvm::SmallVector<Multiplier> tare::decomposeShared(llvm::ArrayRef<double> scales, const MultiplierLimits &limits) {
  int q = limits.shiftMax;
  for (double scale : scales)
    q = std::min(q, decompose(scale, limits).q);
  // The largest has all bits, unless the range of the shift took some; the others have what it leaves them.
  auto largest = llvm::max_element(scales, [](double a, double b) { return std::abs(a) < std::abs(b); });
  llvm::SmallVector<Multiplier> multipliers;
  for (const double &scale : scales)
    multipliers.push_back(
        {int32_t(multiplierAt(scale, q)), q, &scale == largest ? decompose(scale, limits).bitsLost : 0});
  return multipliers;
}

int tare::wantedShift(double scale, MultiplierLimits limits) {
  limits.shiftMax = std::numeric_limits<int>::max();
  return decompose(scale, limits).q;
}

/// (A35)
llvm::SmallVector<Multiplier> tare::decomposeAligned(llvm::ArrayRef<double> scales, const MultiplierLimits &limits) {
  int q = limits.shiftMin;
  for (double scale : scales)
    q = std::max(q, wantedShift(scale, limits));
  llvm::SmallVector<Multiplier> multipliers;
  for (double scale : scales)
    multipliers.push_back({int32_t(std::clamp(std::ldexp(scale, q), -double(INT32_MAX), double(INT32_MAX))), q, 0});
  return multipliers;
}

int tare::largestAlignment(const ActivationFormat &format) {
  constexpr int multiplierBits = 31;
  // x - Zx has a bit more than x, and the sum one more.
  return std::min(format.accumulatorBits - 8 * int(sizeOf(format.type)) - 2, multiplierBits - 1);
}
