//===- Formulas.h - Functions without branches, in double ----- -*- C++ -*-===//
//
// Those that lose too much in float32 (NarrowFormulas.h has the others). What a compiler makes vectors of: no calls, no
// branches, double arithmetic that is rounded to float32 once, by whoever calls. The results are the same on every
// instruction set, as products and sums are never fused here
// (-ffp-contract=off). Polynomials end where they are far below a float32's last place, not a double's.
//
// A name here has internal linkage and is always inlined: each file that includes this compiles it for its own
// processor.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_LIB_KERNELS_FLOAT_FUNCTION_FORMULAS_H
#define TARE_LIB_KERNELS_FLOAT_FUNCTION_FORMULAS_H

#include <cmath>
#include <cstdint>

namespace tare::kernels::floating {
namespace {

#define TARE_INLINE [[gnu::always_inline]] inline

/// Added to a number below 2^51, it leaves the nearest whole number in the low bits of the sum.
constexpr double wholeShift = 0x1.8p52;

TARE_INLINE int64_t bitsOf(double x) { return __builtin_bit_cast(int64_t, x); }
TARE_INLINE double fromBits(int64_t bits) { return __builtin_bit_cast(double, bits); }
TARE_INLINE double withoutSign(double x) { return x < 0 ? -x : x; }

/// c[0] + c[1] x + .., by Horner's rule.
template <int count> TARE_INLINE double polynomial(const double (&c)[count], double x) {
  double sum = c[count - 1];
#pragma clang loop unroll(full)
  for (int i = count - 2; i >= 0; --i)
    sum = sum * x + c[i];
  return sum;
}

/// exp(x) = 2^n exp(r), |r| <= log(2) / 2, whose Taylor polynomial of degree 8 is within 2^-32; log(2) in two parts as
/// in fdlibm's e_exp.c. Beyond -708 and 709, where float32 has long ended, it is that of these.
TARE_INLINE double expOf(double x) {
  constexpr double log2e = 0x1.71547652b82fep0, ln2High = 0x1.62e42fefa38p-1, ln2Low = 0x1.ef35793c7673p-45;
  constexpr double taylor[] = {1, 1, 1.0 / 2, 1.0 / 6, 1.0 / 24, 1.0 / 120, 1.0 / 720, 1.0 / 5040, 1.0 / 40320};
  x = x < -708.0 ? -708.0 : x;
  x = x > 709.0 ? 709.0 : x;
  double shifted = x * log2e + wholeShift, n = shifted - wholeShift;
  double power = fromBits((bitsOf(shifted) + 1023) << 52);
  return polynomial(taylor, (x - n * ln2High) - n * ln2Low) * power;
}

/// x * share, 0 where there is all but nothing left of x.
TARE_INLINE double withoutInfinityOf(double x, double share) { return share < 0x1p-1000 ? 0 : x * share; }

/// x tanh(log(1 + e)), e = exp(x): x (e^2 + 2 e) / (e^2 + 2 e + 2).
TARE_INLINE double mishOf(double x) {
  double e = expOf(x > 300 ? 300 : x), above = e * (e + 2);
  return withoutInfinityOf(x, above / (above + 2));
}

TARE_INLINE double swishOf(double x, double alpha) { return withoutInfinityOf(x, 1 / (1 + expOf(-alpha * x))); }

TARE_INLINE double tanhGeluOf(double x) {
  constexpr double twiceRootOfTwoByPi = 1.59576912160573071;
  return withoutInfinityOf(x, 1 / (1 + expOf(-twiceRootOfTwoByPi * (x + 0.044715 * x * x * x))));
}

TARE_INLINE double unitRamp(double x) {
  x = x < 0 ? 0 : x;
  return x > 1 ? 1 : x;
}

/// sin(x + quarters * pi / 2) where |x| < 2^17: the rest of x to the nearest multiple of pi / 2, which is subtracted in
/// two parts (Cody and Waite, Software manual for the elementary functions, 1980), and the polynomials of FreeBSD's
/// k_sinf.c and k_cosf.c, within 2^-34.
TARE_INLINE double sinOf(double x, int64_t quarters) {
  constexpr double twoByPi = 0x1.45f306dc9c883p-1, high = 0x1.921fb544p0, low = 0x1.0b4611a626331p-34;
  constexpr double sines[] = {-0.166666666416265235595, 0.0083333293858894631756, -0.000198393348360966317347,
                              0.0000027183114939898219064};
  constexpr double cosines[] = {-0.499999997251031003120, 0.0416666233237390631894, -0.00138867637746099294692,
                                0.0000243904487962774090654};
  double shifted = x * twoByPi + wholeShift, n = shifted - wholeShift;
  double rest = (x - n * high) - n * low, square = rest * rest;
  int64_t quarter = bitsOf(shifted) + quarters;
  double sine = rest + rest * square * polynomial(sines, square), cosine = 1 + square * polynomial(cosines, square);
  double value = (quarter & 1) != 0 ? cosine : sine;
  return fromBits(bitsOf(value) ^ ((quarter & 2) << 62));
}

} // namespace
} // namespace tare::kernels::floating

#endif // TARE_LIB_KERNELS_FLOAT_FUNCTION_FORMULAS_H
