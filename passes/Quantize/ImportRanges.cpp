//===- ImportRanges.cpp - What calibration saw, into the IR ---------------===//
//
// Invariant: afterwards every float value that will need a grid of its own has
// a qnn.range, and the result of a same-grid op has its operand's.
//
//===----------------------------------------------------------------------===//
#include "Quantize/GridGroups.h"
#include "tare/Calibration/Ranges.h"
#include "tare/Diagnostics/Warning.h"
#include "tare/Dialect/Qnn/Constants.h"
#include "tare/Dialect/Qnn/Names.h"
#include "tare/Dialect/Qnn/RunTimeRanges.h"
#include "tare/Passes/Passes.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSet.h"
#include <algorithm>

namespace tare {
#define GEN_PASS_DEF_IMPORTRANGES
#include "tare/Passes/Passes.h.inc"
} // namespace tare

using namespace mlir;
using namespace tare;
using calibration::Ranges;
using qnn::GridOpInterface;
using qnn::GridRule;
using qnn::RangeAttr;
using qnn::RangeLabel;

namespace {

/// Annotates one function.
class Importer {
public:
  Importer(func::FuncOp function, const Ranges &ranges) : function(function), ranges(ranges), boundary(function) {}

  LogicalResult run() {
    for (Value argument : function.getArguments())
      if (qnn::isFloatTensor(argument) && !argument.use_empty())
        import(argument, /*needed=*/!existingCast(argument) && !boundary.contains(argument));
    for (Operation &op : function.getBody().front())
      if (auto gridOp = dyn_cast<GridOpInterface>(op); gridOp && qnn::isFloatTensor(op.getResult(0)))
        visit(gridOp);
    warnOfUnknown();
    // What the model would find when it runs is static now.
    function->removeAttr(qnn::runTimeRangesAttrName);
    if (ranges.measured)
      function->setAttr(qnn::measuredRangesAttrName, UnitAttr::get(function.getContext()));
    return report();
  }

private:
  void visit(GridOpInterface op) {
    annotateConstants(op);
    Value result = op->getResult(0);
    if (op.getGridRule() == GridRule::Same || op.getGridRule() == GridRule::Unified)
      return inherit(op);
    bool keepsAccumulator = isa<qnn::AccumulatorOpInterface>(op.getOperation()) && boundary.contains(result);
    // What the model has no value for may be unknown to a ranges file of an older program; its operands say it, too.
    bool isStep = op->hasAttr(qnn::intermediateAttrName);
    bool needed =
        op.getGridRule() == GridRule::Own && !op->use_empty() && !existingCast(result) && !keepsAccumulator && !isStep;
    import(result, needed);
  }

  /// What the file says of `value`.
  void import(Value value, bool needed) {
    std::string name = qnn::valueName(value);
    auto entry = ranges.values.find(name);
    if (entry == ranges.values.end()) {
      if (needed && !rangeAttr(value))
        missing.push_back("'" + name + "'");
      return;
    }
    const calibration::ValueRange &range = entry->second;
    auto label = qnn::symbolizeRangeLabel(range.label);
    if (label == RangeLabel::NaN) {
      notANumber.push_back("'" + name + "'");
      return;
    }
    // Of an input tare-check-scales has more to say.
    if (needed && label == RangeLabel::Dead && !isa<BlockArgument>(value))
      reportWarning(value.getLoc(),
                    {"DeadValue", "", name, 0, CostUnit::none,
                     "'" + name + "' was never anything but 0 during calibration; it gets the range [0, 1]",
                     "calibrate on data that exercises it"});
    qnn::StepErrorsAttr errors;
    if (const std::optional<calibration::StepErrors> &found = range.stepErrors)
      errors = qnn::StepErrorsAttr::get(value.getContext(), found->bits, found->power, found->first, found->errors);
    setRange(value, range.min, range.max, label.value_or(RangeLabel::Calibrated), errors);
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

  /// A name that was misspelled, or another model's file: what it says is of no use to anybody.
  void warnOfUnknown() {
    llvm::StringSet<> known;
    for (Value argument : function.getArguments())
      known.insert(qnn::valueName(argument));
    function.walk([&](Operation *op) {
      for (Value result : op->getResults())
        known.insert(qnn::valueName(result));
    });
    std::string unknown;
    for (const auto &[name, range] : ranges.values)
      if (!known.contains(name))
        unknown += (unknown.empty() ? "'" : ", '") + name + "'";
    if (!unknown.empty())
      reportWarning(function.getLoc(), {"UnknownRange", "", "", 0, CostUnit::none,
                                        "the ranges have " + unknown + ", and the model has no value of that name",
                                        "correct the name, or calibrate this model"});
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
    if (!notANumber.empty())
      function.emitError() << "NaN or infinity was seen during calibration in " << llvm::join(notANumber, ", ");
    return failure(!missing.empty() || !notANumber.empty());
  }

  func::FuncOp function;
  const Ranges &ranges;
  OutputBoundary boundary;
  SmallVector<std::string> missing, notANumber;
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
