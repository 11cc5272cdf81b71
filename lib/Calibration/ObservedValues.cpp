//===- ObservedValues.cpp - Which values calibration looks at, and how ----===//
#include "ObservedValues.h"
#include "tare/Dialect/Qnn/Constants.h"
#include "tare/Dialect/Qnn/Grid.h"
#include "tare/Dialect/Qnn/QnnInterfaces.h"
#include "tare/Dialect/Qnn/QnnOps.h"
#include "tare/Evaluator/Evaluator.h"

#include "mlir/Dialect/Quant/IR/Quant.h"
#include <algorithm>
#include <cmath>

using namespace tare;
using namespace tare::calibration;

namespace {

/// Whether `value` comes from a function that has an upper and a lower end; what only limits its operand does not
/// count.
bool isBounded(mlir::Value value) {
  auto op = value.getDefiningOp<qnn::GridOpInterface>();
  if (op && op.getGridRule() == qnn::GridRule::Bounded)
    return true;
  auto function = value.getDefiningOp<qnn::UnaryFunctionOpInterface>();
  if (!function || mlir::isa<qnn::RequantOpInterface>(function.getOperation()))
    return false;
  auto [low, high] = function.getImage();
  return std::isfinite(low) && std::isfinite(high);
}

/// (A55) Whether an op is a function of single elements: of what such alone read, the range of their results says which
/// of it they need.
bool isFunction(mlir::Operation *op) {
  auto function = mlir::dyn_cast<qnn::UnaryFunctionOpInterface>(op);
  return function && !function.getFunctionAxis();
}

/// What ops compute from constants alone (the dequantized weights of a quantized model). Values are noted in the order
/// in which they are computed: looking for constants from each value on would cost the square of the graph's depth.
class ConstantValues {
public:
  /// The elements of the result of an op that depends on constants alone, nothing for others. To be asked of every op,
  /// in their order.
  std::optional<Tensor> note(mlir::Operation *op) {
    std::optional<Tensor> tensor;
    if (isConstant(op) || dependsOnConstants(op))
      tensor = evaluate(op);
    release(op);
    if (tensor && !op->use_empty())
      known.insert({op->getResult(0), {isConstant(op) ? Tensor() : *tensor, usesOf(op)}});
    return tensor;
  }

private:
  /// Constants are at hand wherever they are read; what is computed from them is kept while it has readers to come.
  struct Known {
    Tensor computed;
    int64_t readers;
  };

  static int64_t usesOf(mlir::Operation *op) { return std::distance(op->use_begin(), op->use_end()); }

  void release(mlir::Operation *op) {
    for (mlir::Value operand : op->getOperands())
      if (auto entry = known.find(operand); entry != known.end() && --entry->second.readers == 0)
        entry->second.computed = Tensor();
  }

  static bool isConstant(mlir::Operation *op) { return op->hasTrait<mlir::OpTrait::ConstantLike>(); }
  bool dependsOnConstants(mlir::Operation *op) const {
    return op->getNumOperands() > 0 &&
           llvm::all_of(op->getOperands(), [&](mlir::Value operand) { return known.contains(operand); });
  }

  /// Of an op that is a constant or depends on known ones.
  std::optional<Tensor> evaluate(mlir::Operation *op) const {
    if (op->getNumResults() != 1)
      return std::nullopt;
    if (mlir::ElementsAttr attr = qnn::constantValue(op->getResult(0)))
      return qnn::toTensor(attr);
    std::vector<Tensor> operands;
    for (mlir::Value operand : op->getOperands()) {
      mlir::ElementsAttr attr = qnn::constantValue(operand);
      operands.push_back(attr ? qnn::toTensor(attr) : known.find(operand)->second.computed);
    }
    mlir::FailureOr<Tensor> result = evaluateOp(op, operands);
    return mlir::failed(result) ? std::nullopt : std::optional(std::move(*result));
  }

  llvm::DenseMap<mlir::Value, Known> known;
};

ValueRange summarizeConstant(const Tensor &tensor) {
  Histogram extremes(Histogram::Detail::extremes);
  extremes.add({tensor.as<float>(), size_t(tensor.count())});
  ValueRange range;
  range.label = constantLabel;
  range.seenMin = extremes.finite() ? extremes.min() : 0;
  range.seenMax = extremes.finite() ? extremes.max() : 0;
  range.min = std::min(range.seenMin, 0.0);
  range.max = std::max(range.seenMax, 0.0);
  return range;
}

/// What ops can give.
Range imageOf(mlir::Value value) {
  std::pair<double, double> image(-HUGE_VAL, HUGE_VAL);
  if (auto function = value.getDefiningOp<qnn::UnaryFunctionOpInterface>())
    image = function.getImage();
  else if (auto op = value.getDefiningOp<qnn::GridOpInterface>(); op && op.getGridRule() == qnn::GridRule::Bounded)
    image = op.getBounds();
  if (mlir::Operation *op = value.getDefiningOp()) {
    auto [low, high] = qnn::fusedInterval(op);
    image = {std::max(image.first, low), std::min(image.second, high)};
  }
  return {image.first, image.second};
}

/// Whether an op computes the value from numbers that the model has as integers: their grids say how far they go.
bool isMadeOfGiven(mlir::Value value) {
  mlir::Operation *op = value.getDefiningOp();
  return op && llvm::any_of(op->getOperands(), [](mlir::Value operand) {
           auto cast = operand.getDefiningOp<mlir::quant::DequantizeCastOp>();
           return cast && !qnn::constantValue(cast.getInput());
         });
}

} // namespace

mlir::Value calibration::gridSource(mlir::Value value) {
  auto op = value.getDefiningOp<qnn::GridOpInterface>();
  // Which part of a table data name is worth knowing beside the table's own range.
  const bool inherits = op && op.getGridRule() == qnn::GridRule::Same && !mlir::isa<qnn::GatherOp>(op);
  return inherits ? op->getOperand(0) : mlir::Value();
}

ObservedValues::ObservedValues(mlir::func::FuncOp function)
    : readByFunctions(function.front(), isFunction), softmaxOperands(function), choices(qnn::Choices::of(function)) {
  for (mlir::Value argument : function.getArguments())
    add(argument, std::nullopt);
  ConstantValues known;
  for (mlir::Operation &op : function.front().without_terminator()) {
    if (auto end = mlir::dyn_cast<qnn::LoopEndOp>(op))
      runs /= end.getBegin().getSteps();
    // Integers, too, are constants to what is computed from them.
    std::optional<Tensor> tensor = known.note(&op);
    if (auto begin = mlir::dyn_cast<qnn::LoopBeginOp>(op))
      runs *= begin.getSteps();
    for (mlir::Value result : op.getResults())
      add(result, tensor);
  }
}

int64_t ObservedValues::elementsOf(mlir::Value value) const {
  auto found = repeated.find(value);
  return mlir::cast<mlir::RankedTensorType>(value.getType()).getNumElements() *
         (found == repeated.end() ? 1 : found->second);
}

SearchOptions ObservedValues::chosenSearch(mlir::Value value, SearchOptions options) const {
  constexpr int64_t levels8 = 256, levels16 = 65536;
  const qnn::ValueChoice *choice = choices.ofValue(value);
  if (!choice)
    return options;
  if (choice->method)
    options.method = methodOf(*choice->method).value_or(options.method);
  options.percentile = choice->percentile.value_or(choice->method ? usualPercentile : options.percentile);
  GridKind &grid = options.grid;
  grid.symmetric = choice->symmetric.value_or(grid.symmetric);
  if (choice->bits || choice->symmetric)
    grid.levels = (choice->bits.value_or(grid.isFine() ? 16 : 8) == 16 ? levels16 : levels8) - grid.symmetric;
  return options;
}

SearchOptions ObservedValues::searchOf(mlir::Value value, SearchOptions options) const {
  options = chosenSearch(value, options);
  // Of a method that somebody chose for this value alone, its ends are no exception.
  const qnn::ValueChoice *choice = choices.ofValue(value);
  if (choice && choice->method && options.method != Method::automatic)
    return options;
  if (!mayHaveOutliers(value) || value.getDefiningOp<mlir::quant::DequantizeCastOp>())
    options.method = Method::minMax;
  return options;
}

Histogram::Detail ObservedValues::detailOf(mlir::Value value, const SearchOptions &options) const {
  // Without outliers only a method that was chosen for this value alone looks at more than its ends.
  const bool needsBins = mayHaveOutliers(value) || options.powersOfTwo || !isOfEnds(searchOf(value, options).method);
  return needsBins ? Histogram::Detail::bins : Histogram::Detail::extremes;
}

bool ObservedValues::mayHaveOutliers(mlir::Value value) const {
  return !isBounded(value) && !readByFunctions.contains(value);
}

GridKind ObservedValues::finenessOf(mlir::Value value, GridKind grid) const {
  constexpr int64_t betweenEntries = 128;
  if (grid.isFine() && readByFunctions.contains(value))
    grid.levels /= betweenEntries;
  return grid;
}

void ObservedValues::lookBeyond(ValueRange &range, mlir::Value value, const Observations &observed, size_t index,
                                const SearchOptions &search) const {
  const SampleEnds &ends = observed.ends[index];
  const int64_t samples = observed.samples;
  const Range seen{std::min(range.seenMin, 0.0), std::max(range.seenMax, 0.0)};
  if (range.label != calibratedLabel || value.getDefiningOp<mlir::quant::DequantizeCastOp>() || isMadeOfGiven(value))
    return;
  // A grid that the model gives is what it is.
  if (llvm::any_of(value.getUsers(), llvm::IsaPred<mlir::quant::QuantizeCastOp>))
    return;
  // A wider table of 1 / x has fewer entries where it bends.
  if (llvm::any_of(value.getUsers(), llvm::IsaPred<qnn::ReciprocalOp>) || value.getDefiningOp<qnn::ReciprocalOp>())
    return;
  // Where a function is all that reads it, what it gives there says whether that matters.
  if (!search.leavesHeadroom() && readByFunctions.contains(value))
    return;
  const int64_t elements = elementsOf(value);
  const GridKind grid = finenessOf(value, search.grid);
  // Of ends alone nothing is known but them.
  constexpr double usualShare = 1.0 / 4;
  const double size = usualShare * std::max(-seen.min, seen.max);
  const double strength = observed.histograms[index].meanSquare().value_or(size * size);
  if (!(strength > 0))
    return;
  // Headroom is worth its bits from the first samples on that say anything; what may still lie beyond is no figure of
  // so few numbers.
  constexpr int64_t fewestNumbers = 512;
  const bool isKnown = samples * elements >= fewestNumbers;
  if (!search.leavesHeadroom() || range.min != seen.min || range.max != seen.max) {
    if (isKnown)
      range.beyond = expectedBeyond({range.min, range.max}, seen, ends, samples, elements, imageOf(value)) / strength;
    return;
  }
  const Reserve reserve = withHeadroom(seen, ends, samples, elements, grid, imageOf(value));
  // An end goes on by no more than it is from 0: beside a mask of -1e9 the scores' own end is none that matters.
  const double least = (seen.max - seen.min) / 1024;
  auto worthIt = [&](double headroom, double end) {
    headroom = std::min(headroom, std::abs(end));
    return headroom < least ? 0 : headroom;
  };
  range.headroomBelow = worthIt(range.min - reserve.range.min, seen.min);
  range.headroomAbove = worthIt(reserve.range.max - range.max, seen.max);
  range.min -= range.headroomBelow, range.max += range.headroomAbove;
  range.beyond = isKnown ? reserve.beyond / strength : 0;
}

void ObservedValues::add(mlir::Value value, const std::optional<Tensor> &tensor) {
  if (!qnn::isFloatTensor(value))
    return;
  if (tensor && tensor->count() > 0)
    constants.emplace_back(value, summarizeConstant(*tensor));
  else if (gridSource(value))
    inheriting.push_back(value);
  else {
    observed.insert({value, observed.size()});
    if (runs > 1)
      repeated[value] = runs;
  }
}
