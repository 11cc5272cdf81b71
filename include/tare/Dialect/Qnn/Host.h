//===- Host.h - Nodes of the model as ops, and back -------------*- C++ -*-===//
#ifndef TARE_DIALECT_QNN_HOST_H
#define TARE_DIALECT_QNN_HOST_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "tare/Dialect/Qnn/QnnOps.h"
#include "tare/Host/Operator.h"

namespace tare::qnn {

/// A node's attributes as an op has them.
mlir::DictionaryAttr toDictionary(mlir::MLIRContext *context, const host::Attributes &attributes);
/// The node of these parameters.
host::Node hostNode(llvm::StringRef kind, int64_t opset, mlir::DictionaryAttr parameters);
/// The node that the op stands for.
host::Node hostNode(HostOp op);
/// By the node's operands: which of the op's `inputs` it is; -1 for one that is left out.
llvm::SmallVector<int64_t> inputNumbers(std::optional<llvm::ArrayRef<int64_t>> positions, size_t inputs);
llvm::SmallVector<int64_t> inputNumbers(HostOp op);

/// The operands that the first result of the op takes its elements from, where it computes none (host::TakenElements).
struct TakenValues {
  llvm::SmallVector<mlir::Value> values;
  /// Whether it puts 0 beside them.
  bool addsZero = false;
};
TakenValues takenValues(HostOp op);
/// The same of any op: of others than nodes, of those whose elements indices choose.
TakenValues takenValues(mlir::Operation *op);

/// The verifier of an op that is a node: its opset, parameters, positions, and its results, which are those that the
/// node has.
mlir::LogicalResult verifyHost(mlir::Operation *op, llvm::StringRef kind, int64_t opset,
                               mlir::DictionaryAttr parameters, std::optional<llvm::ArrayRef<int64_t>> positions);
/// Fails where the graph has such nodes, which no program can have: one error that names them all.
mlir::LogicalResult checkIntegerForms(mlir::func::FuncOp function);

} // namespace tare::qnn

#endif // TARE_DIALECT_QNN_HOST_H
