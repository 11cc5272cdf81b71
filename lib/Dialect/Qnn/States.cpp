//===- States.cpp - Results that are arguments of the next call -----------===//
#include "tare/Dialect/Qnn/States.h"
#include "tare/Dialect/Qnn/QnnDialect.h"

using namespace mlir;
using namespace tare;

SmallVector<qnn::State> qnn::statesOf(func::FuncOp function) {
  llvm::StringMap<Value> results;
  for (OpOperand &result : function.front().getTerminator()->getOpOperands())
    if (auto name = function.getResultAttrOfType<StringAttr>(result.getOperandNumber(), portNameAttrName))
      results[name.getValue()] = result.get();
  SmallVector<State> states;
  for (BlockArgument argument : function.getArguments())
    if (auto name = function.getArgAttrOfType<StringAttr>(argument.getArgNumber(), nextStateAttrName))
      if (Value after = results.lookup(name.getValue()))
        states.push_back({argument, after, name.getValue()});
  return states;
}
