//===- Border.h - Real numbers and integers at @main's border ---*- C++ -*-===//
#ifndef TARE_DRIVER_EXECUTE_BORDER_H
#define TARE_DRIVER_EXECUTE_BORDER_H

#include "tare/Program/HostSteps.h"
#include "tare/Tensor/Result.h"
#include "tare/Tensor/Tensor.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/DenseSet.h"

#include <optional>
#include <vector>

namespace tare {

/// What the host does at an input that ops were stripped from.
class HostPath {
public:
  static Result<HostPath> ofInput(mlir::func::FuncOp function, unsigned index);

  /// The type before the first step.
  const TensorType &first() const { return types.front(); }
  Tensor apply(Tensor tensor) const;

private:
  program::PortT port;
  std::vector<TensorType> types;
};

/// What the host does with the results, to which it may join several.
class HostResults {
public:
  static Result<HostResults> of(mlir::func::FuncOp function);

  const std::vector<program::ModelOutput> &outputs() const { return host.outputs; }
  const TensorType &typeOf(const program::ModelOutput &output) const { return host.values[output.endValue - 1].type; }
  /// The model's outputs, of @main's results.
  std::vector<Tensor> apply(const std::vector<Tensor> &results) const;

private:
  std::vector<std::unique_ptr<program::PortT>> ports;
  program::HostOutputs host;
};

/// The name of a result; of its value, where it has none.
std::string nameOfResult(mlir::OpOperand &result);

/// The integers that a float argument becomes, shaped like the argument: nothing but transposes and reshapes lies
/// between it and a quantize, and nothing else reads it. Nothing for other arguments.
std::optional<TensorType> integersOfArgument(mlir::BlockArgument argument);
/// The integers that a float result comes from, shaped like the result: a dequantize, and transposes and reshapes after
/// it.
std::optional<TensorType> integersOfResult(mlir::Value result);

/// Those integers themselves: what the quantize makes, or the dequantize reads; null where there is none.
mlir::Value integersBehind(mlir::BlockArgument argument);
mlir::Value integersBehind(mlir::Value result);

/// The argument takes its integers: what led to the quantize now moves integers, the quantize is gone.
/// Ops that this adds are put into `added`.
void takeIntegers(mlir::BlockArgument argument, llvm::DenseSet<mlir::Operation *> &added);
/// The result gives its integers; all ops stay. Ops that this adds are put into `added`.
void giveIntegers(mlir::OpOperand &result, llvm::DenseSet<mlir::Operation *> &added);

} // namespace tare

#endif // TARE_DRIVER_EXECUTE_BORDER_H
