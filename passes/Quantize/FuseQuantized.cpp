//===- FuseQuantized.cpp - Whole ops on quantized types -------------------===//
//
// Invariant: afterwards no op but the host's computes in float. A quantize stands
// behind inputs and host ops alone, a dequantize before results and host ops alone,
// with nothing but what moves elements between; weights, biases and other constants
// of integer ops are integers.
//
//===----------------------------------------------------------------------===//
#include "ConstantMemory.h"
#include "Quantize/FuseLoops.h"
#include "Quantize/FuseParameters.h"
#include "Quantize/GridGroups.h"
#include "Quantize/IntegerValues.h"
#include "Quantize/LeftInFloat.h"
#include "Remarks.h"
#include "tare/Dialect/Qnn/Constants.h"
#include "tare/Dialect/Qnn/QnnOps.h"
#include "tare/Passes/Passes.h"

#include "mlir/IR/IRMapping.h"

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
      if (isa<qnn::LoopBeginOp, qnn::LoopEndOp>(op))
        fuseLoop(op);
      else if (auto cast = dyn_cast<quant::QuantizeCastOp>(op))
        fuseCast(cast);
      else if (auto gridOp = dyn_cast<GridOpInterface>(op); gridOp && qnn::isFloatTensor(op.getResult(0)))
        if (failed(fuse(gridOp)))
          return failure();
    }
    for (Operation &op : llvm::make_early_inc_range(llvm::reverse(function.getBody().front())))
      if (isOpTriviallyDead(&op))
        erase(&op);
    return checkNothingIsLeft(function, reasons);
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
      cast.replaceAllUsesWith(onType(builder, before.getInput(), llvm::cast<RankedTensorType>(type), cast.getLoc()));
    }
  }

  //===--------------------------------------------------------------------===//
  // Ops
  //===--------------------------------------------------------------------===//

  void fuseLoop(Operation &op) {
    std::string why = fuseLoopEnd(builder, op);
    if (!why.empty())
      reasons[&op] = why;
  }

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
      if (failed(ParameterFuser(builder).map(accumulator, mapping)))
        return failure();
    Operation *fused = builder.clone(*op, mapping);
    fused->getResult(0).setType(keepsGrid(op) ? sameGridType(fused) : wanted);
    replaceCasts(builder, op->getResult(0), fused->getResult(0));
    return mlir::success();
  }

  /// Why `op` cannot run on quantized types; empty where it can.
  std::string reasonAgainst(GridOpInterface op) {
    if (op->use_empty())
      return "nobody reads it";
    auto accumulator = dyn_cast<AccumulatorOpInterface>(op.getOperation());
    for (OpOperand &operand : op->getOpOperands()) {
      if (operand.get().getDefiningOp<quant::DequantizeCastOp>() || qnn::isIntegerTensor(operand.get()))
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
      mapping.map(operand.get(), onType(builder, integers, onGrid(integers.getType(), grid), loc));
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

  /// With the memory of what was its constant.
  void erase(Operation *op) {
    memory.notifyOperationErased(op);
    op->erase();
  }

  func::FuncOp function;
  ConstantMemory memory;
  OpBuilder builder;
  FusionReasons reasons;
};

struct FuseQuantized : tare::impl::FuseQuantizedBase<FuseQuantized> {
  void runOnFunction() final {
    if (failed(Fuser(getOperation()).run()))
      signalPassFailure();
  }
};

} // namespace
