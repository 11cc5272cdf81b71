//===- StripIo.cpp - Leaves ops at the border to the host -----------------===//
//
// From the border inwards, ops of the chosen kinds are taken off each input
// and output and recorded there as host steps. A quantize or dequantize behind
// transposes and reshapes that stay is brought to the border first.
//
//===----------------------------------------------------------------------===//
#include "Remarks.h"
#include "tare/Dialect/Npu/IntegerGrid.h"
#include "tare/Dialect/Npu/NpuOps.h"
#include "tare/Dialect/Qnn/QnnDialect.h"
#include "tare/Passes/Passes.h"

using namespace mlir;

namespace tare {
#define GEN_PASS_DEF_STRIPIO
#include "tare/Passes/Passes.h.inc"

namespace {

constexpr llvm::StringLiteral category = "tare-strip-io";

struct Kinds {
  bool quantize = false, dequantize = false, transpose = false;
};

bool movesData(Operation *op) { return isa_and_nonnull<npu::TransposeOp, npu::ReshapeOp>(op); }

//===----------------------------------------------------------------------===//
// Bringing casts to the border
//===----------------------------------------------------------------------===//

/// The axis after the movement; any will do where there is one scale.
std::optional<int32_t> scaleAxisAfter(Operation *movement, npu::DequantizeOp dequantize) {
  if (dequantize.getScales().size() == 1)
    return 0;
  return npu::axisAfter(movement, dequantize.getAxis());
}

/// The movement on another operand.
Value moved(OpBuilder &builder, Operation *movement, Value operand) {
  if (auto transpose = dyn_cast<npu::TransposeOp>(movement))
    return npu::TransposeOp::create(builder, movement->getLoc(), operand, transpose.getPermutation());
  return npu::ReshapeOp::create(builder, movement->getLoc(), operand, cast<npu::ReshapeOp>(movement).getShape());
}

/// A value equal to `value` whose producer is a dequantize, if there is one behind movements only.
Value withDequantizeLast(OpBuilder &builder, Value value) {
  Operation *movement = value.getDefiningOp();
  if (isa_and_nonnull<npu::DequantizeOp>(movement))
    return value;
  if (!movesData(movement))
    return nullptr;
  Value operand = withDequantizeLast(builder, movement->getOperand(0));
  if (!operand)
    return nullptr;
  auto dequantize = operand.getDefiningOp<npu::DequantizeOp>();
  std::optional<int32_t> axis = scaleAxisAfter(movement, dequantize);
  if (!axis)
    return nullptr;
  Value integers = moved(builder, movement, dequantize.getInput());
  return npu::DequantizeOp::create(builder, dequantize.getLoc(), integers, dequantize.getScales(), *axis,
                                   dequantize.getZeroPoint());
}

/// The quantize that reads `value` through movements only, no one else reading on the way.
npu::QuantizeOp findQuantize(Value value) {
  while (value.hasOneUse()) {
    Operation *user = *value.user_begin();
    if (auto quantize = dyn_cast<npu::QuantizeOp>(user))
      return quantize;
    if (!movesData(user))
      break;
    value = user->getResult(0);
  }
  return nullptr;
}

/// movements then quantize -> quantize then movements.
void bringQuantizeFirst(OpBuilder &builder, BlockArgument argument, npu::QuantizeOp quantize) {
  SmallVector<Operation *> movements;
  for (Operation *op = quantize.getInput().getDefiningOp(); op; op = op->getOperand(0).getDefiningOp())
    movements.push_back(op);
  builder.setInsertionPoint(quantize);
  Value value = npu::QuantizeOp::create(builder, quantize.getLoc(), argument, quantize.getScaleAttr(),
                                        quantize.getZeroPointAttr(), quantize.getOutputAttr(), quantize.getNarrowAttr());
  for (Operation *movement : llvm::reverse(movements))
    value = moved(builder, movement, value);
  quantize->getResult(0).replaceAllUsesWith(value);
  quantize->erase();
  for (Operation *movement : movements)
    movement->erase();
}

//===----------------------------------------------------------------------===//
// Stripping
//===----------------------------------------------------------------------===//

class Stripper {
public:
  Stripper(func::FuncOp function, Kinds kinds) : function(function), kinds(kinds), builder(function.getContext()) {}

  void run() {
    for (BlockArgument argument : function.getArguments())
      stripInput(argument);
    Operation *terminator = function.front().getTerminator();
    for (OpOperand &output : terminator->getOpOperands())
      stripOutput(output);
    function.setType(builder.getFunctionType(function.front().getArgumentTypes(), terminator->getOperandTypes()));
    for (Operation &op : llvm::make_early_inc_range(llvm::reverse(function.front())))
      if (isOpTriviallyDead(&op))
        op.erase();
  }

private:
  void stripInput(BlockArgument argument) {
    SmallVector<Attribute> steps =
        stepsOf(function.getArgAttrOfType<ArrayAttr>(argument.getArgNumber(), npu::hostStepsAttrName));
    size_t recorded = steps.size();
    while (Operation *op = nextAtInput(argument)) {
      steps.push_back(stepFor(op));
      remarkPassed(op, category, "LeftToHost");
      argument.setType(op->getResult(0).getType());
      op->getResult(0).replaceAllUsesWith(argument);
      op->erase();
    }
    if (steps.size() != recorded)
      function.setArgAttr(argument.getArgNumber(), npu::hostStepsAttrName, builder.getArrayAttr(steps));
  }

  /// The argument's only user, if it is to be stripped.
  Operation *nextAtInput(BlockArgument argument) {
    if (!argument.hasOneUse())
      return nullptr;
    Operation *user = *argument.user_begin();
    if (kinds.transpose && isa<npu::TransposeOp>(user))
      return user;
    npu::QuantizeOp quantize = kinds.quantize ? findQuantize(argument) : nullptr;
    if (!quantize)
      return nullptr;
    if (quantize != user)
      bringQuantizeFirst(builder, argument, quantize);
    return *argument.user_begin();
  }

  void stripOutput(OpOperand &output) {
    unsigned index = output.getOperandNumber();
    SmallVector<Attribute> steps = stepsOf(function.getResultAttrOfType<ArrayAttr>(index, npu::hostStepsAttrName));
    size_t recorded = steps.size();
    while (Operation *op = nextAtOutput(output)) {
      // The last op is the host's last step.
      steps.insert(steps.begin(), stepFor(op));
      remarkPassed(op, category, "LeftToHost");
      output.set(op->getOperand(0));
    }
    if (steps.size() != recorded)
      function.setResultAttr(index, npu::hostStepsAttrName, builder.getArrayAttr(steps));
  }

  /// The output's producer, if it is to be stripped. What else reads its result keeps it.
  Operation *nextAtOutput(OpOperand &output) {
    Operation *op = output.get().getDefiningOp();
    if (!op)
      return nullptr;
    if (kinds.transpose && isa<npu::TransposeOp>(op))
      return op;
    if (!kinds.dequantize)
      return nullptr;
    builder.setInsertionPoint(output.getOwner());
    Value value = withDequantizeLast(builder, output.get());
    if (value)
      output.set(value);
    return value ? value.getDefiningOp() : nullptr;
  }

  static SmallVector<Attribute> stepsOf(ArrayAttr steps) {
    return steps ? SmallVector<Attribute>(steps.getValue()) : SmallVector<Attribute>();
  }

  static Attribute stepFor(Operation *op) {
    MLIRContext *context = op->getContext();
    if (auto quantize = dyn_cast<npu::QuantizeOp>(op))
      return npu::QuantizeStepAttr::get(context, quantize.getScaleAttr(), quantize.getZeroPoint(),
                                        quantize.getOutput(), quantize.getNarrow());
    if (auto dequantize = dyn_cast<npu::DequantizeOp>(op))
      return npu::DequantizeStepAttr::get(context, dequantize.getScalesAttr(), dequantize.getAxis(),
                                          dequantize.getZeroPoint());
    return npu::TransposeStepAttr::get(context, cast<npu::TransposeOp>(op).getPermutation());
  }

  func::FuncOp function;
  Kinds kinds;
  OpBuilder builder;
};

struct StripIo : impl::StripIoBase<StripIo> {
  using StripIoBase::StripIoBase;

  void runOnOperation() override {
    func::FuncOp function = getOperation();
    Kinds kinds;
    if (failed(parseKinds(kinds)) || !function.getBody().hasOneBlock() || (kinds.dequantize && failed(checkTails())))
      return signalPassFailure();
    Stripper(function, kinds).run();
    if (failed(checkRest(kinds)))
      signalPassFailure();
  }

private:
  LogicalResult parseKinds(Kinds &result) {
    for (const std::string &kind : kinds) {
      if (kind != "quantize" && kind != "dequantize" && kind != "transpose")
        return emitError(getOperation().getLoc())
               << "cannot strip '" << kind << "': expected quantize, dequantize or transpose";
      result.quantize |= kind == "quantize";
      result.dequantize |= kind == "dequantize";
      result.transpose |= kind == "transpose";
    }
    return mlir::success();
  }

  /// Where tails are float, the accumulator never leaves the hardware.
  LogicalResult checkTails() {
    auto module = getOperation()->getParentOfType<ModuleOp>();
    auto attr = module ? module->getAttrOfType<npu::TargetAttr>(npu::targetAttrName) : npu::TargetAttr();
    if (!attr || attr.getTarget().tail != Tail::f32)
      return mlir::success();
    bool good = true;
    getOperation().walk([&](npu::DequantizeOp dequantize) {
      if (!cast<ShapedType>(dequantize.getInput().getType()).getElementType().isInteger(32))
        return;
      dequantize.emitError() << "'" << qnn::layerName(dequantize)
                             << "' cannot be left to the host: the tails of target '" << attr.getTarget().name
                             << "' are float32, its accumulators do not leave the hardware; "
                             << "do without dequantize in --strip-io, or take a target whose tail is i32";
      good = false;
    });
    return mlir::success(good);
  }

  /// Casts that stay although they were to be stripped are refused; transposes inside a network are what they are.
  LogicalResult checkRest(Kinds kinds) {
    bool good = true;
    for (Operation &op : getOperation().getOps()) {
      if (kinds.transpose && isa<npu::TransposeOp>(op))
        remarkMissed(&op, category, "LeftToHost") << remark::reason("is not next to an input or output");
      if ((kinds.quantize && isa<npu::QuantizeOp>(op)) || (kinds.dequantize && isa<npu::DequantizeOp>(op))) {
        StringRef port = isa<npu::QuantizeOp>(op) ? "input" : "output";
        op.emitError() << "'" << qnn::layerName(&op) << "' cannot be left to the host: it is not next to an " << port
                       << ", or not its only user";
        good = false;
      }
    }
    return mlir::success(good);
  }
};

} // namespace
} // namespace tare
