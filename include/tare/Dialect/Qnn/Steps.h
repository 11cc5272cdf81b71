//===- Steps.h - Real numbers in whole steps of a grid ----------*- C++ -*-===//
#ifndef TARE_DIALECT_QNN_STEPS_H
#define TARE_DIALECT_QNN_STEPS_H

#include "tare/Dialect/Qnn/Grid.h"

#include <algorithm>
#include <cmath>
#include <optional>

namespace tare::qnn {

/// A number of steps, rounded half to even and limited to integers, which may as well come first. For estimates, and
/// for whatever else has no grid.
template <typename Real> Real nearestWithin(Real steps, Real least, Real greatest) {
  return std::nearbyint(std::clamp(steps, least, greatest));
}

/// The integer that a number of steps is meant to be, as it is no more exact than a float32; nothing where it is
/// between two.
inline std::optional<double> wholeStep(double steps) {
  const double whole = std::nearbyint(steps);
  return std::abs(steps - whole) > 1e-6 * std::max(1.0, std::abs(whole)) ? std::nullopt : std::optional(whole);
}

/// (A2) real / scale, rounded half to even, as if the division were in real numbers: of a float32 and a scale that is a
/// float32 or the product of two. (The quotient in double may itself have been rounded to a tie, or from one.)
inline double nearestStep(double real, double scale) {
  double q = std::nearbyint(real / scale);
  double rest = std::fma(-q, scale, real), half = scale / 2; // Both exact.
  if (std::abs(rest) < half || !std::isfinite(q))
    return q;
  double away = q + std::copysign(1.0, rest);
  bool isTie = std::abs(rest) == half;
  return isTie && std::fmod(q, 2.0) == 0.0 ? q : away;
}

/// (A2) The same when a program runs: the quotient is a float32 where the scale is one.
inline double nearestStepAtRunTime(float real, double scale) {
  const float divisor = float(scale);
  return std::nearbyint(double(divisor) == scale ? double(real / divisor) : real / scale);
}

/// (A2) The integer, in a channel, that is so many whole steps from the zero point; NaN gives the least.
inline int64_t integerAt(double step, const Grid &grid, int64_t channel) {
  if (std::isnan(step))
    return grid.min;
  return int64_t(std::clamp(step + double(grid.zeroPoint(channel)), double(grid.min), double(grid.max)));
}

/// (A2) The integer, in a channel, of a real number that is known when compiling.
inline int64_t integerOf(double real, const Grid &grid, int64_t channel) {
  return integerAt(nearestStep(real, grid.scale(channel)), grid, channel);
}

/// The same on a grid for the whole tensor.
inline int64_t integerOf(double real, const Grid &grid) {
  (void)grid.scale(); // Ends the process where there is a list.
  return integerOf(real, grid, 0);
}

/// (A3) The real number of an integer, in a channel.
inline float realOf(int64_t integer, const Grid &grid, int64_t channel) {
  return float(double(integer - grid.zeroPoint(channel)) * grid.scale(channel));
}

} // namespace tare::qnn

#endif // TARE_DIALECT_QNN_STEPS_H
