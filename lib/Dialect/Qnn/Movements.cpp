//===- Movements.cpp - Values that only change places ---------------------===//
#include "tare/Dialect/Qnn/Movements.h"
#include "tare/Dialect/Qnn/QnnInterfaces.h"

using namespace mlir;
using namespace tare;

bool qnn::movesElements(Operation *op) {
  auto gridOp = dyn_cast_if_present<GridOpInterface>(op);
  return gridOp && gridOp.movesElements();
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
