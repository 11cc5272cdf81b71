//===- VectorRounding.h - The roundings, in doubles -----------------------===//
//
// See RequantVector for why they are exact.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_LIB_KERNELS_INTEGER_FAST_VECTORROUNDING_H
#define TARE_LIB_KERNELS_INTEGER_FAST_VECTORROUNDING_H

#include "Vector.h"

namespace tare::kernels {

/// A vector of doubles.
template <typename V> using Doubles = typename V::Doubles;

/// The constants of a requantization in registers.
template <typename V> struct RequantConstants {
  Doubles<V> zero, high, zeroAndHalf, firstScale, lastScale;
  int low;

  explicit RequantConstants(const RequantVector &r)
      : zero(V::set(r.zero)), high(V::set(r.high)), zeroAndHalf(V::set(r.zero + 0.5)), firstScale(V::set(r.firstScale)),
        lastScale(V::set(r.lastScale)), low(int(r.low)) {}
};

/// x * scale, rounded half away from zero.
template <typename V> inline Doubles<V> scaleHalfAway(Doubles<V> x, Doubles<V> scale) {
  return V::withSignOf(V::floor(V::fmaDown(V::abs(x), scale, V::set(0.5))), x);
}

/// (A39) Integers below 2^47 throughout: every operation is exact.
template <typename V>
inline Doubles<V> threeStagesOf(Doubles<V> acc, Doubles<V> scale, Doubles<V> bias, const RequantConstants<V> &c) {
  Doubles<V> t = V::max(V::min(scaleHalfAway<V>(acc, c.firstScale), V::set(32767)), V::set(-32768));
  return scaleHalfAway<V>(V::add(scaleHalfAway<V>(t, scale), bias), c.lastScale);
}

/// Whether a mode has a second constant per channel.
consteval bool hasSecond(RoundingMode mode) { return mode == gemmlowpDouble || mode == threeStages; }

/// The requantized value, limited above; V::store takes its floor and limits it below.
template <typename V, RoundingMode mode>
inline Doubles<V> finish(Doubles<V> acc, Doubles<V> scale, Doubles<V> second, const RequantConstants<V> &c) {
  Doubles<V> half = V::set(0.5), y;
  if constexpr (mode == halfUp) {
    y = V::fmaDown(acc, scale, c.zeroAndHalf);
  } else if constexpr (mode == roundFloor) {
    y = V::fmaDown(acc, scale, c.zero);
  } else if constexpr (mode == halfAway) {
    y = V::add(scaleHalfAway<V>(acc, scale), c.zero);
  } else if constexpr (mode == threeStages) {
    y = threeStagesOf<V>(acc, scale, second, c);
  } else if constexpr (mode == halfEven) {
    // A tie is where acc * scale + 1/2 is an integer exactly; an odd one goes
    // down.
    Doubles<V> up = V::fmaDown(acc, scale, half), whole = V::floor(up);
    Doubles<V> rest = V::fmaDown(acc, scale, V::sub(half, up));
    y = V::add(V::minusOneWhereOddTie(whole, up, rest), c.zero);
  } else {
    Doubles<V> first = V::floor(V::fmaDown(acc, scale, half));
    y = V::add(scaleHalfAway<V>(first, second), c.zero);
  }
  return V::min(y, c.high);
}

/// Calls run with the mode as a template argument.
template <typename Run> inline void dispatchMode(RoundingMode mode, Run &run) {
  switch (mode) {
  case halfUp:
    return run.template operator()<halfUp>();
  case halfAway:
    return run.template operator()<halfAway>();
  case halfEven:
    return run.template operator()<halfEven>();
  case roundFloor:
    return run.template operator()<roundFloor>();
  case gemmlowpDouble:
    return run.template operator()<gemmlowpDouble>();
  case threeStages:
    return run.template operator()<threeStages>();
  }
}

} // namespace tare::kernels

#endif // TARE_LIB_KERNELS_INTEGER_FAST_VECTORROUNDING_H
