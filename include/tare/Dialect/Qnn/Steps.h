//===- Steps.h - Real numbers in whole steps of a grid ----------*- C++ -*-===//
#ifndef TARE_DIALECT_QNN_STEPS_H
#define TARE_DIALECT_QNN_STEPS_H

#include "tare/Dialect/Qnn/Grid.h"

#include <algorithm>
#include <cmath>

namespace tare::qnn {

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

/// (A2) The integer, in a channel, of a real number that is known when compiling; NaN gives the least, as at run time.
inline int64_t integerOf(double real, const Grid &grid, int64_t channel) {
  double zero = double(grid.zeroPoint(channel));
  if (std::isnan(real))
    return grid.min;
  return int64_t(std::clamp(nearestStep(real, grid.scale(channel)) + zero, double(grid.min), double(grid.max)));
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
