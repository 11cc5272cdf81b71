//===- RequantComplaints.cpp - What multipliers lack ----------------------===//
#include "Requant/RequantComplaints.h"
#include "tare/Diagnostics/Warning.h"
#include "tare/Dialect/Qnn/Grid.h"
#include "tare/Dialect/Qnn/Names.h"
#include "tare/Dialect/Qnn/QnnDialect.h"
#include "tare/Passes/Repairs.h"

#include "llvm/Support/FormatVariadic.h"

using namespace tare;
using namespace mlir;
using qnn::Grid;

namespace {

/// Channels that are refused beyond these are counted only.
constexpr int64_t shownChannels = 8;

std::string real(double value) { return llvm::formatv("{0:e4}", value).str(); }
std::string cost(double value) { return costText(value) + " LSB of the output"; }

} // namespace

void RequantComplaints::Complaint::add(int64_t atChannel, double ofCost, const Multiplier &of) {
  if (count == 0 || of.bitsLost > bitsLost)
    narrowest = atChannel, bitsLost = of.bitsLost;
  if (count++ == 0 || ofCost > cost)
    channel = atChannel, cost = ofCost, multiplier = of;
}

void RequantComplaints::refuseProduct(int64_t channel, int64_t reach, int bits) {
  if (refused++ < shownChannels)
    op->emitError() << at(channel) << ": the product of the accumulator, at most " << reach
                    << ", and the multiplier needs " << limits.productBits + bits << " bits, the target has "
                    << limits.productBits << " (" << scalesAt(channel)
                    << "); a target with wider products or narrower multipliers can hold it";
}

void RequantComplaints::refuse(int64_t channel, int shift, const std::string &cause) {
  if (refused++ < shownChannels)
    op->emitError() << at(channel) << ": needs " << limits.shift << " = " << shift << ", the target has "
                    << limits.shift << " in [" << limits.shiftMin << ", " << limits.shiftMax << "] ("
                    << scalesAt(channel) << ", effective scale " << real(scales[channel]) << "): " << cause;
}

void RequantComplaints::refuseShift(int64_t channel, int wanted) {
  if (refused++ >= shownChannels)
    return;
  InFlightDiagnostic error = op->emitError() << at(channel);
  if (wanted > limits.shiftMax)
    error << ": needs q = " << wanted << ", the target has q in [" << limits.shiftMin << ", " << limits.shiftMax
          << "] (" << scalesAt(channel) << ", effective scale " << real(scales[channel])
          << "): its multiplier is 1 and has no bits to give up; let repairs choose coarser scales";
  else
    error << ": this operand's grid is more than a factor of 2^" << limits.alignment
          << " coarser than the other's or the result's (" << scalesAt(0)
          << "): a shift to the left would leave the accumulator; let repairs choose the scales";
}

std::string RequantComplaints::at(int64_t channel) const {
  return llvm::formatv("layer '{0}', {1} {2}", qnn::layerName(op), noun(), channel).str();
}

LogicalResult RequantComplaints::report() const {
  reportNarrowed();
  reportClamped();
  reportVanishing();
  reportLosses();
  reportCoarse();
  if (refused > shownChannels)
    op->emitError() << "layer '" << qnn::layerName(op) << "': " << refused - shownChannels << " more channels";
  return failure(refused > 0);
}

std::string RequantComplaints::describe(const Complaint &complaint) const {
  return llvm::formatv("layer '{0}', {1} {2}{3}", qnn::layerName(op), complaint.count, noun(),
                       complaint.count > 1 ? "s" : "")
      .str();
}

StringRef RequantComplaints::noun() const { return isSum ? "operand" : "channel"; }

void RequantComplaints::reportNarrowed() const {
  if (narrowed.count)
    repaired("NarrowerMultiplier", narrowed,
             llvm::formatv("the product of accumulator and multiplier would need {0} bits, the target has {1}, so the "
                           "multiplier gives up {2} of {3} bits",
                           limits.productBits + narrowed.bitsLost, limits.productBits, narrowed.bitsLost, limits.bits)
                 .str(),
             {});
}

void RequantComplaints::reportClamped() const {
  if (clamped.count)
    repaired("ClampedShift", clamped,
             llvm::formatv("{0} is clamped to {1} ({2} {3} needs {4}, {5}), so the output loses precision",
                           limits.shift, limits.shiftMin, noun(), clamped.channel, clamped.multiplier.q,
                           scalesAt(clamped.channel))
                 .str(),
             causeOfLargeScale(op));
}

void RequantComplaints::reportVanishing() const {
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

void RequantComplaints::vanishes(StringRef what, const Cause &cause) const {
  std::string text =
      llvm::formatv("{0}: {1} ({2} {3}: {4}), at the cost of at most {5}: {6}", describe(vanishing), what, noun(),
                    vanishing.channel, scalesAt(vanishing.channel), cost(vanishing.cost), cause.text);
  reportWarning(op->getLoc(), {"Vanishes", cause.kind, qnn::layerName(op), vanishing.cost, CostUnit::lsb, text,
                               cause.remedy, isWide});
}

void RequantComplaints::reportLosses() const {
  if (losses.count)
    repaired("LostBits", losses,
             llvm::formatv("the shift ends at {0} = {1}, so the multiplier gives up bits, most of all in {2} {3}: {4} "
                           "of {5} ({6})",
                           limits.shift, limits.shiftMax, noun(), losses.narrowest, losses.bitsLost, limits.bits,
                           scalesAt(losses.narrowest))
                 .str(),
             causeOfSmallScale(op, losses.narrowest), losses.narrowest);
}

void RequantComplaints::reportCoarse() const {
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

void RequantComplaints::repaired(StringRef kind, const Complaint &complaint, StringRef what, const Cause &cause,
                                 std::optional<int64_t> told) const {
  bool isElsewhere = told && *told != complaint.channel;
  std::string where = isElsewhere ? (" (" + noun() + " " + Twine(complaint.channel) + ")").str() : "";
  reportRepair(op, {kind, complaint.count, complaint.cost, true, cause.kind, cause.remedy},
               describe(complaint) + ": " + what + ", at the cost of at most " + cost(complaint.cost) + where +
                   (cause.text.empty() ? "" : ": ") + cause.text);
}

/// "Sx = 1.2e-2, Sw = 3.1e-3, Sy = 4.0e-9"
std::string RequantComplaints::scalesAt(int64_t channel) const {
  std::string text;
  for (auto [index, operand] : llvm::enumerate(op->getOperands().take_front(2)))
    if (std::optional<Grid> grid = Grid::of(operand.getType()))
      text += (index ? "Sw = " : "Sx = ") + real(grid->scale(channel)) + ", ";
  return text + "Sy = " + real(Grid::of(op->getResult(0).getType())->scale(channel));
}
