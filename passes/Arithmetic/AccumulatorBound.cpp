//===- AccumulatorBound.cpp - How large an accumulator can become ---------===//
#include "Arithmetic/AccumulatorBound.h"
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
    sums[c] = kernels::sumsOf(std::span(w + c * size, size_t(size)));
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
  std::vector<int64_t> bias = biasIntegers(op), bounds;
  for (auto [c, sums] : llvm::enumerate(channelSums(op)))
    bounds.push_back(kernels::accumulatorBound(sums.magnitude, x.reach(), bias.empty() ? 0 : bias[c]));
  return bounds;
}

AccumulatorInterval tare::sumsBetween(const ChannelSums &sums, int64_t low, int64_t high) {
  const auto [least, greatest] = kernels::productSums(sums, low, high);
  return {double(least), double(greatest)};
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
  std::vector<int64_t> bias = biasIntegers(accumulator);
  for (auto [c, sums] : llvm::enumerate(channelSums(accumulator))) {
    AccumulatorInterval products = sumsBetween(sums, x.min - x.zeroPoint(), x.max - x.zeroPoint());
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

double tare::accumulatorLimit(const Target &target, const qnn::Grid &activation) {
  return kernels::accumulatorLimit(accumulatorBits(target, activation));
}
