//===- ActivationGroups.cpp - Activations that need a grid ----------------===//
#include "Quantize/ActivationGroups.h"
#include "Quantize/StateGrids.h"
#include "Remarks.h"
#include "tare/Dialect/Qnn/Constants.h"

using namespace mlir;
using namespace tare;
using qnn::GridOpInterface;

static constexpr StringLiteral passName = "tare-insert-quant-dequant";

/// What enters a step is on the grid of what it is an element of; a state is on one grid at all steps, as it begins
/// and as it is carried on. Where the target has 16 bits beside 8, a state has them: what one step rounds the next
/// one reads. What leaves the loop has the width that everything has, but for states of the function.
static void groupLoopBegin(qnn::LoopBeginOp begin, GridGroups &groups, bool hasWideStates) {
  for (auto [index, operand] : llvm::enumerate(begin->getOperands())) {
    Value result = begin->getResult(index + 1);
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
}

static void groupLoopEnd(qnn::LoopEndOp end, GridGroups &groups, bool hasWideStates,
                         const llvm::DenseSet<Value> &states) {
  for (auto [index, operand] : llvm::enumerate(llvm::drop_begin(end->getOperands()))) {
    Value result = end->getResult(index);
    if (!qnn::isFloatTensor(result))
      continue;
    if (hasWideStates)
      groups.add(result, /*isWide=*/states.contains(result));
    else
      groups.add(result);
    const bool isState = index < end.getCarries().size();
    if (isState && groups.contains(operand) && groups.isWide(operand) == groups.isWide(end.getBegin().getState(index)))
      groups.tieAlike(end.getBegin().getState(index), operand, /*innerUses=*/0);
    if (groups.contains(operand) && groups.isWide(operand) == groups.isWide(result))
      groups.tieAlike(operand, result, /*innerUses=*/1);
  }
}

/// What the host computes.
static void groupHostResults(Operation *op, const OutputBoundary &boundary, GridGroups &groups) {
  for (Value result : op->getResults())
    if (qnn::isFloatTensor(result) && !result.use_empty() && !boundary.contains(result))
      groups.add(result);
}

void tare::groupActivations(func::FuncOp function, ArrayRef<Operation *> ops, const OutputBoundary &boundary,
                            const Tails &tails, GridGroups &groups, bool hasWideStates) {
  const llvm::DenseSet<Value> states = valuesOfStates(function);
  auto add = [&](Value value) {
    if (hasWideStates && states.contains(value))
      groups.add(value, /*isWide=*/true);
    else
      groups.add(value);
  };
  for (Value argument : function.getArguments())
    if (qnn::isFloatTensor(argument) && !argument.use_empty() && !boundary.contains(argument))
      add(argument);
  for (Operation *op : ops) {
    if (std::optional<std::string> why = tails.whyNot(op))
      remarkMissed(op, passName, "AccumulatorNotKept") << remark::reason("{0}", *why);
    // What only leaves is dequantized by the host, on whatever grid.
    if (auto cast = dyn_cast<quant::DequantizeCastOp>(op);
        cast && !qnn::constantValue(cast.getInput()) && !boundary.contains(cast))
      groups.add(cast);
    if (auto begin = dyn_cast<qnn::LoopBeginOp>(op))
      groupLoopBegin(begin, groups, hasWideStates);
    else if (auto end = dyn_cast<qnn::LoopEndOp>(op))
      groupLoopEnd(end, groups, hasWideStates, states);
    if (isa<qnn::HostOp>(op))
      groupHostResults(op, boundary, groups);
    auto gridOp = dyn_cast<GridOpInterface>(op);
    if (!gridOp || !qnn::isFloatTensor(op->getResult(0)) || op->use_empty())
      continue;
    // An accumulator of wider activations, which the op's operands turn out to be, is no tail, but as wide as these.
    const bool isTail = tails.contains(op);
    if ((isTail && !groups.readsWide(op)) || boundary.moves(op))
      continue;
    if (isTail)
      groups.add(op->getResult(0), /*isWide=*/true);
    else
      add(op->getResult(0));
    groups.tie(gridOp);
  }
  tieStates(function, groups);
}
