//===- ConvexCost.cpp - Errors as functions that can be minimized ---------===//
#include "Quantize/ConvexCost.h"

#include <algorithm>
#include <cmath>

using namespace tare;

/// The part of a signal that may be clipped away for the sake of others, and the step of the cost beyond.
static constexpr double clippable = 1.0 / 16, ruin = 64.0;

/// (A36)
ConvexCost::ConvexCost(int first, llvm::ArrayRef<double> errors, double whole) : first(first) {
  values.clear();
  for (double error : errors)
    values.push_back(std::llround(std::clamp(error, 0.0, 1.0) * one));
  // By the errors themselves: those of a weak signal may all be 0 in integers.
  const size_t least = std::min_element(errors.begin(), errors.end()) - errors.begin();
  argmin = first + int(least);
  leftStep = rightStep = 1;
  // Steps are taken from the errors themselves, then added up.
  std::vector<int64_t> convex = values;
  for (size_t i = least + 1; i < values.size(); ++i) {
    rightStep = std::max(rightStep, values[i] - values[i - 1]);
    convex[i] = convex[i - 1] + rightStep;
  }
  for (size_t i = least; i-- > 0;) {
    leftStep = std::max(leftStep, values[i] - values[i + 1]);
    if (double(values[i]) > clippable * whole * one)
      leftStep = std::max<int64_t>(leftStep, std::llround(ruin * whole * one));
    convex[i] = convex[i + 1] + leftStep;
  }
  values = std::move(convex);
}

ConvexCost ConvexCost::preferring(int exponent) { return ConvexCost(exponent, {0.0}); }

int64_t ConvexCost::at(int exponent) const {
  int last = first + int(values.size()) - 1;
  if (exponent < first)
    return values.front() + leftStep * (first - exponent);
  if (exponent > last)
    return values.back() + rightStep * (exponent - last);
  return values[exponent - first];
}

void ConvexCost::limit(int lowest) {
  if (lowest <= first)
    return;
  std::vector<int64_t> kept;
  int last = std::max(first + int(values.size()) - 1, lowest);
  for (int exponent = lowest; exponent <= last; ++exponent)
    kept.push_back(at(exponent));
  argmin = std::max(argmin, lowest);
  leftStep = std::max<int64_t>(leftStep, 1);
  values = std::move(kept);
  first = lowest;
}
