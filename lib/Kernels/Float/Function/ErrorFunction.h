//===- ErrorFunction.h - erf and Gelu without branches -------- -*- C++ -*-===//
//
// erfc(y), y >= 0, is exp(-y^2) t P(t), t = 2 / (2 + y): the variable of W. H. Press et al., Numerical Recipes, 6.2.2;
// P is our own fit at Chebyshev's points of t from 1/8 to 1, within 2^-31 of it relatively.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_LIB_KERNELS_FLOAT_FUNCTION_ERRORFUNCTION_H
#define TARE_LIB_KERNELS_FLOAT_FUNCTION_ERRORFUNCTION_H

#include "Formulas.h"

namespace tare::kernels::floating {
namespace {

TARE_INLINE double scaledErfc(double t) {
  constexpr double p[] = {0.2820956790784113,  0.28206238220729357,   0.24734775790446784,  0.17162025917237544,
                          0.1108926491144124,  -0.10869454946168491,  0.21067942300204548,  -0.4940271752455012,
                          0.3988432876578678,  -0.018637407539046698, -0.15806298823301423, 0.09379253554100629,
                          -0.01791185348020936};
  return t * polynomial(p, t);
}

/// From 4 on float32 has 1. Up to 0.46875, where 1 - erfc(y) would lose too much, it is y times a ratio of W. J. Cody,
/// Rational Chebyshev approximations for the error function, Math. Comp. 23 (1969). There is one division for both.
TARE_INLINE double erfOf(double x) {
  constexpr double above[] = {3.20937758913846947e3, 3.77485237685302021e2, 1.13864154151050156e2,
                              3.16112374387056560e0, 1.85777706184603153e-1};
  constexpr double below[] = {2.84423683343917062e3, 1.28261652607737228e3, 2.44024637934444173e2,
                              2.36012909523441209e1, 1};
  double y = withoutSign(x);
  y = y > 4 ? 4 : y;
  double square = y * y;
  bool isNear = y < 0.46875;
  double ratio = (isNear ? polynomial(above, square) : 2) / (isNear ? polynomial(below, square) : 2 + y);
  double result = isNear ? y * ratio : 1 - expOf(-square) * scaledErfc(ratio);
  // Of -0, too.
  return fromBits(bitsOf(result) | (bitsOf(x) & INT64_MIN));
}

/// x erfc(-x / sqrt(2)) / 2. From 14 on float32 has 0 and 1 of erfc / 2.
TARE_INLINE double geluOf(double x) {
  double y = withoutSign(x) * 0.70710678118654752440;
  y = y > 14 ? 14 : y;
  double half = 0.5 * expOf(-y * y) * scaledErfc(2 / (2 + y));
  half = y < 14 ? half : 0;
  return withoutInfinityOf(x, x < 0 ? half : 1 - half);
}

} // namespace
} // namespace tare::kernels::floating

#endif // TARE_LIB_KERNELS_FLOAT_FUNCTION_ERRORFUNCTION_H
