//===- Rounding.cpp - The kernels that round ------------------------------===//
#include "Rounding.h"

#include <fmt/format.h>

using namespace tare;
using namespace tare::csource;
using program::Rounding;

namespace {

/// From this shift on gemmlowp's rounding has two steps.
constexpr int secondStep = 32;

std::string simpleRounding(Unit &unit, std::string_view kernel, const std::string &type) {
  bool isWide = type == "int64_t";
  return unit.kernel(kernel, fmt::format("{}{}", kernel, isWide ? "" : "_32"), {{"V", type}, {"U", "u" + type}});
}

std::string positiveRounding(Unit &unit, Rounding rounding, const std::string &type, Shifts shifts) {
  switch (rounding) {
  case Rounding::half_away:
    return simpleRounding(unit, "round_half_away", type);
  case Rounding::half_even:
    return simpleRounding(unit, "round_half_even", type);
  case Rounding::floor:
    return simpleRounding(unit, "round_floor", type);
  case Rounding::gemmlowp_double:
    if (shifts.most >= secondStep)
      return unit.kernel("round_gemmlowp", "round_gemmlowp",
                         {{"HALF_UP", simpleRounding(unit, "round_half_up", type)},
                          {"HALF_AWAY", simpleRounding(unit, "round_half_away", type)}});
    break;
  case Rounding::half_up:
    break;
  }
  return simpleRounding(unit, "round_half_up", type);
}

} // namespace

std::string csource::roundingOf(Unit &unit, Rounding rounding, const std::string &type, Shifts shifts) {
  std::string round = positiveRounding(unit, rounding, type, shifts);
  if (shifts.least > 0 || rounding == Rounding::floor)
    return round;
  return unit.kernel("round_or_keep", round + "_or_keep", {{"V", type}, {"ROUND", round}});
}
