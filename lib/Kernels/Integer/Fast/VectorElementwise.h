//===- VectorElementwise.h - Sums and products of elements ----------------===//
#ifndef TARE_LIB_KERNELS_INTEGER_FAST_VECTORELEMENTWISE_H
#define TARE_LIB_KERNELS_INTEGER_FAST_VECTORELEMENTWISE_H

#include "VectorRequant.h"

#include <cstdint>

namespace tare::kernels {

/// An operand of an elementwise operator in registers where it is repeated, in
/// memory otherwise.
template <typename V, typename T> struct Elements {
  const T *data;
  bool repeated;
  Doubles<V> zero, value;

  explicit Elements(const ElementsOperand &o)
      : data(static_cast<const T *>(o.data)), repeated(o.repeated), zero(V::set(o.zero)),
        value(V::set(repeated ? double(*data) - o.zero : 0)) {}
  Doubles<V> at(int64_t i) const { return repeated ? value : V::sub(V::from(data + i), zero); }
  Doubles<V> rest(int64_t i, int64_t n) const { return repeated ? value : V::sub(loadRest<V>(data + i, n), zero); }
};

/// Whether a sum of bytes is exact in 32 bits, with the rounding constant: 15-bit multipliers, moderate shifts, no ties
/// to consider.
template <typename V>
inline bool addFitsIntegers(const ElementsOperand &a, const ElementsOperand &b, const RequantVector &r) {
  auto small = [](double multiplier) { return multiplier >= -32767 && multiplier <= 32767; };
  bool simple = r.mode == halfUp || r.mode == roundFloor || r.mode == gemmlowpDouble;
  return simple && r.shift[0] <= 30 && small(a.multiplier) && small(b.multiplier);
}

/// y = f(words of a, words of b) for each vector of 16-bit values; `f` gives words within the range of bytes. A
/// repeated operand is in registers.
template <typename V, typename F>
inline void forEachWords(const ElementsOperand &a, const ElementsOperand &b, int8_t *y, int64_t count, F f) {
  constexpr int64_t width = 2 * V::ints;
  const auto *x = static_cast<const int8_t *>(a.data), *z = static_cast<const int8_t *>(b.data);
  Ints<V> xs = V::setWords(a.repeated ? *x : 0), zs = V::setWords(b.repeated ? *z : 0);
  int64_t i = 0;
  for (; i + width <= count; i += width)
    V::storeWordsAsBytes(y + i, f(a.repeated ? xs : V::loadWords(x + i), b.repeated ? zs : V::loadWords(z + i)));
  if (i == count)
    return;
  int8_t rest[3][width] = {};
  __builtin_memcpy(rest[0], x + (a.repeated ? 0 : i), a.repeated ? 1 : count - i);
  __builtin_memcpy(rest[1], z + (b.repeated ? 0 : i), b.repeated ? 1 : count - i);
  V::storeWordsAsBytes(rest[2], f(a.repeated ? xs : V::loadWords(rest[0]), b.repeated ? zs : V::loadWords(rest[1])));
  __builtin_memcpy(y + i, rest[2], count - i);
}

/// Pairs (a, b) times (ma, mb) in 32 bits, as many bytes at a time as a vector holds 16-bit values.
template <typename V>
[[gnu::noinline]] void addIntegers(const ElementsOperand &a, const ElementsOperand &b, int8_t *y, int64_t count,
                                   int32_t offset, const RequantVector &r) {
  auto ma = int32_t(a.multiplier), mb = int32_t(b.multiplier);
  Ints<V> multipliers = V::setInts(int32_t(uint32_t(mb) << 16 | (uint32_t(ma) & 0xffff))), start = V::setInts(offset);
  forEachWords<V>(a, b, y, count, [&](Ints<V> wa, Ints<V> wb) {
    Ints<V> low = V::shiftRight(V::Words::dot(start, V::interleaveLow(wa, wb), multipliers), r.shift[0]);
    Ints<V> high = V::shiftRight(V::Words::dot(start, V::interleaveHigh(wa, wb), multipliers), r.shift[0]);
    return V::clampWords(V::packWords(low, high), int(r.zero), int(r.low), int(r.high));
  });
}

/// Products of centred bytes in 32 bits.
template <typename V>
[[gnu::noinline]] void mulIntegers(const ElementsOperand &a, const ElementsOperand &b, int8_t *y, int64_t count,
                                   const RequantVector &r) {
  IntegerConstants<V> constants(r.integers, 0);
  Ints<V> za = V::setWords(int16_t(a.zero)), zb = V::setWords(int16_t(b.zero));
  forEachWords<V>(a, b, y, count, [&](Ints<V> wa, Ints<V> wb) {
    wa = V::subtractWords(wa, za), wb = V::subtractWords(wb, zb);
    Ints<V> low = V::multiplyWordsLow(wa, wb), high = V::multiplyWordsHigh(wa, wb);
    Ints<V> first = constants.scaled(V::interleaveLow(low, high));
    Ints<V> second = constants.scaled(V::interleaveHigh(low, high));
    return V::clampWords(V::packWords(first, second), int(r.zero), int(r.low), int(r.high));
  });
}

template <typename V, typename T>
[[gnu::noinline]] void addRow(ElementsOperand a, ElementsOperand b, T *y, int64_t count, const RequantVector &r) {
  if constexpr (sizeof(T) == 1)
    if (addFitsIntegers<V>(a, b, r)) {
      int64_t half = r.mode == roundFloor || r.shift[0] == 0 ? 0 : int64_t(1) << (r.shift[0] - 1);
      int64_t offset = half - int64_t(a.zero * a.multiplier) - int64_t(b.zero * b.multiplier);
      return addIntegers<V>(a, b, y, count, int32_t(offset), r);
    }
  Elements<V, T> ea(a), eb(b);
  Doubles<V> ma = V::set(a.multiplier), mb = V::set(b.multiplier);
  // Integers below 2^50: every operation is exact.
  auto sum = [&](Doubles<V> x, Doubles<V> z) { return V::add(V::mul(x, ma), V::mul(z, mb)); };
  requantizeAny<V>(
      y, count, r, [&](int64_t i) { return sum(ea.at(i), eb.at(i)); },
      [&](int64_t i, int64_t n) { return sum(ea.rest(i, n), eb.rest(i, n)); });
}

/// (A64) As mulRow.
template <typename V>
[[gnu::noinline]] inline void mulFunctionRow(const ElementsOperand &a, const ElementsOperand &b, int8_t *y,
                                             int64_t count, const RequantVector &r) {
  constexpr int64_t most = 1024;
  alignas(64) int16_t t[most];
  FunctionConstants<V> function(*r.function);
  Elements<V, int8_t> ea(a), eb(b);
  for (int64_t first = 0; first < count; first += most) {
    int64_t size = count - first < most ? count - first : most;
    requantizeAny<V>(
        t, size, r.from(first), [&](int64_t i) { return V::mul(ea.at(first + i), eb.at(first + i)); },
        [&](int64_t i, int64_t n) { return V::mul(ea.rest(first + i, n), eb.rest(first + i, n)); });
    readFunction<V>(t, y + first, size, function);
  }
}

template <typename V, typename T>
[[gnu::noinline]] void mulRow(ElementsOperand a, ElementsOperand b, T *y, int64_t count, const RequantVector &r) {
  if constexpr (sizeof(T) == 1) {
    if (r.function)
      return mulFunctionRow<V>(a, b, y, count, r);
    if (fitsIntegers<V>(&r) && !r.perChannel)
      return mulIntegers<V>(a, b, y, count, r);
  }
  Elements<V, T> ea(a), eb(b);
  requantizeAny<V>(
      y, count, r, [&](int64_t i) { return V::mul(ea.at(i), eb.at(i)); },
      [&](int64_t i, int64_t n) { return V::mul(ea.rest(i, n), eb.rest(i, n)); });
}

} // namespace tare::kernels

#endif // TARE_LIB_KERNELS_INTEGER_FAST_VECTORELEMENTWISE_H
