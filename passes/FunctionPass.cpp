//===- FunctionPass.cpp - A pass over one graph ---------------------------===//
#include "tare/Passes/FunctionPass.h"

using namespace mlir;

void tare::FunctionPass::runOnOperation() {
  func::FuncOp function = getOperation();
  if (function.isDeclaration())
    return;
  if (function.getBody().hasOneBlock())
    return runOnFunction();
  function.emitError("function @") << function.getSymName() << " has " << function.getBody().getBlocks().size()
                                   << " blocks: a network is a function of one block";
  signalPassFailure();
}
