//===- InsertQuantDequant.cpp - Where precision is given up ---------------===//
//
// Invariant: afterwards every activation and every constant that an op of the
// graph reads in float is the dequantization of integers, and each op's result
// is quantized, to a grid that the op's rule allows; but for what stands
// between the last dequantization and the results.
//
//===----------------------------------------------------------------------===//
#include "Arithmetic/Multiplier.h"
#include "Graph/Affine.h"
#include "Quantize/ActivationChoice.h"
#include "Quantize/CommonGrids.h"
#include "Quantize/ConstantCosts.h"
#include "Quantize/FunctionRanges.h"
#include "Quantize/Intermediates.h"
#include "Quantize/LayerFunctions.h"
#include "Quantize/ParameterCasts.h"
#include "Quantize/PowerOfTwo.h"
#include "Quantize/RoomForTables.h"
#include "Quantize/Tails.h"
#include "Quantize/Unquantized.h"
#include "Remarks.h"
#include "tare/Diagnostics/Warning.h"
#include "tare/Dialect/Npu/NpuAttributes.h"
#include "tare/Dialect/Qnn/Constants.h"
#include "tare/Dialect/Qnn/RunTimeRanges.h"
#include "tare/Dialect/Qnn/ToldApart.h"
#include "tare/Evaluator/Evaluator.h"
#include "tare/Passes/Passes.h"
#include "tare/Passes/Repairs.h"

namespace tare {
#define GEN_PASS_DEF_INSERTQUANTDEQUANT
#include "tare/Passes/Passes.h.inc"
} // namespace tare

using namespace mlir;
using namespace tare;
using qnn::AccumulatorOpInterface;
using qnn::Grid;
using qnn::GridOpInterface;
using qnn::GridRule;

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
    std::optional<ActivationRule> wide = widerRule(*target, rule);
    qnn::noteToldApart(function);
    noteNarrowedInputs(function, rule, wide);
    markUnquantized(function);
    implyRanges(function, rule.bits == 8 && wide);
    separateOutputs(function);
    OutputBoundary boundary(function);
    Tails tails(*target, *format, boundary);
    GridGroups groups(rule, wide);
    ParameterCasts parameters(*target, repair);
    SmallVector<Operation *> ops;
    for (Operation &op : function.getBody().front())
      ops.push_back(&op);
    collect(function, ops, boundary, tails, groups, wide && !narrowStates);
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
      auto stepOf = [&](Operation *op) { return accumulatorStepOf(op, parameters, rule, groups); };
      chooseLayerFunctions(ops, *target, stepOf, groups);
      if (repair) {
        coarsenOutputs(ops, *target, parameters, groups);
        moved = moveGrids(context, groups);
        chooseLayerFunctions(ops, *target, stepOf, groups);
      }
    }
    warnOfRoundedIntermediates(function, groups, *target);
    reportCommonGrids(function, groups, boundary, rule, *target, passName);
    for (Value value : groups.values())
      castActivation(value, *groups.grid(value), boundary);
    for (Operation *op : ops)
      if (isa<qnn::LoopBeginOp, qnn::LoopEndOp>(op))
        castLoopEnd(op, groups);
    for (Operation *op : ops)
      if (auto gridOp = dyn_cast<GridOpInterface>(op); gridOp && !boundary.moves(op))
        castOperands(gridOp, groups.ruleBeside(gridOp), target->activation(ElementType::i16));
    for (Operation *op : ops)
      if (auto accumulator = dyn_cast<AccumulatorOpInterface>(op))
        if (failed(castParameters(accumulator, parameters, boundary,
                                  tails.contains(op) && !groups.contains(op->getResult(0)))))
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

  /// Puts all activations that need a grid into their groups.
  void collect(func::FuncOp function, ArrayRef<Operation *> ops, const OutputBoundary &boundary, const Tails &tails,
               GridGroups &groups, bool hasWideStates) {
    for (Value argument : function.getArguments())
      if (qnn::isFloatTensor(argument) && !argument.use_empty() && !boundary.contains(argument))
        groups.add(argument);
    for (Operation *op : ops) {
      if (std::optional<std::string> why = tails.whyNot(op))
        remarkMissed(op, passName, "AccumulatorNotKept") << remark::reason("{0}", *why);
      // What only leaves is dequantized by the host, on whatever grid.
      if (auto cast = dyn_cast<quant::DequantizeCastOp>(op);
          cast && !qnn::constantValue(cast.getInput()) && !boundary.contains(cast))
        groups.add(cast);
      if (isa<qnn::LoopBeginOp, qnn::LoopEndOp>(op))
        collectLoopEnd(op, groups, hasWideStates);
      if (isa<qnn::HostOp>(op))
        for (Value result : op->getResults())
          if (qnn::isFloatTensor(result) && !result.use_empty() && !boundary.contains(result))
            groups.add(result);
      auto gridOp = dyn_cast<GridOpInterface>(op);
      if (!gridOp || !qnn::isFloatTensor(op->getResult(0)) || op->use_empty())
        continue;
      // An accumulator of wider activations, which the op's operands turn out to be, is no tail.
      if (tails.contains(op) && !groups.readsWide(op))
        continue;
      if (boundary.moves(op))
        continue;
      groups.add(op->getResult(0));
      groups.tie(gridOp);
    }
  }

  /// What enters a step is on the grid of what it is an element of; a state is on one grid at all steps, as it begins
  /// and as it is carried on. Where the target has 16 bits beside 8, a state has them: what one step rounds the next
  /// one reads. What leaves the loop has the width that everything has.
  static void collectLoopEnd(Operation *op, GridGroups &groups, bool hasWideStates) {
    if (auto begin = dyn_cast<qnn::LoopBeginOp>(op)) {
      for (auto [index, operand] : llvm::enumerate(op->getOperands())) {
        Value result = op->getResult(index + 1);
        if (!qnn::isFloatTensor(result))
          continue;
        const bool isState = index >= begin.getSequences().size();
        if (isState && hasWideStates)
          groups.add(result, /*isWide=*/true);
        else
          groups.add(result);
        if (groups.contains(operand) && groups.isWide(operand) == groups.isWide(result))
          groups.tieAlike(operand, result, /*innerUses=*/1);
      }
      return;
    }
    auto end = cast<qnn::LoopEndOp>(op);
    for (auto [index, operand] : llvm::enumerate(llvm::drop_begin(op->getOperands()))) {
      Value result = op->getResult(index);
      if (!qnn::isFloatTensor(result))
        continue;
      if (hasWideStates)
        groups.add(result, /*isWide=*/false);
      else
        groups.add(result);
      const bool isState = index < end.getCarries().size();
      if (isState && groups.contains(operand) &&
          groups.isWide(operand) == groups.isWide(end.getBegin().getState(index)))
        groups.tieAlike(end.getBegin().getState(index), operand, /*innerUses=*/0);
      if (groups.contains(operand) && groups.isWide(operand) == groups.isWide(result))
        groups.tieAlike(operand, result, /*innerUses=*/1);
    }
  }

  /// Constants that enter a loop, on the grid of what they enter as.
  static void castLoopEnd(Operation *op, const GridGroups &groups) {
    OpBuilder builder(op);
    const bool begins = isa<qnn::LoopBeginOp>(op);
    for (OpOperand &operand : op->getOpOperands()) {
      if (!qnn::isFloatTensor(operand.get()) || !floatConstantValue(operand.get()))
        continue;
      const unsigned number = operand.getOperandNumber();
      std::optional<Grid> grid = groups.grid(op->getResult(begins ? number + 1 : number - 1));
      std::string layer = qnn::layerName(op) + "_operand" + std::to_string(number);
      if (grid)
        operand.set(castBothWays(builder, operand.get(), *grid, layer));
    }
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

  /// An output on a grid so much finer than its accumulator's that no shift reaches it gets the accumulator's: nothing
  /// finer comes out of the sums anyway. A coarser grid makes the readers' accumulators coarser, so it is done again
  /// until all agree; what cycles is left to tare-compute-requantization, which refuses it.
  void coarsenOutputs(ArrayRef<Operation *> ops, const Target &target, ParameterCasts &parameters, GridGroups &groups) {
    constexpr int attempts = 8;
    llvm::MapVector<Operation *, double> before;
    bool changed = true;
    for (int i = 0; changed && i < attempts; ++i) {
      changed = false;
      for (Operation *op : ops)
        if (auto accumulator = dyn_cast<AccumulatorOpInterface>(op))
          changed |= coarsenOutput(accumulator, target, parameters, groups, before);
    }
    for (auto [op, from] : before)
      reportCoarserResult(cast<AccumulatorOpInterface>(op), from, *groups.grid(op->getResult(0)), target);
  }

  /// Half a step of the accumulator's is lost, in those of the grid that the value's range asks for.
  static void reportCoarserResult(AccumulatorOpInterface op, double from, const Grid &to, const Target &target) {
    constexpr unsigned narrow = 8;
    const double cost = 0.5 * to.scale() / from;
    std::string text = llvm::formatv(
        "the grid of value '{0}' was finer than any shift of target '{1}' reaches from the accumulator: its "
        "scale {2:e3} is now {3:e3}, that of the accumulator, which costs at most {4:f1} LSB of the finer "
        "grid",
        qnn::valueName(op->getResult(0)), target.name, from, to.scale(), cost);
    std::string remedy =
        llvm::formatv("calibrate the value on data that exercises it, or make the steps of '{0}' finer: "
                      "its numbers closer to each other{1}",
                      qnn::valueName(op.getActivationOperand().get()),
                      to.bits == narrow ? ", or of 16 bits (--activations i16)" : "");
    reportRepair(op, {"CoarserResult", 1, cost, true, "", remedy, to.bits > narrow}, text);
  }

  bool coarsenOutput(AccumulatorOpInterface op, const Target &target, ParameterCasts &parameters, GridGroups &groups,
                     llvm::MapVector<Operation *, double> &before) {
    Value input = op.getActivationOperand().get(), result = op->getResult(0);
    if (!groups.contains(result))
      return false;
    std::optional<Grid> x = groups.contains(input) ? groups.grid(input) : gridBehind(input);
    std::optional<Grid> w = parameters.weightGridOf(op), y = groups.grid(result);
    if (!x || !w || !y || !y->isPerTensor())
      return false;
    double accumulator = x->scale() * *llvm::max_element(w->scales);
    MultiplierLimits limits = wholeLimits(target);
    if (decompose(accumulator / y->scale(), limits).q >= limits.shiftMin || !groups.coarsen(result, accumulator))
      return false;
    before.insert({op, y->scale()});
    return true;
  }

  /// The step of an op's accumulators, the largest of all channels; nothing where an operand has no grid.
  std::optional<double> accumulatorStepOf(Operation *op, ParameterCasts &parameters, const ActivationRule &rule,
                                          const GridGroups &groups) {
    auto activationStep = [&](OpOperand &operand) -> std::optional<double> {
      if (ElementsAttr constant = floatConstantValue(operand.get()))
        return constantGrid(operand, constant, rule).scale();
      std::optional<Grid> grid =
          groups.contains(operand.get()) ? groups.grid(operand.get()) : gridBehind(operand.get());
      return grid && grid->isPerTensor() ? std::optional(grid->scale()) : std::nullopt;
    };
    auto accumulator = dyn_cast<AccumulatorOpInterface>(op);
    std::optional<double> x = activationStep(accumulator ? accumulator.getActivationOperand() : op->getOpOperand(0)), w;
    if (!accumulator)
      w = activationStep(op->getOpOperand(1));
    else if (std::optional<Grid> grid = parameters.weightGridOf(accumulator))
      w = *llvm::max_element(grid->scales);
    return x && w ? std::optional(*x * *w) : std::nullopt;
  }

  /// Reads `value` through its grid, but for the casts that are there already, and for outputs that are inputs: what
  /// was given leaves as it is.
  void castActivation(Value value, const Grid &grid, const OutputBoundary &boundary) {
    auto isCast = [&](OpOperand &use) {
      bool passesInput = isa<BlockArgument>(value) && boundary.takesOut(use.getOwner());
      // The host reads what it has made itself.
      bool passesHost = value.getDefiningOp<qnn::HostOp>() && boundary.takesOut(use.getOwner());
      return passesInput || passesHost || isa<quant::QuantizeCastOp>(use.getOwner());
    };
    if (value.getDefiningOp<quant::DequantizeCastOp>() || llvm::all_of(value.getUses(), isCast))
      return;
    OpBuilder builder(&getContext());
    builder.setInsertionPointAfterValue(value);
    SmallPtrSet<OpOperand *, 4> uses;
    for (OpOperand &use : value.getUses())
      if (!isCast(use))
        uses.insert(&use);
    Operation *maker = value.getDefiningOp();
    Value dequantized = castBothWays(builder, value, grid, maker ? qnn::layerName(maker) : qnn::valueName(value));
    value.replaceUsesWithIf(dequantized, [&](OpOperand &use) { return uses.contains(&use); });
  }

  /// Operands that are constants, and operands of a unified op that are on another grid than its result.
  void castOperands(GridOpInterface op, const ActivationRule &rule, bool hasWider) {
    std::optional<Grid> unified;
    if (auto cast = existingCast(op->getResult(0)); cast && op.getGridRule() == GridRule::Unified)
      unified = Grid::of(cast.getType());
    auto accumulator = dyn_cast<AccumulatorOpInterface>(op.getOperation());
    OpBuilder builder(op);
    for (OpOperand &operand : op->getOpOperands()) {
      if (accumulator && &operand != &accumulator.getActivationOperand())
        continue; // Weights and biases have grids of their own.
      if (!qnn::isFloatTensor(operand.get()))
        continue;
      std::string layer = qnn::layerName(op) + "_operand" + std::to_string(operand.getOperandNumber());
      if (ElementsAttr constant = floatConstantValue(operand.get())) {
        Grid grid = unified ? *unified : constantGrid(operand, constant, rule);
        warnOfCoarseConstant(op, operand, qnn::toTensor(constant), grid, rule, hasWider && rule.bits < 16);
        operand.set(castBothWays(builder, operand.get(), grid, layer));
      } else if (std::optional<Grid> grid = gridBehind(operand.get()); unified && grid && !sameGrid(*grid, *unified)) {
        remarkPassed(op, passName, "OperandRequantized")
            << remark::reason("'{0}' has other readers, which need its finer grid", qnn::valueName(operand.get()));
        operand.set(castBothWays(builder, operand.get(), *unified, layer));
      }
    }
  }

  Grid constantGrid(OpOperand &operand, ElementsAttr constant, const ActivationRule &rule) const {
    if (auto chosen = moved.constants.find(&operand); chosen != moved.constants.end())
      return chosen->second;
    auto [min, max] = rangeOf(constant);
    return activationGrid(min, max, rule);
  }

  /// Weights, bias, and the accumulator of a tail.
  LogicalResult castParameters(AccumulatorOpInterface op, ParameterCasts &parameters, const OutputBoundary &boundary,
                               bool isTail) {
    std::optional<Grid> activation = gridBehind(op.getActivationOperand().get());
    if (!activation)
      return mlir::success(); // Its activation stayed float: tare-fuse-quantized says so.
    FailureOr<Grid> weights = parameters.castToGrids(op, *activation, moved);
    if (failed(weights))
      return failure();
    if (!isTail)
      return mlir::success();
    remarkPassed(op, passName, "AccumulatorKept");
    castActivation(op->getResult(0),
                   accumulatorGrid(*activation, *weights, op.getOutputChannels(), op.getResultChannelAxis()), boundary);
    return mlir::success();
  }
};

} // namespace
