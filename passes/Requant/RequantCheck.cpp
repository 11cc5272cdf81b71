//===- RequantCheck.cpp - Whether the hardware holds a layer's M ----------===//
#include "Requant/RequantCheck.h"

#include "Arithmetic/AccumulatorBound.h"
#include "Remarks.h"
#include "Requant/SumCosts.h"
#include "tare/Diagnostics/Warning.h"
#include "tare/Dialect/Qnn/Grid.h"
#include "tare/Dialect/Qnn/QnnDialect.h"
#include "tare/Passes/Repairs.h"

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
/// Channels that are refused beyond these are counted only.
constexpr int64_t shownChannels = 8;

std::string real(double value) { return llvm::formatv("{0:e4}", value).str(); }
std::string cost(double value) { return costText(value) + " LSB of the output"; }

remark::detail::InFlightRemark missed(Operation *op, StringRef what, int64_t channel) {
  auto remark = remarkMissed(op, "tare-compute-requantization", what);
  if (remark)
    remark << remark::detail::Remark::Arg("Channel", channel);
  return remark;
}

} // namespace

void RequantCheck::Complaint::add(int64_t atChannel, double ofCost, const Multiplier &of) {
  if (count == 0 || of.bitsLost > bitsLost)
    narrowest = atChannel, bitsLost = of.bitsLost;
  if (count++ == 0 || ofCost > cost)
    channel = atChannel, cost = ofCost, multiplier = of;
}

RequantCheck::RequantCheck(qnn::RequantOpInterface op, const MultiplierLimits &limits, bool repair)
    : op(op), limits(limits), repair(repair), isSum(op.sharesShift()), scales(op.getEffectiveScales()),
      reaches(reachesOf(op)), accumulators(accumulatorIntervals(op)) {
  const Grid grid = *Grid::of(op->getResult(0).getType());
  zero = double(grid.zeroPoint());
  ends = outputEndsOf(op);
  constexpr unsigned narrowBits = 8;
  isWide = grid.bits > narrowBits;
}

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
  return report();
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
  while (int excess = excessBits(multipliers, reaches)) {
    if (!mayNarrow(0, given += excess))
      return;
    llvm::copy(decomposeShared(scales, narrowerBy(given)), multipliers.begin());
  }
  if (!given || multipliers[0].q < limits.shiftMin)
    return;
  double lost = SumCosts(op).worst(multipliers);
  for (size_t operand = 0; operand < scales.size(); ++operand)
    narrowed.add(operand, lost, {multipliers[operand].m, multipliers[operand].q, given});
}

void RequantCheck::checkProduct(int64_t channel, Multiplier &multiplier) {
  int given = 0;
  while (int excess = size_t(channel) < reaches.size() ? excessBits(multiplier, reaches[channel]) : 0) {
    if (!mayNarrow(channel, given += excess))
      return;
    multiplier = decompose(scales[channel], narrowerBy(given));
  }
  // Below the smallest shift nothing was gained: checkLarge says so.
  if (given && multiplier.q >= limits.shiftMin)
    narrowed.add(channel, costOf(channel, multiplier), {multiplier.m, multiplier.q, given});
}

MultiplierLimits RequantCheck::narrowerBy(int bits) const {
  MultiplierLimits narrower = limits;
  narrower.bits -= bits;
  return narrower;
}

int RequantCheck::excessBits(ArrayRef<Multiplier> multipliers, ArrayRef<int64_t> reaches) const {
  // Rounding adds half of what is shifted out.
  int shift = multipliers.front().q;
  double sum = shift > 0 ? std::ldexp(1.0, shift - 1) : 0.0;
  for (auto [multiplier, reach] : llvm::zip(multipliers, reaches))
    sum += std::abs(double(multiplier.m)) * double(reach);
  int exponent;
  std::frexp(sum, &exponent); // sum < 2^exponent
  return std::max(0, exponent + 1 - limits.productBits);
}

bool RequantCheck::mayNarrow(int64_t channel, int bits) {
  if (repair && bits < limits.bits)
    return true;
  refuseProduct(channel, bits);
  return false;
}

void RequantCheck::refuseProduct(int64_t channel, int bits) {
  if (refused++ < shownChannels)
    op->emitError() << "layer '" << qnn::layerName(op) << "', " << noun() << " " << channel
                    << ": the product of the accumulator, at most " << reaches[channel] << ", and the multiplier needs "
                    << limits.productBits + bits << " bits, the target has " << limits.productBits << " ("
                    << scalesAt(channel) << "); a target with wider products or narrower multipliers can hold it";
}

Multiplier RequantCheck::nearestAtSmallestShift(double scale) const {
  double largest = std::ldexp(1.0, limits.bits) - 1;
  return {int32_t(std::clamp(std::nearbyint(std::ldexp(scale, limits.shiftMin)), -largest, largest)), limits.shiftMin,
          0};
}

int RequantCheck::excessAtSmallestShift(int64_t channel) const {
  auto nearest = llvm::map_to_vector(scales, [&](double scale) { return nearestAtSmallestShift(scale); });
  if (isSum)
    return excessBits(nearest, reaches);
  return size_t(channel) < reaches.size() ? excessBits(nearest[channel], reaches[channel]) : 0;
}

double RequantCheck::costAtSmallestShift(int64_t channel) const {
  auto nearest = llvm::map_to_vector(scales, [&](double scale) { return nearestAtSmallestShift(scale); });
  return costOfAll(channel, nearest);
}

void RequantCheck::checkLarge(int64_t channel, Multiplier &multiplier) {
  const Multiplier nearest = nearestAtSmallestShift(scales[channel]);
  double lost = costAtSmallestShift(channel);
  int excess = excessAtSmallestShift(channel);
  // The shift of all bits is in range: only a product too narrow for them led below it.
  bool isNarrowed = wantedShift(scales[channel], limits) >= limits.shiftMin;
  if (excess > 0 && (isNarrowed || (repair && lost <= tolerableCost)))
    return refuseProduct(channel, excess);
  if (!repair || lost > tolerableCost)
    return refuse(channel, multiplier.q, causeOfLargeScale(op).message());
  clamped.add(channel, lost, multiplier);
  multiplier = nearest;
}

void RequantCheck::checkSmall(int64_t channel, ArrayRef<Multiplier> multipliers) {
  const Multiplier &multiplier = multipliers[channel];
  if (!repair && multiplier.bitsLost > 0 && scales[channel] != 0)
    return refuse(channel, wantedShift(scales[channel], limits),
                  causeOfSmallScale(op, channel).text + "; repairs give up bits of the multiplier");
  if (multiplier.m == 0 && scales[channel] != 0) {
    missed(op, "ChannelVanishes", channel)
        << remark::reason("its effective scale {0} is below 2^-{1}: {2}", real(scales[channel]), multiplier.q + 1,
                          isSum ? "the operand adds nothing" : "every output becomes the zero point");
    vanishing.add(channel, costOfAll(channel, multipliers), multiplier);
  } else if (multiplier.bitsLost > 0) {
    missed(op, "BitsLost", channel) << remark::reason(
        "its effective scale {0} would want {1} = {2}, the target ends at {3}: {4} of {5} multiplier bits are lost",
        real(scales[channel]), limits.shift, multiplier.q + multiplier.bitsLost, limits.shiftMax, multiplier.bitsLost,
        limits.bits);
    losses.add(channel, costOfAll(channel, multipliers), multiplier);
  } else {
    checkCoarse(channel, multipliers);
  }
}

void RequantCheck::checkCoarse(int64_t channel, ArrayRef<Multiplier> multipliers) {
  // A sum is told of once, by its last operand, and other complaints tell of it, too.
  if (isSum && (size_t(channel) + 1 != multipliers.size() || losses.count || vanishing.count))
    return;
  double lost = costOfAll(channel, multipliers);
  double harmless = isWide ? harmlessWideCost * (isSum ? double(multipliers.size()) : 1.0) : harmlessCost;
  if (op->hasAttr(qnn::inLayerAttrName))
    harmless = harmlessCostInLayer;
  if (narrowed.count == 0 && lost > harmless)
    coarse.add(channel, lost, multipliers[channel]);
  else if (narrowed.count == 0 && !isWide)
    untold = std::max(untold, lost);
}

double RequantCheck::costOfAll(int64_t channel, ArrayRef<Multiplier> multipliers) const {
  return isSum ? SumCosts(op).worst(multipliers) : costOf(channel, multipliers[channel]);
}

void RequantCheck::checkShift(int64_t channel, const Multiplier &multiplier) {
  int wanted = wantedShift(scales[channel], limits);
  bool isApart = std::abs(double(multiplier.m)) > std::ldexp(1.0, limits.alignment);
  if ((wanted <= limits.shiftMax && !isApart) || refused++ >= shownChannels)
    return;
  InFlightDiagnostic error = op->emitError()
                             << "layer '" << qnn::layerName(op) << "', " << noun() << " " << channel << ": ";
  if (wanted > limits.shiftMax)
    error << "needs q = " << wanted << ", the target has q in [" << limits.shiftMin << ", " << limits.shiftMax << "] ("
          << scalesAt(channel) << ", effective scale " << real(scales[channel])
          << "): its multiplier is 1 and has no bits to give up; let repairs choose coarser scales";
  else
    error << "this operand's grid is more than a factor of 2^" << limits.alignment
          << " coarser than the other's or the result's (" << scalesAt(0)
          << "): a shift to the left would leave the accumulator; let repairs choose the scales";
}

void RequantCheck::refuse(int64_t channel, int shift, const std::string &cause) {
  if (refused++ < shownChannels)
    op->emitError() << "layer '" << qnn::layerName(op) << "', " << noun() << " " << channel << ": needs "
                    << limits.shift << " = " << shift << ", the target has " << limits.shift << " in ["
                    << limits.shiftMin << ", " << limits.shiftMax << "] (" << scalesAt(channel) << ", effective scale "
                    << real(scales[channel]) << "): " << cause;
}

LogicalResult RequantCheck::report() const {
  reportNarrowed();
  reportClamped();
  reportVanishing();
  reportLosses();
  reportCoarse();
  if (refused > shownChannels)
    op->emitError() << "layer '" << qnn::layerName(op) << "': " << refused - shownChannels << " more channels";
  return failure(refused > 0);
}

std::string RequantCheck::describe(const Complaint &complaint) const {
  return llvm::formatv("layer '{0}', {1} {2}{3}", qnn::layerName(op), complaint.count, noun(),
                       complaint.count > 1 ? "s" : "")
      .str();
}

StringRef RequantCheck::noun() const { return isSum ? "operand" : "channel"; }

void RequantCheck::reportNarrowed() const {
  if (narrowed.count)
    repaired("NarrowerMultiplier", narrowed,
             llvm::formatv("the product of accumulator and multiplier would need {0} bits, the target has {1}, so the "
                           "multiplier gives up {2} of {3} bits",
                           limits.productBits + narrowed.bitsLost, limits.productBits, narrowed.bitsLost, limits.bits)
                 .str(),
             {});
}

void RequantCheck::reportClamped() const {
  if (clamped.count)
    repaired("ClampedShift", clamped,
             llvm::formatv("{0} is clamped to {1} ({2} {3} needs {4}, {5}), so the output loses precision",
                           limits.shift, limits.shiftMin, noun(), clamped.channel, clamped.multiplier.q,
                           scalesAt(clamped.channel))
                 .str(),
             causeOfLargeScale(op));
}

void RequantCheck::reportVanishing() const {
  if (vanishing.count && isSum)
    vanishes(llvm::formatv("the multiplier is 0 at the shift that the sum needs, {0} = {1}, so that nothing is added",
                           limits.shift, vanishing.multiplier.q)
                 .str(),
             causeOfVanishingOperand());
  else if (vanishing.count)
    vanishes(llvm::formatv("the multiplier is 0 at the largest shift, {0} = {1}, so that every output becomes the zero "
                           "point",
                           limits.shift, limits.shiftMax)
                 .str(),
             causeOfSmallScale(op, vanishing.channel));
}

void RequantCheck::vanishes(StringRef what, const Cause &cause) const {
  std::string text =
      llvm::formatv("{0}: {1} ({2} {3}: {4}), at the cost of at most {5}: {6}", describe(vanishing), what, noun(),
                    vanishing.channel, scalesAt(vanishing.channel), cost(vanishing.cost), cause.text);
  reportWarning(op->getLoc(), {"Vanishes", cause.kind, qnn::layerName(op), vanishing.cost, CostUnit::lsb, text,
                               cause.remedy, isWide});
}

void RequantCheck::reportLosses() const {
  if (losses.count)
    repaired("LostBits", losses,
             llvm::formatv("the shift ends at {0} = {1}, so the multiplier gives up bits, most of all in {2} {3}: {4} "
                           "of {5} ({6})",
                           limits.shift, limits.shiftMax, noun(), losses.narrowest, losses.bitsLost, limits.bits,
                           scalesAt(losses.narrowest))
                 .str(),
             causeOfSmallScale(op, losses.narrowest), losses.narrowest);
}

void RequantCheck::reportCoarse() const {
  if (!coarse.count)
    return;
  std::string text =
      llvm::formatv("{0}: multipliers of {1} bits do not hit what they stand for, at the cost of at most {2} ({3} {4}: "
                    "{5}, effective scale {6})",
                    isSum ? llvm::formatv("layer '{0}'", qnn::layerName(op)).str() : describe(coarse), limits.bits,
                    cost(coarse.cost), noun(), coarse.channel, scalesAt(coarse.channel), real(scales[coarse.channel]))
          .str();
  reportWarning(op->getLoc(), {"CoarseMultiplier", "", qnn::layerName(op), coarse.cost, CostUnit::lsb, text,
                               "take a target with wider multipliers, or activations with fewer bits", isWide});
}

void RequantCheck::repaired(StringRef kind, const Complaint &complaint, StringRef what, const Cause &cause,
                            std::optional<int64_t> told) const {
  bool isElsewhere = told && *told != complaint.channel;
  std::string where = isElsewhere ? (" (" + noun() + " " + Twine(complaint.channel) + ")").str() : "";
  reportRepair(op, {kind, complaint.count, complaint.cost, true, cause.kind, cause.remedy},
               describe(complaint) + ": " + what + ", at the cost of at most " + cost(complaint.cost) + where +
                   (cause.text.empty() ? "" : ": ") + cause.text);
}

double RequantCheck::costOf(int64_t channel, const Multiplier &multiplier) const {
  AccumulatorInterval all = {-HUGE_VAL, HUGE_VAL};
  return costOfScale(std::abs(scales[channel]), std::abs(std::ldexp(double(multiplier.m), -multiplier.q)),
                     size_t(channel) < accumulators.size() ? accumulators[channel] : all, zero, ends);
}

/// "Sx = 1.2e-2, Sw = 3.1e-3, Sy = 4.0e-9"
std::string RequantCheck::scalesAt(int64_t channel) const {
  std::string text;
  for (auto [index, operand] : llvm::enumerate(op->getOperands().take_front(2)))
    if (std::optional<Grid> grid = Grid::of(operand.getType()))
      text += (index ? "Sw = " : "Sx = ") + real(grid->scale(channel)) + ", ";
  return text + "Sy = " + real(Grid::of(op->getResult(0).getType())->scale(channel));
}
