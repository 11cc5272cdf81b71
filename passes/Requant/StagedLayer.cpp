//===- StagedLayer.cpp - A layer's requantization in three stages ---------===//
#include "Requant/StagedLayer.h"

#include "Arithmetic/AccumulatorBound.h"
#include "Remarks.h"
#include "Requant/Cause.h"
#include "Requant/RequantCheck.h"
#include "tare/Diagnostics/Warning.h"
#include "tare/Dialect/Qnn/Grid.h"

#include "llvm/Support/FormatVariadic.h"
#include <cmath>

using namespace tare;
using namespace mlir;
using qnn::Grid;

namespace {

/// What the contract promises of a result: beyond this a layer is warned of.
constexpr double promisedError = 1.0;

/// The accumulator is the bare sum of products: without the bias and, where that can be said of every element, without
/// the zero point's share. (A41)
std::vector<StagedChannel> weightedChannels(qnn::AccumulatorOpInterface op, ArrayRef<double> scales) {
  Grid x = *Grid::of(op.getActivationOperand().get().getType());
  double resultZero = Grid::of(op->getResult(0).getType())->zeroPoint();
  int64_t zero = x.zeroPoint(), inAccumulator = op.foldsZeroPoint() ? 0 : zero;
  std::vector<int64_t> bias = biasIntegers(op);
  std::vector<StagedChannel> channels;
  for (auto [c, sums] : llvm::enumerate(channelSums(op))) {
    StagedChannel channel;
    channel.scale = scales[scales.size() == 1 ? 0 : c];
    double later = double(bias.empty() ? 0 : bias[c]) - double(zero - inAccumulator) * double(sums.sum);
    channel.offset = resultZero + channel.scale * later;
    channel.accumulators = sumsBetween(sums, x.min - inAccumulator, x.max - inAccumulator);
    channels.push_back(channel);
  }
  return channels;
}

/// What a multiplier of 0 may take from a result.
double shareOf(const StagedChannel &channel, OutputEnds ends) {
  return costOfScale(channel.scale, 0, channel.accumulators, channel.offset, ends);
}

} // namespace

StagedLayer::StagedLayer(qnn::RequantOpInterface op, const Target &target)
    : op(op), ends(outputEndsOf(op)), each(eachLimits(target)), whole(wholeLimits(target)),
      layer("layer '" + qnn::layerName(op) + "'") {}

std::optional<ThreeStages> StagedLayer::choose(bool repair) {
  SmallVector<double> scales = op.getEffectiveScales();
  auto multipliers = llvm::map_to_vector(scales, [&](double scale) { return decompose(scale, whole); });
  SmallVector<Multiplier> wanted = multipliers;
  if (failed(RequantCheck(op, whole, repair).run(multipliers)))
    return std::nullopt;
  // What was clamped is the largest that there is.
  for (auto [scale, before, after] : llvm::zip_equal(scales, wanted, multipliers))
    if (before.q != after.q)
      scale = std::ldexp(double(after.m), -after.q);
  std::vector<StagedChannel> channels = channelsOf(scales);
  std::optional<ThreeStages> stages = chooseStages(channels, ends, each);
  if (!stages)
    return reportNone(channels), std::nullopt;
  reportVanishing(*stages, channels);
  if (stages->error > promisedError)
    reportError(*stages);
  return stages;
}

std::vector<StagedChannel> StagedLayer::channelsOf(ArrayRef<double> scales) {
  if (auto accumulator = dyn_cast<qnn::AccumulatorOpInterface>(op.getOperation()))
    return weightedChannels(accumulator, scales);
  double resultZero = Grid::of(op->getResult(0).getType())->zeroPoint();
  std::vector<StagedChannel> channels;
  for (auto [scale, interval] : llvm::zip_equal(scales, accumulatorIntervals(op)))
    channels.push_back({scale, resultZero, interval});
  return channels;
}

void StagedLayer::reportNone(const std::vector<StagedChannel> &channels) const {
  bool isExplained = false;
  for (auto [index, channel] : llvm::enumerate(channels))
    if (std::optional<std::string> why = whyNoStages(channel, ends, each)) {
      isExplained = true;
      op->emitError() << layer << ", channel " << index << ": has no three shifts in [" << each.shiftMin << ", "
                      << each.shiftMax << "]: " << *why << "; calibrate value '" << qnn::valueName(op->getResult(0))
                      << "' on data that exercises it, or widen its range";
    }
  if (!isExplained)
    op->emitError() << layer << ": each channel has three shifts in [" << each.shiftMin << ", " << each.shiftMax
                    << "], but no three do for all of them: their scales lie too far apart; equalize the weights' "
                       "ranges, or use one scale for all channels";
}

void StagedLayer::reportVanishing(const ThreeStages &stages, const std::vector<StagedChannel> &channels) const {
  int64_t count = 0, worst = 0;
  for (auto [c, channel] : llvm::enumerate(channels)) {
    if (stages.multipliers[c] != 0 || shareOf(channel, ends) == 0)
      continue;
    if (auto remark = remarkMissed(op, "tare-compute-requantization", "ChannelVanishes"))
      remark << remark::detail::Remark::Arg("Channel", int64_t(c))
             << remark::reason("its effective scale {0} rounds to 0 beside the largest: every output is its bias",
                               llvm::formatv("{0:e4}", channel.scale).str());
    if (count++ == 0 || shareOf(channel, ends) > shareOf(channels[worst], ends))
      worst = c;
  }
  if (count)
    warnOfVanishing(count, worst, channels[worst]);
}

void StagedLayer::warnOfVanishing(int64_t count, int64_t worst, const StagedChannel &channel) const {
  const Cause cause = causeOfSmallScale(op, worst);
  const double cost = shareOf(channel, ends);
  std::string text =
      llvm::formatv("{0}, {1} channel{2}: the multiplier is 0 beside the layer's largest, so that every output is the "
                    "bias (channel {3}, effective scale {4:e4}), at the cost of at most {5:e2} LSB of the output: {6}",
                    layer, count, count > 1 ? "s" : "", worst, channel.scale, cost, cause.text);
  reportWarning(op->getLoc(), {"Vanishes", cause.kind, qnn::layerName(op), cost, CostUnit::lsb, text, cause.remedy});
}

void StagedLayer::reportError(const ThreeStages &stages) const {
  std::string text = llvm::formatv(
      "{0}, channel {1}: its three stages (q0 = {2}, q1 = {3}, q2 = {4}) may be off by {5:f2} LSB of the "
      "output, the best that 16 bits between them allow",
      layer, stages.worstChannel, stages.accumulatorShift, stages.productShift, stages.outputShift, stages.error);
  reportWarning(op->getLoc(), {"CoarseStages", "", qnn::layerName(op), stages.error, CostUnit::lsb, text, ""});
}
