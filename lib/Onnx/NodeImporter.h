//===- NodeImporter.h - The ways in which a node is imported ----*- C++ -*-===//
#ifndef TARE_LIB_ONNX_NODEIMPORTER_H
#define TARE_LIB_ONNX_NODEIMPORTER_H

#include "ImportNotes.h"
#include "Node.h"
#include "OpTable.h"

#include <deque>

namespace tare::onnx {

/// Imports nodes: each is computed at import, becomes ops of the IR, or stays the node that it is.
class NodeImporter {
public:
  NodeImporter(NodeContext &context, ImportNotes &notes) : context(context), notes(notes) {}

  mlir::LogicalResult importNode(const GraphNode &graphNode);
  /// As of NodeContext.
  mlir::LogicalResult importPart(proto::NodeProto part, const std::string &layer, const GraphNode &composite);
  mlir::LogicalResult importBranch(proto::GraphProto &branch);
  /// Keeps an error, the first one, while another way to import the node is left; false where none is.
  bool keepError(const std::string &message);

private:
  mlir::LogicalResult importBy(llvm::function_ref<mlir::LogicalResult(Node &)> way, const GraphNode &graphNode);
  std::optional<std::string> tryWays(const GraphNode &graphNode);
  std::optional<std::string> attempt(llvm::function_ref<mlir::LogicalResult()> import);
  bool hasDoubles(const proto::NodeProto &node) const;
  /// An error of the node where the value, if there is one in the IR, has more dimensions than programs have.
  mlir::LogicalResult checkOperands(Node &node);
  mlir::LogicalResult checkRank(Node &node, llvm::StringRef name);

  NodeContext &context;
  ImportNotes &notes;
  /// What composites were written as; values of dynamic quantization refer to their nodes.
  struct Part {
    proto::NodeProto proto;
    GraphNode node;
  };
  std::deque<Part> parts;
  /// What goes wrong while a node is imported that may be imported in another way.
  std::string *kept = nullptr;
};

} // namespace tare::onnx

#endif // TARE_LIB_ONNX_NODEIMPORTER_H
