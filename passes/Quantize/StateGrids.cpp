//===- StateGrids.cpp - States on one grid at both ends -------------------===//
#include "Quantize/StateGrids.h"
#include "Quantize/GridGroups.h"
#include "tare/Diagnostics/Warning.h"
#include "tare/Dialect/Qnn/Movements.h"
#include "tare/Dialect/Qnn/Names.h"
#include "tare/Dialect/Qnn/States.h"

#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using namespace tare;

llvm::DenseSet<Value> tare::valuesOfStates(func::FuncOp function) {
  SmallVector<Value> open;
  for (const qnn::State &state : qnn::statesOf(function))
    open.append({state.before, state.after});
  llvm::DenseSet<Value> values;
  while (!open.empty()) {
    Value value = open.pop_back_val();
    if (!values.insert(value).second || !qnn::movesElements(value.getDefiningOp()))
      continue;
    llvm::append_range(open, qnn::movedOperands(value.getDefiningOp()));
  }
  return values;
}

void tare::tieStates(func::FuncOp function, GridGroups &groups) {
  for (const qnn::State &state : qnn::statesOf(function)) {
    if (!groups.contains(state.before) || !groups.contains(state.after))
      continue;
    groups.tieAlike(state.before, state.after, /*innerUses=*/0);
    if (groups.group(state.before) == groups.group(state.after))
      continue;
    std::string text = llvm::formatv("state '{0}': the model rounds it to one grid, and '{1}', which it is at the next "
                                     "step, to another",
                                     qnn::valueName(state.before), state.name);
    reportWarning(function.getLoc(), {"StateGrids", "", qnn::valueName(state.before), 0.5, CostUnit::lsb, text,
                                      "quantize the model with one scale for both"});
  }
}
