//===- Weights.h - Matrices as weights, and times numbers -------*- C++ -*-===//
#ifndef TARE_LIB_ONNX_OPS_MATRIX_WEIGHTS_H
#define TARE_LIB_ONNX_OPS_MATRIX_WEIGHTS_H

#include "Node.h"

namespace tare::onnx::matrix {

/// A matrix [N, K] as [K, N]: a step on the way; null stays null.
mlir::Value swapAxes(Node &node, llvm::StringRef step, mlir::Value value);

Tensor scaled(const Tensor &tensor, double factor);

/// Integers that mean something, as a constant holds them.
struct Quantized {
  Tensor integers;
  qnn::Grid grid;
};

/// `factor` times a dequantized constant: the same integers on other scales; nothing where these are none.
std::optional<Quantized> scaled(const GraphValue &value, double factor);

/// A constant operand, which is one matrix, as a weight [N, K], times a factor.
mlir::Value weight(Node &node, unsigned index, bool transpose, double factor = 1);

/// A value times a number where it is dequantized: its integers mean so much more, or less. Null where they cannot.
mlir::Value rescaled(Node &node, llvm::StringRef step, mlir::Value value, double factor);

/// A value times a number: of its integers where it has some, a step on the way otherwise.
mlir::Value times(Node &node, llvm::StringRef step, mlir::Value value, double factor);

/// An operand times a number.
mlir::Value operandTimes(Node &node, llvm::StringRef step, unsigned index, double factor);

} // namespace tare::onnx::matrix

#endif // TARE_LIB_ONNX_OPS_MATRIX_WEIGHTS_H
