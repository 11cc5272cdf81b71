//===- RequantCosts.cpp - What a layer's multipliers cost -----------------===//
#include "Requant/RequantCosts.h"
#include "Arithmetic/AccumulatorBound.h"
#include "Requant/SumCosts.h"
#include "tare/Dialect/Qnn/Grid.h"

#include <cmath>

using namespace tare;
using namespace mlir;
using qnn::Grid;

RequantCosts::RequantCosts(qnn::RequantOpInterface op, const MultiplierLimits &limits)
    : op(op), limits(limits), isSum(op.sharesShift()), scales(op.getEffectiveScales()), reaches(reachesOf(op)),
      accumulators(accumulatorIntervals(op)), zero(double(Grid::of(op->getResult(0).getType())->zeroPoint())),
      ends(outputEndsOf(op)) {}

MultiplierLimits RequantCosts::narrowerBy(int bits) const {
  MultiplierLimits narrower = limits;
  narrower.bits -= bits;
  return narrower;
}

int RequantCosts::excessBits(ArrayRef<Multiplier> multipliers, ArrayRef<int64_t> reaches) const {
  // Rounding adds half of what is shifted out.
  int shift = multipliers.front().q;
  double sum = shift > 0 ? std::ldexp(1.0, shift - 1) : 0.0;
  for (auto [multiplier, reach] : llvm::zip(multipliers, reaches))
    sum += std::abs(double(multiplier.m)) * double(reach);
  int exponent;
  std::frexp(sum, &exponent); // sum < 2^exponent
  return std::max(0, exponent + 1 - limits.productBits);
}

Multiplier RequantCosts::nearestAtSmallestShift(double scale) const {
  double largest = std::ldexp(1.0, limits.bits) - 1;
  return {int32_t(std::clamp(std::nearbyint(std::ldexp(scale, limits.shiftMin)), -largest, largest)), limits.shiftMin,
          0};
}

int RequantCosts::excessAtSmallestShift(int64_t channel) const {
  auto nearest = llvm::map_to_vector(scales, [&](double scale) { return nearestAtSmallestShift(scale); });
  if (isSum)
    return excessBits(nearest, reaches);
  return excessBits(channel, nearest[channel]);
}

double RequantCosts::costAtSmallestShift(int64_t channel) const {
  auto nearest = llvm::map_to_vector(scales, [&](double scale) { return nearestAtSmallestShift(scale); });
  return costOfAll(channel, nearest);
}

double RequantCosts::costOfAll(int64_t channel, ArrayRef<Multiplier> multipliers) const {
  return isSum ? SumCosts(op).worst(multipliers) : costOf(channel, multipliers[channel]);
}

double RequantCosts::costOf(int64_t channel, const Multiplier &multiplier) const {
  AccumulatorInterval all = {-HUGE_VAL, HUGE_VAL};
  return costOfScale(std::abs(scales[channel]), std::abs(std::ldexp(double(multiplier.m), -multiplier.q)),
                     size_t(channel) < accumulators.size() ? accumulators[channel] : all, zero, ends);
}
