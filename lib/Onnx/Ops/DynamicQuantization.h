//===- DynamicQuantization.h - Ranges found when a graph runs ---*- C++ -*-===//
#ifndef TARE_LIB_ONNX_OPS_DYNAMICQUANTIZATION_H
#define TARE_LIB_ONNX_OPS_DYNAMICQUANTIZATION_H

#include "Node.h"

namespace tare::onnx {

/// Mul where one operand is dynamic: a product of scales; or sums times their scale, which is a float op.
mlir::LogicalResult multiplyDynamic(Node &node);

} // namespace tare::onnx

#endif // TARE_LIB_ONNX_OPS_DYNAMICQUANTIZATION_H
