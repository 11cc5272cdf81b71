//===- Recurrent.cpp - The ends of loops ----------------------------------===//
#include "tare/Dialect/Qnn/Loops.h"
#include "tare/Dialect/Qnn/Names.h"
#include "tare/Dialect/Qnn/QnnOps.h"

using namespace mlir;
using namespace tare::qnn;

LoopEndOp LoopBeginOp::getEnd() { return endOf<LoopEndOp>(getResult(0)); }

LogicalResult LoopBeginOp::verify() { return verifyBegin(*this); }

LogicalResult LoopEndOp::verify() { return verifyEnd(*this); }
