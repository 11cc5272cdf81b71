//===- Activation.cpp - Limits as fused activations -----------------------===//
#include "Activation.h"

#include <algorithm>
#include <cmath>

using namespace tare;
using namespace tare::tflite;

/// Where a real number is on a grid, within the ends of its type.
static int64_t placeOf(float real, const Grid &grid, Ends ends) {
  return std::clamp(grid.zeroPoint + int64_t(std::round(real / grid.scale())), ends.least, ends.greatest);
}

Limits tflite::limitsOf(ActivationFunctionType function, ElementType type, const Grid &grid) {
  const Ends ends = endsOf(type);
  switch (function) {
  case ActivationFunctionType::RELU:
    return {placeOf(0, grid, ends), ends.greatest};
  case ActivationFunctionType::RELU6:
    return {placeOf(0, grid, ends), placeOf(6, grid, ends)};
  case ActivationFunctionType::RELU_N1_TO_1:
    return {placeOf(-1, grid, ends), placeOf(1, grid, ends)};
  case ActivationFunctionType::NONE:
    break;
  }
  return {ends.least, ends.greatest};
}

Activation tflite::activationFor(Limits limits, ElementType type, const Grid &grid, Fusing fusing) {
  const Ends ends = endsOf(type);
  const bool isSymmetricEnd = grid.zeroPoint == 0 && limits.least == -ends.greatest;
  const Limits wanted{isSymmetricEnd ? ends.least : limits.least, limits.greatest};
  auto left = [&](ActivationFunctionType function) {
    const Limits kept = limitsOf(function, type, grid);
    Activation activation{function};
    if (kept.least < wanted.least)
      activation.least = wanted.least;
    if (kept.greatest > wanted.greatest)
      activation.greatest = wanted.greatest;
    return activation;
  };
  auto keepsAll = [&](ActivationFunctionType function) {
    const Limits kept = limitsOf(function, type, grid);
    return kept.least <= wanted.least && kept.greatest >= wanted.greatest;
  };
  Activation best = left(ActivationFunctionType::NONE);
  if (fusing == Fusing::none)
    return best;
  for (ActivationFunctionType function :
       {ActivationFunctionType::RELU, ActivationFunctionType::RELU6, ActivationFunctionType::RELU_N1_TO_1}) {
    auto count = [](const Activation &one) { return int(one.least.has_value()) + int(one.greatest.has_value()); };
    if (Activation other = left(function); keepsAll(function) && count(other) < count(best))
      best = other;
  }
  return best;
}
