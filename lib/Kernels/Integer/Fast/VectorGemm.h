//===- VectorGemm.h - Multiply and accumulate for one vector set ----------===//
#ifndef TARE_LIB_KERNELS_INTEGER_FAST_VECTORGEMM_H
#define TARE_LIB_KERNELS_INTEGER_FAST_VECTORGEMM_H

#include "VectorRequant.h"

#include <cstddef>
#include <cstdint>

namespace tare::kernels {

/// Pixels of a block by vectors in the panel: as many accumulators as there are
/// registers, less weights and one activation.
template <typename V, int vectors>
constexpr int blockPixels = V::registers / vectors > 8 ? 8 : (V::registers - vectors - 1) / vectors;

/// Weights as the multiplication takes them.
template <typename V> struct WholeWeights {
  static constexpr int64_t vectorBytes = sizeof(Ints<V>);
  static Ints<V> load(const std::byte *weights) { return V::loadInts(weights); }
};
/// Weights of a byte each, which the multiplication takes as 16-bit values: half the memory to read.
template <typename V> struct ByteWeights {
  static constexpr int64_t vectorBytes = sizeof(Ints<V>) / 2;
  static Ints<V> load(const std::byte *weights) { return V::loadWords(reinterpret_cast<const int8_t *>(weights)); }
};

/// Where a block's accumulators go, [pixel][vectors * lanes]; or, where `requant` is not null, requantized to `outputs`
/// bytes of pixels that are `stride` apart.
struct BlockResult {
  int32_t *acc;
  const RequantVector *requant = nullptr;
  int8_t *bytes = nullptr;
  int64_t stride = 0, outputs = 0;
  /// Memory to prefetch, and how much of it per step.
  const std::byte *ahead = nullptr;
  int64_t aheadPerStep = 0;
};

template <typename V, typename Dot, int pixels, int vectors, typename Weights = WholeWeights<V>>
[[gnu::noinline]] void gemmBlock(const std::byte *input, int64_t stride, const Segment *segments, int64_t count,
                                 const std::byte *weights, const int32_t *bias, const BlockResult &result) {
  Ints<V> acc[pixels][vectors];
  for (int v = 0; v < vectors; ++v) {
    Ints<V> start = V::loadInts(bias + v * V::ints);
    for (int p = 0; p < pixels; ++p)
      acc[p][v] = start;
  }
  // Weights that are read again where there is nothing else.
  const std::byte *ahead = result.ahead ? result.ahead : weights;
  for (int64_t s = 0; s < count; ++s) {
    const std::byte *x = input + segments[s].offset;
    for (int64_t step = segments[s].steps; step > 0; --step, x += 4, weights += vectors * Weights::vectorBytes) {
      V::prefetch(ahead);
      ahead += result.aheadPerStep;
      Ints<V> w[vectors];
      for (int v = 0; v < vectors; ++v)
        w[v] = Weights::load(weights + v * Weights::vectorBytes);
      for (int p = 0; p < pixels; ++p) {
        Ints<V> activation = V::repeat(x + p * stride);
        for (int v = 0; v < vectors; ++v)
          acc[p][v] = Dot::dot(acc[p][v], activation, w[v]);
      }
    }
  }
  if constexpr (vectors <= V::panelVectors)
    if (result.requant)
      return requantizeIntegers<V>(acc, result.bytes, result.stride, result.outputs, *result.requant);
  for (int p = 0; p < pixels; ++p)
    for (int v = 0; v < vectors; ++v)
      V::storeInts(result.acc + (p * vectors + v) * V::ints, acc[p][v]);
}

/// gemmBlock for a number of pixels known at run time.
template <typename V, typename Dot, int vectors, int pixels = blockPixels<V, vectors>>
inline void gemmPixels(int64_t count, const std::byte *input, int64_t stride, const Segment *segments,
                       int64_t segmentCount, const std::byte *weights, const int32_t *bias, const BlockResult &result) {
  if constexpr (pixels > 1)
    if (count < pixels)
      return gemmPixels<V, Dot, vectors, pixels - 1>(count, input, stride, segments, segmentCount, weights, bias,
                                                     result);
  gemmBlock<V, Dot, pixels, vectors>(input, stride, segments, segmentCount, weights, bias, result);
}

template <typename V, typename Dot, int vectors> void gemmRowOf(const GemmRow &row) {
  constexpr int width = vectors * V::ints;
  alignas(64) int32_t acc[blockPixels<V, vectors> * width];
  BlockResult result = {acc};
  if (fitsIntegers<V>(row.requant))
    result = {acc, row.requant, static_cast<int8_t *>(row.result), row.resultStride, row.outputs};
  // Blocks of about equal size: the loop is at its best with many accumulators.
  int64_t blocks = (row.pixels + blockPixels<V, vectors> - 1) / blockPixels<V, vectors>, steps = 0;
  for (int64_t s = 0; s < row.segmentCount; ++s)
    steps += row.segments[s].steps;
  if (row.ahead)
    result.aheadPerStep = row.aheadBytes / (blocks * steps) + 1;
  for (int64_t b = 0; b < blocks; ++b) {
    result.ahead = row.ahead ? row.ahead + row.aheadBytes * b / blocks : nullptr;
    int64_t first = row.pixels * b / blocks, count = row.pixels * (b + 1) / blocks - first;
    gemmPixels<V, Dot, vectors>(count, row.input + first * row.pixelStride, row.pixelStride, row.segments,
                                row.segmentCount, row.weights, static_cast<const int32_t *>(row.bias), result);
    if (result.requant)
      result.bytes += count * row.resultStride;
    else
      emit<V, int8_t>(AccumulatorBlock<int32_t>{acc, width, count, row.outputs}, row.result, first * row.resultStride,
                      row.resultStride, row.requant);
  }
}

template <typename V, typename Dot> [[gnu::noinline]] void gemmRow(const GemmRow &row) {
  switch (row.vectors) {
  case 1:
    return gemmRowOf<V, Dot, 1>(row);
  case 2:
    return gemmRowOf<V, Dot, 2>(row);
  case 3:
    return gemmRowOf<V, Dot, 3>(row);
  default:
    if constexpr (V::panelVectors >= 4)
      return gemmRowOf<V, Dot, 4>(row);
  }
}

/// 64-bit accumulators: each segment is short enough for 32 bits (the plan sees
/// to it), their sums are added up in 64.
template <typename V, int vectors> void wideRowOf(const GemmRow &row) {
  constexpr int width = vectors * V::ints, pixels = blockPixels<V, vectors>;
  alignas(64) static const int32_t noBias[width] = {};
  alignas(64) int32_t part[pixels * width];
  alignas(64) int64_t acc[pixels * width];
  for (int64_t first = 0; first < row.pixels; first += pixels) {
    int64_t count = row.pixels - first < pixels ? row.pixels - first : pixels;
    for (int64_t i = 0; i < count * width; ++i)
      acc[i] = static_cast<const int64_t *>(row.bias)[i % width];
    const std::byte *weights = row.weights;
    for (int64_t s = 0; s < row.segmentCount; ++s) {
      gemmPixels<V, typename V::Words, vectors>(count, row.input + first * row.pixelStride, row.pixelStride,
                                                row.segments + s, 1, weights, noBias, BlockResult{part});
      weights += row.segments[s].steps * vectors * sizeof(Ints<V>);
      for (int64_t i = 0; i < count * width; ++i)
        acc[i] += part[i];
    }
    emit<V, int16_t>(AccumulatorBlock<int64_t>{acc, width, count, row.outputs}, row.result, first * row.resultStride,
                     row.resultStride, row.requant);
  }
}

template <typename V> [[gnu::noinline]] void wideRow(const GemmRow &row) {
  switch (row.vectors) {
  case 1:
    return wideRowOf<V, 1>(row);
  default:
    return wideRowOf<V, 2>(row);
  }
}

} // namespace tare::kernels

#endif // TARE_LIB_KERNELS_INTEGER_FAST_VECTORGEMM_H
