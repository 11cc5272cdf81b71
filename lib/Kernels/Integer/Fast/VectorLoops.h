//===- VectorLoops.h - Loops that the compiler vectorizes -----------------===//
//
// They need nothing of V, which makes them each set's own (see Vector.h): the compiler knows what to do for its unit.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_LIB_KERNELS_INTEGER_FAST_VECTORLOOPS_H
#define TARE_LIB_KERNELS_INTEGER_FAST_VECTORLOOPS_H

#include <cstdint>

namespace tare::kernels {

/// Vectors of 16 and of 64 bytes (as many registers as it takes). g++ wants their elements' type named.
template <typename T> struct Vectors;
template <> struct Vectors<int8_t> {
  using Narrow = int8_t __attribute__((vector_size(16)));
  using Wide = int8_t __attribute__((vector_size(64)));
};
template <> struct Vectors<int16_t> {
  using Narrow = int16_t __attribute__((vector_size(16)));
  using Wide = int16_t __attribute__((vector_size(64)));
};

/// A vector's maximum over a window's taps.
template <typename V, typename Vector, typename T>
inline void maxOfTaps(const T *x, int64_t tapStride, int64_t taps, T *y) {
  Vector most, next;
  __builtin_memcpy(&most, x, sizeof most);
  for (int64_t t = 1; t < taps; ++t) {
    __builtin_memcpy(&next, x + t * tapStride, sizeof next);
    most = next > most ? next : most;
  }
  __builtin_memcpy(y, &most, sizeof most);
}

/// y[p * channels + c] = the maximum of x[p * pixelStride + t * tapStride + c] over the taps t; at least one.
template <typename V, typename T>
void maxWindowRow(const T *x, int64_t pixelStride, int64_t tapStride, int64_t taps, T *y, int64_t pixels,
                  int64_t channels) {
  constexpr int64_t wide = 64 / sizeof(T), narrow = 16 / sizeof(T);
  for (int64_t p = 0; p < pixels; ++p, x += pixelStride, y += channels) {
    int64_t c = 0;
    for (; c + wide <= channels; c += wide)
      maxOfTaps<V, typename Vectors<T>::Wide>(x + c, tapStride, taps, y + c);
    for (; c + narrow <= channels; c += narrow)
      maxOfTaps<V, typename Vectors<T>::Narrow>(x + c, tapStride, taps, y + c);
    if (c < channels && channels >= narrow) {
      maxOfTaps<V, typename Vectors<T>::Narrow>(x + channels - narrow, tapStride, taps, y + channels - narrow);
      continue;
    }
    for (; c < channels; ++c)
      maxOfTaps<V, T>(x + c, tapStride, taps, y + c);
  }
}

template <typename V, typename T> void accumulateRow(const T *__restrict x, int32_t *__restrict sums, int64_t count) {
  for (int64_t i = 0; i < count; ++i)
    sums[i] += x[i];
}

template <typename V>
void lookupRow(const int8_t *__restrict x, const int8_t *__restrict table, int8_t *__restrict y, int64_t count) {
  for (int64_t i = 0; i < count; ++i)
    y[i] = table[x[i] + 128];
}

template <typename V> void biasedBytes(const int8_t *__restrict x, uint8_t *__restrict y, int64_t count) {
  for (int64_t i = 0; i < count; ++i)
    y[i] = uint8_t(x[i]) ^ 0x80;
}

template <typename V> void words(const int8_t *__restrict x, int16_t *__restrict y, int64_t count) {
  for (int64_t i = 0; i < count; ++i)
    y[i] = x[i];
}

template <typename V>
void splitWords(const int16_t *__restrict x, uint8_t *__restrict high, uint8_t *__restrict low, int64_t count) {
  for (int64_t i = 0; i < count; ++i) {
    high[i] = uint8_t((x[i] >> 8) + 128);
    low[i] = uint8_t(x[i]);
  }
}

/// See quantize in Border.h. Comparisons send NaN to the lower bound.
template <typename V, typename T>
void quantizeRow(const float *__restrict x, T *__restrict y, int64_t count, float scale, int32_t zero) {
  float low = float((sizeof(T) == 1 ? -128 : -32768) - zero), high = float((sizeof(T) == 1 ? 127 : 32767) - zero);
  for (int64_t i = 0; i < count; ++i) {
    float rounded = __builtin_nearbyintf(x[i] / scale);
    rounded = rounded > low ? rounded : low;
    rounded = rounded < high ? rounded : high;
    y[i] = T(int32_t(rounded) + zero);
  }
}

/// y = round_half_up(sum of weights[k] * corners[k][i], 22); the weights sum to 2^22. Sum holds the type's products.
template <typename V, typename T, typename Sum>
void blendRow(const T *const *corners, const int32_t *weights, T *__restrict y, int64_t count) {
  const T *a = corners[0], *b = corners[1], *c = corners[2], *d = corners[3];
  Sum wa = weights[0], wb = weights[1], wc = weights[2], wd = weights[3], half = Sum(1) << 21;
  for (int64_t i = 0; i < count; ++i)
    y[i] = T((a[i] * wa + b[i] * wb + c[i] * wc + d[i] * wd + half) >> 22);
}

/// See dequantize in Border.h; 32-bit integers and their differences are exact in double.
template <typename V, typename T>
void dequantizeRow(const T *__restrict x, float *__restrict y, int64_t count, const double *__restrict scales,
                   bool perElement, int32_t zero) {
  auto centred = [zero](T q) {
    if constexpr (sizeof(T) == 8)
      return double(int64_t(uint64_t(q) - uint64_t(int64_t(zero))));
    else
      return double(q) - double(zero);
  };
  double scale = scales[0];
  if (perElement)
    for (int64_t i = 0; i < count; ++i)
      y[i] = float(centred(x[i]) * scales[i]);
  else
    for (int64_t i = 0; i < count; ++i)
      y[i] = float(centred(x[i]) * scale);
}

/// Three planes to the pixels of an image.
template <typename V>
void interleaveRow(const int8_t *__restrict a, const int8_t *__restrict b, const int8_t *__restrict c,
                   int8_t *__restrict y, int64_t count) {
  for (int64_t i = 0; i < count; ++i) {
    y[3 * i] = a[i];
    y[3 * i + 1] = b[i];
    y[3 * i + 2] = c[i];
  }
}

} // namespace tare::kernels

#endif // TARE_LIB_KERNELS_INTEGER_FAST_VECTORLOOPS_H
