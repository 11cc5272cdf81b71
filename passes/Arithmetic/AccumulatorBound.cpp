//===- AccumulatorBound.cpp - How large an accumulator can become ---------===//
#include "Arithmetic/AccumulatorBound.h"
#include "tare/Dialect/Qnn/Constants.h"
#include "tare/Dialect/Qnn/Grid.h"

#include <algorithm>
#include <cstdlib>

using namespace tare;
using namespace mlir;

/// Blocks whose sums fit 32 bits, for the vectors' sake.
static ChannelSums sumsOf(const int8_t *weights, int64_t count) {
  constexpr int64_t block = 1 << 16;
  ChannelSums sums;
  for (int64_t begin = 0; begin < count; begin += block) {
    int32_t sum = 0, magnitude = 0;
    for (int64_t i = begin, end = std::min(count, begin + block); i < end; ++i) {
      sum += weights[i];
      magnitude += std::abs(int32_t(weights[i]));
    }
    sums.sum += sum;
    sums.magnitude += magnitude;
  }
  return sums;
}

std::vector<ChannelSums> tare::channelSums(qnn::AccumulatorOpInterface op) {
  ElementsAttr attr = qnn::constantValue(op.getWeightOperand().get());
  if (!attr)
    return {};
  Tensor weight = qnn::toTensor(attr);
  int64_t channels = weight.shape()[0], size = channels ? weight.count() / channels : 0;
  std::vector<ChannelSums> sums(channels);
  const int8_t *w = weight.as<int8_t>();
  for (int64_t c = 0; c < channels; ++c)
    sums[c] = sumsOf(w + c * size, size);
  return sums;
}

std::vector<int64_t> tare::biasIntegers(qnn::AccumulatorOpInterface op) {
  ElementsAttr attr = qnn::constantValue(op.getBiasValue());
  if (!attr)
    return {};
  Tensor bias = qnn::toTensor(attr);
  return std::vector<int64_t>(bias.as<int32_t>(), bias.as<int32_t>() + bias.count());
}

std::vector<int64_t> tare::accumulatorBounds(qnn::AccumulatorOpInterface op) {
  qnn::Grid x = *qnn::Grid::of(op.getActivationOperand().get().getType());
  int64_t reach = std::max(x.max - x.zeroPoint(), x.zeroPoint() - x.min);
  std::vector<int64_t> bias = biasIntegers(op), bounds;
  for (auto [c, sums] : llvm::enumerate(channelSums(op)))
    // (A19)
    bounds.push_back(sums.magnitude * reach + (bias.empty() ? 0 : std::abs(bias[c])));
  return bounds;
}

AccumulatorInterval tare::productSums(const ChannelSums &sums, double low, double high) {
  double positive = double(sums.magnitude + sums.sum) / 2, negative = double(sums.magnitude - sums.sum) / 2;
  return {positive * low - negative * high, positive * high - negative * low};
}

std::vector<int64_t> tare::reachesOf(qnn::RequantOpInterface op) {
  if (auto accumulator = dyn_cast<qnn::AccumulatorOpInterface>(op.getOperation()))
    return accumulatorBounds(accumulator);
  SmallVector<int64_t> reaches = op.getReaches();
  return {reaches.begin(), reaches.end()};
}

std::vector<AccumulatorInterval> tare::accumulatorIntervals(qnn::RequantOpInterface op) {
  std::vector<AccumulatorInterval> intervals;
  auto accumulator = dyn_cast<qnn::AccumulatorOpInterface>(op.getOperation());
  if (!accumulator) {
    for (int64_t reach : op.getReaches())
      intervals.push_back({-double(reach), double(reach)});
    return intervals;
  }
  qnn::Grid x = *qnn::Grid::of(accumulator.getActivationOperand().get().getType());
  double low = double(x.min - x.zeroPoint()), high = double(x.max - x.zeroPoint());
  std::vector<int64_t> bias = biasIntegers(accumulator);
  for (auto [c, sums] : llvm::enumerate(channelSums(accumulator))) {
    AccumulatorInterval products = productSums(sums, low, high);
    double offset = bias.empty() ? 0.0 : double(bias[c]);
    intervals.push_back({products.low + offset, products.high + offset});
  }
  return intervals;
}

int tare::accumulatorBits(const Target &target, const qnn::Grid &activation) {
  constexpr int programBits = 32;
  const ActivationFormat *format = target.activation(activation.bits == 16 ? ElementType::i16 : ElementType::i8);
  int bits = format ? format->accumulatorBits : programBits;
  return activation.bits == 16 ? bits : std::min(bits, programBits);
}
