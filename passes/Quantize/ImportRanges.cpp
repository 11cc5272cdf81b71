//===- ImportRanges.cpp - What calibration saw, into the IR ---------------===//
//
// Invariant: afterwards every float value that will need a grid of its own has
// a qnn.range, and the result of a same-grid op has its operand's.
//
//===----------------------------------------------------------------------===//
#include "Arithmetic/ChosenGrid.h"
#include "Quantize/DeadValues.h"
#include "Quantize/GridGroups.h"
#include "Quantize/NonFinite.h"
#include "Quantize/RangeEntries.h"
#include "Quantize/RangeWarnings.h"
#include "Quantize/Selections.h"
#include "tare/Calibration/ModelRanges.h"
#include "tare/Calibration/Ranges.h"
#include "tare/Dialect/Qnn/ChannelMeans.h"
#include "tare/Dialect/Qnn/Choices.h"
#include "tare/Dialect/Qnn/Constants.h"
#include "tare/Dialect/Qnn/HalfValues.h"
#include "tare/Dialect/Qnn/Names.h"
#include "tare/Dialect/Qnn/RunTimeRanges.h"
#include "tare/Passes/Passes.h"

#include "llvm/ADT/StringExtras.h"
#include <algorithm>
#include <cmath>

namespace tare {
#define GEN_PASS_DEF_IMPORTRANGES
#include "tare/Passes/Passes.h.inc"
} // namespace tare

using namespace mlir;
using namespace tare;
using calibration::Ranges;
using qnn::Grid;
using qnn::GridOpInterface;
using qnn::GridRule;
using qnn::RangeAttr;
using qnn::RangeLabel;

namespace {

/// Annotates one function.
class Importer {
public:
  Importer(func::FuncOp function, const Ranges &ranges)
      : function(function), ranges(ranges), choices(qnn::Choices::of(function)), boundary(function), warnings(ranges) {}

  LogicalResult run() {
    for (Value argument : function.getArguments())
      if (qnn::isFloatTensor(argument) && !argument.use_empty())
        import(argument, /*needed=*/!existingCast(argument) && !boundary.contains(argument));
    calibration::ModelRanges model;
    for (Operation &op : function.getBody().front().without_terminator()) {
      const std::optional<qnn::Interval> followed = model.note(&op, findRange);
      if (auto gridOp = dyn_cast<GridOpInterface>(op); gridOp && qnn::isFloatTensor(op.getResult(0)))
        visit(gridOp, followed);
      else if (isa<qnn::HostOp>(op))
        visitHost(op, followed);
      else if (isa<qnn::LoopBeginOp, qnn::LoopEndOp>(op))
        visitLoopEnd(op);
    }
    // What of its type an input of integers has: it may be little.
    for (auto cast : function.getOps<quant::DequantizeCastOp>())
      if (isa<BlockArgument>(cast.getInput()))
        import(cast, /*needed=*/false);
    for (auto softmax : function.getOps<qnn::SoftmaxOp>())
      importLeastMaximum(softmax);
    warnings.warnOfUnknown(function);
    warnings.warnOfHalves(function);
    if (ranges.isFromFile)
      warnOfEntries(function, ranges);
    // What the model would find when it runs is static now.
    function->removeAttr(qnn::runTimeRangesAttrName);
    function->removeAttr(qnn::halfValuesAttrName);
    if (!ranges.channelMeans.empty())
      function->setAttr(qnn::channelMeansAttrName, qnn::toAttr(function.getContext(), ranges.channelMeans));
    if (ranges.measured)
      function->setAttr(qnn::measuredRangesAttrName, UnitAttr::get(function.getContext()));
    return report();
  }

private:
  /// (A68) `followed`: the range that the model says, whatever calibration saw.
  using Followed = const std::optional<qnn::Interval> &;

  void visit(GridOpInterface op, Followed followed) {
    annotateConstants(op);
    Value result = op->getResult(0);
    // What indices choose from: all of it, of which data may have named little.
    if (followed && isa<qnn::GatherOp>(op.getOperation()))
      return follow(result, *followed, /*isWarned=*/!existingCast(result) && !boundary.contains(result));
    if (op.getGridRule() == GridRule::Same || op.getGridRule() == GridRule::Unified)
      return inherit(op);
    if (followed)
      return follow(result, *followed);
    bool keepsAccumulator = isa<qnn::AccumulatorOpInterface>(op.getOperation()) && boundary.contains(result);
    // What the model has no value for may be unknown to a ranges file of an older program; its operands say it, too.
    bool isStep = op->hasAttr(qnn::intermediateAttrName);
    bool needed =
        op.getGridRule() == GridRule::Own && !op->use_empty() && !existingCast(result) && !keepsAccumulator && !isStep;
    import(result, needed);
  }

  /// What integer layers read of a host op gets a grid.
  void visitHost(Operation &op, Followed followed) {
    for (Value result : op.getResults()) {
      if (!qnn::isFloatTensor(result) || result.use_empty())
        continue;
      const bool needed = !existingCast(result) && !boundary.contains(result);
      if (followed && result == op.getResult(0))
        follow(result, *followed, needed);
      else
        import(result, needed);
    }
  }

  void visitLoopEnd(Operation &op) {
    for (Value result : op.getResults())
      if (qnn::isFloatTensor(result))
        import(result, /*needed=*/!result.use_empty() && !existingCast(result));
    if (auto end = dyn_cast<qnn::LoopEndOp>(op))
      coverCarried(end);
  }

  /// What is carried behind the last step is no state that a step has begun with, but is on its grid.
  static void coverCarried(qnn::LoopEndOp end) {
    for (auto [index, carried] : llvm::enumerate(end.getCarries())) {
      Value state = end.getBegin().getState(index);
      qnn::RangeAttr range = qnn::isFloatTensor(state) ? rangeAttr(state) : qnn::RangeAttr();
      std::optional<qnn::Interval> more = findRange(carried);
      if (range && more)
        setRange(state, std::min(range.getMin(), more->first), std::max(range.getMax(), more->second),
                 range.getLabel());
    }
  }

  /// What calibration saw is part of it, or no number at all.
  void follow(Value value, const qnn::Interval &range, bool isWarned = false) {
    auto entry = ranges.values.find(qnn::valueName(value));
    if (entry != ranges.values.end() && entry->second.label == calibration::nanLabel)
      return import(value, /*needed=*/false);
    setRange(value, range.first, range.second, RangeLabel::Implied);
    if (isWarned && entry != ranges.values.end())
      warnOfWideTable(value, range, entry->second, ranges.activations == "int16");
  }

  /// What the file says of `value`.
  void import(Value value, bool needed) {
    std::string name = qnn::valueName(value);
    auto entry = ranges.values.find(name);
    if (const qnn::ValueChoice *choice = choices.ofValue(value); choice && choice->hasGrid())
      return choose(value, *choice, entry == ranges.values.end() ? nullptr : &entry->second);
    if (entry == ranges.values.end()) {
      if (needed && !rangeAttr(value))
        missing.push_back("'" + name + "'");
      return;
    }
    const calibration::ValueRange &range = entry->second;
    auto label = qnn::symbolizeRangeLabel(range.label);
    if (label == RangeLabel::NaN)
      return nonFinite.add(value, range, boundary.contains(value));
    if (needed && range.flattened)
      warnings.warnOfOutliers(value, range);
    // Of an input tare-check-scales has more to say.
    if (label == RangeLabel::Dead && !isa<BlockArgument>(value)) {
      const std::optional<qnn::Interval> possible =
          possibleRange(value, [this](Value operand) { return seenOrKnown(operand); });
      if (needed)
        warnOfDeadValue(value, possible);
      if (possible)
        return setRange(value, possible->first, possible->second, RangeLabel::Implied);
    }
    if (needed && range.beyond > 0)
      warnings.warnOfBeyond(value, range);
    qnn::StepErrorsAttr errors;
    if (const std::optional<calibration::StepErrors> &found = range.stepErrors)
      errors = qnn::StepErrorsAttr::get(value.getContext(), found->bits, found->power, found->first, found->errors);
    setRange(value, range.min, range.max, label.value_or(RangeLabel::Calibrated), errors);
  }

  /// What a configuration says; of a scale alone what calibration saw (`seen`, null where that is nothing), as far as
  /// the grid holds it.
  void choose(Value value, const qnn::ValueChoice &choice, const calibration::ValueRange *seen) {
    const Grid grid = chosenGrid(
        choice, {choice.bits.value_or(ranges.activations == "int16" ? 16 : 8), choice.symmetric.value_or(false)});
    const bool isSeen = seen && seen->label == calibration::calibratedLabel;
    const qnn::Interval all = choice.range.value_or(coveredRange(grid));
    qnn::Interval range = all;
    if (!choice.range && isSeen)
      range = {std::max(range.first, seen->min), std::min(range.second, seen->max)};
    setRange(value, range.first, range.second, choice.range || !isSeen ? RangeLabel::Implied : RangeLabel::Calibrated);
    if (isSeen)
      warnings.warnOfChosen(value, all, *seen);
  }

  /// What data had of integers that the model gives a grid, or else the value's range.
  std::optional<qnn::Interval> seenOrKnown(Value value) const {
    auto entry = ranges.values.find(qnn::valueName(value));
    if (value.getDefiningOp<quant::DequantizeCastOp>() && entry != ranges.values.end())
      return qnn::Interval(entry->second.min, entry->second.max);
    return findRange(value);
  }

  /// What calibration saw of the rows of a softmax's operand.
  void importLeastMaximum(qnn::SoftmaxOp softmax) {
    auto entry = ranges.values.find(qnn::valueName(softmax.getInput()));
    if (entry == ranges.values.end())
      return;
    std::optional<double> least = entry->second.leastRowMaximum;
    // Beside a range that goes on beyond what was seen, as a mask may that no sample had, or has been cut out of that.
    qnn::RangeAttr range = rangeAttr(softmax.getInput());
    if (!least && range && std::abs(range.getMin() - entry->second.seenMin) > calibration::maskedDistance)
      least = entry->second.seenMin;
    if (least)
      softmax->setDiscardableAttr(qnn::leastRowMaximumAttrName, Builder(softmax.getContext()).getF64FloatAttr(*least));
  }

  /// The union of the operands' ranges, which is the operand's (and the padding's) for a same-grid op. Of operands that
  /// have the model's own grids, calibration says what of these they use.
  void inherit(GridOpInterface op) {
    Value result = op->getResult(0);
    std::optional<qnn::Interval> range = inheritedRange(op);
    if (!llvm::all_of(inheritedFrom(op), [](Value operand) { return bool(rangeAttr(operand)); })) {
      import(result, /*needed=*/false);
      if (qnn::RangeAttr found = rangeAttr(result)) {
        auto [low, high] = paddingRange(op).value_or(qnn::Interval(0, 0));
        range = {std::min(found.getMin(), low), std::max(found.getMax(), high)};
      }
    }
    // Where an operand has neither range nor grid, it has been reported.
    if (range)
      setRange(result, range->first, range->second, RangeLabel::Inherited);
  }

  /// Constants that an op reads as it reads activations.
  void annotateConstants(GridOpInterface op) {
    auto accumulator = dyn_cast<qnn::AccumulatorOpInterface>(op.getOperation());
    for (OpOperand &operand : op->getOpOperands()) {
      if (accumulator && &operand != &accumulator.getActivationOperand())
        continue;
      ElementsAttr constant = qnn::isFloatTensor(operand.get()) ? qnn::constantValue(operand.get()) : ElementsAttr();
      if (!constant || rangeAttr(operand.get()))
        continue;
      auto [min, max] = rangeOf(constant);
      setRange(operand.get(), min, max, RangeLabel::Constant);
    }
  }

  /// One error for all values without a range, one for all that were NaN.
  LogicalResult report() {
    if (!missing.empty())
      function.emitError() << "the ranges say nothing of " << llvm::join(missing, ", ")
                           << "; calibrate this model again, with the same options";
    LogicalResult areFinite = nonFinite.report(function);
    return failure(!missing.empty() || failed(areFinite));
  }

  func::FuncOp function;
  const Ranges &ranges;
  const qnn::Choices choices;
  OutputBoundary boundary;
  RangeWarnings warnings;
  SmallVector<std::string> missing;
  NonFiniteValues nonFinite;
};

struct ImportRanges : tare::impl::ImportRangesBase<ImportRanges> {
  using ImportRangesBase::ImportRangesBase;
  explicit ImportRanges(std::shared_ptr<const Ranges> ranges) : ranges(std::move(ranges)) {}

  void runOnFunction() final {
    std::shared_ptr<const Ranges> source = ranges;
    if (!source) {
      Result<Ranges> read = calibration::readRanges(file);
      if (!read) {
        emitError(UnknownLoc::get(&getContext())) << read.error().message;
        return signalPassFailure();
      }
      source = std::make_shared<const Ranges>(std::move(*read));
    }
    if (failed(Importer(getOperation(), *source).run()))
      signalPassFailure();
  }

private:
  std::shared_ptr<const Ranges> ranges;
};

} // namespace

std::unique_ptr<Pass> tare::createImportRanges(std::shared_ptr<const Ranges> ranges) {
  return std::make_unique<ImportRanges>(std::move(ranges));
}
