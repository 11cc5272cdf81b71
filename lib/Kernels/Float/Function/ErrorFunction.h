//===- ErrorFunction.h - erf and Gelu without branches -------- -*- C++ -*-===//
#ifndef TARE_LIB_KERNELS_FLOAT_FUNCTION_ERRORFUNCTION_H
#define TARE_LIB_KERNELS_FLOAT_FUNCTION_ERRORFUNCTION_H

#include "NarrowFormulas.h"

namespace tare::kernels::floating {
namespace {

/// Below 1 it is x + x P(x^2), P within 2^-29 of it; above 1 - exp(-x Q(x)), within 2^-28, without a division (after N.
/// Juffa, stackoverflow.com/questions/35148198). From 3.95 on float32 has 1.
TARE_INLINE float erfOf(float x) {
  constexpr float below[] = {0x1.06eba8p-3f, -0x1.81273ep-2f,  0x1.ce2ce6p-4f, -0x1.b7f71ap-6f,
                             0x1.53f224p-8f, -0x1.a3515ep-11f, 0x1.4771fep-14f};
  constexpr float above[] = {0x1.20e412p+0f,  0x1.458bb0p-1f, 0x1.ae8e6cp-4f,
                             -0x1.758816p-6f, 0x1.a1b930p-9f, -0x1.b9c22ep-13f};
  float y = notAbove(3.95f, withoutSign(x));
  Exponential e = exponentialOf(-y * polynomial(above, y));
  float power = powerOfTwo(e.n), far = (1 - power) - power * e.tail();
  return withSignOf(x, y < 1 ? y + y * polynomial(below, y * y) : far);
}

/// x Phi(x). Below 0.75 Phi is 1/2 + x P(x^2). Above, with y = |x|, y Phi(-y) is exp(-y^2 / 2) H(y), where H changes
/// little: it is 0.28125 (1 + a polynomial of y - 1.625) up to 2.5, and (1 + a polynomial of 1 / y^2) / sqrt(2 pi) from
/// there on, within 2^-26. y^2 / 2 is the square of y's first 12 bits, which is exact, and the rest. Above 6
/// nothing is lost of x; below -18.76 there is nothing (`lowest`).
TARE_INLINE float geluOf(float x) {
  constexpr float near[] = {0x1.988452p-2f, -0x1.1057b6p-4f, 0x1.46b130p-7f, -0x1.342138p-10f, 0x1.9c6cdep-14f};
  constexpr float middle[] = {0x1.03afd0p-3f, 0x1.c17760p-3f,   -0x1.d04274p-4f, 0x1.8bfb18p-5f,   -0x1.295c26p-6f,
                              0x1.959bdep-8f, -0x1.fba68ap-10f, 0x1.2c543ap-11f, -0x1.83c8d4p-13f, 0x1.9dccfcp-15f};
  constexpr float far[] = {-0x1.a6232cp-24f, -0x1.fffc6ap-1f, 0x1.7f808ep+1f,   -0x1.d70f98p+3f, 0x1.7459fep+6f,
                           -0x1.2fc158p+9f,  0x1.a30c2ep+11f, -0x1.a07730p+13f, 0x1.fa9f36p+14f, -0x1.16071ap+15f};
  float y = notAbove(x < 0 ? 18.76f : 6, withoutSign(x)), high = fromBits(bitsOf(y) & ~0xfff), low = y - high;
  Exponential e = exponentialOf(-0.5f * (high * high), -0.5f * (low * (y + high)));
  float tail = e.tail();
  bool isFar = y > 2.5f;
  float at = isFar ? 1 / (y * y) : y - 1.625f, change = isFar ? far[9] : middle[9];
#pragma clang loop unroll(full)
  for (int i = 8; i >= 0; --i)
    change = change * at + (isFar ? far[i] : middle[i]);
  float scale = (isFar ? 0x1.988454p-2f : 0.28125f) * e.half();
  float share = (scale + scale * (tail + change + tail * change)) * e.rest();
  float outer = x < 0 ? -share : x - share;
  return y < 0.75f ? x * (0.5f + x * polynomial(near, x * x)) : outer;
}

} // namespace
} // namespace tare::kernels::floating

#endif // TARE_LIB_KERNELS_FLOAT_FUNCTION_ERRORFUNCTION_H
