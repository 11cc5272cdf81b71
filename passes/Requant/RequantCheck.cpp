//===- RequantCheck.cpp - Whether the hardware holds a layer's M ----------===//
#include "Requant/RequantCheck.h"

#include "Remarks.h"
#include "Requant/SumCosts.h"
#include "tare/Dialect/Qnn/Grid.h"
#include "tare/Dialect/Qnn/QnnDialect.h"

#include "llvm/Support/FormatVariadic.h"
#include <cmath>

using namespace tare;
using namespace mlir;
using qnn::Grid;

namespace {

/// A clamped multiplier may cost the output this much, in LSB: a grid that fine saturates at the first step of the
/// accumulator anyway.
constexpr double tolerableCost = 1.0;
/// Rounding a multiplier may cost the output this much, in LSB: of 8 bits, with the rounding of the result itself, less
/// than a step; one of 15 bits costs results of 16 bits no more than one for each operand.
constexpr double harmlessCost = 0.5, harmlessWideCost = 1.0;
/// The same of the 16 bits within a layer (A64), in their steps: an eighth of one of 8 bits, of which they hold 256.
constexpr double harmlessCostInLayer = 32.0;
constexpr unsigned narrowBits = 8;

std::string real(double value) { return llvm::formatv("{0:e4}", value).str(); }

remark::detail::InFlightRemark missed(Operation *op, StringRef what, int64_t channel) {
  auto remark = remarkMissed(op, "tare-compute-requantization", what);
  if (remark)
    remark << remark::detail::Remark::Arg("Channel", channel);
  return remark;
}

} // namespace

RequantCheck::RequantCheck(qnn::RequantOpInterface op, const MultiplierLimits &limits, bool repair)
    : op(op), limits(limits), repair(repair), isSum(op.sharesShift()),
      isWide(Grid::of(op->getResult(0).getType())->bits > narrowBits), costs(op, limits),
      scales(costs.effectiveScales()), complaints(op, limits, scales, isWide) {}

LogicalResult RequantCheck::run(MutableArrayRef<Multiplier> multipliers) {
  if (!limits.onlyShifts)
    checkProducts(multipliers);
  for (auto [channel, multiplier] : llvm::enumerate(multipliers))
    if (multiplier.q < limits.shiftMin)
      checkLarge(channel, multiplier);
    else if (limits.onlyShifts)
      checkShift(channel, multiplier);
    else
      checkSmall(channel, multipliers);
  return complaints.report();
}

void RequantCheck::checkProducts(MutableArrayRef<Multiplier> multipliers) {
  if (isSum)
    return checkSum(multipliers);
  for (auto [channel, multiplier] : llvm::enumerate(multipliers))
    checkProduct(channel, multiplier);
}

void RequantCheck::checkSum(MutableArrayRef<Multiplier> multipliers) {
  int given = 0;
  // Rounding a narrower multiplier up may take one bit more.
  while (int excess = costs.excessBits(multipliers, costs.largestAccumulators())) {
    if (!mayNarrow(0, given += excess))
      return;
    llvm::copy(decomposeShared(scales, costs.narrowerBy(given)), multipliers.begin());
  }
  if (!given || multipliers[0].q < limits.shiftMin)
    return;
  double lost = SumCosts(op).worst(multipliers);
  for (size_t operand = 0; operand < scales.size(); ++operand)
    complaints.narrowed.add(operand, lost, {multipliers[operand].m, multipliers[operand].q, given});
}

void RequantCheck::checkProduct(int64_t channel, Multiplier &multiplier) {
  int given = 0;
  while (int excess = costs.excessBits(channel, multiplier)) {
    if (!mayNarrow(channel, given += excess))
      return;
    multiplier = decompose(scales[channel], costs.narrowerBy(given));
  }
  // Below the smallest shift nothing was gained: checkLarge says so.
  if (given && multiplier.q >= limits.shiftMin)
    complaints.narrowed.add(channel, costs.costOf(channel, multiplier), {multiplier.m, multiplier.q, given});
}

bool RequantCheck::mayNarrow(int64_t channel, int bits) {
  if (repair && bits < limits.bits)
    return true;
  complaints.refuseProduct(channel, costs.largestAccumulators()[channel], bits);
  return false;
}

void RequantCheck::checkLarge(int64_t channel, Multiplier &multiplier) {
  const Multiplier nearest = costs.nearestAtSmallestShift(scales[channel]);
  double lost = costs.costAtSmallestShift(channel);
  int excess = costs.excessAtSmallestShift(channel);
  // The shift of all bits is in range: only a product too narrow for them led below it.
  bool isNarrowed = wantedShift(scales[channel], limits) >= limits.shiftMin;
  if (excess > 0 && (isNarrowed || (repair && lost <= tolerableCost)))
    return complaints.refuseProduct(channel, costs.largestAccumulators()[channel], excess);
  if (!repair || lost > tolerableCost)
    return complaints.refuse(channel, multiplier.q, causeOfLargeScale(op).message());
  complaints.clamped.add(channel, lost, multiplier);
  multiplier = nearest;
}

void RequantCheck::checkSmall(int64_t channel, ArrayRef<Multiplier> multipliers) {
  const Multiplier &multiplier = multipliers[channel];
  if (!repair && multiplier.bitsLost > 0 && scales[channel] != 0)
    return complaints.refuse(channel, wantedShift(scales[channel], limits),
                             causeOfSmallScale(op, channel).text + "; repairs give up bits of the multiplier");
  if (multiplier.m == 0 && scales[channel] != 0) {
    missed(op, "ChannelVanishes", channel)
        << remark::reason("its effective scale {0} is below 2^-{1}: {2}", real(scales[channel]), multiplier.q + 1,
                          isSum ? "the operand adds nothing" : "every output becomes the zero point");
    complaints.vanishing.add(channel, costs.costOfAll(channel, multipliers), multiplier);
  } else if (multiplier.bitsLost > 0) {
    missed(op, "BitsLost", channel) << remark::reason(
        "its effective scale {0} would want {1} = {2}, the target ends at {3}: {4} of {5} multiplier bits are lost",
        real(scales[channel]), limits.shift, multiplier.q + multiplier.bitsLost, limits.shiftMax, multiplier.bitsLost,
        limits.bits);
    complaints.losses.add(channel, costs.costOfAll(channel, multipliers), multiplier);
  } else {
    checkCoarse(channel, multipliers);
  }
}

void RequantCheck::checkCoarse(int64_t channel, ArrayRef<Multiplier> multipliers) {
  // A sum is told of once, by its last operand, and other complaints tell of it, too.
  if (isSum && (size_t(channel) + 1 != multipliers.size() || complaints.losses.count || complaints.vanishing.count))
    return;
  double lost = costs.costOfAll(channel, multipliers);
  double harmless = isWide ? harmlessWideCost * (isSum ? double(multipliers.size()) : 1.0) : harmlessCost;
  if (op->hasAttr(qnn::inLayerAttrName))
    harmless = harmlessCostInLayer;
  if (complaints.narrowed.count == 0 && lost > harmless)
    complaints.coarse.add(channel, lost, multipliers[channel]);
  else if (complaints.narrowed.count == 0 && !isWide)
    untold = std::max(untold, lost);
}

void RequantCheck::checkShift(int64_t channel, const Multiplier &multiplier) {
  int wanted = wantedShift(scales[channel], limits);
  bool isApart = std::abs(double(multiplier.m)) > std::ldexp(1.0, limits.alignment);
  if (wanted > limits.shiftMax || isApart)
    complaints.refuseShift(channel, wanted);
}
