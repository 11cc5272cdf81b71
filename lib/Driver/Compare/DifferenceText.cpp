//===- DifferenceText.cpp - How far two tensors are apart, in words -------===//
#include "Driver/Compare/DifferenceText.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

using namespace tare;

std::string tare::decibels(double sqnr, int digits) {
  if (std::isnan(sqnr))
    return "not finite";
  if (std::isfinite(sqnr))
    return fmt::format("{:.{}f} dB", sqnr, digits);
  return sqnr > 0 ? "exact" : "none (all 0 in float)";
}

std::string tare::percentEqual(const Difference &difference) {
  constexpr double step = 0.1;
  double percent = 100 * difference.equalShare();
  if (difference.differing > 0 && difference.differing < difference.total)
    percent = std::clamp(percent, step, 100 - step);
  return fmt::format("{:.1f} %", percent);
}

std::string tare::equalText(const Difference &difference) {
  return difference.differing == 0 ? "all its elements are equal"
                                   : percentEqual(difference) + " of its elements are equal";
}
