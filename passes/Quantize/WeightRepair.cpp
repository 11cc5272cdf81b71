//===- WeightRepair.cpp - Weight scales that are too fine -----------------===//
#include "Quantize/WeightRepair.h"
#include "Requant/AccumulatorBound.h"
#include "Requant/Multiplier.h"
#include "tare/Dialect/Qnn/Constants.h"

#include <algorithm>
#include <cmath>

using namespace mlir;
using namespace tare;
using qnn::Grid;

namespace {

/// A bias keeps this many bits, so that half of the accumulator is left for the products.
constexpr int biasBits = 30;
/// A multiplier keeps this many bits at the largest shift.
constexpr int multiplierBits = 8;

double largestMagnitude(const Grid &grid) {
  return grid.scale() * double(std::max(grid.max - grid.zeroPoint(), grid.zeroPoint() - grid.min));
}

/// How far the results of a channel can move when its weights are rounded to `scale`.
double channelCost(const Tensor &weights, int64_t channel, int64_t channels, double scale,
                   const AccumulatorContext &context) {
  int64_t count = weights.count() / channels;
  const float *row = weights.as<float>() + channel * count;
  double error = 0.0;
  for (int64_t i = 0; i < count; ++i)
    error += std::abs(row[i] - scale * std::nearbyint(row[i] / scale));
  double unit = context.result ? context.result->scale() : 1.0;
  return error * largestMagnitude(context.activation) / unit;
}

/// The finest scale with which sum |w| * max |x - Zx| + |b| stays within the accumulator, |w| rounded up by half at
/// most; 0 where there is none.
double finestForAccumulator(ArrayRef<float> row, double bias, const Grid &activation, const Target &target) {
  double limit = std::ldexp(1.0, accumulatorBits(target, activation) - 1) - 1;
  double reach = largestMagnitude(activation) / activation.scale(), magnitude = 0.0;
  for (float weight : row)
    magnitude += std::abs(weight);
  double room = limit - 0.5 * reach * double(row.size());
  return room > 0 ? (magnitude * reach + std::abs(bias) / activation.scale()) / room : 0.0;
}

/// The finest scale that a channel may have, and what would not fit beyond it.
struct Finest {
  double scale = 0;
  TooFineFor cause = TooFineFor::bias;

  bool operator<(const Finest &other) const { return scale < other.scale; }
};

/// The finest scale that leaves the channel's bias and multiplier their bits, and its sum the accumulator.
Finest finestScale(ArrayRef<float> row, double bias, const AccumulatorContext &context, const Target &target) {
  double activation = context.activation.scale(), forShift = 0;
  if (context.result)
    forShift = std::ldexp(context.result->scale(), multiplierBits - wholeLimits(target).shiftMax) / activation;
  return std::max({Finest{std::abs(bias) / std::ldexp(activation, biasBits), TooFineFor::bias},
                   Finest{forShift, TooFineFor::shift},
                   Finest{finestForAccumulator(row, bias, context.activation, target), TooFineFor::accumulator}});
}

} // namespace

SmallVector<RaisedScale> tare::raiseFineScales(Grid &grid, const AccumulatorContext &context, const Target &target) {
  const Tensor &weights = context.weights;
  Tensor bias = context.bias ? qnn::toTensor(context.bias) : Tensor();
  int64_t channels = grid.scales.size();
  SmallVector<Finest> finest;
  for (int64_t c = 0; c < channels; ++c) {
    double offset = bias ? bias.as<float>()[c] : 0.0;
    ArrayRef<float> row(weights.as<float>() + c * (weights.count() / channels), weights.count() / channels);
    finest.push_back(finestScale(row, offset, context, target));
  }
  // One scale for all channels is as coarse as any of them needs.
  if (!target.weights.perChannel)
    finest.assign(channels, *llvm::max_element(finest));
  SmallVector<RaisedScale> raised;
  for (int64_t c = 0; c < channels; ++c) {
    double before = grid.scales[c];
    if (!(before < finest[c].scale))
      continue;
    float scale = finest[c].scale;
    grid.scales[c] = scale < finest[c].scale ? std::nextafter(scale, HUGE_VALF) : scale;
    raised.push_back(
        {c, finest[c].cause, before, grid.scales[c], channelCost(weights, c, channels, grid.scales[c], context)});
  }
  return raised;
}

double tare::roundingCost(const AccumulatorContext &context, const Grid &grid) {
  double cost = 0.0;
  for (int64_t c = 0, channels = grid.scales.size(); c < channels; ++c)
    cost = std::max(cost, channelCost(context.weights, c, channels, grid.scale(c), context));
  return cost;
}
