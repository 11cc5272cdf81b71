//===- FunctionPass.h - A pass over one graph -------------------*- C++ -*-===//
#ifndef TARE_PASSES_FUNCTIONPASS_H
#define TARE_PASSES_FUNCTIONPASS_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/Pass.h"

namespace tare {

/// The base of every pass over a network: a function whose body is one block. A function without a body is left alone,
/// one of several blocks is an error at the function, so that no pass has to ask.
class FunctionPass : public mlir::OperationPass<mlir::func::FuncOp> {
public:
  using OperationPass::OperationPass;

protected:
  /// On a function of one block.
  virtual void runOnFunction() = 0;

private:
  void runOnOperation() final;
};

} // namespace tare

#endif // TARE_PASSES_FUNCTIONPASS_H
