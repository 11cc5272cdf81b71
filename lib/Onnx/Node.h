//===- Node.h - One ONNX node on its way into the IR ------------*- C++ -*-===//
//
// What an import or fold function sees.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_LIB_ONNX_NODE_H
#define TARE_LIB_ONNX_NODE_H

#include "NodeOperands.h"
#include "OpTable.h"

namespace tare::onnx {

/// A node, and the results that it gives.
class Node : public NodeOperands {
public:
  using NodeOperands::NodeOperands;

  /// Result 0 (or another) is this value, a known one where it has no elements; fails after an error.
  mlir::LogicalResult give(mlir::Value value, unsigned index = 0);
  /// Result `index` has operand 0's element type and no elements.
  mlir::LogicalResult giveEmpty(const Shape &shape, unsigned index = 0);
  mlir::LogicalResult give(Tensor constant, unsigned index = 0);
  mlir::LogicalResult give(GraphValue value, unsigned index = 0);
  /// Result 0 is operand `index` as it is.
  mlir::LogicalResult forward(unsigned index = 0);
  mlir::LogicalResult give(DynamicValue value, unsigned index = 0);
  /// The value `name`, for a node that is imported instead of this one.
  void define(llvm::StringRef name, GraphValue value) { context.values().define(name, std::move(value)); }
  /// Imports `other`, which stands for this node and gives its results.
  mlir::LogicalResult importInstead(const GraphNode &other);
  /// Imports a node that is written for this one, as a part of it: see Composite.
  mlir::LogicalResult importPart(proto::NodeProto part, const std::string &layer);
  /// Imports one of the node's graphs, whose values it then sees.
  mlir::LogicalResult importBranch(proto::GraphProto &branch);
  /// A tensor of one of the node's graphs; null after an error.
  Tensor readTensor(proto::TensorProto &tensor);

  /// As of NodeContext, for result 0.
  void noteDynamic(llvm::ArrayRef<std::string> operands) { context.noteDynamic(operands, resultName(0)); }
};

/// begin, begin + 1, .., end - 1
inline Integers axisRange(int64_t begin, int64_t end) { return llvm::to_vector(llvm::seq<int64_t>(begin, end)); }

} // namespace tare::onnx

#endif // TARE_LIB_ONNX_NODE_H
