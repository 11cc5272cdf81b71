//===- SumCosts.cpp - What the multipliers of a sum may cost --------------===//
#include "Requant/SumCosts.h"

#include "Requant/OutputEnds.h"
#include "tare/Dialect/Qnn/Grid.h"

#include <algorithm>
#include <cmath>

using namespace tare;
using qnn::Grid;

static std::pair<double, double> integersOf(mlir::Value operand) {
  const Grid grid = *Grid::of(operand.getType());
  return {double(grid.min - grid.zeroPoint()), double(grid.max - grid.zeroPoint())};
}

SumCosts::SumCosts(qnn::RequantOpInterface op)
    : left(integersOf(op->getOperand(0))), right(integersOf(op->getOperand(1))) {
  llvm::SmallVector<double> scales = op.getEffectiveScales();
  wanted = {scales[0], scales[1]};
  auto [low, high] = outputEndsOf(op);
  double zero = double(Grid::of(op->getResult(0).getType())->zeroPoint());
  ends = {double(low) - zero, double(high) - zero};
}

double SumCosts::worst(llvm::ArrayRef<Multiplier> multipliers, int coarser) const {
  auto factor = [&](const Multiplier &multiplier) { return std::ldexp(double(multiplier.m), coarser - multiplier.q); };
  const Linear have{factor(multipliers[0]), factor(multipliers[1])};
  double worst = 0;
  for (double a = left.first; a <= left.second; ++a)
    worst = std::max(worst, worstAt(have, a));
  bool isRounded = coarser > 0 && multipliers[0].q > 0;
  return std::min(worst + (isRounded ? std::ldexp(0.5, coarser) : 0.0), ends.second - ends.first);
}

double SumCosts::differenceAt(const Linear &have, double a, double b) const {
  auto result = [&](const Linear &sum) { return std::clamp(sum.u * a + sum.v * b, ends.first, ends.second); };
  return std::abs(result(wanted) - result(have));
}

/// Along b both are straight lines between where they reach an end, so the worst is next to one of these places.
double SumCosts::worstAt(const Linear &have, double a) const {
  double worst = std::max(differenceAt(have, a, right.first), differenceAt(have, a, right.second));
  for (const Linear &sum : {wanted, have})
    for (double end : {ends.first, ends.second}) {
      double turn = sum.v == 0 ? right.first : std::clamp((end - sum.u * a) / sum.v, right.first, right.second);
      worst = std::max({worst, differenceAt(have, a, std::floor(turn)), differenceAt(have, a, std::ceil(turn))});
    }
  return worst;
}
