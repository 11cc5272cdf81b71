//===- Reach.cpp - How far an operator's accumulators reach ---------------===//
#include "Reach.h"

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
  std::vector<Reach> reaches;
  forEachChannel(operands[1], [&](int64_t c, std::span<const int8_t> weights) {
    Interval sum = {biasAt(operands, c), biasAt(operands, c)};
    for (int8_t w : weights) {
      Interval one = times(addend, w);
      sum.first += partial ? std::min<int64_t>(one.first, 0) : one.first;
      sum.second += partial ? std::max<int64_t>(one.second, 0) : one.second;
    }
    reaches.push_back({c, sum.first, sum.second});
  });
  return reaches;
}

std::optional<int64_t> boundOfWeights(std::span<const Operand> operands, Interval addend, int64_t folded) {
  if (!operands[1].constant)
    return std::nullopt;
  int64_t worst = 0;
  forEachChannel(operands[1], [&](int64_t c, std::span<const int8_t> weights) {
    int64_t sum = 0, magnitude = 0;
    for (int8_t w : weights) {
      sum += w;
      magnitude += std::abs(int64_t(w));
    }
    worst = std::max(worst, magnitude * largest(addend) + std::abs(biasAt(operands, c) + folded * sum));
  });
  return worst;
}

} // namespace tare::kernels
