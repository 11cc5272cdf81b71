//===- DifferenceText.h - How far two tensors are apart, in words -*- C++ -*-===//
#ifndef TARE_DRIVER_COMPARE_DIFFERENCETEXT_H
#define TARE_DRIVER_COMPARE_DIFFERENCETEXT_H

#include "Driver/Compare/Difference.h"

#include <string>

namespace tare {

/// "31.4 dB"; "exact" where nothing differs, "not finite" of NaN, "none (all 0 in float)" of a signal of zeros.
std::string decibels(double sqnr, int digits = 1);
/// "97.5 % of its elements are equal", or "all its elements are equal".
std::string equalText(const Difference &difference);
/// "97.5 %". What differs at all is not 100 %, what is equal at all not 0 %.
std::string percentEqual(const Difference &difference);

} // namespace tare

#endif // TARE_DRIVER_COMPARE_DIFFERENCETEXT_H
