//===- Factors.cpp - What a layer's multipliers and shifts come to --------===//
#include "Driver/Inspect/Inspection.h"

#include <algorithm>
#include <cmath>

using namespace tare;

std::vector<int64_t> tare::wholeShifts(const InspectedLayer &layer) {
  if (!layer.stages)
    return layer.shifts;
  return {layer.stages->accumulator_shift + layer.stages->product_shift + layer.stages->output_shift};
}

std::vector<double> tare::factorsOf(const InspectedLayer &layer) {
  std::vector<int64_t> shifts = wholeShifts(layer);
  std::vector<double> factors(std::max(layer.multipliers.size(), shifts.size()));
  if (layer.multipliers.empty() || shifts.empty())
    return {};
  for (size_t i = 0; i != factors.size(); ++i)
    factors[i] = std::ldexp(double(layer.multipliers[std::min(i, layer.multipliers.size() - 1)]),
                            -int(shifts[std::min(i, shifts.size() - 1)]));
  return factors;
}
