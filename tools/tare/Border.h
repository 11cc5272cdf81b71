//===- Border.h - Real numbers and integers at @main's border ---*- C++ -*-===//
#ifndef TARE_TOOLS_TARE_BORDER_H
#define TARE_TOOLS_TARE_BORDER_H

#include "tare/Program/program_generated.h"
#include "tare/Tensor/Result.h"
#include "tare/Tensor/Tensor.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/DenseSet.h"

#include <optional>
#include <vector>

namespace tare {

/// What the host does at an input or output that ops were stripped from.
class HostPath {
public:
  static Result<HostPath> ofInput(mlir::func::FuncOp function, unsigned index);
  static Result<HostPath> ofOutput(mlir::func::FuncOp function, unsigned index);

  bool empty() const { return port.host_steps.empty(); }
  /// The type before the first step and after the last one.
  const TensorType &first() const { return types.front(); }
  const TensorType &last() const { return types.back(); }
  Tensor apply(Tensor tensor) const;

private:
  program::PortT port;
  std::vector<TensorType> types;
};

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

#endif // TARE_TOOLS_TARE_BORDER_H
