//===- Movements.cpp - Ops that only move elements ------------------------===//
#include "tare/Dialect/Npu/Movements.h"

#include "tare/Dialect/Npu/NpuInterfaces.h"
#include "tare/Dialect/Qnn/QnnInterfaces.h"
#include "tare/Program/Movements.h"

#include <algorithm>

using namespace mlir;
using namespace tare;

bool npu::rearranges(Operation *op) {
  if (auto integers = dyn_cast_if_present<NpuOpInterface>(op))
    return program::rearranges(integers.getKind());
  auto gridOp = dyn_cast_if_present<qnn::GridOpInterface>(op);
  return gridOp && gridOp.isRearrangement();
}

bool npu::movesElements(Operation *op) {
  auto integers = dyn_cast_if_present<NpuOpInterface>(op);
  return integers && program::movesElements(integers.getKind());
}

npu::Passage npu::passageToReader(Value value) {
  Passage passage;
  while (value.hasOneUse()) {
    Operation *user = *value.user_begin();
    if (!rearranges(user)) {
      passage.end = user;
      break;
    }
    passage.movements.push_back(user);
    value = user->getResult(0);
  }
  return passage;
}

npu::Passage npu::passageToMaker(Value value) {
  Passage passage;
  while ((passage.end = value.getDefiningOp()) && rearranges(passage.end)) {
    passage.movements.push_back(passage.end);
    value = passage.end->getOperand(0);
  }
  std::reverse(passage.movements.begin(), passage.movements.end());
  return passage;
}
