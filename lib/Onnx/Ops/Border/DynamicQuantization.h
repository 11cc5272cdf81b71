//===- DynamicQuantization.h - Ranges found when a graph runs ---*- C++ -*-===//
#ifndef TARE_LIB_ONNX_OPS_BORDER_DYNAMICQUANTIZATION_H
#define TARE_LIB_ONNX_OPS_BORDER_DYNAMICQUANTIZATION_H

#include "Node.h"

namespace tare::onnx {

/// Mul where one operand is dynamic: a product of scales, or sums times scales and constants. Nothing where it is an
/// ordinary Mul of a float op's result.
std::optional<mlir::LogicalResult> multiplyDynamic(Node &node);

/// The float op that sums times their scales are, as the result of `node`, which multiplied by the last of them.
mlir::LogicalResult importProduct(Node &node, const DynamicValue &sums);

} // namespace tare::onnx

#endif // TARE_LIB_ONNX_OPS_BORDER_DYNAMICQUANTIZATION_H
