//===- Reduction.h - What reductions and normalizations share ---*- C++ -*-===//
#ifndef TARE_LIB_ONNX_OPS_REDUCTION_H
#define TARE_LIB_ONNX_OPS_REDUCTION_H

#include "Node.h"

namespace tare::onnx {

/// The axes that a reduction takes away, or leaves as 1, and how many elements become one.
struct Reduced {
  Integers axes;
  bool keeps = true;
  int64_t count = 1;
};

/// What a reduction's attributes and operand say; `operandSince`: the opset since which the axes are operand 1.
std::optional<Reduced> readReduced(Node &node, mlir::Value input, int64_t operandSince);

/// The mean, and the greatest element, along axes: steps of a node.
mlir::Value meanOf(Node &node, llvm::StringRef step, mlir::Value x, const Reduced &reduced);
mlir::Value greatestOf(Node &node, llvm::StringRef step, mlir::Value x, const Reduced &reduced);

/// The sums of x^2 and |x| along axes.
mlir::Value sumOfSquares(Node &node, mlir::Value x, const Reduced &reduced);
mlir::Value sumOfMagnitudes(Node &node, mlir::Value x, const Reduced &reduced);

/// The logarithm of the sum of e to x, where x is not above 0 and reaches it somewhere; `reduced` keeps its axes.
mlir::Value logOfSumOfExp(Node &node, mlir::Value x, const Reduced &reduced);

/// log(sum(exp(x))), with the greatest x taken out of it so that nothing overflows.
mlir::Value logSumExp(Node &node, mlir::Value x, const Reduced &reduced);

} // namespace tare::onnx

#endif // TARE_LIB_ONNX_OPS_REDUCTION_H
