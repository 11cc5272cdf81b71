//===- Reach.cpp - How far an operator's accumulators reach ---------------===//
#include "Reach.h"
#include "tare/Kernels/AccumulatorBound.h"

#include <algorithm>
#include <cstdlib>

namespace tare::kernels {

namespace {

int64_t biasAt(std::span<const Operand> operands, int64_t channel) {
  if (operands.size() < 3 || !operands[2].constant)
    return 0;
  const Operand &bias = operands[2];
  return bias.type.element == ElementType::i64 ? static_cast<const int64_t *>(bias.constant)[channel]
                                               : static_cast<const int32_t *>(bias.constant)[channel];
}

/// The weights of each output channel in turn: f(channel, weights).
template <typename F> void forEachChannel(const Operand &weights, F f) {
  const auto *data = static_cast<const int8_t *>(weights.constant);
  int64_t channels = weights.type.shape.front(), size = channels ? weights.type.count() / channels : 0;
  for (int64_t c = 0; c != channels; ++c)
    f(c, std::span(data + c * size, size_t(size)));
}

} // namespace

Interval distances(const Operand &operand, int64_t zeroPoint) {
  auto [low, high] = rangeOf(operand.type.element);
  return {low - zeroPoint, high - zeroPoint};
}

Interval times(Interval a, int64_t b) { return std::minmax({a.first * b, a.second * b}); }

Interval times(Interval a, Interval b) {
  return std::minmax({a.first * b.first, a.first * b.second, a.second * b.first, a.second * b.second});
}

int64_t largest(Interval interval) { return std::max(std::abs(interval.first), std::abs(interval.second)); }

std::vector<Reach> reachOfWeights(std::span<const Operand> operands, Interval addend, bool partial) {
  // What is left out is a product with 0.
  if (partial)
    addend = {std::min<int64_t>(addend.first, 0), std::max<int64_t>(addend.second, 0)};
  std::vector<Reach> reaches;
  forEachChannel(operands[1], [&](int64_t c, std::span<const int8_t> weights) {
    const auto [low, high] = productSums(sumsOf(weights), addend.first, addend.second);
    const int64_t bias = biasAt(operands, c);
    reaches.push_back({c, low + bias, high + bias});
  });
  return reaches;
}

std::optional<int64_t> boundOfWeights(std::span<const Operand> operands, Interval addend, int64_t folded) {
  if (!operands[1].constant)
    return std::nullopt;
  int64_t worst = 0;
  forEachChannel(operands[1], [&](int64_t c, std::span<const int8_t> weights) {
    const WeightSums sums = sumsOf(weights);
    const int64_t bias = biasAt(operands, c) + folded * sums.sum;
    worst = std::max(worst, accumulatorBound(sums.magnitude, largest(addend), bias));
  });
  return worst;
}

} // namespace tare::kernels
