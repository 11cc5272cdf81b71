//===- Intermediates.cpp - Steps that a model has no value for ------------===//
#include "Quantize/Intermediates.h"
#include "Quantize/PassedErrors.h"
#include "tare/Diagnostics/Warning.h"
#include "tare/Dialect/Qnn/Names.h"
#include "tare/Dialect/Qnn/QnnDialect.h"

#include "llvm/Support/FormatVariadic.h"
#include <algorithm>
#include <cmath>

using namespace mlir;
using namespace tare;
using qnn::Grid;
using qnn::GridOpInterface;
using qnn::Interval;

namespace {

/// In steps of the node's result: less is hardly seen beside the rounding to that.
constexpr double noticeable = 0.125;
/// The same of 16 bits, where nothing finer could be had.
constexpr double noticeableWide = 1;

/// So many times what calibration says, an intermediate of 16 bits may reach: two of its bits.
constexpr double usualReserve = 4;

/// (A55) What functions alone read calibration has not cut off, and a table's entries are the closer the less there is.
double reserveOf(Value value) {
  bool areFunctions = llvm::all_of(value.getUsers(), [](Operation *user) {
    auto function = dyn_cast<qnn::UnaryFunctionOpInterface>(user);
    return function && !function.getFunctionAxis();
  });
  return areFunctions && !value.use_empty() ? 1 : usualReserve;
}

/// The step of the finest grid that there is for a value, by the model or by choice.
std::optional<double> finestStep(Value value, const GridGroups &groups) {
  std::optional<double> step;
  auto note = [&](const std::optional<Grid> &grid) {
    if (grid && grid->isPerTensor())
      step = std::min(step.value_or(HUGE_VAL), grid->scale());
  };
  for (Operation *user : value.getUsers())
    if (auto cast = dyn_cast<quant::QuantizeCastOp>(user))
      note(Grid::of(cast.getType()));
  if (!step)
    note(groups.contains(value) ? groups.grid(value) : resultGrid(value.getDefiningOp()));
  return step;
}

/// How many steps there are for a value: what calibration saw of it, or else all of its grid. It is off by no more.
std::optional<double> stepsOf(Value value, double step, const GridGroups &groups) {
  if (qnn::RangeAttr range = rangeAttr(value))
    return (range.getMax() - range.getMin()) / step;
  std::optional<Grid> grid = groups.contains(value) ? groups.grid(value) : resultGrid(value.getDefiningOp());
  return grid ? std::optional(double(grid->max - grid->min)) : std::nullopt;
}

/// The most that the results of the nodes behind a value are off by the rounding of this value on their way, in their
/// steps; nothing where that cannot be said.
class CostInSteps {
public:
  explicit CostInSteps(const GridGroups &groups) : groups(groups) {}

  std::optional<double> of(Value value) { return of(value, groups.grid(value)->scale() / 2); }

private:
  std::optional<double> of(Value value, double error) {
    if (++visits > mostVisits)
      return std::nullopt;
    if (!isIntermediate(value.getDefiningOp())) {
      std::optional<double> step = finestStep(value, groups);
      if (!step)
        return std::nullopt;
      return std::min(error / *step, stepsOf(value, *step, groups).value_or(HUGE_VAL));
    }
    double most = 0;
    for (OpOperand &use : value.getUses()) {
      std::optional<double> passed = use.getOwner()->getNumResults() == 1 ? passedOn(use, error) : std::nullopt;
      std::optional<double> cost = passed ? of(use.getOwner()->getResult(0), *passed) : std::nullopt;
      if (!cost)
        return std::nullopt;
      most = std::max(most, *cost);
    }
    return most;
  }

  /// There may be as many ways through what a model leaves unquantized.
  static constexpr int mostVisits = 256;
  const GridGroups &groups;
  int visits = 0;
};

} // namespace

bool tare::isIntermediate(Operation *op) { return op && op->hasAttr(qnn::intermediateAttrName); }

void tare::implyRanges(func::FuncOp function, bool areWide) {
  for (auto op : function.getOps<GridOpInterface>()) {
    Value value = op->getResult(0);
    qnn::RangeAttr seen = rangeAttr(value);
    if (!isIntermediate(op) || !qnn::isFloatTensor(value) || (seen && !areWide))
      continue;
    std::optional<Interval> range = impliedRange(op, seen ? GivenOperands::WholeGrids : GivenOperands::AsCalibrated);
    if (seen) {
      const double reserve = reserveOf(value);
      Interval most(reserve * seen.getMin(), reserve * seen.getMax()), all = range.value_or(most);
      range = {std::max(all.first, most.first), std::min(all.second, most.second)};
    }
    if (range)
      setRange(value, range->first, range->second, qnn::RangeLabel::Implied);
  }
}

/// What finer steps of an intermediate take.
static const char *remedyOf(Operation *op, bool isWide) {
  if (!isWide)
    return "take a target with 16-bit activations, or write the node in steps of its own";
  if (isa<qnn::ReciprocalOp>(op) && !op->getParentOp()->hasAttr(qnn::measuredRangesAttrName))
    return "give --calibration DATA, which says how near to 0 the divisor comes: its quantizer reaches 0";
  if (isa<qnn::ReciprocalOp>(op))
    return "keep the divisor away from 0 in the model (a Clip, a larger epsilon): the steps are those of the largest "
           "1 / x";
  if (isa<qnn::MulOp>(op))
    return "put factors into the weights' scales";
  return "write the node in steps of its own, with smaller numbers between them";
}

void tare::warnOfRoundedIntermediates(func::FuncOp function, const GridGroups &groups, const Target &target) {
  constexpr unsigned narrow = 8;
  for (auto op : function.getOps<GridOpInterface>()) {
    Value value = op->getResult(0);
    std::optional<Grid> grid = isIntermediate(op) && groups.contains(value) ? groups.grid(value) : std::nullopt;
    // On the model's own grid it is rounded as the model says.
    if (!grid || groups.pinned(value))
      continue;
    std::optional<double> cost = CostInSteps(groups).of(value);
    bool isWide = grid->bits > narrow;
    if (cost ? *cost < (isWide ? noticeableWide : noticeable) : isWide)
      continue;
    std::string text = llvm::formatv(
        "layer '{0}': what it computes on the way to its result is rounded to {1} bits, in steps of {2:e2}, as target "
        "'{3}' has no wider activations beside them",
        qnn::layerName(op), grid->bits, grid->scale(), target.name);
    if (cost)
      text += llvm::formatv("; the result is off by up to {0:f2} of its own steps by that", *cost);
    reportWarning(op->getLoc(), {"RoundedIntermediate", "", qnn::layerName(op), cost.value_or(0),
                                 cost ? CostUnit::lsb : CostUnit::none, text, remedyOf(op, isWide)});
  }
}
