//===- AccumulatorBound.cpp - How large sums of products become -----------===//
#include "tare/Kernels/AccumulatorBound.h"

#include <algorithm>
#include <cstdlib>

/// Blocks whose sums fit 32 bits, for the vectors' sake.
tare::kernels::WeightSums tare::kernels::sumsOf(std::span<const int8_t> weights) {
  constexpr size_t block = 1 << 16;
  WeightSums sums;
  for (size_t begin = 0; begin < weights.size(); begin += block) {
    int32_t sum = 0, magnitude = 0;
    for (int8_t weight : weights.subspan(begin, std::min(block, weights.size() - begin))) {
      sum += weight;
      magnitude += std::abs(int32_t(weight));
    }
    sums.sum += sum;
    sums.magnitude += magnitude;
  }
  return sums;
}
