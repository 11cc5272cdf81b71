//===- AccumulatorBound.cpp - How large an accumulator can become ---------===//
#include "Requant/AccumulatorBound.h"
#include "tare/Dialect/Qnn/Constants.h"
#include "tare/Dialect/Qnn/Grid.h"

#include <algorithm>
#include <cstdlib>

using namespace tare;
using namespace mlir;

std::vector<ChannelSums> tare::channelSums(qnn::AccumulatorOpInterface op) {
  ElementsAttr attr = qnn::constantValue(op.getWeightOperand().get());
  if (!attr)
    return {};
  Tensor weight = qnn::toTensor(attr);
  int64_t channels = weight.shape()[0], size = channels ? weight.count() / channels : 0;
  std::vector<ChannelSums> sums(channels);
  const int8_t *w = weight.as<int8_t>();
  for (int64_t c = 0; c < channels; ++c)
    for (int64_t i = 0; i < size; ++i) {
      sums[c].sum += w[c * size + i];
      sums[c].magnitude += std::abs(int64_t(w[c * size + i]));
    }
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
