//===- AccumulatorBound.h - How large an accumulator can become -*- C++ -*-===//
#ifndef TARE_PASSES_ARITHMETIC_ACCUMULATORBOUND_H
#define TARE_PASSES_ARITHMETIC_ACCUMULATORBOUND_H

#include "tare/Dialect/Qnn/Grid.h"
#include "tare/Dialect/Qnn/QnnInterfaces.h"
#include "tare/Target/Target.h"

#include <cstdint>
#include <vector>

namespace tare {

/// What the weights of one output channel make of the accumulator.
struct ChannelSums {
  /// sum(w), for the zero point's share of the bias.
  int64_t sum = 0;
  /// sum |w|, for the bound.
  int64_t magnitude = 0;
};

/// What an accumulator can be.
struct AccumulatorInterval {
  double low = 0, high = 0;
};

/// The least and the greatest sum of products of a channel's weights with integers in [low, high].
AccumulatorInterval productSums(const ChannelSums &sums, double low, double high);

/// The sums of each output channel (axis 0) of constant i8 weights; empty where the weights are not constant.
std::vector<ChannelSums> channelSums(qnn::AccumulatorOpInterface op);

/// The bias's integers; empty where the op has none.
std::vector<int64_t> biasIntegers(qnn::AccumulatorOpInterface op);

/// Per channel: sum |w| * max |x - Zx| + |b|, which no partial sum exceeds.
std::vector<int64_t> accumulatorBounds(qnn::AccumulatorOpInterface op);

/// By effective scale, the accumulators that the weights, the bias and the operands' grids allow. Of the products of
/// activations: as far to one side as to the other.
std::vector<AccumulatorInterval> accumulatorIntervals(qnn::RequantOpInterface op);

/// By effective scale, the largest magnitude of what it multiplies, from the real weights where there are any.
std::vector<int64_t> reachesOf(qnn::RequantOpInterface op);

/// The width of sums of such activations: the target's, but a program sums those of 8 bits in 32 (A18).
int accumulatorBits(const Target &target, const qnn::Grid &activation);

} // namespace tare

#endif // TARE_PASSES_ARITHMETIC_ACCUMULATORBOUND_H
