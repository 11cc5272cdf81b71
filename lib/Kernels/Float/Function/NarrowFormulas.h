//===- NarrowFormulas.h - Functions without branches, in float -*- C++ -*-===//
//
// What a compiler makes vectors of: no calls, no branches, float32 arithmetic, each within `unitsOff` units in the last
// place of its formula (FloatFunctionErrorTest.cpp). The results are the same on every instruction set, as products and
// sums are never fused here (-ffp-contract=off), so that what a rounding loses must be kept small by the order of
// operations. Coefficients without a source are our own fits at Chebyshev's points, with the error that stands there.
//
// A name here has internal linkage and is always inlined: each file that includes this compiles it for its own
// processor.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_LIB_KERNELS_FLOAT_FUNCTION_NARROWFORMULAS_H
#define TARE_LIB_KERNELS_FLOAT_FUNCTION_NARROWFORMULAS_H

#include "Formulas.h"

namespace tare::kernels::floating {
namespace {

/// Added to a number below 2^22, it leaves the nearest whole number in the low bits of the sum.
constexpr float narrowShift = 0x1.8p23f;

TARE_INLINE int32_t bitsOf(float x) { return __builtin_bit_cast(int32_t, x); }
TARE_INLINE float fromBits(int32_t bits) { return __builtin_bit_cast(float, bits); }
TARE_INLINE float withoutSign(float x) { return fromBits(bitsOf(x) & INT32_MAX); }
/// Of -0, too.
TARE_INLINE float withSignOf(float x, float size) { return fromBits(bitsOf(size) | (bitsOf(x) & INT32_MIN)); }
/// NaN stays NaN.
TARE_INLINE float notBelow(float low, float x) { return x < low ? low : x; }
TARE_INLINE float notAbove(float high, float x) { return x > high ? high : x; }

template <int count> TARE_INLINE float polynomial(const float (&c)[count], float x) {
  float sum = c[count - 1];
#pragma clang loop unroll(full)
  for (int i = count - 2; i >= 0; --i)
    sum = sum * x + c[i];
  return sum;
}

TARE_INLINE float powerOfTwo(int32_t n) { return fromBits((n + 127) << 23); }

/// exp of something, as 2^n (1 + tail()), the tail between sqrt(1/2) - 1 and sqrt(2) - 1. What multiplies by the parts,
/// and adds the product with the tail to that with one, rounds once less than what has their sum. 2^n is half() *
/// rest(), neither of which is too small or too large for float32, so that a product is rounded once where it is
/// subnormal.
struct Exponential {
  /// The tail in two parts: the first is exact, and the second takes a correction without a rounding that counts.
  float line, curve;
  int32_t n;

  TARE_INLINE float tail() const { return line + curve; }
  TARE_INLINE float half() const { return powerOfTwo(n >> 1); }
  TARE_INLINE float rest() const { return powerOfTwo(n - (n >> 1)); }
};

/// Where n is -254, half() and rest() are 0: so is a product with them, without the subnormal numbers that processors
/// are slow with. Below -104 float32 has no more than that.
constexpr float lowest = -176.06f;

/// exp(x + small), lowest <= x < 170: x to the nearest multiple of log(2), which is subtracted in two parts (Cody and
/// Waite, Software manual for the elementary functions, 1980), and a polynomial within 2^-28 of the rest's.
TARE_INLINE Exponential exponentialOf(float x, float small = 0) {
  constexpr float log2e = 0x1.715476p0f, ln2High = 0x1.62e4p-1f, ln2Low = 0x1.7f7d1cp-20f;
  constexpr float c[] = {0x1.fffffcp-2f, 0x1.555492p-3f, 0x1.5558aep-5f, 0x1.123986p-7f, 0x1.6a4f5ap-10f};
  float shifted = x * log2e + narrowShift, n = shifted - narrowShift;
  float line = x - n * ln2High, rest = small - n * ln2Low, r = line + rest;
  return {line, r * r * polynomial(c, r) + rest, bitsOf(shifted) - bitsOf(narrowShift)};
}

/// From 89 on float32 has infinity.
TARE_INLINE float expOf(float x) {
  Exponential e = exponentialOf(notAbove(89, notBelow(lowest, x)));
  return (1 + e.tail()) * e.half() * e.rest();
}

/// t = exp(x), x <= 0, 1 + t, and the tail of exp(x) for a quotient by the rounded 1 + t, which is what that of exp(x)
/// by the exact one is: `loss` is what the rounding has lost, and 1 - t / 2 near enough to 1 / (1 + t).
struct Share {
  float half, rest, sum, tail;
};
TARE_INLINE Share shareOf(Exponential e) {
  float half = e.half(), rest = e.rest(), tail = e.tail(), t = half * (rest + rest * tail), sum = 1 + t;
  float loss = (t - (sum - 1)) * (1 - 0.5f * t);
  return {half, rest, sum, e.line + (e.curve - (loss + loss * tail))};
}

/// 1 / (1 + exp(-x)), or exp(x) / (1 + exp(x)) below 0.
TARE_INLINE float sigmoidOf(float x) {
  Share s = shareOf(exponentialOf(notBelow(lowest, -withoutSign(x))));
  return (x < 0 ? s.half + s.half * s.tail : 1) / s.sum * (x < 0 ? s.rest : 1);
}

/// x times that.
TARE_INLINE float swishOf(float x) {
  Share s = shareOf(exponentialOf(notBelow(lowest, -withoutSign(x))));
  float y = notBelow(lowest, x), scaled = y * s.half;
  return (x < 0 ? scaled + scaled * s.tail : y) / s.sum * (x < 0 ? s.rest : 1);
}

/// x + x^3 P(x^2) below 0.625, P within 2^-27 of it, and 1 - 2 / (exp(2 x) + 1), which is 1 from 10 on (as Cephes'
/// tanhf has it).
TARE_INLINE float tanhOf(float x) {
  constexpr float c[] = {-0x1.555532p-2f, 0x1.1106f6p-3f, -0x1.b835a4p-5f, 0x1.51f8cep-6f, -0x1.750ce6p-8f};
  float y = withoutSign(x), square = y * y;
  Exponential e = exponentialOf(2 * notAbove(10, y));
  float power = powerOfTwo(e.n), far = 1 - 2 / ((power + 1) + power * e.tail());
  return withSignOf(x, y < 0.625f ? y + y * (square * polynomial(c, square)) : far);
}

/// alpha (exp(x) - 1) below 0: 2^n - 1 is exact, and 0 near 0. Below -20 float32 has -1.
TARE_INLINE float eluOf(float x, float alpha) {
  Exponential e = exponentialOf(notBelow(-20, x));
  float power = powerOfTwo(e.n);
  return x < 0 ? alpha * ((power - 1) + power * e.tail()) : x;
}

/// max(x, 0) + log(1 + t), t = exp(-|x|): log(1 + t) = s (1 + s^2 P(s^2)), s = t / (1 + t / 2), by the series of 2
/// atanh(s / 2); P within 2^-27 of it. What the rounded 1 + t / 2 loses goes to s^2 P.
TARE_INLINE float softplusOf(float x) {
  constexpr float c[] = {0x1.555502p-4f, 0x1.99d1ccp-7f, 0x1.1ec042p-9f, 0x1.1eca06p-11f};
  Exponential e = exponentialOf(notBelow(lowest, -withoutSign(x)));
  float half = e.half(), rest = e.rest(), tail = e.tail(), t = half * (rest + rest * tail), sum = 1 + 0.5f * t;
  float loss = (0.5f * t - (sum - 1)) * (1 - 0.375f * t);
  float s = half / sum, whole = s * (rest + rest * tail), square = whole * whole;
  float series = square * polynomial(c, square) - loss;
  return (x > 0 ? x : 0) + (s + s * (e.line + (e.curve + (series + tail * series)))) * rest;
}

/// As in FreeBSD's e_logf.c: x = 2^n m, m from sqrt(1/2) to sqrt(2).
TARE_INLINE float logOf(float x) {
  constexpr float c[] = {0xaaaaaa.0p-24f, 0xccce13.0p-25f, 0x91e9ee.0p-25f, 0xf89e26.0p-26f};
  constexpr float ln2High = 6.9313812256e-01f, ln2Low = 9.0580006145e-06f;
  constexpr int32_t rootOfHalf = 0x3f3504f3, fraction = 0x7fffff;
  bool isSubnormal = x < 0x1p-126f;
  int32_t above = bitsOf(isSubnormal ? x * 0x1p25f : x) - rootOfHalf;
  float n = float((above >> 23) - (isSubnormal ? 25 : 0));
  float f = fromBits((above & fraction) + rootOfHalf) - 1, s = f / (2 + f), z = s * s, w = z * z;
  float series = z * (c[0] + w * c[2]) + w * (c[1] + w * c[3]), half = 0.5f * f * f;
  float result = n * ln2High - ((half - (s * (half + series) + n * ln2Low)) - f);
  float atEnd = x == 0 ? -HUGE_VALF : x < 0 ? float(NAN) : x;
  return x > 0 && x < HUGE_VALF ? result : atEnd;
}

/// x min(max(x + 3, 0), 6) / 6: nothing is lost where x + 3 is small.
TARE_INLINE float hardSwishOf(float x) { return x > 3 ? x : x * notAbove(6, notBelow(0, x + 3)) / 6; }

} // namespace
} // namespace tare::kernels::floating

#endif // TARE_LIB_KERNELS_FLOAT_FUNCTION_NARROWFORMULAS_H
