//===- FunctionRanges.cpp - Where functions tell numbers apart ------------===//
//
// A sigmoid's operand may go to -20, where its result is 0 on any grid from -7
// on: steps that are spent there are missing where the function is steep.
//
//===----------------------------------------------------------------------===//
#include "Quantize/FunctionRanges.h"
#include "Graph/Affine.h"
#include "Quantize/GridGroups.h"
#include "Quantize/Intermediates.h"
#include "tare/Dialect/Qnn/Constants.h"
#include "tare/Dialect/Qnn/Movements.h"
#include "tare/Dialect/Qnn/QnnDialect.h"
#include "tare/Dialect/Qnn/QnnOps.h"
#include "tare/Kernels/Functions.h"

#include "llvm/ADT/MapVector.h"
#include <algorithm>
#include <cmath>

using namespace mlir;
using namespace tare;
using qnn::GridOpInterface;

namespace {

using Range = std::pair<double, double>;

/// What a saturated operand may change of the function's result, in steps: half of what rounding does.
constexpr double bearable = 0.25;
/// An end moves only where that makes the steps finer by this share.
constexpr double leastGain = 1.0 / 32;
/// How finely a function is looked at.
constexpr int samples = 2048;
constexpr int64_t mostLevels = 65535;
/// So many values that hold the elements of one are looked at; where there are more, all of its range is needed.
constexpr size_t mostMoved = 1024;

std::optional<Range> calibratedRange(Value value) {
  qnn::RangeAttr range = rangeAttr(value);
  return range ? std::optional(Range(range.getMin(), range.getMax())) : std::nullopt;
}

/// The grids that the model has for a function's result; empty where it has none, or one that is a list.
SmallVector<qnn::Grid> givenGrids(Value result) {
  SmallVector<qnn::Grid> grids;
  for (Operation *user : result.getUsers())
    if (auto cast = dyn_cast<quant::QuantizeCastOp>(user)) {
      std::optional<qnn::Grid> grid = qnn::Grid::of(cast.getType());
      if (!grid || !grid->isPerTensor())
        return {};
      grids.push_back(*grid);
    }
  return grids;
}

/// The rules of results' grids.
struct Rules {
  ActivationRule usual;
  std::optional<ActivationRule> wide;

  const ActivationRule &of(Value result) const {
    return wide && isIntermediate(result.getDefiningOp()) ? *wide : usual;
  }
};

/// The step that a function's result will have, if it is not coarser; nothing where that cannot be said.
std::optional<double> stepOf(Value result, const Rules &rules) {
  if (existingCast(result)) {
    std::optional<double> finest;
    for (const qnn::Grid &grid : givenGrids(result))
      finest = std::min(finest.value_or(HUGE_VAL), grid.scale());
    return finest;
  }
  std::optional<Range> range = calibratedRange(result);
  return range ? std::optional(activationGrid(range->first, range->second, rules.of(result)).scale()) : std::nullopt;
}

/// What a function's result will hold: what the model's own grids do, or else what calibration has chosen.
Range imageOf(Value result) {
  constexpr Range all(-HUGE_VAL, HUGE_VAL);
  if (!existingCast(result))
    return calibratedRange(result).value_or(all);
  Range image(HUGE_VAL, -HUGE_VAL);
  for (const qnn::Grid &grid : givenGrids(result)) {
    Range covered = coveredRange(grid);
    image = {std::min(image.first, covered.first), std::max(image.second, covered.second)};
  }
  return image.first < image.second ? image : all;
}

/// From `from` towards `to`, the last place where the function still gives about what it does at `from`; `from` itself
/// where it is not flat at all.
double flatUntil(function_ref<double(double)> function, double from, double to, double tolerance) {
  double level = function(from), last = from;
  for (int i = 1; i <= samples; ++i) {
    double x = from + (to - from) * i / samples;
    // Written so that NaN is not flat.
    if (!(std::abs(function(x) - level) <= tolerance))
      break;
    last = x;
  }
  return last;
}

Range neededBy(qnn::UnaryFunctionOpInterface op, const Range &range, const Rules &rules) {
  std::optional<double> step = stepOf(op->getResult(0), rules);
  if (!step || op.getFunctionAxis())
    return range;
  qnn::Function function = op.getFunction();
  // At a jump a step's width of x is all that there is between two results.
  if (kernels::definitionOf(function.kind).hasJumps())
    return range;
  // Beyond the result's own range it saturates.
  auto [low, high] = bentPart(function, range, imageOf(op->getResult(0)), bearable * *step);
  double least = leastGain * (range.second - range.first);
  low = low - range.first < least ? range.first : low;
  high = range.second - high < least ? range.second : high;
  // A function that is flat everywhere needs nothing, and no grid is made for that.
  return low < high ? Range(low, high) : range;
}

/// All of `range` where somebody needs that, or nobody reads an element.
Range neededOf(Value value, const Range &range, const Rules &rules) {
  Range needed(HUGE_VAL, -HUGE_VAL);
  auto passes = [](Operation *op) { return !isa<qnn::UnaryFunctionOpInterface>(op) && qnn::movesElements(op); };
  auto needsLess = [&](Value moved) {
    for (Operation *user : moved.getUsers()) {
      if (passes(user))
        continue;
      auto function = dyn_cast<qnn::UnaryFunctionOpInterface>(user);
      Range part = function ? neededBy(function, range, rules) : range;
      needed = {std::min(needed.first, part.first), std::max(needed.second, part.second)};
      if (needed == range)
        return false;
    }
    return !moved.use_empty();
  };
  return qnn::allMadeOf(value, passes, needsLess, mostMoved) && needed.first < needed.second ? needed : range;
}

/// What `user` adds to `value`, one number for all elements, as x + 0.5 before a floor; nothing where it does something
/// else.
std::optional<double> addedTo(Value value, Operation *user) {
  if (!isa<qnn::AddOp, qnn::SubOp>(user) || (isa<qnn::SubOp>(user) && user->getOperand(0) != value))
    return std::nullopt;
  Value other = user->getOperand(user->getOperand(0) == value ? 1 : 0);
  ElementsAttr constant = other == value ? ElementsAttr() : floatConstantValue(other);
  if (!constant)
    return std::nullopt;
  Tensor numbers = qnn::toTensor(constant);
  auto [least, greatest] = std::minmax_element(numbers.as<float>(), numbers.as<float>() + numbers.count());
  if (numbers.count() == 0 || *least != *greatest)
    return std::nullopt;
  return isa<qnn::SubOp>(user) ? -double(*least) : double(*least);
}

/// (A61) The ends of the integers that leave the graph as roundings alone make them of a value, which may be limited,
/// moved and shifted on the way; nothing where somebody else reads it, or the model says its grid. A walk of its own:
/// it has for each value what has been added to it so far.
std::optional<Range> endsOfIntegers(Value value) {
  Range ends(HUGE_VAL, -HUGE_VAL);
  // By value what has been added.
  llvm::SmallMapVector<Value, double, 8> held;
  held.insert({value, 0.0});
  for (size_t i = 0; i != held.size(); ++i) {
    auto [from, added] = *(held.begin() + i);
    if (from.use_empty() || held.size() > mostMoved)
      return std::nullopt;
    for (Operation *user : from.getUsers()) {
      auto function = dyn_cast<qnn::UnaryFunctionOpInterface>(user);
      bool rounds = function && kernels::definitionOf(function.getFunction().kind).hasJumps();
      if (rounds || isa<qnn::ClipOp, qnn::ReluOp>(user) || qnn::movesElements(user)) {
        held.insert({user->getResult(0), added});
        continue;
      }
      if (std::optional<double> more = addedTo(from, user)) {
        held.insert({user->getResult(0), added + *more});
        continue;
      }
      auto cast = dyn_cast<quant::QuantizeCastOp>(user);
      std::optional<qnn::Grid> grid = cast && from != value ? qnn::Grid::of(cast.getType()) : std::nullopt;
      if (!grid || !grid->isPerTensor() || grid->scale() != 1)
        return std::nullopt;
      // What is less than a step is for the rounding.
      auto [low, high] = coveredRange(*grid);
      ends = {std::min(ends.first, low - std::floor(added)), std::max(ends.second, high - std::floor(added))};
    }
  }
  return ends.first < ends.second ? std::optional(ends) : std::nullopt;
}

/// A range that ends within a 16th of these ends goes on to them.
Range withEnds(Range range, const Range &ends) {
  constexpr double near = 1.0 / 16;
  const double width = ends.second - ends.first;
  if (range.first > ends.first && range.first - ends.first <= near * width)
    range.first = ends.first;
  if (range.second < ends.second && ends.second - range.second <= near * width)
    range.second = ends.second;
  return range;
}

} // namespace

Range tare::bentPart(const qnn::Function &function, Range range, Range image, double tolerance) {
  auto at = [&](double x) {
    return std::clamp(kernels::evaluate(function.kind, function.parameters, x, 0), image.first, image.second);
  };
  return {flatUntil(at, range.first, range.second, tolerance), flatUntil(at, range.second, range.first, tolerance)};
}

/// A function may have no value, or no end, between two integers.
std::optional<Range> tare::rangeOfFunction(qnn::UnaryFunctionOpInterface op) {
  Value operand = op->getOperand(0);
  std::optional<Range> range = findRange(operand);
  if (!range || op.getFunctionAxis())
    return std::nullopt;
  std::optional<qnn::Grid> grid = gridBehind(operand);
  double step = grid ? grid->scale() : (range->second - range->first) / samples;
  // Of wide integers not each one is asked for.
  int64_t levels = grid ? grid->max - grid->min : samples, every = std::max<int64_t>(1, levels / mostLevels);
  int64_t count = levels / every;
  qnn::Function function = op.getFunction();
  Range found(0, 0);
  for (int64_t i = 0; i <= count; ++i) {
    double x = grid ? step * double(grid->min + i * every - grid->zeroPoint()) : range->first + step * double(i);
    double y = kernels::evaluate(function.kind, function.parameters, x, 0);
    if (std::isfinite(y))
      found = {std::min(found.first, y), std::max(found.second, y)};
  }
  return found;
}

std::optional<Range> tare::neededRange(Value value, const ActivationRule &rule,
                                       const std::optional<ActivationRule> &wide) {
  std::optional<Range> range = calibratedRange(value);
  if (!range)
    return std::nullopt;
  if (std::optional<Range> ends = endsOfIntegers(value))
    return withEnds(*range, *ends);
  return neededOf(value, *range, {rule, wide});
}

void tare::noteNarrowedInputs(func::FuncOp function, const ActivationRule &rule,
                              const std::optional<ActivationRule> &wide) {
  for (BlockArgument argument : function.getArguments()) {
    std::optional<Range> range = qnn::isFloatTensor(argument) ? calibratedRange(argument) : std::nullopt;
    std::optional<Range> needed = range ? neededRange(argument, rule, wide) : std::nullopt;
    const bool isCutBelow = needed && needed->first > range->first,
               isCutAbove = needed && needed->second < range->second;
    if ((isCutBelow || isCutAbove) && !function.getArgAttr(argument.getArgNumber(), qnn::toldApartAttrName))
      function.setArgAttr(argument.getArgNumber(), qnn::toldApartAttrName,
                          DenseF64ArrayAttr::get(function.getContext(), {isCutBelow ? needed->first : -HUGE_VAL,
                                                                         isCutAbove ? needed->second : HUGE_VAL}));
  }
}
