//===- UnsignedValues.cpp - Integers that a model has unsigned ------------===//
#include "UnsignedValues.h"

#include "tare/Dialect/Qnn/Grid.h"
#include "tare/Dialect/Qnn/QnnDialect.h"
#include "tare/Dialect/Qnn/QnnOps.h"

using namespace mlir;
using namespace tare;
using namespace tare::onnx;

/// Whether the op's result has the integers of its operands.
static bool keepsIntegers(Operation &op) {
  if (op.getNumResults() != 1 || !qnn::quantizedElement(op.getResult(0).getType()))
    return false;
  auto gridOp = dyn_cast<qnn::GridOpInterface>(op);
  return isa<qnn::ReinterpretOp>(op) || (gridOp && gridOp.movesElements());
}

/// To all quantized values that the op has the same integers of; false where nothing is new.
bool UnsignedValues::spread(Operation &op) {
  if (!keepsIntegers(op))
    return false;
  SmallVector<Value> all{op.getResult(0)};
  llvm::copy_if(op.getOperands(), std::back_inserter(all),
                [](Value operand) { return bool(qnn::quantizedElement(operand.getType())); });
  if (llvm::none_of(all, [&](Value value) { return values.contains(value); }))
    return false;
  const size_t before = values.size();
  values.insert(all.begin(), all.end());
  return values.size() != before;
}

UnsignedValues::UnsignedValues(func::FuncOp function) {
  for (BlockArgument argument : function.getArguments())
    if (function.getArgAttr(argument.getArgNumber(), qnn::portUnsignedAttrName))
      values.insert(argument);
  for (OpOperand &result : function.front().getTerminator()->getOpOperands())
    if (function.getResultAttr(result.getOperandNumber(), qnn::portUnsignedAttrName))
      values.insert(result.get());
  for (bool changes = true; changes;) {
    changes = false;
    for (Operation &op : function.front())
      changes |= spread(op);
  }
}
