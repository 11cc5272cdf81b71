//===- AccumulatorBound.cpp - How large an accumulator can become ---------===//
#include "Requant/AccumulatorBound.h"
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
  int64_t reach = std::max(x.max - x.zeroPoint(0), x.zeroPoint(0) - x.min);
  std::vector<int64_t> bias = biasIntegers(op), bounds;
  for (auto [c, sums] : llvm::enumerate(channelSums(op)))
    // (A19)
    bounds.push_back(sums.magnitude * reach + (bias.empty() ? 0 : std::abs(bias[c])));
  return bounds;
}

int tare::accumulatorBits(const Target &target, const qnn::Grid &activation) {
  constexpr int programBits = 32;
  const ActivationFormat *format = target.activation(activation.bits == 16 ? ElementType::i16 : ElementType::i8);
  int bits = format ? format->accumulatorBits : programBits;
  return activation.bits == 16 ? bits : std::min(bits, programBits);
}
