//===- BorderLabels.h - What paddings put into a graph ----------*- C++ -*-===//
#ifndef TARE_DRIVER_EXECUTE_BORDERLABELS_H
#define TARE_DRIVER_EXECUTE_BORDERLABELS_H

#include "tare/Tensor/Tensor.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/DenseMap.h"

namespace tare {

/// Which elements of values come from the constants of paddings alone, by way of what moves them and of functions, sums
/// and products with constants. Only of values that reach a result of the function in this way.
class BorderLabels {
public:
  /// What such an element is labelled; others 0.
  static constexpr float border = -1;

  /// Of a function in its float or QDQ form.
  explicit BorderLabels(mlir::func::FuncOp function);

  /// A float32 tensor of the value's shape; null where no element comes from a padding.
  Tensor of(mlir::Value value) const { return labels.lookup(value); }

private:
  Tensor label(mlir::Operation *op) const;

  llvm::DenseMap<mlir::Value, Tensor> labels;
};

} // namespace tare

#endif // TARE_DRIVER_EXECUTE_BORDERLABELS_H
