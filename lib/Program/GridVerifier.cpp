//===- GridVerifier.cpp - Scales that fit their tensor --------------------===//
#include "GridVerifier.h"

#include <fmt/format.h>

#include <cmath>

namespace tare::program {

Status verifyGrid(const std::vector<double> &scales, int32_t axis, const TensorType &integers) {
  for (double scale : scales)
    if (!std::isfinite(scale) || scale <= 0)
      return Error{fmt::format("has a scale of {}, expected a positive number", scale)};
  if (scales.size() <= 1)
    return success();
  if (axis < 0 || static_cast<size_t>(axis) >= integers.shape.size() ||
      static_cast<uint64_t>(integers.shape[axis]) != scales.size())
    return Error{fmt::format("has {} scales along axis {} of {}, expected one or as many as channels", scales.size(),
                             axis, toString(integers))};
  return success();
}

} // namespace tare::program
