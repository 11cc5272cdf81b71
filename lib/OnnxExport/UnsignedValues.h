//===- UnsignedValues.h - Integers that a model has unsigned ----*- C++ -*-===//
#ifndef TARE_LIB_ONNXEXPORT_UNSIGNEDVALUES_H
#define TARE_LIB_ONNXEXPORT_UNSIGNEDVALUES_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/DenseSet.h"

namespace tare::onnx {

/// The quantized values whose integers are unsigned in the model: inputs and outputs that are (qnn.unsigned), and all
/// that moves their integers. The IR has these less half of their range.
class UnsignedValues {
public:
  explicit UnsignedValues(mlir::func::FuncOp function);

  bool contains(mlir::Value value) const { return values.contains(value); }

private:
  bool spread(mlir::Operation &op);

  llvm::DenseSet<mlir::Value> values;
};

} // namespace tare::onnx

#endif // TARE_LIB_ONNXEXPORT_UNSIGNEDVALUES_H
