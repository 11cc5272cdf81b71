//===- HostForms.h - Ops of the graph as nodes of ONNX ----------*- C++ -*-===//
#ifndef TARE_PASSES_QUANTIZE_HOSTFORMS_H
#define TARE_PASSES_QUANTIZE_HOSTFORMS_H

#include "mlir/IR/Builders.h"
#include "mlir/IR/Operation.h"

namespace tare {

/// Makes of an op on float tensors the nodes that the host computes the same by, in front of it; `reason` says why the
/// host does. The result takes the place of the op's. Null, and nothing is made, where ONNX has no such node.
mlir::Value makeHostForm(mlir::Operation *op, llvm::StringRef reason);

/// Whether there is such a form.
bool hasHostForm(mlir::Operation *op);

} // namespace tare

#endif // TARE_PASSES_QUANTIZE_HOSTFORMS_H
