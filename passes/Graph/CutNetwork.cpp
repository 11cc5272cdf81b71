//===- CutNetwork.cpp - A part of a network -------------------------------===//
//
// Afterwards the function gives the values that were asked for, takes those that
// were asked for, and computes nothing else.
//
//===----------------------------------------------------------------------===//
#include "tare/Diagnostics/Nearest.h"
#include "tare/Dialect/Qnn/Constants.h"
#include "tare/Dialect/Qnn/Names.h"
#include "tare/Dialect/Qnn/QnnDialect.h"
#include "tare/Dialect/Qnn/QnnOps.h"
#include "tare/Passes/Passes.h"

#include "llvm/ADT/BitVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringMap.h"

namespace tare {
#define GEN_PASS_DEF_CUTNETWORK
#include "tare/Passes/Passes.h.inc"
} // namespace tare

using namespace mlir;
using namespace tare;

namespace {

struct CutNetwork : tare::impl::CutNetworkBase<CutNetwork> {
  using CutNetworkBase::CutNetworkBase;

  void runOnFunction() final {
    if (outputs.empty() && inputs.empty())
      return;
    listValues();
    SmallVector<Value> given, taken;
    if (failed(find(*outputs, "--outputs", given)) || failed(find(*inputs, "--inputs", taken)))
      return signalPassFailure();
    usedBefore.clear();
    for (BlockArgument argument : getOperation().getArguments())
      if (!argument.use_empty())
        usedBefore.insert(argument);
    if (!outputs.empty())
      give(given);
    if (!inputs.empty() && failed(take(taken)))
      return signalPassFailure();
    eraseDead();
    if (!inputs.empty() && failed(checkInputs(taken)))
      return signalPassFailure();
    dropUnused(taken);
    if (getOperation().getNumArguments() == 0) {
      getOperation().emitError() << "the values " << quoted(*outputs)
                                 << " depend on no input; name others in --outputs";
      signalPassFailure();
    }
  }

private:
  static std::string quoted(ArrayRef<std::string> names) {
    return llvm::join(llvm::map_range(names, [](const std::string &name) { return "'" + name + "'"; }), ", ");
  }

  /// Constants are no values of a network; of several values of one name the last.
  void listValues() {
    values.clear();
    for (BlockArgument argument : getOperation().getArguments())
      values[qnn::valueName(argument)] = argument;
    for (Operation &op : getOperation().front().without_terminator())
      if (!op.hasTrait<OpTrait::ConstantLike>())
        for (Value result : op.getResults())
          values[qnn::valueName(result)] = result;
    // What a node of the model gives may be named otherwise where it leaves.
    func::FuncOp function = getOperation();
    for (OpOperand &result : function.front().getTerminator()->getOpOperands())
      if (auto name = function.getResultAttrOfType<StringAttr>(result.getOperandNumber(), qnn::portNameAttrName))
        values.try_emplace(name.getValue(), result.get());
  }

  /// The end of the loop that a value is within; nothing where it is within none.
  static std::optional<std::string> loopAround(Value value) {
    Operation *maker = value.getDefiningOp();
    int64_t open = 0;
    for (Operation *op = isa_and_present<qnn::LoopEndOp>(maker) ? maker->getNextNode() : maker; op;
         op = op->getNextNode()) {
      open += op != maker && isa<qnn::LoopBeginOp>(op);
      if (isa<qnn::LoopEndOp>(op) && --open < 0)
        return qnn::layerName(op);
    }
    return std::nullopt;
  }

  LogicalResult find(ArrayRef<std::string> names, StringRef option, SmallVector<Value> &found) {
    for (const std::string &name : names) {
      auto value = values.find(name);
      if (value == values.end()) {
        std::vector<std::string> known;
        for (const auto &entry : values)
          known.push_back(entry.getKey().str());
        llvm::sort(known);
        return getOperation().emitError()
               << option << ": there is no value '" << name << "' in the network" << didYouMean(name, known)
               << "; name values as the model does ('tare inspect' lists them)";
      }
      if (std::optional<std::string> loop = loopAround(value->second))
        return getOperation().emitError()
               << option << ": '" << name << "' is computed at each step of the loop that '" << *loop
               << "' ends, and is one value nowhere; name what goes into the loop, or comes out of it";
      if (llvm::is_contained(found, value->second))
        return getOperation().emitError() << option << ": '" << name << "' is named twice";
      found.push_back(value->second);
    }
    return mlir::success();
  }

  /// What said how an output leaves is kept where it leaves still.
  void give(ArrayRef<Value> results) {
    func::FuncOp function = getOperation();
    Operation *terminator = function.front().getTerminator();
    Builder builder(function.getContext());
    SmallVector<DictionaryAttr> attributes;
    for (auto [value, name] : llvm::zip(results, *outputs)) {
      NamedAttrList list;
      for (OpOperand &operand : terminator->getOpOperands())
        if (operand.get() == value)
          list = NamedAttrList(function.getResultAttrDict(operand.getOperandNumber()));
      list.set(qnn::portNameAttrName, builder.getStringAttr(name));
      attributes.push_back(list.getDictionary(function.getContext()));
    }
    terminator->setOperands(results);
    function.removeResAttrsAttr();
    function.setType(builder.getFunctionType(function.getArgumentTypes(), terminator->getOperandTypes()));
    function.setAllResultAttrs(attributes);
  }

  LogicalResult take(MutableArrayRef<Value> cut) {
    func::FuncOp function = getOperation();
    Builder builder(function.getContext());
    for (auto [value, name] : llvm::zip(cut, *inputs)) {
      if (isa<BlockArgument>(value))
        continue;
      auto port = builder.getDictionaryAttr(builder.getNamedAttr(qnn::portNameAttrName, builder.getStringAttr(name)));
      unsigned index = function.getNumArguments();
      if (failed(function.insertArgument(index, value.getType(), port, value.getLoc())))
        return failure();
      value.replaceAllUsesWith(function.getArgument(index));
      value = function.getArgument(index);
    }
    return mlir::success();
  }

  void eraseDead() {
    for (Operation &op : llvm::make_early_inc_range(llvm::reverse(getOperation().front())))
      if (isOpTriviallyDead(&op))
        op.erase();
  }

  /// One line that names what --inputs leaves out.
  LogicalResult checkInputs(ArrayRef<Value> taken) {
    std::string missing;
    for (BlockArgument argument : getOperation().getArguments())
      if (!argument.use_empty() && !llvm::is_contained(taken, argument))
        missing += (missing.empty() ? "'" : ", '") + qnn::valueName(argument) + "'";
    if (missing.empty())
      return mlir::success();
    return getOperation().emitError() << "--inputs " << quoted(*inputs) << ": the outputs depend on the input "
                                      << missing << " beside; name it too, or cut where nothing passes by";
  }

  /// Inputs that the part does not read any more.
  void dropUnused(ArrayRef<Value> taken) {
    llvm::BitVector unused(getOperation().getNumArguments());
    for (BlockArgument argument : getOperation().getArguments())
      if (argument.use_empty() && !llvm::is_contained(taken, argument) &&
          (!inputs.empty() || usedBefore.contains(argument)))
        unused.set(argument.getArgNumber());
    (void)getOperation().eraseArguments(unused);
  }

  llvm::StringMap<Value> values;
  llvm::DenseSet<Value> usedBefore;
};

} // namespace
