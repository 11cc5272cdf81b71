//===- RowMaxima.h - What a softmax measures its operand by -----*- C++ -*-===//
#ifndef TARE_CALIBRATION_ROWMAXIMA_H
#define TARE_CALIBRATION_ROWMAXIMA_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "tare/Tensor/Tensor.h"
#include "llvm/ADT/MapVector.h"

#include <vector>

namespace tare::calibration {

/// The values that a softmax reads, and along which axes.
class SoftmaxOperands {
public:
  explicit SoftmaxOperands(mlir::func::FuncOp function);

  size_t size() const { return axes.size(); }
  /// Whether the order of an operand's elements matters: the evaluator may keep images otherwise.
  bool haveImages() const;

  auto begin() const { return axes.begin(); }
  auto end() const { return axes.end(); }

  /// Lowers `least`, one number for each operand, by the rows of `value` in one sample, if it is one of them. Rows of
  /// nothing but one number, and such as hold NaN, do not count.
  void observe(mlir::Value value, const Tensor &tensor, std::vector<float> &least) const;

private:
  llvm::MapVector<mlir::Value, llvm::SmallVector<int64_t, 1>> axes;
};

} // namespace tare::calibration

#endif // TARE_CALIBRATION_ROWMAXIMA_H
