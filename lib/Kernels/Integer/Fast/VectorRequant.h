//===- VectorRequant.h - Requantization for one vector set ----------------===//
#ifndef TARE_LIB_KERNELS_INTEGER_FAST_VECTORREQUANT_H
#define TARE_LIB_KERNELS_INTEGER_FAST_VECTORREQUANT_H

#include "VectorFunction.h"
#include "VectorIntegers.h"
#include "VectorRounding.h"

#include <cstdint>

namespace tare::kernels {

/// Calls body(acc vector, element) for whole vectors and for a padded rest.
/// `load(i)` gives the accumulators from element i on, `loadRest(i, n)` those
/// of the last n.
template <typename V, RoundingMode mode, bool perChannel, typename T, typename Load, typename LoadRest>
inline void requantizeLoop(T *y, int64_t count, const RequantVector &r, Load load, LoadRest loadRest) {
  RequantConstants<V> constants(r);
  Doubles<V> scale = V::set(r.scale[0]), second = V::set(r.second[0]);
  auto scaled = [&](Doubles<V> acc, int64_t i) {
    if constexpr (perChannel) {
      scale = V::load(r.scale + i);
      if constexpr (hasSecond(mode))
        second = V::load(r.second + i);
    }
    return finish<V, mode>(acc, scale, second, constants);
  };
  int64_t i = 0;
  for (; i + V::doubles <= count; i += V::doubles)
    V::store(y + i, scaled(load(i), i), constants.low);
  if (i == count)
    return;
  T rest[V::doubles];
  V::store(rest, scaled(loadRest(i, count - i), i), constants.low);
  __builtin_memcpy(y + i, rest, (count - i) * sizeof(T));
}

template <typename V, typename T, typename Load, typename LoadRest>
inline void requantizeAny(T *y, int64_t count, const RequantVector &r, Load load, LoadRest loadRest) {
  auto run = [&]<RoundingMode mode>() {
    if (r.perChannel)
      requantizeLoop<V, mode, true>(y, count, r, load, loadRest);
    else
      requantizeLoop<V, mode, false>(y, count, r, load, loadRest);
  };
  dispatchMode(r.mode, run);
}

/// The last n elements, followed by zeros.
template <typename V, typename T> inline Doubles<V> loadRest(const T *x, int64_t n) {
  T padded[V::doubles] = {};
  __builtin_memcpy(padded, x, n * sizeof(T));
  return V::from(padded);
}

template <typename V, typename Acc, typename T>
[[gnu::noinline]] void requantizeRow(const Acc *acc, T *y, int64_t count, const RequantVector &r) {
  requantizeAny<V>(
      y, count, r, [&](int64_t i) { return V::from(acc + i); },
      [&](int64_t i, int64_t n) { return loadRest<V>(acc + i, n); });
}

/// Pixels of an accumulator block: `width` accumulators (whole vectors, `count` of them real) per pixel.
template <typename Acc> struct AccumulatorBlock {
  const Acc *acc;
  int64_t width, pixels, count;
};

template <typename V, RoundingMode mode, bool perChannel, typename Acc, typename T>
inline void requantizeBlockAs(const AccumulatorBlock<Acc> &block, T *y, int64_t stride, const RequantVector &r) {
  RequantConstants<V> constants(r);
  Doubles<V> scale[2] = {V::set(r.scale[0]), V::set(r.scale[0])};
  Doubles<V> second[2] = {V::set(r.second[0]), V::set(r.second[0])};
  for (int64_t c = 0; c < block.count; c += 2 * V::doubles) {
    for (int half = 0; half < 2 && perChannel; ++half) {
      scale[half] = V::load(r.scale + c + half * V::doubles);
      if constexpr (hasSecond(mode))
        second[half] = V::load(r.second + c + half * V::doubles);
    }
    int64_t real = block.count - c;
    for (int64_t p = 0; p < block.pixels; ++p) {
      const Acc *acc = block.acc + p * block.width + c;
      Doubles<V> a = finish<V, mode>(V::from(acc), scale[0], second[0], constants);
      Doubles<V> b = finish<V, mode>(V::from(acc + V::doubles), scale[1], second[1], constants);
      if (real >= 2 * V::doubles)
        V::storePair(y + p * stride + c, a, b, constants.low);
      else
        V::storePart(y + p * stride + c, a, b, constants.low, real);
    }
  }
}

/// As requantizeBlockAs, in integers.
template <typename V>
inline void requantizeBlockIntegers(const AccumulatorBlock<int32_t> &block, int8_t *y, int64_t stride,
                                    const RequantVector &r) {
  for (int64_t c = 0; c < block.count; c += V::ints) {
    RequantVector channels = r.from(c);
    for (int64_t p = 0; p < block.pixels; ++p) {
      Ints<V> acc[1][1] = {{V::loadInts(block.acc + p * block.width + c)}};
      int64_t real = block.count - c < V::ints ? block.count - c : V::ints;
      requantizeIntegers<V>(acc, y + p * stride + c, stride, real, channels);
    }
  }
}

template <typename V, typename Acc, typename T>
[[gnu::noinline]] void requantizeBlock(const AccumulatorBlock<Acc> &block, T *y, int64_t stride,
                                       const RequantVector &r);

/// (A64) Piece by piece: the 16-bit integers stay in the first-level cache.
template <typename V>
inline void readFunctionOfBlock(const AccumulatorBlock<int32_t> &block, int8_t *y, int64_t stride,
                                const RequantVector &r) {
  constexpr int64_t mostPixels = 16, mostChannels = 64;
  alignas(64) int16_t t[mostPixels * mostChannels];
  FunctionConstants<V> function(*r.function);
  for (int64_t c = 0; c < block.count; c += mostChannels)
    for (int64_t p = 0; p < block.pixels; p += mostPixels) {
      int64_t channels = block.count - c < mostChannels ? block.count - c : mostChannels;
      int64_t pixels = block.pixels - p < mostPixels ? block.pixels - p : mostPixels;
      requantizeBlock<V>(AccumulatorBlock<int32_t>{block.acc + p * block.width + c, block.width, pixels, channels}, t,
                         mostChannels, r.from(c));
      for (int64_t i = 0; i < pixels; ++i)
        readFunction<V>(t + i * mostChannels, y + (p + i) * stride + c, channels, function);
    }
}

template <typename V, typename Acc, typename T>
[[gnu::noinline]] void requantizeBlock(const AccumulatorBlock<Acc> &block, T *y, int64_t stride,
                                       const RequantVector &r) {
  if constexpr (sizeof(Acc) == 4 && sizeof(T) == 1) {
    if (r.function)
      return readFunctionOfBlock<V>(block, y, stride, r);
    if (fitsIntegers<V>(&r))
      return requantizeBlockIntegers<V>(block, y, stride, r);
  }
  auto run = [&]<RoundingMode mode>() {
    if (r.perChannel)
      requantizeBlockAs<V, mode, true>(block, y, stride, r);
    else
      requantizeBlockAs<V, mode, false>(block, y, stride, r);
  };
  dispatchMode(r.mode, run);
}

/// Requantizes or copies a block's accumulators to its pixels, the first at element `index` of the result.
template <typename V, typename T, typename Acc>
inline void emit(const AccumulatorBlock<Acc> &block, void *result, int64_t index, int64_t stride,
                 const RequantVector *requant) {
  if (requant)
    return requantizeBlock<V>(block, static_cast<T *>(result) + index, stride, *requant);
  for (int64_t p = 0; p < block.pixels; ++p)
    __builtin_memcpy(static_cast<Acc *>(result) + index + p * stride, block.acc + p * block.width,
                     block.count * sizeof(Acc));
}

} // namespace tare::kernels

#endif // TARE_LIB_KERNELS_INTEGER_FAST_VECTORREQUANT_H
