//===- Graph.h - The checked structure of an ONNX graph ---------*- C++ -*-===//
#ifndef TARE_LIB_ONNX_GRAPH_H
#define TARE_LIB_ONNX_GRAPH_H

#include "ModelFile.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringSet.h"

#include <vector>

namespace tare::onnx {

/// A node that some output of the graph needs.
struct GraphNode {
  const proto::NodeProto *proto;
  /// The node's name, or its first result's where it has none of its own.
  std::string layer;
  /// The node of the file that this one was written for, where it is a part of it (Composite.h).
  const GraphNode *composite = nullptr;
};

struct Graph {
  /// By name. Not const: reading a tensor takes its bytes.
  llvm::StringMap<proto::TensorProto *> initializers;
  /// In the model's order, without those that are initializers (older models
  /// list these as inputs, too).
  std::vector<const proto::ValueInfoProto *> inputs;
  std::vector<const proto::ValueInfoProto *> outputs;
  /// Operands before their users.
  std::vector<GraphNode> nodes;
  /// The values that a node of `nodes` or an output reads.
  llvm::StringSet<> used;
  /// Of `inputs` those that @main does not have, which need no shape: the user makes them constants, or nothing reads
  /// them since the graph was cut.
  llvm::StringSet<> dropped = {};
};

/// The values that a node reads: its operands, and what its graphs take from around them.
std::vector<std::string> readsOf(const proto::NodeProto &node);

/// "node 'conv1' (Conv, opset 13)"; names the domain where it is not ONNX's own.
std::string describe(const GraphNode &node, const proto::ModelProto &model);

/// Checks that each value is defined once and that there are no cycles, drops
/// the nodes that no output needs, and sorts the others.
mlir::FailureOr<Graph> readGraph(proto::ModelProto &model, const Reporter &reporter);

} // namespace tare::onnx

#endif // TARE_LIB_ONNX_GRAPH_H
