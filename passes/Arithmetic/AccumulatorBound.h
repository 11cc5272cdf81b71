//===- AccumulatorBound.h - How large an accumulator can become -*- C++ -*-===//
#ifndef TARE_PASSES_ARITHMETIC_ACCUMULATORBOUND_H
#define TARE_PASSES_ARITHMETIC_ACCUMULATORBOUND_H

#include "tare/Dialect/Qnn/Grid.h"
#include "tare/Dialect/Qnn/QnnInterfaces.h"
#include "tare/Kernels/AccumulatorBound.h"
#include "tare/Target/Target.h"

#include <cstdint>
#include <vector>

namespace tare {

/// Of one output channel.
using ChannelSums = kernels::WeightSums;

/// What an accumulator can be.
struct AccumulatorInterval {
  double low = 0, high = 0;
};

/// kernels::productSums(), as real numbers.
AccumulatorInterval sumsBetween(const ChannelSums &sums, int64_t low, int64_t high);

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

/// The greatest number of such sums.
double accumulatorLimit(const Target &target, const qnn::Grid &activation);

} // namespace tare

#endif // TARE_PASSES_ARITHMETIC_ACCUMULATORBOUND_H
