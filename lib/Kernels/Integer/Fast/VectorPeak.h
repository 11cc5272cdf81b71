//===- VectorPeak.h - The most that one vector set could do ---------------===//
#ifndef TARE_LIB_KERNELS_INTEGER_FAST_VECTORPEAK_H
#define TARE_LIB_KERNELS_INTEGER_FAST_VECTORPEAK_H

#include "VectorIntegers.h"

#include <cstdint>

namespace tare::kernels {

/// `steps` multiply-accumulates of whole vectors on each of ten sums (as many as hide an instruction's latency),
/// without a byte from memory. Gives the number of multiply-accumulates.
template <typename V, typename Dot, int depth> [[gnu::noinline]] int64_t peakLoop(int64_t steps) {
  constexpr int sums = 10;
  Ints<V> acc[sums], x = V::setBytes(1), w = V::setBytes(2);
  for (Ints<V> &sum : acc)
    sum = V::zeroInts();
  for (int64_t step = 0; step < steps; ++step)
    for (Ints<V> &sum : acc) {
      asm volatile("" : "+x"(x)); // Another activation, for all the compiler knows.
      sum = Dot::dot(sum, x, w);
    }
  for (Ints<V> &sum : acc)
    asm volatile("" : : "x"(sum));
  return steps * sums * V::ints * depth;
}

} // namespace tare::kernels

#endif // TARE_LIB_KERNELS_INTEGER_FAST_VECTORPEAK_H
