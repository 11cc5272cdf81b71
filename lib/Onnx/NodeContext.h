//===- NodeContext.h - What a node asks of its graph ------------*- C++ -*-===//
#ifndef TARE_LIB_ONNX_NODECONTEXT_H
#define TARE_LIB_ONNX_NODECONTEXT_H

#include "DerivedNames.h"
#include "GraphValues.h"

namespace tare::onnx {

/// The graph around a node, as far as the node needs it.
class NodeContext {
public:
  virtual ~NodeContext() = default;

  /// The values by name, and what they are made of in the IR.
  virtual GraphValues &values() = 0;
  /// What is made on the way to the model's values is called by these.
  virtual DerivedNames &derivedNames() = 0;
  /// Reads the model's tensors.
  virtual TensorReader &reader() = 0;
  virtual const proto::ModelProto &modelProto() const = 0;
  virtual int64_t opset() const = 0;
  /// Whether another node or the graph's outputs read the value.
  virtual bool isUsed(llvm::StringRef name) const = 0;
  virtual bool isOutput(llvm::StringRef name) const = 0;
  /// ONNX's number of the type that the model declares for a value; nothing where it does not.
  virtual std::optional<int32_t> declaredType(llvm::StringRef name) const = 0;

  /// ONNX's number of float16 or bfloat16 where the node computes in that and rounds each of its steps, not only its
  /// results.
  virtual std::optional<int32_t> stepType(const proto::NodeProto &node) const = 0;
  /// Rounds the node's results where the model computes in 16 bits and its own numbers are wanted, or else notes them.
  virtual void roundResults(const proto::NodeProto &node) = 0;

  /// Reports an error of a node; while another way to import it is left, the first one is kept for that.
  virtual void reportError(const std::string &message) = 0;
  /// As of Warning.
  virtual void reportWarning(llvm::StringRef kind, const llvm::Twine &message, llvm::StringRef remedy) const = 0;

  /// Makes the float op whose result a product of dynamic quantization is; any other value is left as it is.
  virtual mlir::LogicalResult complete(GraphValue &value) = 0;
  /// Notes that the graph finds the ranges of `operands` when it runs, and would need that of their product `result`.
  virtual void noteDynamic(llvm::ArrayRef<std::string> operands, llvm::StringRef result) = 0;
  /// Imports a node that was written for `composite`.
  virtual mlir::LogicalResult importPart(proto::NodeProto part, const std::string &layer,
                                         const GraphNode &composite) = 0;
  /// Imports a graph of a node, as the branch of an If: its initializers and nodes, which see all values so far.
  virtual mlir::LogicalResult importBranch(proto::GraphProto &branch) = 0;
};

} // namespace tare::onnx

#endif // TARE_LIB_ONNX_NODECONTEXT_H
