//===- Quantization.h - Grids as ONNX gives them ----------------*- C++ -*-===//
#ifndef TARE_LIB_ONNX_OPS_QUANTIZATION_H
#define TARE_LIB_ONNX_OPS_QUANTIZATION_H

#include "Node.h"

namespace tare::onnx {

/// The grid of integers of this type with these scales: all of the type's range,
/// zero points 0.
qnn::Grid wholeRange(ElementType element, llvm::ArrayRef<double> scales);

/// The grid on which the integers of a graph input are themselves.
qnn::Grid identityGrid(mlir::Value argument);

/// Operand 0 is a graph input of integers: it gets this grid, and the result is
/// its dequantization.
mlir::LogicalResult dequantizeArgument(Node &node, const qnn::Grid &grid);

/// A positive normal float32.
bool isScale(double number);

/// Each scale is one.
mlir::LogicalResult checkScales(Node &node, llvm::ArrayRef<double> scales);

/// Scales (operand 1) and zero points (operand 2) of QuantizeLinear and
/// DequantizeLinear for an input of this shape. `element` is the integers' type
/// where no zero point tells it.
std::optional<qnn::Grid> readGrid(Node &node, const Shape &input, ElementType element);

/// The integers that QuantizeLinear gives where it has no zero point.
std::optional<ElementType> quantizedElement(Node &node);

} // namespace tare::onnx

#endif // TARE_LIB_ONNX_OPS_QUANTIZATION_H
