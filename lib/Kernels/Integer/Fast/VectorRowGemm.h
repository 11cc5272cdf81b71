//===- VectorRowGemm.h - One row of activations by wide panels --*- C++ -*-===//
//
// A recurrent step, or a layer of a single sample: each weight is used once, so that memory is what it waits for. A sum
// waits for its own last addition, too, so there are as many sums at once as that takes.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_LIB_KERNELS_INTEGER_FAST_VECTORROWGEMM_H
#define TARE_LIB_KERNELS_INTEGER_FAST_VECTORROWGEMM_H

#include "VectorGemm.h"

namespace tare::kernels {

/// The most vectors of a panel.
constexpr int rowPanelVectors = 8;

/// A panel's sums, how many vectors it has, and of two rows how far apart they are.
template <typename V, int rows = 1> struct RowSums {
  alignas(64) int32_t values[rows * rowPanelVectors * V::ints];
  int64_t vectors, stride = 0;
};

/// gemmBlock of a row, or two, for a number of vectors known at run time.
template <typename V, typename Dot, typename Weights, int vectors = rowPanelVectors, int rows>
inline void sumRow(RowSums<V, rows> &sums, const std::byte *input, const Segment *segments, int64_t segmentCount,
                   const std::byte *weights, const int32_t *bias) {
  if constexpr (vectors > 1)
    if (sums.vectors < vectors)
      return sumRow<V, Dot, Weights, vectors - 1>(sums, input, segments, segmentCount, weights, bias);
  gemmBlock<V, Dot, rows, vectors, Weights>(input, sums.stride, segments, segmentCount, weights, bias,
                                            BlockResult{sums.values});
}

template <typename V, typename Dot, typename Weights> [[gnu::noinline]] void rowGemmRow(const GemmRow &row) {
  RowSums<V> sums;
  sums.vectors = row.vectors;
  for (int64_t p = 0; p < row.pixels; ++p) {
    sumRow<V, Dot, Weights>(sums, row.input + p * row.pixelStride, row.segments, row.segmentCount, row.weights,
                            static_cast<const int32_t *>(row.bias));
    emit<V, int8_t>(AccumulatorBlock<int32_t>{sums.values, rowPanelVectors * V::ints, 1, row.outputs}, row.result,
                    p * row.resultStride, row.resultStride, row.requant);
  }
}

/// 64-bit accumulators, see wideRowOf.
template <typename V> [[gnu::noinline]] void wideRowGemmRow(const GemmRow &row) {
  constexpr int most = rowPanelVectors * V::ints;
  alignas(64) static const int32_t noBias[most] = {};
  alignas(64) int64_t acc[most];
  RowSums<V> part;
  part.vectors = row.vectors;
  const int64_t width = row.vectors * V::ints;
  for (int64_t p = 0; p < row.pixels; ++p) {
    __builtin_memcpy(acc, row.bias, width * sizeof(int64_t));
    const std::byte *weights = row.weights;
    for (int64_t s = 0; s < row.segmentCount; ++s) {
      sumRow<V, typename V::Words, ByteWeights<V>>(part, row.input + p * row.pixelStride, row.segments + s, 1, weights,
                                                   noBias);
      weights += row.segments[s].steps * row.vectors * ByteWeights<V>::vectorBytes;
      for (int64_t i = 0; i < width; ++i)
        acc[i] += part.values[i];
    }
    emit<V, int16_t>(AccumulatorBlock<int64_t>{acc, most, 1, row.outputs}, row.result, p * row.resultStride,
                     row.resultStride, row.requant);
  }
}

/// The same of two rows of bytes: x = 256 (high - 128) + low, of which the bias has the 128's share. There are at most
/// 2^16 products of 2^15 each, so each row's sums fit 32 bits.
template <typename V> [[gnu::noinline]] void splitRowGemmRow(const GemmRow &row) {
  constexpr int most = rowPanelVectors * V::ints;
  alignas(64) static const int32_t noBias[most] = {};
  alignas(64) int64_t acc[most];
  RowSums<V, 2> parts;
  parts.vectors = row.vectors, parts.stride = row.pixelStride;
  sumRow<V, typename V::Bytes, WholeWeights<V>>(parts, row.input, row.segments, row.segmentCount, row.weights, noBias);
  const int64_t width = row.vectors * V::ints;
  for (int64_t i = 0; i < width; ++i)
    acc[i] = static_cast<const int64_t *>(row.bias)[i] + 256 * int64_t(parts.values[i]) + parts.values[width + i];
  emit<V, int16_t>(AccumulatorBlock<int64_t>{acc, most, 1, row.outputs}, row.result, 0, row.resultStride, row.requant);
}

} // namespace tare::kernels

#endif // TARE_LIB_KERNELS_INTEGER_FAST_VECTORROWGEMM_H
