//===- Recurrent.cpp - The ends of loops ----------------------------------===//
#include "tare/Dialect/Qnn/Loops.h"
#include "tare/Dialect/Qnn/Names.h"
#include "tare/Dialect/Qnn/QnnOps.h"

using namespace mlir;
using namespace tare::qnn;

LoopEndOp LoopBeginOp::getEnd() {
  for (Operation *user : getResult(0).getUsers())
    if (auto end = dyn_cast<LoopEndOp>(user))
      return end;
  return nullptr;
}

LogicalResult LoopBeginOp::verify() {
  // One that nobody reads is being made, or about to go.
  if (!(*this)->use_empty() && !getEnd())
    return emitOpError("begins a loop that has no end");
  return verifyLoopBegin(*this, getSteps(), getSequences(), getStates(), getReversed());
}

LogicalResult LoopEndOp::verify() {
  auto begin = getBegin();
  if (!begin || getStep() != begin.getResult(0))
    return emitOpError("reads no step of a loop: its first operand must be the first result of a qnn.loop_begin");
  if (begin.getEnd() != *this)
    return emitOpError("is not the only end of its loop");
  return verifyLoopEnd(*this, begin, begin.getSteps(), begin.getStates().getTypes(), getCarries(), getCollects(),
                       getReversed());
}
