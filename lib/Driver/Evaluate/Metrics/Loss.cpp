//===- Loss.cpp - What a score has lost -----------------------------------===//
#include "Driver/Evaluate/Metrics/Loss.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <tuple>

using namespace tare;

std::optional<double> tare::lossInPercent(double fixed, double real) {
  if (real == 0 || !std::isfinite(real))
    return std::nullopt;
  return std::abs(fixed - real) / std::abs(real) * 100;
}

std::vector<size_t> tare::orderByLoss(std::span<const std::optional<double>> scores, double real) {
  auto keyOf = [&](size_t i) {
    double score = scores[i].value_or(0);
    // Infinity less itself is no number.
    double distance = score == real ? 0 : std::abs(score - real);
    return std::tuple(!scores[i], scores[i] ? distance : 0, -score);
  };
  std::vector<size_t> order(scores.size());
  std::iota(order.begin(), order.end(), size_t(0));
  std::ranges::stable_sort(order, {}, keyOf);
  return order;
}
