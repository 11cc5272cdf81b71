//===- PassedErrors.cpp - What operands' errors are in results ------------===//
#include "Quantize/PassedErrors.h"
#include "Quantize/FunctionRanges.h"
#include "Quantize/GridGroups.h"
#include "Quantize/Relevance.h"
#include "tare/Dialect/Qnn/Names.h"
#include "tare/Dialect/Qnn/QnnOps.h"
#include "tare/Evaluator/Evaluator.h"
#include "tare/Kernels/Functions.h"

#include <algorithm>
#include <cmath>

using namespace mlir;
using namespace tare;
using qnn::Grid;
using qnn::GridOpInterface;
using qnn::Interval;

namespace {

/// How finely a function is looked at.
constexpr int samples = 2048;
/// How many results without a grid of their own are followed.
constexpr int mostFollowed = 16;

/// Each operand's share in a sum, the weights of one output channel after the other.
std::optional<Interval> rangeOfSums(qnn::AccumulatorOpInterface op, const Interval &input) {
  Tensor weights = realConstant(op.getWeightOperand().get());
  Tensor bias = op.getBiasValue() ? realConstant(op.getBiasValue()) : Tensor();
  if (!weights || (op.getBiasValue() && !bias))
    return std::nullopt;
  const int64_t channels = op.getOutputChannels(), each = weights.count() / channels;
  Interval range(0, 0);
  for (int64_t c = 0; c < channels; ++c) {
    double low = bias ? bias.as<float>()[c] : 0, high = low;
    for (float weight : ArrayRef<float>(weights.as<float>() + c * each, each)) {
      low += std::min(weight * input.first, weight * input.second);
      high += std::max(weight * input.first, weight * input.second);
    }
    range = {std::min(range.first, low), std::max(range.second, high)};
  }
  return range;
}

/// The largest sum of an output channel's weights: of all magnitudes, or of those of one sign.
std::optional<double> largestSum(qnn::AccumulatorOpInterface op, bool ofOneSign) {
  Tensor weights = realConstant(op.getWeightOperand().get());
  if (!weights)
    return std::nullopt;
  const int64_t channels = op.getOutputChannels(), each = weights.count() / channels;
  double largest = 0;
  for (int64_t c = 0; c < channels; ++c) {
    double negative = 0, positive = 0;
    for (float weight : ArrayRef<float>(weights.as<float>() + c * each, each))
      (weight < 0 ? negative : positive) += std::abs(double(weight));
    largest = std::max(largest, ofOneSign ? std::max(negative, positive) : negative + positive);
  }
  return largest;
}

double magnitude(const Interval &range) { return std::max(-range.first, range.second); }

/// The most that the function's values at two numbers differ, of any channel.
double differenceAt(qnn::UnaryFunctionOpInterface op, double from, double to) {
  qnn::Function function = op.getFunction();
  std::optional<int64_t> axis = op.getFunctionAxis();
  const int64_t channels = axis ? cast<ShapedType>(op->getResult(0).getType()).getDimSize(*axis) : 1;
  double most = 0;
  for (int64_t c = 0; c < channels; ++c)
    most = std::max(most, std::abs(kernels::evaluate(function.kind, function.parameters, to, c) -
                                   kernels::evaluate(function.kind, function.parameters, from, c)));
  return most;
}

/// Whether the function gives what calibration saw of its result: every range has 0 in it, but a reciprocal whose
/// results stay small was not near it. True where that is not known.
bool givesSeen(qnn::UnaryFunctionOpInterface op, double x) {
  qnn::RangeAttr seen = rangeAttr(op->getResult(0));
  if (!seen || op.getFunctionAxis())
    return true;
  const double y = kernels::evaluate(op.getFunction().kind, op.getFunction().parameters, x, 0);
  const double slack = (seen.getMax() - seen.getMin()) / samples;
  return y >= seen.getMin() - slack && y <= seen.getMax() + slack;
}

/// f(x + error) - f(x), the most of it over what x can be.
std::optional<double> passedByFunction(qnn::UnaryFunctionOpInterface op, double error) {
  std::optional<Interval> range = findRange(op->getOperand(0));
  if (!range)
    return std::nullopt;
  double most = 0;
  for (int i = 0; i <= samples; ++i) {
    double x = range->first + (range->second - range->first) * i / samples, moved = differenceAt(op, x, x + error);
    if (std::isfinite(moved) && moved > most && givesSeen(op, x))
      most = moved;
  }
  return most;
}

bool isMean(Operation *op) {
  auto requant = dyn_cast<qnn::RequantOpInterface>(op);
  return requant && requant.dividesByCount();
}

/// Whether the result's elements are elements of the operand, or lie between them.
bool passesElements(Operation *op) {
  auto gridOp = dyn_cast<GridOpInterface>(op);
  return qnn::movesElements(op) || (gridOp && gridOp.getGridRule() == qnn::GridRule::Same);
}

/// Two numbers, exactly, or only how far they are from one another.
struct Change {
  std::optional<Interval> ends;
  double size;
  /// Whether all elements move the same way.
  bool sameWay = false;
};

class Readers {
public:
  explicit Readers(const ActivationRule &rule) : rule(rule) {}

  /// Of a float value.
  void look(Value value, const Change &change, int followed = 0) {
    isUnknown |= followed > mostFollowed;
    if (followed > mostFollowed || change.size == 0 || !seen.insert(value).second)
      return;
    for (OpOperand &use : value.getUses()) {
      if (auto cast = dyn_cast<quant::QuantizeCastOp>(use.getOwner()))
        count(value, *Grid::of(cast.getType()), change);
      else if (passesElements(use.getOwner()) && use.getOwner()->getNumResults() == 1)
        look(use.getOwner()->getResult(0), change, followed + 1);
      else if (isa<GridOpInterface>(use.getOwner()))
        pass(use, change, followed);
      else
        isUnknown = true;
    }
  }

  /// Of integers on a grid: what each of their dequantizations makes of them.
  void look(Value integers, int64_t from, int64_t to, int followed = 0) {
    isUnknown |= followed > mostFollowed;
    if (followed > mostFollowed)
      return;
    for (Operation *user : integers.getUsers()) {
      if (auto cast = dyn_cast<quant::DequantizeCastOp>(user)) {
        Grid grid = *Grid::of(integers.getType());
        Interval ends(grid.scale() * double(from - grid.zeroPoint()), grid.scale() * double(to - grid.zeroPoint()));
        look(cast.getResult(), {ends, std::abs(ends.second - ends.first), true});
      } else if (user->getNumResults() == 1 && Grid::of(user->getResult(0).getType())) {
        look(user->getResult(0), from, to, followed + 1);
      } else {
        isUnknown = true;
      }
    }
  }

  /// Of integers whose numbers are off.
  void look(Value integers, double error, int followed = 0) {
    isUnknown |= followed > mostFollowed;
    if (followed > mostFollowed)
      return;
    for (Operation *user : integers.getUsers()) {
      if (auto cast = dyn_cast<quant::DequantizeCastOp>(user))
        look(cast.getResult(), Change{std::nullopt, error});
      else if (user->getNumResults() == 1 && Grid::of(user->getResult(0).getType()))
        look(user->getResult(0), error, followed + 1);
      else
        isUnknown = true;
    }
  }

  /// No steps where nobody sees the change.
  std::optional<ReaderCost> result() const { return worst || isUnknown ? worst : ReaderCost{}; }

private:
  void pass(OpOperand &use, const Change &change, int followed) {
    Change passed{std::nullopt, 0, change.sameWay};
    // Rounding errors of many operands are as a rule not all at their worst.
    if (!change.sameWay && isa<qnn::AccumulatorOpInterface, qnn::MatMulOp>(use.getOwner())) {
      isUnknown = true;
      return;
    }
    auto function = dyn_cast<qnn::UnaryFunctionOpInterface>(use.getOwner());
    if (function && change.ends) {
      auto [from, to] = *change.ends;
      passed.size = differenceAt(function, from, to);
      if (qnn::Function f = function.getFunction(); !function.getFunctionAxis())
        passed.ends =
            Interval(kernels::evaluate(f.kind, f.parameters, from, 0), kernels::evaluate(f.kind, f.parameters, to, 0));
    } else if (std::optional<double> size = passedOn(use, change.size, change.sameWay)) {
      passed.size = *size;
    } else {
      isUnknown = true;
      return;
    }
    if (!std::isfinite(passed.size)) {
      isUnknown = true;
      return;
    }
    Value result = use.getOwner()->getResult(0);
    if (existingCast(result) || !rangeAttr(result))
      return look(result, passed, followed + 1);
    // It gets a grid of its own.
    qnn::RangeAttr range = rangeAttr(result);
    count(result, activationGrid(range.getMin(), range.getMax(), rule), passed);
  }

  void count(Value result, const Grid &grid, const Change &change) {
    constexpr unsigned narrowBits = 8;
    if (!grid.isPerTensor())
      return;
    auto [low, high] = coveredRange(grid);
    double size = std::min(change.size, high - low);
    if (change.ends)
      size = std::abs(std::clamp(change.ends->first, low, high) - std::clamp(change.ends->second, low, high));
    double steps = size / grid.scale();
    if (!worst || steps > worst->steps)
      worst = {steps, qnn::valueName(result), grid.bits > narrowBits};
  }

  ActivationRule rule;
  llvm::SmallPtrSet<Value, 8> seen;
  std::optional<ReaderCost> worst;
  /// Of some reader nothing can be said.
  bool isUnknown = false;
};

} // namespace

std::optional<Interval> tare::impliedRange(GridOpInterface op, GivenOperands given) {
  auto rangeOf = [&](Value operand) -> std::optional<Interval> {
    std::optional<Grid> grid = given == GivenOperands::WholeGrids ? gridBehind(operand) : std::nullopt;
    return grid && grid->isPerTensor() ? std::optional<Interval>(coveredRange(*grid)) : findRange(operand);
  };
  SmallVector<Interval> operands;
  auto accumulator = dyn_cast<qnn::AccumulatorOpInterface>(op.getOperation());
  for (Value operand : op->getOperands()) {
    if (accumulator && operand != accumulator.getActivationOperand().get())
      continue;
    std::optional<Interval> range = rangeOf(operand);
    if (!range)
      return std::nullopt;
    operands.push_back(*range);
  }
  if (accumulator)
    return rangeOfSums(accumulator, operands.front());
  if (auto function = dyn_cast<qnn::UnaryFunctionOpInterface>(op.getOperation()))
    return rangeOfFunction(function);
  return op.getImpliedRange(operands);
}

std::optional<double> tare::passedOn(OpOperand &use, double error, bool sameWay) {
  Operation *user = use.getOwner();
  auto op = dyn_cast<GridOpInterface>(user);
  if (!op)
    return std::nullopt;
  if (auto accumulator = dyn_cast<qnn::AccumulatorOpInterface>(user)) {
    std::optional<double> sum =
        &use == &accumulator.getActivationOperand() ? largestSum(accumulator, sameWay) : std::nullopt;
    return sum ? std::optional(*sum * error) : std::nullopt;
  }
  if (passesElements(user) || isMean(user) || isSum(user))
    return error;
  if (auto function = dyn_cast<qnn::UnaryFunctionOpInterface>(user))
    return passedByFunction(function, error);
  // A share p moves by p (1 - p) of what its own number does, and as much by what all others do the other way.
  if (isa<qnn::SoftmaxOp>(user))
    return error / 2;
  if (isa<qnn::DivOp>(user) && use.getOperandNumber() == 1)
    return std::nullopt;
  // Linear in this operand.
  SmallVector<Interval> operands;
  for (OpOperand &operand : user->getOpOperands())
    operands.push_back(&operand == &use ? Interval(-error, error) : findRange(operand.get()).value_or(Interval(0, 0)));
  std::optional<Interval> moved = op.getImpliedRange(operands);
  return moved ? std::optional(magnitude(*moved)) : std::nullopt;
}

std::optional<ReaderCost> tare::costAtReaders(Value value, double from, double to, const ActivationRule &rule) {
  Readers readers(rule);
  readers.look(value, {Interval(from, to), std::abs(to - from), true});
  return readers.result();
}

std::optional<ReaderCost> tare::costAtReaders(Value integers, int64_t from, int64_t to) {
  std::optional<Grid> grid = Grid::of(integers.getType());
  Readers readers({grid ? grid->bits : 8, false});
  readers.look(integers, from, to);
  return readers.result();
}

std::optional<ReaderCost> tare::costAtReaders(Value integers, double error) {
  std::optional<Grid> grid = Grid::of(integers.getType());
  Readers readers({grid ? grid->bits : 8, false});
  readers.look(integers, error);
  return readers.result();
}

static void collectGrids(Value value, SmallVector<Grid> &grids, int followed) {
  for (Operation *user : value.getUsers()) {
    if (auto cast = dyn_cast<quant::QuantizeCastOp>(user))
      grids.push_back(*Grid::of(cast.getType()));
    else if (passesElements(user) && followed < mostFollowed)
      collectGrids(user->getResult(0), grids, followed + 1);
  }
}

SmallVector<Grid> tare::gridsOfReaders(Value value) {
  SmallVector<Grid> grids;
  collectGrids(value, grids, 0);
  return grids;
}
