//===- OnnxForms.h - Ops of the graph as nodes of ONNX ----------*- C++ -*-===//
//
// The dialect normalizes what ONNX spells in many ways; each op is one node of ONNX again, or one behind another, and
// a fused limit is a Clip behind it.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_PASSES_ONNXFORMS_H
#define TARE_PASSES_ONNXFORMS_H

#include "tare/Host/Operator.h"

#include "mlir/IR/Operation.h"
#include "llvm/ADT/SmallVector.h"

#include <optional>
#include <vector>

namespace tare {

/// A node, and its operands: values of the graph or constants.
struct OnnxForm {
  host::Node node;
  /// Null tensors stand for the op's own operands, in order; a form that leaves an operand out has `positions`. None at
  /// all stand for all of the op's.
  llvm::SmallVector<Tensor> constants = {};
  llvm::SmallVector<int64_t> positions = {};
  /// Nodes that take the result of this one further, one after the other.
  std::vector<OnnxForm> behind = {};
};

/// What the op computes of real numbers, without a fused limit; weights and biases are constants of the form. Nothing
/// where ONNX has no such node.
std::optional<OnnxForm> onnxFormOf(mlir::Operation *op);

/// The Clip that a fused limit is; either end may be infinite.
OnnxForm onnxFormOfLimits(double lower, double upper);

/// Weights [O, I / group, kernel..] as [I, O / group, kernel..], as ONNX's ConvTranspose and MatMul have them.
Tensor inputChannelsFirst(const Tensor &weights, int64_t group);

} // namespace tare

#endif // TARE_PASSES_ONNXFORMS_H
