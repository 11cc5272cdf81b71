//===- HostNode.h - Nodes in the model's own types --------------*- C++ -*-===//
//
// What no op of the IR computes stays the node that it is: an op qnn.host, or a
// constant where its operands are known.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_LIB_ONNX_HOSTNODE_H
#define TARE_LIB_ONNX_HOSTNODE_H

#include "Node.h"

namespace tare::onnx {

/// Whether some host operator is the node's.
bool hasHostOperator(const proto::NodeProto &node);
/// Computes a node whose operands are all known.
mlir::LogicalResult foldOnHost(Node &node);
/// The same in float64, where that is the operands' type.
mlir::LogicalResult foldInDoubles(Node &node);
/// Whether the node is a Cast to float64.
bool castsToDouble(const proto::NodeProto &node);
/// Makes a qnn.host of the node; `reason` says why it is no other op, if it might have been one.
mlir::LogicalResult importOnHost(Node &node, llvm::StringRef reason);

} // namespace tare::onnx

#endif // TARE_LIB_ONNX_HOSTNODE_H
