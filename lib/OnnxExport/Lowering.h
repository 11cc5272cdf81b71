//===- Lowering.h - From the dialect's ops to ONNX's nodes ------*- C++ -*-===//
//
// What an op computes of real numbers is its form as ONNX has it (tare/Passes/OnnxForms.h); here is what a form cannot
// say. An error is the reason why a layer has no nodes, and what to do.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_LIB_ONNXEXPORT_LOWERING_H
#define TARE_LIB_ONNXEXPORT_LOWERING_H

#include "GraphWriter.h"

#include "tare/Dialect/Qnn/QnnOps.h"
#include "tare/Host/Operator.h"
#include "tare/Tensor/Result.h"

namespace tare::onnx {

/// Writes an op other than the ends of loops.
Status lower(mlir::Operation *op, GraphWriter &graph);

/// A node on the way to an op's result.
struct NodeStep {
  host::Node node;
  /// Names of values; nothing for the result of the step before.
  std::vector<std::optional<std::string>> operands;
};
/// Writes an op with one result as nodes, one behind the other, a fused limit last.
Status lowerSteps(mlir::Operation *op, std::vector<NodeStep> steps, GraphWriter &graph);

/// Layers with weights.
Status lowerProduct(qnn::AccumulatorOpInterface op, GraphWriter &graph);

/// Writes the ops from the first to in front of the last one.
using WriteOps = llvm::function_ref<void(mlir::Operation *first, mlir::Operation *last)>;
/// A loop as a Scan, whose body `write` writes.
Status lowerLoop(qnn::LoopBeginOp begin, GraphWriter &graph, WriteOps write);

} // namespace tare::onnx

#endif // TARE_LIB_ONNXEXPORT_LOWERING_H
