//===- NodeNotes.h - What Tare noted in a model that it wrote ---*- C++ -*-===//
#ifndef TARE_LIB_ONNX_NODENOTES_H
#define TARE_LIB_ONNX_NODENOTES_H

#include "GraphValues.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

#include <optional>

namespace tare::onnx {

/// The layer that the node belongs to, where it says another name than its own.
std::optional<std::string> notedLayer(const proto::NodeProto &node);

/// Gives the ops that the node has become the names and ranges that it notes. A note that is none is ignored: it is as
/// good as nothing.
void takeNotes(const proto::NodeProto &node, GraphValues &values);

/// The same of what enters the body of a loop, and of the step's number there; null for nothing.
void takeNotes(const proto::ValueInfoProto &input, mlir::Value value);
void takeStepName(const proto::NodeProto &scan, mlir::Value number);

/// The same of the inputs, whose values are the arguments in this order.
void takeNotes(llvm::ArrayRef<const proto::ValueInfoProto *> inputs, mlir::func::FuncOp function);

} // namespace tare::onnx

#endif // TARE_LIB_ONNX_NODENOTES_H
