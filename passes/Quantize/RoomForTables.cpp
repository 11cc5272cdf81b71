//===- RoomForTables.cpp - Grids that hold what tables reach ---------------===//
//
// Entries are 128 integers apart. Where data end between two, the line between
// them goes on to the second one; where the result's grid ends before, that
// entry is too small, and the line is off where data are.
//
//===----------------------------------------------------------------------===//
#include "Quantize/RoomForTables.h"
#include "Arithmetic/TableReach.h"
#include "tare/Kernels/Functions.h"
#include "tare/Kernels/Tables.h"

#include <algorithm>
#include <cmath>

using namespace mlir;
using namespace tare;
using qnn::Grid;

namespace {

constexpr int64_t firstInput = -tableCentre, spacing = int64_t(1) << kernels::interpolationBits;

/// The integers at the entries next to what is reached, from within or beyond.
std::pair<int64_t, int64_t> entriesAround(const Reach &reach) {
  int64_t first = reach.first / spacing * spacing, last = (reach.last + spacing - 1) / spacing * spacing;
  return {first + firstInput, last + firstInput};
}

/// How many times as wide the result's grid must be to hold what the function gives at these entries.
double factorFor(qnn::UnaryFunctionOpInterface op, const Grid &x, const Grid &y) {
  // Less is lost in rounding anyway; and a function that leaps may be cut, rather than have no steps left.
  constexpr double fewSteps = 2, mostCoarser = 256;
  const qnn::Function function = op.getFunction();
  auto [first, last] = entriesAround(reachOf(op->getOperand(0), x));
  double factor = 1;
  for (int64_t channel = 0; channel != kernels::channelsOf(function.kind, function.parameters); ++channel)
    for (int64_t input : {first, last}) {
      double real =
          kernels::evaluate(function.kind, function.parameters, x.scale() * double(input - x.zeroPoint()), channel);
      auto [least, greatest] = coveredRange(y);
      double beyond = std::max(real - greatest, least - real), end = real > greatest ? greatest : least;
      if (beyond > fewSteps * y.scale() && end != 0 && real / end <= mostCoarser)
        factor = std::max(factor, real / end);
    }
  return factor;
}

} // namespace

void tare::leaveRoomForTables(ArrayRef<Operation *> ops, GridGroups &groups) {
  for (Operation *op : ops) {
    auto function = dyn_cast<qnn::UnaryFunctionOpInterface>(op);
    if (!function || isa<qnn::RequantOpInterface>(op) || !groups.contains(op->getResult(0)))
      continue;
    Value operand = op->getOperand(0), result = op->getResult(0);
    std::optional<Grid> x = groups.contains(operand) ? groups.grid(operand) : gridBehind(operand);
    std::optional<Grid> y = groups.grid(result);
    if (!x || !y || x->bits != 16 || y->bits != 16 || !x->isPerTensor() || !y->isPerTensor())
      continue;
    if (double factor = factorFor(function, *x, *y); factor > 1)
      groups.coarsen(result, factor * y->scale());
  }
}
