//===- NodeBase.h - The node itself -----------------------------*- C++ -*-===//
//
// Errors stick: the first one is reported, and from then on attributes read as their defaults, operands and created ops
// as null; a function need not look until it uses a null value, and its result is a failure whatever it returns.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_LIB_ONNX_NODEBASE_H
#define TARE_LIB_ONNX_NODEBASE_H

#include "NodeContext.h"

namespace tare::onnx {

using Integers = llvm::SmallVector<int64_t>;

/// An ONNX node, what its parts are called, and what is wrong with it.
class NodeBase {
public:
  NodeBase(NodeContext &context, const GraphNode &node) : context(context), node(node), protoNode(*node.proto) {}

  int64_t opset() const { return context.opset(); }
  llvm::StringRef opType() const { return protoNode.op_type(); }
  const proto::NodeProto &proto() const { return protoNode; }
  /// The node, for values that refer to it.
  const GraphNode &graphNode() const { return node; }
  bool failed() const { return hasFailed; }
  /// Reports what is wrong with the node; only the first error is.
  mlir::LogicalResult error(const llvm::Twine &message);
  /// Tells of the node; as of Warning.
  void warning(llvm::StringRef kind, const llvm::Twine &message, llvm::StringRef remedy);

  unsigned numOperands() const { return protoNode.input_size(); }
  bool hasOperand(unsigned index) const;
  llvm::StringRef operandName(unsigned index) const;
  unsigned numResults() const { return protoNode.output_size(); }
  /// Whether another node or the graph's outputs read the result.
  bool isUsed(unsigned index) const;
  llvm::StringRef resultName(unsigned index) const;
  /// That of the first result that the node does not leave out: what steps on the way are called by.
  llvm::StringRef firstResultName() const;
  /// What a step on the way to the first result is called: "<result>/<step>", and unlike any value of the model.
  std::string derivedName(const llvm::Twine &step) const { return derivedName(firstResultName(), step); }
  std::string derivedName(llvm::StringRef value, const llvm::Twine &step) const {
    return context.derivedNames().of(value, step.str());
  }
  /// Whether the graph gives the result.
  bool isOutput(unsigned index) const { return context.isOutput(resultName(index)); }

protected:
  NodeContext &context;
  const GraphNode &node;
  const proto::NodeProto &protoNode;
  bool hasFailed = false;
};

} // namespace tare::onnx

#endif // TARE_LIB_ONNX_NODEBASE_H
