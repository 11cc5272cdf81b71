//===- InsertQuantDequant.cpp - Where precision is given up ---------------===//
//
// Invariant: afterwards every activation and every constant that an op of the
// graph reads in float is the dequantization of integers, and each op's result
// is quantized, to a grid that the op's rule allows; but for what stands
// between the last dequantization and the results.
//
//===----------------------------------------------------------------------===//
#include "Quantize/AccumulatorSteps.h"
#include "Quantize/ActivationChoice.h"
#include "Quantize/ActivationGroups.h"
#include "Quantize/CommonGrids.h"
#include "Quantize/FunctionRanges.h"
#include "Quantize/GridCasts.h"
#include "Quantize/Intermediates.h"
#include "Quantize/LayerFunctions.h"
#include "Quantize/ParameterCasts.h"
#include "Quantize/PowerOfTwo.h"
#include "Quantize/RoomForTables.h"
#include "Quantize/StateGrids.h"
#include "Quantize/Tails.h"
#include "Quantize/Unquantized.h"
#include "tare/Diagnostics/Warning.h"
#include "tare/Dialect/Npu/NpuAttributes.h"
#include "tare/Dialect/Qnn/Constants.h"
#include "tare/Dialect/Qnn/Names.h"
#include "tare/Dialect/Qnn/RunTimeRanges.h"
#include "tare/Dialect/Qnn/ToldApart.h"
#include "tare/Passes/Passes.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include <cmath>

namespace tare {
#define GEN_PASS_DEF_INSERTQUANTDEQUANT
#include "tare/Passes/Passes.h.inc"
} // namespace tare

using namespace mlir;
using namespace tare;
using qnn::GridOpInterface;

namespace {

constexpr StringLiteral passName = "tare-insert-quant-dequant";

struct InsertQuantDequant : tare::impl::InsertQuantDequantBase<InsertQuantDequant> {
  using InsertQuantDequantBase::InsertQuantDequantBase;

  void runOnFunction() final {
    func::FuncOp function = getOperation();
    FailureOr<Target> target = npu::getTarget(function);
    const ActivationFormat *format = failed(target) ? nullptr : activationFormat(function, *target, activations);
    if (!format)
      return signalPassFailure();
    ActivationRule rule{unsigned(8 * sizeOf(format->type)), format->symmetric};
    GridChoices chosen{qnn::Choices::of(function)};
    std::optional<ActivationRule> narrow = narrowerRule(*target, rule, chosen.choices);
    chosen.isWide = narrow.has_value();
    rule = narrow.value_or(rule);
    std::optional<ActivationRule> wide = widerRule(*target, rule);
    qnn::noteToldApart(function);
    noteNarrowedInputs(function, rule, wide);
    markUnquantized(function);
    implyRanges(function, rule.bits == 8 && wide);
    separateOutputs(function);
    OutputBoundary boundary(function, valuesOfStates(function));
    Tails tails(*target, *format, boundary);
    GridGroups groups(rule, wide, chosen);
    ParameterCasts parameters(*target, repair, chosen.choices);
    SmallVector<Operation *> ops;
    for (Operation &op : function.getBody().front())
      ops.push_back(&op);
    groupActivations(function, ops, boundary, tails, groups, wide && !narrowStates);
    warnOfUnusedGrids(function, 8 * sizeOf(format->type), chosen.choices, groups);
    if (failed(checkRanges(groups)))
      return signalPassFailure();
    warnOfCoarseResults(groups);
    Relevance relevance(function);
    PowerOfTwoContext context{function, ops, *target, *format, rule, tails, relevance, repair};
    if (target->powerOfTwoScales()) {
      FailureOr<PowerOfTwoGrids> chosen = choosePowersOfTwo(context, groups);
      if (failed(chosen))
        return signalPassFailure();
      moved = std::move(*chosen);
    } else {
      leaveRoomForTables(ops, groups);
      AccumulatorSteps steps(*target, rule, parameters, moved, groups);
      auto stepOf = [&](Operation *op) { return steps.of(op); };
      chooseLayerFunctions(ops, *target, stepOf, groups);
      if (repair) {
        steps.coarsenOutputs(ops);
        moved = moveGrids(context, groups);
        chooseLayerFunctions(ops, *target, stepOf, groups);
      }
    }
    warnOfRoundedIntermediates(function, groups, *target);
    reportCommonGrids(function, groups, boundary, rule, *target, passName);
    if (failed(GridCasts(*target, boundary, tails, groups, moved).insert(ops, parameters)))
      signalPassFailure();
  }

private:
  /// On targets that only shift, of all constants and weights; on others, of what had to move.
  PowerOfTwoGrids moved;

  /// That of 16 bits beside `rule`, where the target has it.
  static std::optional<ActivationRule> widerRule(const Target &target, const ActivationRule &rule) {
    const ActivationFormat *wide = target.activation(ElementType::i16);
    if (!wide || target.powerOfTwoScales() || rule.bits == 16)
      return std::nullopt;
    return ActivationRule{16, wide->symmetric};
  }

  /// Where somebody chose 8 bits for some values of a network of 16: the rule of these.
  static std::optional<ActivationRule> narrowerRule(const Target &target, const ActivationRule &rule,
                                                    const qnn::Choices &choices) {
    const ActivationFormat *narrow = target.activation(ElementType::i8);
    auto isNarrow = [](const auto &entry) { return entry.second.bits == 8u; };
    if (!narrow || target.powerOfTwoScales() || rule.bits == 8 || llvm::none_of(choices.values, isNarrow))
      return std::nullopt;
    return ActivationRule{8, narrow->symmetric};
  }

  /// A range or scale of a value that has no grid, or other bits than the network's `bits`: what leaves as it is.
  static void warnOfUnusedGrids(func::FuncOp function, unsigned bits, const qnn::Choices &choices,
                                const GridGroups &groups) {
    for (Operation &op : function.front())
      for (Value result : op.getResults())
        if (const qnn::ValueChoice *choice = choices.ofValue(result);
            choice && (choice->hasGrid() || choice->bits.value_or(bits) != bits) && !groups.contains(result) &&
            !isa<quant::DequantizeCastOp>(op))
          reportWarning(
              op.getLoc(),
              {"UnusedGrid", "", qnn::layerName(&op), 0, CostUnit::none,
               "layer '" + qnn::layerName(&op) + "': '" + qnn::valueName(result) +
                   "' has no grid that the configuration's range, scale or bits could say: it leaves the network, "
                   "or goes to the host, unrounded",
               "leave the rule out"});
  }

  /// One error that names every value without a range.
  LogicalResult checkRanges(const GridGroups &groups) {
    SmallVector<std::string> missing;
    // An intermediate has one where its operands have.
    for (Value value : groups.values())
      if (!groups.grid(value) && !isIntermediate(value.getDefiningOp()))
        missing.push_back("'" + qnn::valueName(value) + "'");
    for (Value value : groups.values())
      if (!groups.grid(value) && missing.empty())
        missing.push_back("what '" + qnn::layerName(value.getDefiningOp()) + "' computes on the way to its result");
    if (missing.empty())
      return mlir::success();
    InFlightDiagnostic error = getOperation().emitError();
    error << "no range is known for " << llvm::join(missing, ", ")
          << "; calibrate the model by --calibration DATA, or give a ranges file that has them";
    if (std::optional<std::string> why = qnn::needOfRanges(getOperation()))
      error << ": " << *why;
    return error;
  }

  /// Results that are made in steps of a fixed size, of which even the largest that calibration saw has few.
  void warnOfCoarseResults(const GridGroups &groups) {
    constexpr double few = 8;
    for (Value value : groups.values()) {
      auto op = value.getDefiningOp<GridOpInterface>();
      qnn::RangeAttr range = rangeAttr(value);
      double step = op ? op.getFinestStep() : 0.0;
      if (step == 0.0 || !range || groups.pinned(value) || range.getMax() >= few * step || range.getMax() == 0.0)
        continue;
      std::string text = llvm::formatv("layer '{0}': the largest value of '{1}' that calibration saw is {2:e2}, only "
                                       "{3:f1} steps of 2^{4}, the finest "
                                       "that the hardware computes there; each value is off by up to half of one",
                                       qnn::layerName(op), qnn::valueName(value), range.getMax(), range.getMax() / step,
                                       std::ilogb(step));
      reportWarning(op->getLoc(),
                    {"FewSteps", "", qnn::layerName(op), 0.5, CostUnit::lsb, text,
                     "take the softmax over fewer elements, whose shares are larger, or leave it to the host"});
    }
  }
};

} // namespace
