//===- ReachedGrids.cpp - What shifts to the right reach ------------------===//
#include "Quantize/ReachedGrids.h"
#include "Quantize/GivenGrids.h"
#include "Quantize/GridGroups.h"
#include "Quantize/Traces.h"
#include "Remarks.h"
#include "tare/Dialect/Qnn/Constants.h"
#include "tare/Dialect/Qnn/Movements.h"

#include "llvm/ADT/TypeSwitch.h"
#include <algorithm>
#include <cmath>

using namespace mlir;
using namespace tare;
using qnn::Grid;
using qnn::GridOpInterface;
using qnn::GridRule;

namespace {

constexpr StringLiteral passName = "tare-conform-grids";

/// The scale that the model gives a value; nothing where it is still to be chosen.
std::optional<double> givenScale(Value value) {
  std::optional<Grid> grid = gridOfMoved(value);
  return grid ? std::optional(*llvm::max_element(grid->scales)) : std::nullopt;
}

/// The same where a border stands beside it: it is on the grid by now (refineForBorders()), or on one that is chosen.
std::optional<double> keptScale(Value value) {
  Operation *op = value.getDefiningOp();
  std::optional<double> scale = givenScale(value);
  return !scale && op && (movesAlone(op) || hasBorder(op)) ? keptScale(op->getOperand(0)) : scale;
}

/// Of weights: the model's, or the power of two that holds the largest.
std::optional<double> weightScale(Value weights) {
  if (std::optional<Grid> grid = givenGrid(weights))
    return *llvm::max_element(grid->scales);
  ElementsAttr constant = qnn::constantValue(weights);
  if (!constant || !qnn::isFloatTensor(weights))
    return std::nullopt;
  Result<Grid> grid = weightGrid(constant);
  return grid ? std::optional(std::exp2(std::ceil(std::log2(*llvm::max_element(grid->scales))))) : std::nullopt;
}

std::optional<double> productOf(std::optional<double> a, std::optional<double> b) {
  return a && b ? std::optional(*a * *b) : std::nullopt;
}

/// The step of what `op` accumulates, or the least that its multiplier makes of it; nothing where the model leaves that
/// open, and for ops whose result can have any grid.
std::optional<double> accumulatedStep(GridOpInterface op, const Target &target) {
  if (op.getFinestStep() > 0)
    return op.getFinestStep();
  auto times = [](std::optional<double> scale, int exponent) { return productOf(scale, std::ldexp(1.0, exponent)); };
  auto scaleOf = [&](unsigned operand) { return keptScale(op->getOperand(operand)); };
  return TypeSwitch<Operation *, std::optional<double>>(op.getOperation())
      .Case<qnn::MulOp, qnn::MatMulOp>([&](auto) { return productOf(scaleOf(0), scaleOf(1)); })
      .Case([&](qnn::AccumulatorOpInterface layer) {
        return productOf(keptScale(layer.getActivationOperand().get()), weightScale(layer.getWeightOperand().get()));
      })
      .Case([&](qnn::ResizeOp resize) { return times(scaleOf(0), -int(resize.getMostFractionBits())); })
      .Case<qnn::AveragePoolOp, qnn::ReduceMeanOp>(
          [&](auto) { return times(scaleOf(0), 1 - target.meanMultiplierBits); })
      .Default([](Operation *) { return std::nullopt; });
}

/// The finest grid that the smallest shift leads to.
std::optional<double> finestStep(GridOpInterface op, const Target &target) {
  return productOf(accumulatedStep(op, target), std::ldexp(1.0, target.shift.min));
}

/// Whether all operands of `op` are to be on the grid of its result: what it joins, or puts a border beside.
bool joins(GridOpInterface op) { return op.getGridRule() == GridRule::Unified || hasBorder(op); }

/// Whether the result of `op` is on its operands' grid: where no quantizer is next, what may be rounded stays on it,
/// too.
bool keepsGrid(Operation *op) {
  auto gridOp = dyn_cast<GridOpInterface>(op);
  return gridOp && !givenScale(op->getResult(0)) &&
         (isLimit(op) || gridOp.mayRescale() || joins(gridOp) || movesAlone(op));
}

/// The coarsest step of integers that `value` is made of; nothing where it is open.
std::optional<double> stepOf(Value value, const Target &target) {
  std::optional<double> coarsest;
  qnn::allMadeFrom(value, keepsGrid, [&](Value origin) {
    std::optional<double> step = givenScale(origin);
    if (auto op = origin.getDefiningOp<GridOpInterface>(); op && !step && !keepsGrid(op))
      step = finestStep(op, target);
    if (step)
      coarsest = std::max(coarsest.value_or(0), *step);
    return true;
  });
  return coarsest;
}

/// What a quantizer rounds: the result of `maker`, without what limits that in it, moved and limited.
struct Rounded {
  GridOpInterface maker;
  Trace traced;
};

std::optional<Rounded> roundedBy(quant::QuantizeCastOp quantize) {
  Trace traced = trace(quantize.getInput());
  auto maker = traced.source.getDefiningOp<GridOpInterface>();
  if (!maker)
    return std::nullopt;
  if (auto fused = dyn_cast<qnn::ClampOpInterface>(maker.getOperation()))
    traced.limitFirst(fused.getClamp().value_or(qnn::ClampAttr()));
  return Rounded{maker, std::move(traced)};
}

/// `value`, which the maker made, as `rounded` moves and limits it. What is fused limits it behind the grid that it is
/// on already, whose steps the limits need not be.
Value movedAndLimited(OpBuilder &builder, const Rounded &rounded, Value value, const std::string &layer) {
  value = rounded.traced.moved(builder, value);
  if (!rounded.traced.limits)
    return value;
  Location loc = qnn::nameLoc(builder.getContext(), layer + "_limit", qnn::valueName(rounded.maker->getResult(0)));
  return qnn::ClipOp::create(builder, loc, value.getType(), value, rounded.traced.limits);
}

/// The maker of its own for one reader, whose result others may want on their own grids.
Operation *makeAgain(OpBuilder &builder, const Rounded &rounded) {
  Operation *made = builder.clone(*rounded.maker);
  if (auto fused = dyn_cast<qnn::ClampOpInterface>(made); fused && fused.getClamp())
    fused.setClampAttr(nullptr);
  return made;
}

void tell(quant::QuantizeCastOp cast, const Rounded &rounded) {
  remarkPassed(cast, passName, "RoundedWhereReached")
      << remark::reason("a finer grid than '{0}' is made from", qnn::valueName(rounded.maker->getResult(0)));
}

void roundFirst(quant::QuantizeCastOp cast, const Rounded &rounded, const Grid &reached) {
  OpBuilder builder(cast);
  std::string layer = qnn::layerName(rounded.maker) + "_reached";
  Value value = castBothWays(builder, makeAgain(builder, rounded)->getResult(0), reached, layer);
  cast.getInputMutable().assign(movedAndLimited(builder, rounded, value, layer));
  tell(cast, rounded);
}

/// What one quantizer rounds to a grid, and all that is joined in it on the way.
class Reacher {
public:
  Reacher(const Grid &to, const Target &target) : to(to), target(target) {}

  void reach(quant::QuantizeCastOp cast) {
    std::optional<Rounded> rounded = roundedBy(cast);
    if (!rounded)
      return;
    if (joins(rounded->maker))
      return joinFiner(cast, *rounded);
    const double finest = finestStep(rounded->maker, target).value_or(0);
    Grid reached = to;
    reached.scales = {std::max(finest, to.scale())};
    if (finest > to.scale() || staysBehind(*rounded))
      roundFirst(cast, *rounded, reached);
  }

private:
  bool isCoarser(Value value) const { return stepOf(value, target).value_or(0) > to.scale(); }

  /// What is joined becomes finer before.
  void joinFiner(quant::QuantizeCastOp cast, const Rounded &rounded) {
    auto isCoarse = [&](Value operand) { return isCoarser(operand); };
    if (llvm::none_of(inheritedFrom(rounded.maker), isCoarse))
      return;
    // Where paths part and join again there are as many readers as paths: those behind the first share what it got.
    auto known = finer.find(rounded.maker);
    const bool isMade = known != finer.end() && known->second->isBeforeInBlock(cast);
    OpBuilder builder(cast);
    Operation *made = isMade ? known->second : makeAgain(builder, rounded);
    cast.getInputMutable().assign(
        movedAndLimited(builder, rounded, made->getResult(0), qnn::layerName(made) + "_finer"));
    tell(cast, rounded);
    if (isMade)
      return;
    finer[rounded.maker] = made;
    joinFiner(made, inheritedFrom(rounded.maker).size());
  }

  /// The first `count` operands of a join that is made anew.
  void joinFiner(Operation *made, unsigned count) {
    OpBuilder builder(made);
    const std::string layer = qnn::layerName(made);
    for (unsigned i = 0; i != count; ++i) {
      if (!isCoarser(made->getOperand(i)))
        continue;
      Value finer = castBothWays(builder, made->getOperand(i), to, layer + "_operand" + std::to_string(i) + "_finer");
      made->setOperand(i, finer);
      reach(finer.getDefiningOp()->getOperand(0).getDefiningOp<quant::QuantizeCastOp>());
    }
  }

  /// Whether the maker could round to the grid itself, but is on its operand's coarser one, as no quantizer is next.
  bool staysBehind(const Rounded &rounded) const {
    GridOpInterface maker = rounded.maker;
    bool isNext = rounded.traced.moves.empty() && !rounded.traced.limits;
    return maker.mayRescale() && !isNext && isCoarser(maker->getOperand(0));
  }

  const Grid &to;
  const Target &target;
  /// By the join that the model has, the one whose operands are on the grid.
  DenseMap<Operation *, Operation *> finer;
};

} // namespace

void tare::roundWhereReached(func::FuncOp function, const Target &target) {
  SmallVector<quant::QuantizeCastOp> casts;
  function.walk([&](quant::QuantizeCastOp cast) { casts.push_back(cast); });
  for (quant::QuantizeCastOp cast : casts)
    if (std::optional<Grid> to = Grid::of(cast.getType()); to && to->isPerTensor() && formatOfBits(target, to->bits))
      Reacher(*to, target).reach(cast);
}
