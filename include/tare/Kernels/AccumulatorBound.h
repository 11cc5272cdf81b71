//===- AccumulatorBound.h - How large sums of products become ---*- C++ -*-===//
//
// What compiler, verifier, proof and tools ask of a channel's weights: no sum
// of their products is beyond these numbers.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_KERNELS_ACCUMULATORBOUND_H
#define TARE_KERNELS_ACCUMULATORBOUND_H

#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <utility>

namespace tare::kernels {

/// What the weights of one output channel make of the accumulator.
struct WeightSums {
  /// sum(w), for the zero point's share of the bias.
  int64_t sum = 0;
  /// sum |w|, for the bound.
  int64_t magnitude = 0;
};

WeightSums sumsOf(std::span<const int8_t> weights);

/// The least and the greatest sum of products of a channel's weights with integers in [low, high]; both are reached.
constexpr std::pair<int64_t, int64_t> productSums(const WeightSums &sums, int64_t low, int64_t high) {
  const int64_t positive = (sums.magnitude + sums.sum) / 2, negative = (sums.magnitude - sums.sum) / 2;
  return {positive * low - negative * high, positive * high - negative * low};
}

/// (A19) sum |w| * max |x - Zx| + |b|, which no partial sum exceeds: of integers, or of estimates of them.
template <typename Number> Number accumulatorBound(Number magnitude, Number reach, Number bias) {
  return magnitude * reach + std::abs(bias);
}

/// (A19) The greatest number of an accumulator of so many bits.
inline double accumulatorLimit(int bits) { return std::ldexp(1.0, bits - 1) - 1; }

} // namespace tare::kernels

#endif // TARE_KERNELS_ACCUMULATORBOUND_H
