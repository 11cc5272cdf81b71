//===- OutputEnds.cpp - Where results saturate ----------------------------===//
#include "Requant/OutputEnds.h"
#include "tare/Dialect/Qnn/Steps.h"

#include <algorithm>
#include <cmath>

using namespace tare;
using qnn::Grid;

OutputEnds tare::outputEndsOf(qnn::RequantOpInterface op) {
  Grid grid = *Grid::of(op->getResult(0).getType());
  auto [low, high] = op.getResultInterval();
  return {std::isinf(low) ? grid.min : qnn::integerOf(low, grid),
          std::isinf(high) ? grid.max : qnn::integerOf(high, grid)};
}

double tare::costOfScale(double wanted, double have, const AccumulatorInterval &accumulators, double zero,
                         std::pair<double, double> ends) {
  auto [low, high] = accumulators;
  auto differenceAt = [&](double accumulator) {
    accumulator = std::clamp(accumulator, low, high);
    auto result = [&](double scale) { return std::clamp(zero + scale * accumulator, ends.first, ends.second); };
    return std::abs(result(wanted) - result(have));
  };
  double worst = std::max(differenceAt(low), differenceAt(high)), steeper = std::max(wanted, have);
  if (!(steeper > 0))
    return worst;
  // To both sides of 0 the difference grows until the steeper one saturates.
  for (double end : {ends.first, ends.second}) {
    double turn = (end - zero) / steeper;
    worst = std::max({worst, differenceAt(std::floor(turn)), differenceAt(std::ceil(turn))});
  }
  return worst;
}
