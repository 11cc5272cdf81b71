//===- FuseQuantized.cpp - Whole ops on quantized types -------------------===//
//
// Invariant: afterwards no op but the host's computes in float. A quantize stands
// behind inputs and host ops alone, a dequantize before results and host ops alone,
// with nothing but what moves elements between; weights, biases and other constants
// of integer ops are integers.
//
//===----------------------------------------------------------------------===//
#include "ConstantMemory.h"
#include "Quantize/GridGroups.h"
#include "Remarks.h"
#include "tare/Dialect/Qnn/Constants.h"
#include "tare/Dialect/Qnn/QnnOps.h"
#include "tare/Evaluator/Evaluator.h"
#include "tare/Passes/Passes.h"

#include "mlir/IR/IRMapping.h"
#include <cmath>

namespace tare {
#define GEN_PASS_DEF_FUSEQUANTIZED
#include "tare/Passes/Passes.h.inc"
} // namespace tare

using namespace mlir;
using namespace tare;
using qnn::AccumulatorOpInterface;
using qnn::Grid;
using qnn::GridOpInterface;
using qnn::GridRule;

namespace {

/// The constant of the integers of `reals` on the grid of `type`.
Value quantizedConstant(OpBuilder &builder, Location loc, ElementsAttr reals, RankedTensorType type, StringRef name) {
  Tensor integers = constantOnGrid(qnn::toTensor(reals), type);
  return qnn::ConstantOp::create(builder, loc, type, qnn::toAttr(qnn::storageType(type), integers, name));
}

/// Fuses the ops of one function, from its inputs to its results.
class Fuser {
public:
  explicit Fuser(func::FuncOp function)
      : function(function), memory(function), builder(function.getContext(), &memory) {}

  LogicalResult run() {
    for (Operation &op : llvm::make_early_inc_range(function.getBody().front())) {
      builder.setInsertionPoint(&op);
      if (op.use_empty())
        continue; // Casts that fusion has bypassed, too.
      if (auto begin = dyn_cast<qnn::LoopBeginOp>(op))
        fuseLoop(op, begin.getOperands(), op.getResults().drop_front());
      else if (auto end = dyn_cast<qnn::LoopEndOp>(op))
        fuseLoop(op, op.getOperands().drop_front(), op.getResults());
      else if (auto cast = dyn_cast<quant::QuantizeCastOp>(op))
        fuseCast(cast);
      else if (auto gridOp = dyn_cast<GridOpInterface>(op); gridOp && qnn::isFloatTensor(op.getResult(0)))
        if (failed(fuse(gridOp)))
          return failure();
    }
    for (Operation &op : llvm::make_early_inc_range(llvm::reverse(function.getBody().front())))
      if (isOpTriviallyDead(&op))
        erase(&op);
    return checkNothingIsLeft();
  }

private:
  //===--------------------------------------------------------------------===//
  // Casts
  //===--------------------------------------------------------------------===//

  /// A constant becomes integers; what was dequantized just before is requantized, or was the same anyway.
  void fuseCast(quant::QuantizeCastOp cast) {
    auto type = cast.getType();
    Value input = cast.getInput();
    if (ElementsAttr reals = qnn::constantValue(input)) {
      std::string name = qnn::valueName(input);
      cast.replaceAllUsesWith(
          quantizedConstant(builder, input.getLoc(), reals, llvm::cast<RankedTensorType>(type), name));
      // The float weights go before the next ones' integers come.
      Operation *constant = input.getDefiningOp();
      erase(cast);
      if (constant->use_empty())
        erase(constant);
    } else if (auto before = input.getDefiningOp<quant::DequantizeCastOp>()) {
      cast.replaceAllUsesWith(onType(before.getInput(), llvm::cast<RankedTensorType>(type), cast.getLoc()));
    }
  }

  /// `value` on the grid of `type`: itself, a constant of other integers, or requantized.
  Value onType(Value value, RankedTensorType type, Location loc) {
    if (value.getType() == type)
      return value;
    if (ElementsAttr integers = qnn::constantValue(value)) {
      Tensor reals = dequantized(qnn::toTensor(integers), value.getType());
      std::string name = qnn::valueName(value);
      return quantizedConstant(builder, loc, qnn::toAttr(builder.getContext(), reals, name), type, name);
    }
    return qnn::RequantizeOp::create(builder, loc, type, value);
  }

  //===--------------------------------------------------------------------===//
  // Ops
  //===--------------------------------------------------------------------===//

  /// dequantize -> op -> quantize becomes the op on quantized types. Fails on an error only; an op that cannot be fused
  /// stays, and the reason is kept.
  LogicalResult fuse(GridOpInterface op) {
    std::string why = reasonAgainst(op);
    if (!why.empty()) {
      reasons[op] = why;
      return mlir::success();
    }
    auto wanted = cast<RankedTensorType>(firstCast(op).getType());
    IRMapping mapping;
    for (Value operand : op->getOperands())
      if (auto cast = operand.getDefiningOp<quant::DequantizeCastOp>())
        mapping.map(operand, cast.getInput());
    // A border is a number of the result's grid, which the operand's need not hold.
    bool unifies = op.getGridRule() == GridRule::Unified || constantBorder(op);
    if (unifies)
      unifyOperands(op, *Grid::of(wanted), mapping);
    if (auto accumulator = dyn_cast<AccumulatorOpInterface>(op.getOperation()))
      if (failed(mapParameters(accumulator, mapping)))
        return failure();
    Operation *fused = builder.clone(*op, mapping);
    fused->getResult(0).setType(keepsGrid(op) ? sameGridType(fused) : wanted);
    replaceCasts(op->getResult(0), fused->getResult(0));
    return mlir::success();
  }

  //===--------------------------------------------------------------------===//
  // The ends of loops
  //===--------------------------------------------------------------------===//

  /// Elements enter a step, or leave it, as the integers that they are; `results` are what becomes of `operands`, one
  /// of each.
  void fuseLoop(Operation &op, OperandRange operands, ResultRange results) {
    // One value may be several operands, each on a grid of its own.
    SmallVector<Value> integers(op.getOperands());
    SmallVector<Type> types(op.getResultTypes());
    const size_t firstOperand = op.getNumOperands() - operands.size(), first = op.getNumResults() - results.size();
    for (auto [number, pair] : llvm::enumerate(llvm::zip_equal(operands, results))) {
      auto [operand, result] = pair;
      std::string why = reasonAgainst(operand, result);
      if (!why.empty())
        return void(reasons[&op] = why);
      auto from = operand.template getDefiningOp<quant::DequantizeCastOp>();
      if (!from)
        continue;
      Grid grid = gridInLoop(op, number, result, from.getInput());
      types[first + number] = onGrid(result.getType(), grid);
      std::string layer = qnn::layerName(&op) + "_operand" + std::to_string(number);
      Location loc = qnn::nameLoc(op.getContext(), layer + "_requantize", qnn::valueName(operand));
      integers[firstOperand + number] = onType(from.getInput(), onGrid(operand.getType(), grid), loc);
    }
    Operation *fused = builder.clone(op);
    fused->setOperands(integers);
    for (auto [index, type] : llvm::enumerate(types))
      fused->getResult(index).setType(type);
    if (first)
      op.getResult(0).replaceAllUsesWith(fused->getResult(0));
    for (auto [index, result] : llvm::enumerate(results))
      if (fused->getResult(first + index).getType() == result.getType())
        result.replaceAllUsesWith(fused->getResult(first + index));
      else
        replaceCasts(result, fused->getResult(first + index));
  }

  /// Why a loop's end cannot take the operand as integers and give the result so; empty where it can.
  static std::string reasonAgainst(Value operand, Value result) {
    if (!qnn::isFloatTensor(operand))
      return "";
    if (!operand.getDefiningOp<quant::DequantizeCastOp>())
      return "its operand '" + qnn::valueName(operand) + "' is not quantized";
    if (!llvm::all_of(result.getUsers(), llvm::IsaPred<quant::QuantizeCastOp>))
      return "its result '" + qnn::valueName(result) + "' is read in float";
    return "";
  }

  /// The grid on which an element goes through a loop's end: that of the state, or what reads the result, or the
  /// operand's where nobody does.
  static Grid gridInLoop(Operation &op, size_t number, Value result, Value integers) {
    if (auto end = dyn_cast<qnn::LoopEndOp>(op); end && number < end.getCarries().size())
      return *Grid::of(end.getBegin().getState(number).getType());
    if (std::optional<Grid> grid = gridOfReaders(result))
      return *grid;
    // A state that no step reads is there for what is carried behind the last one.
    auto begin = dyn_cast<qnn::LoopBeginOp>(op);
    if (begin && number >= begin.getSequences().size()) {
      const size_t state = number - begin.getSequences().size();
      if (std::optional<Grid> grid = gridOfReaders(begin.getEnd().getLast(state)))
        return *grid;
      if (auto carried = begin.getEnd().getCarries()[state].getDefiningOp<quant::DequantizeCastOp>())
        return *Grid::of(carried.getInput().getType());
    }
    return *Grid::of(integers.getType());
  }

  static std::optional<Grid> gridOfReaders(Value result) {
    std::optional<Grid> grid;
    // Users are listed from the last one.
    for (Operation *user : result.getUsers())
      if (auto cast = dyn_cast<quant::QuantizeCastOp>(user))
        grid = Grid::of(cast.getType());
    return grid;
  }

  /// Why `op` cannot run on quantized types; empty where it can.
  std::string reasonAgainst(GridOpInterface op) {
    if (op->use_empty())
      return "nobody reads it";
    auto accumulator = dyn_cast<AccumulatorOpInterface>(op.getOperation());
    for (OpOperand &operand : op->getOpOperands()) {
      if (operand.get().getDefiningOp<quant::DequantizeCastOp>())
        continue;
      if (accumulator && operand.get() == accumulator.getBiasValue() && qnn::constantValue(operand.get()))
        continue;
      return "its operand '" + qnn::valueName(operand.get()) + "' is not quantized";
    }
    for (Operation *user : op->getResult(0).getUsers())
      if (!isa<quant::QuantizeCastOp>(user))
        return "its result is read in float";
    auto agrees = [&](Operation *user) { return user->getResult(0).getType() == firstCast(op).getType(); };
    if (!keepsGrid(op) && !llvm::all_of(op->getResult(0).getUsers(), agrees))
      return "its result is quantized to several grids, and each rounds what the op computes (tare-split-grids)";
    return "";
  }

  /// Whether the integers of the result are its operand's, whatever grid they go to behind.
  static bool keepsGrid(GridOpInterface op) {
    return op.getGridRule() == GridRule::Same && !constantBorder(op) && !op.mayRescale();
  }

  static quant::QuantizeCastOp firstCast(Operation *op) {
    // Users are listed from the last one.
    quant::QuantizeCastOp first;
    for (Operation *user : op->getResult(0).getUsers())
      first = cast<quant::QuantizeCastOp>(user);
    return first;
  }

  void unifyOperands(Operation *op, const Grid &grid, IRMapping &mapping) {
    for (OpOperand &operand : op->getOpOperands()) {
      Value integers = mapping.lookup(operand.get());
      std::string layer = qnn::layerName(op) + "_operand" + std::to_string(operand.getOperandNumber());
      Location loc = qnn::nameLoc(op->getContext(), layer + "_requantize", qnn::valueName(operand.get()));
      mapping.map(operand.get(), onType(integers, onGrid(integers.getType(), grid), loc));
    }
  }

  /// The type that a same-grid op gives to its operand: shape by inference, grid by the operand.
  static Type sameGridType(Operation *fused) {
    SmallVector<Type> types;
    auto infer = cast<InferTypeOpInterface>(fused);
    if (failed(infer.inferReturnTypes(fused->getContext(), fused->getLoc(), fused->getOperands(),
                                      fused->getDiscardableAttrDictionary(), fused->getPropertiesStorage(),
                                      fused->getRegions(), types)))
      return fused->getResult(0).getType();
    return types.front();
  }

  /// All who quantized the float result read the integers, requantized where they wanted another grid.
  void replaceCasts(Value reals, Value integers) {
    OpBuilder::InsertionGuard guard(builder);
    for (Operation *user : reals.getUsers()) {
      auto cast = llvm::cast<quant::QuantizeCastOp>(user);
      builder.setInsertionPoint(cast);
      cast.replaceAllUsesWith(onType(integers, llvm::cast<RankedTensorType>(cast.getType()), cast.getLoc()));
    }
  }

  //===--------------------------------------------------------------------===//
  // Weights and biases
  //===--------------------------------------------------------------------===//

  /// Weights with a scale per output channel, and a bias on the accumulator's grid.
  LogicalResult mapParameters(AccumulatorOpInterface op, IRMapping &mapping) {
    Grid activation = *Grid::of(mapping.lookup(op.getActivationOperand().get()).getType());
    if (!activation.isPerTensor())
      return op->emitOpError("of layer '") << qnn::layerName(op) << "' reads an activation with a scale per channel";
    FailureOr<Value> weights = perChannelWeights(op, mapping.lookup(op.getWeightOperand().get()));
    if (failed(weights))
      return failure();
    mapping.map(op.getWeightOperand().get(), *weights);
    if (!op.getBiasValue())
      return mlir::success();
    Grid grid = accumulatorGrid(activation, *Grid::of(weights->getType()), op.getOutputChannels(), 0);
    FailureOr<Value> bias = biasOnGrid(op, grid);
    if (failed(bias))
      return failure();
    mapping.map(op.getBiasValue(), *bias);
    return mlir::success();
  }

  /// Integer weights as a constant whose grid counts output channels: a scale for the whole tensor is repeated.
  FailureOr<Value> perChannelWeights(AccumulatorOpInterface op, Value weights) {
    Grid grid = *Grid::of(weights.getType());
    ElementsAttr integers = qnn::constantValue(weights);
    if (!integers)
      return op->emitOpError("of layer '") << qnn::layerName(op) << "' has weights that are not constant";
    if (grid.axis.value_or(0) != 0)
      return op->emitOpError("of layer '")
             << qnn::layerName(op) << "' has weights with a scale per index of axis " << *grid.axis
             << "; an accumulator needs one scale per output channel (axis 0)";
    if (llvm::any_of(grid.zeroPoints, [](int64_t zero) { return zero != 0; }))
      return op->emitOpError("of layer '") << qnn::layerName(op) << "' has weights with a zero point other than 0";
    if (grid.axis)
      return weights;
    grid.axis = 0;
    grid.scales.assign(op.getOutputChannels(), grid.scales[0]);
    grid.zeroPoints.assign(op.getOutputChannels(), 0);
    return Value(qnn::ConstantOp::create(builder, weights.getLoc(), onGrid(weights.getType(), grid), integers));
  }

  /// The bias as integers on `grid`. Integers that a model has already are kept if its scales are these up to their
  /// rounding to float32.
  FailureOr<Value> biasOnGrid(AccumulatorOpInterface op, const Grid &grid) {
    Value bias = op.getBiasValue();
    RankedTensorType type = onGrid(qnn::expressedType(bias.getType()), grid);
    std::string name = qnn::layerName(op) + "_bias";
    ElementsAttr reals = qnn::constantValue(bias);
    if (auto cast = bias.getDefiningOp<quant::DequantizeCastOp>()) {
      ElementsAttr integers = qnn::constantValue(cast.getInput());
      if (!integers)
        return op->emitOpError("of layer '") << qnn::layerName(op) << "' has a bias that is not constant";
      if (cast.getInput().getType() == type)
        return cast.getInput();
      if (isNearly(*Grid::of(cast.getInput().getType()), grid))
        return Value(qnn::ConstantOp::create(builder, bias.getLoc(), type, integers));
      Tensor values = dequantized(qnn::toTensor(integers), cast.getInput().getType());
      reals = qnn::toAttr(builder.getContext(), values, name);
    }
    noteMisfit(op, reals, grid);
    return quantizedConstant(builder, bias.getLoc(), reals, type, name);
  }

  static bool isNearly(const Grid &found, const Grid &wanted) {
    if (found.bits != wanted.bits)
      return false;
    for (int64_t c = 0, count = wanted.scales.size(); c < count; ++c)
      if (found.zeroPoint(c) != 0 || std::abs(found.scale(c) / wanted.scale(c) - 1.0) > 1e-6)
        return false;
    return true;
  }

  /// tare-compute-requantization tells of it, along with whatever else does not fit.
  void noteMisfit(AccumulatorOpInterface op, ElementsAttr reals, const Grid &grid) {
    if (std::optional<std::string> misfit = biasMisfit(reals, grid))
      op->setAttr(qnn::biasMisfitAttrName, builder.getStringAttr(*misfit));
  }

  //===--------------------------------------------------------------------===//
  // What is left
  //===--------------------------------------------------------------------===//

  /// One error that lists every op that computes in float, and why.
  LogicalResult checkNothingIsLeft() {
    llvm::DenseSet<Value> fromInputs;
    OutputBoundary boundary(function);
    SmallVector<Operation *> left, casts;
    for (Operation &op : function.getBody().front().without_terminator())
      if (isLeft(op, boundary, fromInputs))
        (isa<quant::QuantizeCastOp, quant::DequantizeCastOp>(op) ? casts : left).push_back(&op);
    // Casts are left where something between them is: that is what to name.
    if (left.empty())
      left = casts;
    if (left.empty())
      return mlir::success();
    auto error = function.emitError() << left.size() << (left.size() == 1 ? " operator is" : " operators are")
                                      << " left in float: ";
    llvm::interleave(
        left,
        [&](Operation *op) {
          error << "'" << qnn::layerName(op) << "' (" << op->getName().getStringRef() << "): " << whyLeft(op);
        },
        [&] { error << ", "; });
    return error << "; calibrate so that all values have ranges; in a model that is quantized already, quantize these "
                    "values too";
  }

  std::string whyLeft(Operation *op) {
    if (auto reason = reasons.find(op); reason != reasons.end())
      return reason->second;
    if (isa<GridOpInterface, quant::QuantizeCastOp, quant::DequantizeCastOp>(op))
      return "it stands between other ops in float";
    return "quantization does not know this operator";
  }

  /// Whether `op` computes in float; what only moves elements of the function's inputs is noted in `fromInputs`.
  static bool isLeft(Operation &op, const OutputBoundary &boundary, llvm::DenseSet<Value> &fromInputs) {
    if (op.hasTrait<OpTrait::ConstantLike>())
      return false;
    Value result = op.getResult(0);
    if (isa<qnn::HostOp>(op))
      return false;
    if (isa<qnn::LoopBeginOp, qnn::LoopEndOp>(op))
      return llvm::any_of(op.getResults(), [](Value each) { return qnn::isFloatTensor(each); });
    auto isInput = [&](Value value) {
      return isa<BlockArgument>(value) || value.getDefiningOp<qnn::HostOp>() || fromInputs.contains(value);
    };
    if (isa<quant::DequantizeCastOp>(op))
      return !boundary.contains(result);
    if (isa<quant::QuantizeCastOp>(op))
      return !isInput(op.getOperand(0));
    auto gridOp = dyn_cast<GridOpInterface>(op);
    if (!gridOp)
      return true;
    if (!qnn::isFloatTensor(result))
      return false;
    if (!gridOp.movesElements())
      return true;
    if (llvm::all_of(op.getOperands(), isInput))
      fromInputs.insert(result);
    return !fromInputs.contains(result) && !boundary.contains(result);
  }

  /// With the memory of what was its constant.
  void erase(Operation *op) {
    memory.notifyOperationErased(op);
    op->erase();
  }

  func::FuncOp function;
  ConstantMemory memory;
  OpBuilder builder;
  llvm::DenseMap<Operation *, std::string> reasons;
};

struct FuseQuantized : tare::impl::FuseQuantizedBase<FuseQuantized> {
  void runOnFunction() final {
    if (failed(Fuser(getOperation()).run()))
      signalPassFailure();
  }
};

} // namespace
