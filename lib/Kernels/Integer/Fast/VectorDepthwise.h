//===- VectorDepthwise.h - Depthwise convolution in 16-bit values ---------===//
#ifndef TARE_LIB_KERNELS_INTEGER_FAST_VECTORDEPTHWISE_H
#define TARE_LIB_KERNELS_INTEGER_FAST_VECTORDEPTHWISE_H

#include "VectorRequant.h"

#include <cstdint>

namespace tare::kernels {

/// Channels of a depthwise block: one vector of 16-bit products' operands.
template <typename V> constexpr int depthwiseChannels = 2 * V::ints;

/// Sums of products of `pixels` pixels of one channel block, without bias; see packDepthwise for the weights' order.
template <typename V, int pixels, typename T>
[[gnu::always_inline]] inline void depthwiseBlock(const DepthwiseRow &row, const T *input, const int16_t *weights,
                                                  Ints<V> (&sums)[pixels][2]) {
  Ints<V> low[pixels], high[pixels];
  for (int p = 0; p < pixels; ++p)
    low[p] = high[p] = V::zeroInts();
  for (int64_t t = 0; t < row.tapCount; t += 2, weights += 4 * V::ints) {
    Ints<V> wl = V::loadInts(weights), wh = V::loadInts(weights + 2 * V::ints);
    for (int p = 0; p < pixels; ++p) {
      const T *pixel = input + p * row.pixelStride;
      Ints<V> a = V::loadWords(pixel + row.taps[t]), b = V::loadWords(pixel + row.taps[t + 1]);
      low[p] = V::Words::dot(low[p], V::interleaveLow(a, b), wl);
      high[p] = V::Words::dot(high[p], V::interleaveHigh(a, b), wh);
    }
  }
  for (int p = 0; p < pixels; ++p) {
    sums[p][0] = V::firstHalf(low[p], high[p]);
    sums[p][1] = V::secondHalf(low[p], high[p]);
  }
}

/// Adds the biases of a channel block; 32-bit accumulators are defined modulo 2^32.
template <typename V, int pixels> inline void addBias(Ints<V> (&sums)[pixels][2], const int32_t *bias) {
  for (int half = 0; half < 2; ++half) {
    Ints<V> b = V::loadInts(bias + half * V::ints);
    for (int p = 0; p < pixels; ++p)
      sums[p][half] = V::addInts(sums[p][half], b);
  }
}

/// The accumulators in memory: as they are, or with a bias of 64 bits.
template <typename V, int pixels>
inline void storeSums(const Ints<V> (&sums)[pixels][2], const int32_t *, int32_t *acc) {
  for (int p = 0; p < pixels; ++p)
    for (int half = 0; half < 2; ++half)
      V::storeInts(acc + p * depthwiseChannels<V> + half * V::ints, sums[p][half]);
}
template <typename V, int pixels>
inline void storeSums(const Ints<V> (&sums)[pixels][2], const int64_t *bias, int64_t *acc) {
  alignas(64) int32_t narrow[pixels * depthwiseChannels<V>];
  storeSums<V>(sums, static_cast<const int32_t *>(nullptr), narrow);
  for (int p = 0; p < pixels; ++p)
    for (int l = 0; l < depthwiseChannels<V>; ++l)
      acc[p * depthwiseChannels<V> + l] = bias[l] + narrow[p * depthwiseChannels<V> + l];
}

template <typename V, int pixels, typename T, typename Acc>
inline void depthwisePixels(const DepthwiseRow &row, int64_t first) {
  const T *input = static_cast<const T *>(row.input) + first * row.pixelStride;
  for (int64_t c = 0; c < row.channels; c += depthwiseChannels<V>) {
    Ints<V> sums[pixels][2];
    depthwiseBlock<V, pixels>(row, input + c, row.weights + c * row.tapCount, sums);
    const Acc *bias = static_cast<const Acc *>(row.bias) + c;
    int64_t channels = row.channels - c < depthwiseChannels<V> ? row.channels - c : depthwiseChannels<V>;
    int64_t target = first * row.resultStride + c;
    RequantVector requant;
    if (row.requant)
      requant = row.requant->from(c);
    if constexpr (sizeof(Acc) == 4) {
      addBias<V>(sums, bias);
      if (fitsIntegers<V>(row.requant)) {
        requantizeIntegers<V>(sums, static_cast<int8_t *>(row.result) + target, row.resultStride, channels, requant);
        continue;
      }
    }
    alignas(64) Acc acc[pixels * depthwiseChannels<V>];
    storeSums<V>(sums, bias, acc);
    emit<V, T>(AccumulatorBlock<Acc>{acc, depthwiseChannels<V>, pixels, channels}, row.result, target, row.resultStride,
               row.requant ? &requant : nullptr);
  }
}

template <typename V, typename T, typename Acc> [[gnu::noinline]] void depthwiseRow(const DepthwiseRow &row) {
  int64_t p = 0;
  for (; p + 4 <= row.pixels; p += 4)
    depthwisePixels<V, 4, T, Acc>(row, p);
  for (; p < row.pixels; ++p)
    depthwisePixels<V, 1, T, Acc>(row, p);
}

} // namespace tare::kernels

#endif // TARE_LIB_KERNELS_INTEGER_FAST_VECTORDEPTHWISE_H
