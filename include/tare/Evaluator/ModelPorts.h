//===- ModelPorts.h - Values as a model has them ----------------*- C++ -*-===//
//
// Once grids are normalized, @main holds signed integers where the model has
// unsigned ones, and says so by `qnn.unsigned`: docs/arithmetic.md, (A54).
//
//===----------------------------------------------------------------------===//
#ifndef TARE_EVALUATOR_MODELPORTS_H
#define TARE_EVALUATOR_MODELPORTS_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "tare/Schema/program_generated.h"
#include "tare/Tensor/Tensor.h"

namespace tare {

/// Whether the model has unsigned integers where the argument holds signed ones.
bool isUnsignedInModel(mlir::BlockArgument argument);
/// The same of the function's result `index`.
bool isUnsignedInModel(mlir::func::FuncOp function, unsigned index);

/// The format that the model has the real numbers of the function's result `index` in.
program::FloatFormat formatInModel(mlir::func::FuncOp function, unsigned index);

/// What the model takes, as the argument's own tensor.
Tensor asArgument(const Tensor &value, mlir::BlockArgument argument);
/// The function's result `index`, as the model gives it.
Tensor asOutput(const Tensor &result, mlir::func::FuncOp function, unsigned index);

} // namespace tare

#endif // TARE_EVALUATOR_MODELPORTS_H
