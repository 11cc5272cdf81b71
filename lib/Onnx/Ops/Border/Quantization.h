//===- Quantization.h - Grids as ONNX gives them ----------------*- C++ -*-===//
#ifndef TARE_LIB_ONNX_OPS_BORDER_QUANTIZATION_H
#define TARE_LIB_ONNX_OPS_BORDER_QUANTIZATION_H

#include "ConstantData.h"
#include "Node.h"

namespace tare::onnx {

/// The grid on which integers of that type are themselves.
qnn::Grid identityGrid(const qnn::Grid &integers);
/// The type of integers on the grid.
ElementType elementOf(const qnn::Grid &grid);

/// Integers with another meaning: qnn.reinterpret, where they do not have it already. Null after an error.
mlir::Value onGrid(Node &node, mlir::Value integers, const qnn::Grid &grid, llvm::StringRef step = "");
/// The real numbers that integers are on `grid`: the node's result, or a step on the way to it. Null after an error.
mlir::Value dequantizedOn(Node &node, mlir::Value integers, const qnn::Grid &grid, llvm::StringRef step = "");
/// The node's function on operand 0, which holds integers: on their real numbers, of which the result is whole ones
/// within the type's range again.
mlir::LogicalResult computeOnIntegers(Node &node, llvm::function_ref<mlir::Value(mlir::Value)> function);
/// The node's integers limited to [lower, upper] by limits of the real numbers that they have just been made of, which
/// cost whoever computes these nothing. Null where they have not, and nothing is made.
mlir::Value limitBeforeRounding(Node &node, double lower, double upper);
/// Whole numbers as integers of that type; what is outside of its range is limited to it.
mlir::Value asIntegers(Node &node, mlir::Value whole, ElementType element);

/// A positive normal float32.
bool isScale(double number);

/// Each scale is one; those of a constant may be less, down to 0.
mlir::LogicalResult checkScales(Node &node, llvm::ArrayRef<double> scales, bool isConstant = false);

/// Scales (operand 1) and zero points (operand 2) of QuantizeLinear and
/// DequantizeLinear for an input of this shape. `element` is the integers' type
/// where no zero point tells it. Those of a constant may have scales that are none.
std::optional<qnn::Grid> readGrid(Node &node, const Shape &input, ElementType element, bool isConstant = false);

/// The integers that QuantizeLinear gives where it has no zero point.
std::optional<ElementType> quantizedElement(Node &node);

} // namespace tare::onnx

#endif // TARE_LIB_ONNX_OPS_BORDER_QUANTIZATION_H
