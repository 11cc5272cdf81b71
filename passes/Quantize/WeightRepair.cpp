//===- WeightRepair.cpp - Weight scales that the hardware cannot use ------===//
#include "Quantize/WeightRepair.h"
#include "Arithmetic/AccumulatorBound.h"
#include "Arithmetic/Multiplier.h"
#include "Quantize/Relevance.h"
#include "tare/Dialect/Qnn/Constants.h"
#include "tare/Dialect/Qnn/Steps.h"

#include <algorithm>
#include <cmath>
#include <numeric>

using namespace mlir;
using namespace tare;
using qnn::Grid;

namespace {

/// A bias keeps this many bits, so that half of the accumulator is left for the products.
constexpr int biasBits = 30;

double largestMagnitude(const Grid &grid) { return grid.scale() * double(grid.reach()); }

/// How far the results of a channel can move when its weights are rounded to `scale`.
double channelCost(const Tensor &weights, int64_t channel, int64_t channels, double scale,
                   const AccumulatorContext &context) {
  int64_t count = weights.count() / channels;
  const float *row = weights.as<float>() + channel * count;
  double error = 0.0;
  for (int64_t i = 0; i < count; ++i)
    error += std::abs(row[i] - scale * qnn::nearestWithin(row[i] / scale, -127.0, 127.0));
  double unit = context.result ? context.result->scale() : 1.0;
  return error * largestMagnitude(context.activation) / unit;
}

/// The finest scale with which sum |w| * max |x - Zx| + |b| stays within the accumulator, |w| rounded up by half at
/// most; 0 where there is none.
double finestForAccumulator(ArrayRef<float> row, double bias, const Grid &activation, const Target &target) {
  double reach = double(activation.reach()), magnitude = 0.0;
  for (float weight : row)
    magnitude += std::abs(weight);
  double room = accumulatorLimit(target, activation) - 0.5 * reach * double(row.size());
  return room > 0 ? kernels::accumulatorBound(magnitude, reach, bias / activation.scale()) / room : 0.0;
}

/// The finest scale that leaves the channel's bias its bits.
double finestForBias(double bias, const Grid &activation) {
  return std::abs(bias) / std::ldexp(activation.scale(), biasBits);
}

/// Why a scale was raised to `finest`.
MoveCause causeOfRaise(double finest, ArrayRef<float> bias, const Grid &activation) {
  // Float32 is no finer.
  constexpr double slack = 1e-6;
  double largest = 0;
  for (float value : bias)
    largest = std::max(largest, double(std::abs(value)));
  return finestForBias(largest, activation) >= finest * (1 - slack) ? MoveCause::bias : MoveCause::accumulator;
}

} // namespace

void tare::describeActivation(AccumulatorContext &context, qnn::AccumulatorOpInterface op, const Target &target) {
  Value activation = op.getActivationOperand().get();
  // Statistics are of the value in float, before its casts.
  if (auto dequantize = activation.getDefiningOp<quant::DequantizeCastOp>())
    if (auto quantize = dequantize.getInput().getDefiningOp<quant::QuantizeCastOp>())
      activation = quantize.getInput();
  context.usual = std::sqrt(meanSquare(activation).value_or(0.0));
  context.sumsStored = target.requantizer == Requantizer::three_stage && op.foldsZeroPoint();
}

SmallVector<ChannelWeights> tare::channelWeights(ArrayRef<double> own, const AccumulatorContext &context,
                                                 const Target &target) {
  const Tensor &weights = context.weights;
  Tensor bias = context.bias ? qnn::toTensor(context.bias) : Tensor();
  int64_t channels = int64_t(own.size()), count = weights.count() / std::max<int64_t>(channels, 1);
  // Three stages add the bias behind the multiplier, and take off there what the zero point has in the products.
  bool isMultiplied = target.requantizer != Requantizer::three_stage;
  double usual = context.usual > 0 ? context.usual : largestMagnitude(context.activation) / 2;
  double zero = context.sumsStored ? context.activation.scale() * double(context.activation.zeroPoint()) : 0.0;
  SmallVector<double> finest, offsets;
  for (int64_t c = 0; c < channels; ++c) {
    double offset = bias ? bias.as<float>()[c] : 0.0;
    ArrayRef<float> row(weights.as<float>() + c * count, count);
    double sum = zero != 0 ? std::accumulate(row.begin(), row.end(), 0.0) : 0.0;
    offsets.push_back(std::abs(isMultiplied ? offset : zero * sum) / usual);
    finest.push_back(std::max(finestForBias(offset, context.activation),
                              finestForAccumulator(row, offset, context.activation, target)));
  }
  // One scale for all channels is as coarse as any of them needs.
  if (!target.weights.perChannel && channels > 0)
    return {ChannelWeights(ArrayRef<float>(weights.as<float>(), weights.count()), own.front(),
                           *llvm::max_element(finest), *llvm::max_element(offsets))};
  SmallVector<ChannelWeights> result;
  for (int64_t c = 0; c < channels; ++c)
    result.emplace_back(ArrayRef<float>(weights.as<float>() + c * count, count), own[c], finest[c], offsets[c]);
  return result;
}

SmallVector<MovedScale> tare::moveScales(Grid &grid, const AccumulatorContext &context, const Target &target) {
  SmallVector<ChannelWeights> channels = channelWeights(grid.scales, context, target);
  SmallVector<double> scales =
      llvm::map_to_vector(channels, [](const ChannelWeights &channel) { return channel.own(); });
  bool isShared = target.requantizer == Requantizer::three_stage;
  if (context.result) {
    const MultiplierLimits limits = wholeLimits(target);
    double step = context.result->scale() / context.activation.scale();
    if (gainsMatter(channels, step, limits, isShared))
      scales = llvm::map_to_vector(chooseScales(channels, step, limits, isShared),
                                   [](const ChosenScale &chosen) { return chosen.scale; });
  }
  Tensor bias = context.bias ? qnn::toTensor(context.bias) : Tensor();
  ArrayRef<float> biases = bias ? ArrayRef<float>(bias.as<float>(), bias.count()) : ArrayRef<float>();
  SmallVector<MovedScale> moved;
  for (int64_t c = 0, count = grid.scales.size(); c < count; ++c) {
    double before = grid.scales[c], after = scales[scales.size() == 1 ? 0 : c];
    if (before == after)
      continue;
    grid.scales[c] = after;
    bool isAlone = channels.size() == size_t(count), isForMultiplier = after != channels[isAlone ? c : 0].own();
    ArrayRef<float> whose = isAlone && !biases.empty() ? biases.slice(c, 1) : biases;
    MoveCause cause = isForMultiplier ? MoveCause::multiplier : causeOfRaise(after, whose, context.activation);
    moved.push_back({c, cause, before, after, channelCost(context.weights, c, count, after, context)});
  }
  return moved;
}

double tare::roundingCost(const AccumulatorContext &context, const Grid &grid) {
  double cost = 0.0;
  for (int64_t c = 0, channels = grid.scales.size(); c < channels; ++c)
    cost = std::max(cost, channelCost(context.weights, c, channels, grid.scale(c), context));
  return cost;
}
