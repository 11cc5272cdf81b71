//===- Movements.cpp - Values that only change places ---------------------===//
#include "tare/Dialect/Qnn/Movements.h"
#include "tare/Dialect/Qnn/Grid.h"
#include "tare/Dialect/Qnn/QnnInterfaces.h"

#include "llvm/ADT/SetVector.h"

using namespace mlir;
using namespace tare;

bool qnn::movesElements(Operation *op) {
  auto gridOp = dyn_cast_if_present<GridOpInterface>(op);
  return gridOp && gridOp.movesElements();
}

SmallVector<Value> qnn::movedOperands(Operation *op) {
  SmallVector<Value> moved;
  llvm::copy_if(op->getOperands(), std::back_inserter(moved), [](Value operand) { return !isIntegerTensor(operand); });
  return moved;
}

namespace {

using Found = llvm::SmallSetVector<Value, 8>;

/// Asks of each value that is found, the first one and what `findNext` adds behind it.
bool all(Value first, qnn::ValueTest holds, llvm::function_ref<void(Value, Found &)> findNext, size_t most) {
  Found found;
  found.insert(first);
  for (size_t i = 0; i != found.size(); ++i) {
    const Value value = found[i];
    if (found.size() > most || !holds(value))
      return false;
    findNext(value, found);
  }
  return true;
}

} // namespace

bool qnn::allMadeOf(Value value, OpTest passes, ValueTest holds, size_t most) {
  auto findResults = [&](Value value, Found &found) {
    for (Operation *user : value.getUsers())
      if (passes(user))
        found.insert(user->getResult(0));
  };
  return all(value, holds, findResults, most);
}

bool qnn::allMadeFrom(Value value, OpTest passes, ValueTest holds) {
  auto findOperands = [&](Value value, Found &found) {
    if (Operation *op = value.getDefiningOp(); op && passes(op))
      found.insert_range(movedOperands(op));
  };
  return all(value, holds, findOperands, SIZE_MAX);
}

qnn::ValuesReadBy::ValuesReadBy(Block &block, llvm::function_ref<bool(Operation *)> isWanted) {
  auto reads = [&](Operation *user) { return isWanted(user) || (movesElements(user) && contains(user->getResult(0))); };
  auto visit = [&](Value value) {
    if (!value.use_empty() && llvm::all_of(value.getUsers(), reads))
      values.insert(value);
  };
  for (Operation &op : llvm::reverse(block))
    llvm::for_each(op.getResults(), visit);
  llvm::for_each(block.getArguments(), visit);
}
