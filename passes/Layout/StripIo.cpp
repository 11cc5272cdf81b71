//===- StripIo.cpp - Leaves ops at the border to the host -----------------===//
//
// From the border inwards, ops of the chosen kinds are taken off each input
// and output and recorded there as host steps. A quantize or dequantize behind
// movements that stay is brought to the border first. An output that the host
// joins becomes one for each part.
//
//===----------------------------------------------------------------------===//
#include "Layout/OutputExits.h"
#include "Remarks.h"
#include "tare/Dialect/Npu/Movements.h"
#include "tare/Dialect/Npu/NpuOps.h"
#include "tare/Dialect/Qnn/Movements.h"
#include "tare/Dialect/Qnn/QnnDialect.h"
#include "tare/Passes/Passes.h"

#include "llvm/ADT/StringSet.h"
#include "llvm/ADT/StringSwitch.h"

using namespace mlir;

namespace tare {
#define GEN_PASS_DEF_STRIPIO
#include "tare/Passes/Passes.h.inc"

namespace {

constexpr llvm::StringLiteral category = "tare-strip-io";

//===----------------------------------------------------------------------===//
// Bringing casts to the border
//===----------------------------------------------------------------------===//

/// The movement on another operand.
Value moved(OpBuilder &builder, Operation *movement, Value operand) {
  if (auto transpose = dyn_cast<npu::TransposeOp>(movement))
    return npu::TransposeOp::create(builder, movement->getLoc(), operand, transpose.getPermutation());
  return npu::ReshapeOp::create(builder, movement->getLoc(), operand, cast<npu::ReshapeOp>(movement).getShape());
}

/// movements then quantize -> quantize then movements.
void bringQuantizeFirst(OpBuilder &builder, BlockArgument argument, const npu::Passage &passage) {
  auto quantize = cast<npu::QuantizeOp>(passage.end);
  builder.setInsertionPoint(quantize);
  Value value =
      npu::QuantizeOp::create(builder, quantize.getLoc(), argument, quantize.getScaleAttr(),
                              quantize.getZeroPointAttr(), quantize.getOutputAttr(), quantize.getNarrowAttr());
  for (Operation *movement : passage.movements)
    value = moved(builder, movement, value);
  quantize->getResult(0).replaceAllUsesWith(value);
  quantize->erase();
  for (Operation *movement : llvm::reverse(passage.movements))
    movement->erase();
}

//===----------------------------------------------------------------------===//
// Stripping
//===----------------------------------------------------------------------===//

class Stripper {
public:
  Stripper(func::FuncOp function, HostKinds kinds) : function(function), kinds(kinds), builder(function.getContext()) {}

  void run() {
    for (BlockArgument argument : function.getArguments())
      stripInput(argument);
    stripOutputs();
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
      steps.push_back(hostStepFor(op));
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
    const npu::Passage passage = kinds.quantize ? npu::passageToReader(argument) : npu::Passage();
    if (!isa_and_present<npu::QuantizeOp>(passage.end))
      return nullptr;
    if (!passage.movements.empty())
      bringQuantizeFirst(builder, argument, passage);
    return *argument.user_begin();
  }

  void stripOutputs() {
    Operation *terminator = function.front().getTerminator();
    builder.setInsertionPoint(terminator);
    SmallVector<Value> values;
    SmallVector<DictionaryAttr> attributes;
    for (OpOperand &output : terminator->getOpOperands()) {
      SmallVector<Exit, 1> exits =
          exitsOf(output.get(), kinds, builder, [](Operation *op) { remarkPassed(op, category, "LeftToHost"); });
      for (auto [index, exit] : llvm::enumerate(exits)) {
        values.push_back(exit.value);
        attributes.push_back(attributesOf(output.getOperandNumber(), exits, index));
      }
    }
    terminator->setOperands(values);
    function.removeResAttrsAttr();
    function.setType(builder.getFunctionType(function.front().getArgumentTypes(), terminator->getOperandTypes()));
    function.setAllResultAttrs(attributes);
  }

  /// Those of the exit of output `output` that stands at `index`. A single one is that output; of several, which are
  /// named after their values, the last completes it.
  DictionaryAttr attributesOf(unsigned output, ArrayRef<Exit> exits, size_t index) {
    const Exit &exit = exits[index];
    bool isLast = index + 1 == exits.size(), isPart = exits.size() > 1;
    NamedAttrList attributes(isLast ? function.getResultAttrDict(output) : DictionaryAttr());
    SmallVector<Attribute> steps = exit.steps;
    if (auto recorded = dyn_cast_or_null<ArrayAttr>(attributes.get(npu::hostStepsAttrName)))
      llvm::append_range(steps, recorded);
    if (!steps.empty())
      attributes.set(npu::hostStepsAttrName, builder.getArrayAttr(steps));
    if (isPart && isLast && !attributes.get(npu::modelOutputAttrName))
      attributes.set(npu::modelOutputAttrName, builder.getStringAttr(nameOf(output)));
    if (isPart)
      attributes.set(qnn::portNameAttrName, builder.getStringAttr(uniqueName(qnn::valueName(exit.value))));
    return attributes.getDictionary(function.getContext());
  }

  std::string nameOf(unsigned output) {
    auto name = function.getResultAttrOfType<StringAttr>(output, qnn::portNameAttrName);
    return name ? name.str() : "result" + std::to_string(output);
  }

  /// `name`, or with a number that no output of the program or of the model has.
  std::string uniqueName(const std::string &name) {
    if (names.empty())
      for (unsigned i = 0; i != function.getNumResults(); ++i)
        names.insert(nameOf(i));
    std::string unique = name;
    for (unsigned number = 2; !names.insert(unique).second; ++number)
      unique = name + ":" + std::to_string(number);
    return unique;
  }

  static SmallVector<Attribute> stepsOf(ArrayAttr steps) {
    return steps ? SmallVector<Attribute>(steps.getValue()) : SmallVector<Attribute>();
  }

  func::FuncOp function;
  HostKinds kinds;
  OpBuilder builder;
  /// Of the outputs, those of the model among them.
  llvm::StringSet<> names;
};

struct StripIo : impl::StripIoBase<StripIo> {
  using StripIoBase::StripIoBase;

  void runOnFunction() override {
    func::FuncOp function = getOperation();
    HostKinds kinds;
    if (failed(parseKinds(kinds)) || (kinds.dequantize && failed(checkTails())))
      return signalPassFailure();
    Stripper(function, kinds).run();
    if (failed(checkRest(kinds)))
      signalPassFailure();
  }

private:
  LogicalResult parseKinds(HostKinds &result) {
    for (const std::string &kind : kinds) {
      bool *wanted = llvm::StringSwitch<bool *>(kind)
                         .Case("quantize", &result.quantize)
                         .Case("dequantize", &result.dequantize)
                         .Case("transpose", &result.transpose)
                         .Case("concat", &result.concat)
                         .Default(nullptr);
      if (!wanted)
        return emitError(getOperation().getLoc())
               << "cannot strip '" << kind << "': expected quantize, dequantize, transpose or concat";
      *wanted = true;
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
      if (isAtHost(dequantize))
        return;
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

  /// Whether a cast stands between integers and what the host computes within the network.
  static bool isAtHost(Operation *cast) {
    if (isa<npu::QuantizeOp>(cast))
      return isa_and_present<npu::HostOp>(npu::passageToMaker(cast->getOperand(0)).end);
    return leadsToHost(cast->getResult(0));
  }

  static bool leadsToHost(Value value) {
    return !qnn::allMadeOf(value, npu::movesElements,
                           [](Value moved) { return llvm::none_of(moved.getUsers(), llvm::IsaPred<npu::HostOp>); });
  }

  /// Casts that stay although they were to be stripped are refused; movements inside a network are what they are.
  LogicalResult checkRest(HostKinds kinds) {
    bool good = true;
    for (Operation &op : getOperation().getOps()) {
      if ((kinds.transpose && isa<npu::TransposeOp>(op)) || (kinds.concat && isa<npu::ConcatOp>(op)))
        remarkMissed(&op, category, "LeftToHost") << remark::reason("is not next to an input or output");
      if (((kinds.quantize && isa<npu::QuantizeOp>(op)) || (kinds.dequantize && isa<npu::DequantizeOp>(op))) &&
          !isAtHost(&op)) {
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
