//===- Changes.cpp - How networks get smaller -----------------------------===//
#include "Changes.h"

#include "tare/Dialect/Qnn/Names.h"
#include "tare/Dialect/Qnn/QnnDialect.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;

namespace tare::reduce {
namespace {

/// The network that an op is in, or null: a function of one block.
func::FuncOp networkOf(Operation *op) {
  auto function = dyn_cast_or_null<func::FuncOp>(op->getParentOp());
  return function && function.getBody().hasOneBlock() ? function : nullptr;
}

Operation *returnOf(func::FuncOp network) { return network.getBody().front().getTerminator(); }

/// A network's op that makes something.
func::FuncOp networkOfLayer(Operation *op) {
  func::FuncOp network = networkOf(op);
  return network && op != returnOf(network) && op->getNumResults() != 0 ? network : nullptr;
}

/// A new argument of the network, called as the value is.
Value argumentFor(func::FuncOp network, Value value) {
  Builder builder(network.getContext());
  NamedAttribute name(builder.getStringAttr(qnn::portNameAttrName), builder.getStringAttr(qnn::valueName(value)));
  (void)network.insertArgument(network.getNumArguments(), value.getType(), builder.getDictionaryAttr(name),
                               value.getLoc());
  return network.getArguments().back();
}

/// The network gives what the op reads.
bool endBefore(Operation *op) {
  func::FuncOp network = networkOfLayer(op);
  if (!network || op->getNumOperands() == 0)
    return false;
  llvm::SetVector<Value> operands(op->operand_begin(), op->operand_end());
  (void)network.eraseResults(llvm::BitVector(network.getNumResults(), true));
  for (Value value : operands)
    (void)network.insertResult(network.getNumResults(), value.getType(), /*resultAttrs=*/{});
  returnOf(network)->setOperands(operands.getArrayRef());
  return true;
}

/// Whatever the ops up to this one make is an argument for those behind it, but for constants.
bool beginBehind(Operation *op) {
  func::FuncOp network = networkOfLayer(op);
  if (!network)
    return false;
  auto isBehind = [&](OpOperand &use) { return op->isBeforeInBlock(use.getOwner()); };
  bool changed = false;
  for (Operation &before : llvm::make_range(network.getBody().front().begin(), std::next(op->getIterator())))
    for (Value result : before.getResults())
      if (!before.hasTrait<OpTrait::ConstantLike>() && llvm::any_of(result.getUses(), isBehind)) {
        Value argument = argumentFor(network, result);
        result.replaceUsesWithIf(argument, isBehind);
        changed = true;
      }
  return changed;
}

/// An op's operand in place of its result.
bool replaceByOperand(Operation *op) {
  if (!networkOfLayer(op) || op->getNumResults() != 1)
    return false;
  Type type = op->getResult(0).getType();
  auto same = llvm::find_if(op->getOperands(), [&](Value each) { return each.getType() == type; });
  if (same == op->operand_end() || op->use_empty())
    return false;
  op->getResult(0).replaceAllUsesWith(*same);
  return true;
}

bool replaceByArguments(Operation *op) {
  func::FuncOp network = networkOfLayer(op);
  if (!network || op->use_empty())
    return false;
  for (Value result : op->getResults())
    result.replaceAllUsesWith(argumentFor(network, result));
  return true;
}

/// Zeros print in a line.
bool makeZeros(Operation *op) {
  auto elements = op->getAttrOfType<ElementsAttr>("value");
  if (!elements || elements.isSplat() || !elements.getElementType().isIntOrFloat())
    return false;
  Builder builder(op->getContext());
  op->setAttr("value",
              DenseElementsAttr::get(elements.getShapedType(), builder.getZeroAttr(elements.getElementType())));
  return true;
}

/// The network has one result less; `Index` counts from the last one.
template <unsigned Index> bool dropResult(Operation *op) {
  func::FuncOp network = networkOf(op);
  if (!network || op != returnOf(network) || op->getNumOperands() <= std::max(Index, 1u))
    return false;
  unsigned dropped = op->getNumOperands() - 1 - Index;
  (void)network.eraseResult(dropped);
  op->eraseOperand(dropped);
  return true;
}

bool dropUnreadArguments(Operation *op) {
  auto network = dyn_cast<func::FuncOp>(op);
  if (!network || !network.getBody().hasOneBlock())
    return false;
  llvm::BitVector unread(network.getNumArguments());
  for (BlockArgument argument : network.getArguments())
    unread[argument.getArgNumber()] = argument.use_empty();
  if (unread.none())
    return false;
  (void)network.eraseArguments(unread);
  return true;
}

bool eraseFunction(Operation *op) {
  if (!isa<func::FuncOp>(op))
    return false;
  op->erase();
  return true;
}

} // namespace

ArrayRef<Change> cuts() {
  static constexpr Change all[] = {endBefore, beginBehind};
  return all;
}

ArrayRef<Change> details() {
  static constexpr Change all[] = {eraseFunction,    dropUnreadArguments, dropResult<0>, dropResult<1>,
                                   replaceByOperand, replaceByArguments,  makeZeros};
  return all;
}

bool makeAllZeros(Operation *module) {
  bool changed = false;
  module->walk([&](Operation *op) { changed |= makeZeros(op); });
  return changed;
}

void eraseUnread(Operation *module) {
  module->walk([](func::FuncOp function) {
    if (!function.getBody().hasOneBlock())
      return;
    Block &block = function.getBody().front();
    for (auto op = std::prev(block.end()); op != block.begin();) {
      Operation &last = *--op;
      if (!last.use_empty())
        continue;
      op = std::next(op);
      last.erase();
    }
  });
}

} // namespace tare::reduce
