//===- LeastSquares.cpp - Rounding that loses least in sums of products ---===//
#include "Quantize/LeastSquares.h"

#include <algorithm>
#include <cassert>
#include <cmath>

using namespace tare;

/// A weight may change sides this often at most; a handful of times is usual.
static constexpr int mostRounds = 64;
static constexpr double dampingShare = 0.01;

SquaredLoss::SquaredLoss(std::span<const double> products, int64_t weights) : products(products), count(weights) {
  assert(int64_t(products.size()) == weights * weights);
  double sum = 0;
  for (int64_t i = 0; i < count; ++i)
    sum += products[size_t(i * count + i)];
  damping = count ? dampingShare * sum / double(count) : 0;
}

std::vector<double> SquaredLoss::slopes(std::span<const double> errors) const {
  std::vector<double> slopes(static_cast<size_t>(count));
  for (int64_t j = 0; j < count; ++j) {
    if (errors[size_t(j)] == 0)
      continue;
    const double *row = products.data() + j * count;
    for (int64_t i = 0; i < count; ++i)
      slopes[size_t(i)] += errors[size_t(j)] * row[i];
    slopes[size_t(j)] += errors[size_t(j)] * damping;
  }
  return slopes;
}

double SquaredLoss::operator()(std::span<const double> errors) const {
  const std::vector<double> slope = slopes(errors);
  double loss = 0;
  for (size_t i = 0; i < slope.size(); ++i)
    loss += errors[i] * slope[i];
  return loss;
}

std::vector<int64_t> SquaredLoss::round(std::span<const double> steps, int64_t low, int64_t high) const {
  std::vector<int64_t> chosen;
  std::vector<double> errors;
  for (double step : steps) {
    chosen.push_back(std::clamp(int64_t(std::nearbyint(step)), low, high));
    errors.push_back(double(chosen.back()) - step);
  }
  std::vector<double> slope = slopes(errors);
  bool hasChanged = true;
  for (int round = 0; hasChanged && round < mostRounds; ++round) {
    hasChanged = false;
    for (int64_t i = 0; i < count; ++i) {
      const int64_t move = errors[size_t(i)] > 0 ? -1 : 1, other = chosen[size_t(i)] + move;
      // On a step there is no other side; beyond the last one, neither.
      if (errors[size_t(i)] == 0 || std::abs(errors[size_t(i)]) >= 1 || other < low || other > high)
        continue;
      const double gain = 2 * double(move) * slope[size_t(i)] + product(i, i);
      if (!(gain < -1e-12 * product(i, i)))
        continue;
      chosen[size_t(i)] = other;
      errors[size_t(i)] += double(move);
      const double *row = products.data() + i * count;
      for (int64_t j = 0; j < count; ++j)
        slope[size_t(j)] += double(move) * row[j];
      slope[size_t(i)] += double(move) * damping;
      hasChanged = true;
    }
  }
  return chosen;
}
