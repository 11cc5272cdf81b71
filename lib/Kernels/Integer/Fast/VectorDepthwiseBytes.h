//===- VectorDepthwiseBytes.h - Depthwise convolution of bytes ------------===//
//
// Of the sets that multiply and accumulate bytes. Four rows' bytes of a column are interleaved into the four vectors of
// 32-bit lanes that a block of channels has; see interleavedChannel for their order, which packing the results undoes.
// Neighbouring pixels share columns.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_LIB_KERNELS_INTEGER_FAST_VECTORDEPTHWISEBYTES_H
#define TARE_LIB_KERNELS_INTEGER_FAST_VECTORDEPTHWISEBYTES_H

#include "VectorIntegers.h"

#include <cstdint>

namespace tare::kernels {

template <int i> struct Constant {
  static constexpr int value = i;
};
/// Calls f(Constant<0>()), f(Constant<1>()), .. below n: a loop without a loop.
template <int n, int... i, typename F> [[gnu::always_inline]] inline void unrolled(F f) {
  if constexpr (int(sizeof...(i)) < n)
    unrolled<n, i..., int(sizeof...(i))>(f);
  else
    (f(Constant<i>()), ...);
}

/// Two of the four vectors of a column whose rows start at x + rows[0..3]: the second two where `high`. Of fewer than
/// four rows the last one takes the others' places.
template <typename V, bool high, int height>
[[gnu::always_inline]] inline void loadColumn(const uint8_t *x, const int64_t *rows, Ints<V> (&column)[2]) {
  Ints<V> r0 = V::loadInts(x + rows[0]), r1 = V::loadInts(x + rows[1]);
  Ints<V> r2 = V::loadInts(x + rows[2]), r3 = height < 4 ? r2 : V::loadInts(x + rows[3]);
  Ints<V> a = high ? V::interleaveBytesHigh(r0, r1) : V::interleaveBytesLow(r0, r1);
  Ints<V> b = high ? V::interleaveBytesHigh(r2, r3) : V::interleaveBytesLow(r2, r3);
  column[0] = V::interleaveLow(a, b), column[1] = V::interleaveHigh(a, b);
}

template <typename V>
[[gnu::always_inline]] inline void addColumn(Ints<V> (&acc)[2], const Ints<V> (&column)[2], const int8_t *weights) {
  for (int v = 0; v < 2; ++v)
    acc[v] = V::Bytes::dot(acc[v], column[v], V::loadInts(weights + v * sizeof(Ints<V>)));
}

template <typename V> constexpr int64_t columnBytes = 4 * sizeof(Ints<V>);

/// `width` columns per pixel, the next pixel's `stride` further; each column is loaded once.
template <typename V, int width, int stride> struct SharedColumns {
  template <bool high, int height, int pixels>
  [[gnu::always_inline]] static inline void accumulate(const DepthwiseBytesRow &row, const uint8_t *input,
                                                       const int64_t *rows, const int8_t *weights,
                                                       Ints<V> (&acc)[pixels][2]) {
    unrolled<(pixels - 1) * stride + width>([&](auto j) __attribute__((always_inline)) {
      Ints<V> column[2];
      loadColumn<V, high, height>(input + j.value * row.columnStride, rows, column);
      unrolled<pixels>([&](auto p) __attribute__((always_inline)) {
        constexpr int x = j.value - p.value * stride;
        if constexpr (x >= 0 && x < width)
          addColumn<V>(acc[p.value], column, weights + x * columnBytes<V>);
      });
    });
  }
};

/// Any number of columns, at any distance from pixel to pixel.
template <typename V> struct OwnColumns {
  template <bool high, int height, int pixels>
  [[gnu::always_inline]] static inline void accumulate(const DepthwiseBytesRow &row, const uint8_t *input,
                                                       const int64_t *rows, const int8_t *weights,
                                                       Ints<V> (&acc)[pixels][2]) {
    for (int64_t x = 0; x < row.width; ++x, input += row.columnStride, weights += columnBytes<V>)
      for (int p = 0; p < pixels; ++p) {
        Ints<V> column[2];
        loadColumn<V, high, height>(input + p * row.pixelStride, rows, column);
        addColumn<V>(acc[p], column, weights);
      }
  }
};

/// The requantized words of two of the four vectors.
template <typename V, typename Columns, bool high, int pixels>
[[gnu::always_inline]] inline void depthwiseBytesHalf(const DepthwiseBytesRow &row, int64_t c, int64_t first,
                                                      const RequantVector &requant, const ByteLimits<V> &limits,
                                                      Ints<V> (&words)[pixels]) {
  constexpr int64_t channel = high ? 2 * V::ints : 0;
  Ints<V> acc[pixels][2];
  for (int v = 0; v < 2; ++v)
    for (int p = 0; p < pixels; ++p)
      acc[p][v] = V::loadInts(row.bias + c + channel + v * V::ints);
  const uint8_t *input = row.input + first * row.pixelStride + c;
  int64_t blockBytes = row.width * columnBytes<V>;
  const int8_t *weights = row.weights + c / (4 * V::ints) * row.rowGroups * blockBytes + channel * 4;
  const int64_t *rows = row.rows;
  for (int64_t g = row.rowGroups; g > 1; --g, rows += 4, weights += blockBytes)
    Columns::template accumulate<high, 4>(row, input, rows, weights, acc);
  if (rows[2] == rows[3])
    Columns::template accumulate<high, 3>(row, input, rows, weights, acc);
  else
    Columns::template accumulate<high, 4>(row, input, rows, weights, acc);
  IntegerConstants<V> first16(requant.integers, channel), second16(requant.integers, channel + V::ints);
  for (int p = 0; p < pixels; ++p)
    words[p] = limits.words(first16.scaled(acc[p][0]), second16.scaled(acc[p][1]));
}

/// Pixels [first, first + pixels) of the channel block that starts at channel c.
template <typename V, typename Columns, int pixels>
[[gnu::noinline]] void depthwiseBytesBlock(const DepthwiseBytesRow &row, int64_t c, int64_t first,
                                           const RequantVector &requant) {
  ByteLimits<V> limits(requant);
  Ints<V> low[pixels], high[pixels];
  depthwiseBytesHalf<V, Columns, false>(row, c, first, requant, limits, low);
  depthwiseBytesHalf<V, Columns, true>(row, c, first, requant, limits, high);
  int64_t channels = row.channels - c < 4 * V::ints ? row.channels - c : 4 * V::ints;
  int8_t *result = row.result + first * row.resultStride + c;
  for (int p = 0; p < pixels; ++p, result += row.resultStride) {
    Ints<V> bytes = limits.limited(V::packBytes(low[p], high[p]));
    if (channels == 4 * V::ints)
      V::template storeBytes<4 * V::ints>(result, bytes);
    else
      V::storeSomeBytes(result, bytes, channels);
  }
}

/// depthwiseBytesBlock for a number of pixels known at run time.
template <typename V, typename Columns, int pixels>
inline void depthwiseBytesPixels(int64_t count, const DepthwiseBytesRow &row, int64_t c, int64_t first,
                                 const RequantVector &requant) {
  if constexpr (pixels > 1)
    if (count < pixels)
      return depthwiseBytesPixels<V, Columns, pixels - 1>(count, row, c, first, requant);
  depthwiseBytesBlock<V, Columns, pixels>(row, c, first, requant);
}

template <typename V, typename Columns, int most> void depthwiseBytesColumns(const DepthwiseBytesRow &row) {
  int64_t blocks = (row.pixels + most - 1) / most;
  for (int64_t c = 0; c < row.channels; c += 4 * V::ints) {
    RequantVector requant = row.requant->from(c);
    for (int64_t b = 0; b < blocks; ++b) {
      int64_t first = row.pixels * b / blocks, count = row.pixels * (b + 1) / blocks - first;
      depthwiseBytesPixels<V, Columns, most>(count, row, c, first, requant);
    }
  }
}

template <typename V> void depthwiseBytesRow(const DepthwiseBytesRow &row) {
  bool next = row.pixelStride == row.columnStride, afterNext = row.pixelStride == 2 * row.columnStride;
  if (row.width == 3 && next)
    return depthwiseBytesColumns<V, SharedColumns<V, 3, 1>, 6>(row);
  if (row.width == 3 && afterNext)
    return depthwiseBytesColumns<V, SharedColumns<V, 3, 2>, 6>(row);
  if (row.width == 5 && next)
    return depthwiseBytesColumns<V, SharedColumns<V, 5, 1>, 4>(row);
  if (row.width == 5 && afterNext)
    return depthwiseBytesColumns<V, SharedColumns<V, 5, 2>, 4>(row);
  depthwiseBytesColumns<V, OwnColumns<V>, 4>(row);
}

} // namespace tare::kernels

#endif // TARE_LIB_KERNELS_INTEGER_FAST_VECTORDEPTHWISEBYTES_H
