//===- LayerFunctions.cpp - Functions that are part of layers -------------===//
#include "Quantize/LayerFunctions.h"
#include "Arithmetic/Multiplier.h"
#include "Arithmetic/TargetOperators.h"
#include "Lowering/LayerTable.h"
#include "Quantize/FunctionRanges.h"
#include "Remarks.h"
#include "tare/Dialect/Qnn/Constants.h"
#include "tare/Dialect/Qnn/QnnDialect.h"
#include "tare/Kernels/Functions.h"
#include "tare/Kernels/Tables.h"

#include <algorithm>
#include <cmath>

using namespace mlir;
using namespace tare;
using qnn::Grid;

namespace {

constexpr StringLiteral passName = "tare-insert-quant-dequant";

using Range = std::pair<double, double>;

constexpr unsigned narrowBits = 8, wideBits = 16;
/// What data beyond the calibrated range still find of the function, as a share of that range on both sides: steps of
/// 16 bits are plenty.
constexpr double reserve = 0.25;
/// What a saturated operand may change of the result, in steps.
constexpr double bearable = 1.0 / 64;
/// A table that is off by more, with the result's own rounding, is no better than one of 256 exact entries.
constexpr double mostOff = 0.75;

/// A layer, and the function behind it.
struct Pair {
  qnn::RequantOpInterface layer;
  qnn::UnaryFunctionOpInterface function;
};

std::optional<Grid> gridOf(Value value, const GridGroups &groups) {
  return groups.contains(value) ? groups.grid(value) : gridBehind(value);
}

bool isNarrow(const std::optional<Grid> &grid) { return grid && grid->isPerTensor() && grid->bits == narrowBits; }

/// The function that alone reads the layer's result, where hardware could have both as one.
qnn::UnaryFunctionOpInterface onlyFunction(qnn::RequantOpInterface layer) {
  Value result = layer->getResult(0);
  if (!layer.mayHaveFunction() || !result.hasOneUse())
    return nullptr;
  auto clamped = dyn_cast<qnn::ClampOpInterface>(layer.getOperation());
  auto function = dyn_cast<qnn::UnaryFunctionOpInterface>(*result.getUsers().begin());
  // What only limits is free anyway; where f leaps, a step's width decides.
  if (!function || (clamped && clamped.getClamp()) || isa<qnn::RequantOpInterface>(function.getOperation()) ||
      function.getFunctionAxis() || kernels::definitionOf(function.getFunction().kind).hasJumps())
    return nullptr;
  return function;
}

std::optional<Pair> pairOf(Operation *op, const GridGroups &groups) {
  auto layer = dyn_cast<qnn::RequantOpInterface>(op);
  auto gridOp = dyn_cast<qnn::GridOpInterface>(op);
  if (!layer || !gridOp || !qnn::isFloatTensor(op->getResult(0)))
    return std::nullopt;
  qnn::UnaryFunctionOpInterface function = onlyFunction(layer);
  bool isChosen = op->hasAttr(qnn::inLayerAttrName);
  if (!function || !groups.contains(op->getResult(0)) || !groups.contains(function->getResult(0)) ||
      (!isChosen && groups.pinned(op->getResult(0))) || !isNarrow(groups.grid(function->getResult(0))))
    return std::nullopt;
  for (OpOperand &operand : op->getOpOperands())
    if (!gridOp.takesAxisGrid(operand) && !qnn::constantValue(operand.get()) &&
        !isNarrow(gridOf(operand.get(), groups)))
      return std::nullopt;
  return Pair{layer, function};
}

/// What calibration saw, and some more, as far as the function tells it apart; 0 included.
std::optional<Range> domainOf(Pair pair, const Grid &y, const GridGroups &groups) {
  Value between = pair.layer->getResult(0);
  std::optional<Range> range = groups.range(between);
  if (qnn::RangeAttr seen = rangeAttr(between))
    range = Range(seen.getMin(), seen.getMax());
  if (!range || !(range->first < range->second))
    return std::nullopt;
  double more = reserve * (range->second - range->first);
  Range all(range->first - more, range->second + more);
  Range bent = bentPart(pair.function.getFunction(), all, coveredRange(y), bearable * y.scale());
  if (bent.first >= bent.second)
    bent = *range; // Flat everywhere: any part will do.
  return Range(std::min(bent.first, 0.0), std::max(bent.second, 0.0));
}

/// The grid of 16 bits that covers a domain in steps of at least `least`; its zero point is at an entry of the table,
/// as that is where functions have their corners. The step is a float32, as all are.
Grid wideGrid(const Range &domain, double least) {
  constexpr int64_t spacing = int64_t(1) << kernels::interpolationBits;
  constexpr int64_t segments = kernels::interpolatedTableSize - 1, half = segments / 2 * spacing;
  double width = domain.second - domain.first;
  int64_t below = std::clamp<int64_t>(std::llround(-domain.first / width * double(segments)), 0, segments - 1);
  below = domain.first < 0 ? std::max<int64_t>(below, 1) : below;
  double fromBelow = below == 0 ? 0.0 : -domain.first / double(below * spacing);
  double fromAbove = domain.second / double((segments - below) * spacing - 1);
  float scale = float(std::max({fromBelow, fromAbove, least}));
  Grid grid;
  grid.bits = wideBits;
  grid.scales = {double(std::nextafter(scale, HUGE_VALF))};
  grid.zeroPoints = {below * spacing - half};
  grid.min = -half, grid.max = half - 1;
  return grid;
}

/// The least step of a result to which the target has a multiplier and a shift from accumulators of a step.
double leastStep(double accumulator, const Target &target) {
  const MultiplierLimits limits = wholeLimits(target);
  return accumulator * std::ldexp(1.0, limits.shiftMin) / (std::ldexp(1.0, limits.bits) - 1);
}

void choose(Pair pair, const Target &target, AccumulatorStep stepOf, GridGroups &groups) {
  Grid y = *groups.grid(pair.function->getResult(0));
  std::optional<Range> domain = domainOf(pair, y, groups);
  std::optional<double> step = stepOf(pair.layer);
  if (!domain || !step)
    return;
  Grid between = wideGrid(*domain, leastStep(*step, target));
  if (std::optional<Grid> before = groups.pinned(pair.layer->getResult(0)); before && sameGrid(*before, between))
    return;
  double worst = makeLayerTable(pair.function.getFunction(), between, y).worst;
  if (worst > mostOff) {
    remarkMissed(pair.function, passName, "FunctionInLayer")
        << remark::reason("its interpolated table would be off by {0:f2} LSB", worst);
    return;
  }
  groups.pin(pair.layer->getResult(0), between);
  auto mark = UnitAttr::get(pair.layer->getContext());
  pair.layer->setAttr(qnn::inLayerAttrName, mark);
  pair.function->setAttr(qnn::inLayerAttrName, mark);
  remarkPassed(pair.function, passName, "FunctionInLayer")
      << remark::add("behind the accumulators of '{0}', in 16 bits of step {1:e3}; off by {2:f2} LSB at most",
                     qnn::layerName(pair.layer), between.scale(), worst);
}

} // namespace

void tare::chooseLayerFunctions(ArrayRef<Operation *> ops, const Target &target, AccumulatorStep stepOf,
                                GridGroups &groups) {
  if (!target.layerFunctions)
    return;
  for (Operation *op : ops)
    if (std::optional<Pair> pair = isComputedWide(op, target) ? std::nullopt : pairOf(op, groups))
      choose(*pair, target, stepOf, groups);
}
