//===- Constants.h - Host tensors as constants and back ---------*- C++ -*-===//
#ifndef TARE_DIALECT_QNN_CONSTANTS_H
#define TARE_DIALECT_QNN_CONSTANTS_H

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/IR/Value.h"
#include "tare/Tensor/Tensor.h"

namespace tare::qnn {

/// The elements of a constant, without a copy where it is a resource or a dense array; a splat is expanded.
/// The memory belongs to the IR's context.
Tensor toTensor(mlir::ElementsAttr attr);

/// A resource attribute that shares `tensor`'s memory (copies it, where the tensor is a view of another's); `name` is a
/// hint for printed IR.
mlir::ElementsAttr toAttr(mlir::MLIRContext *context, const Tensor &tensor, llvm::StringRef name = "constant");

/// A resource attribute of `type` (which may differ from the tensor's own shape, not in its byte count).
mlir::ElementsAttr toAttr(mlir::ShapedType type, const Tensor &tensor, llvm::StringRef name = "constant");

/// The tensor type of a host tensor: f32, f64, i1 (bool), signless (signed) integers or unsigned ones.
mlir::RankedTensorType toMlir(mlir::MLIRContext *context, const TensorType &type);
/// The host type of a float or integer tensor, or of a quantized tensor's storage.
TensorType toHost(mlir::Type type);

/// Whether a resource holds as many bytes as its type has, for the verifiers of constants: who reads one trusts it.
mlir::LogicalResult verifyElements(mlir::Operation *op, mlir::ElementsAttr value);

/// Tells that the elements will not be read again soon: those of a mapped file give back their memory, and come from
/// the file again.
void forgetPages(mlir::ElementsAttr attr);

/// Frees the memory of a resource that no op refers to any more; its attribute must not be read again.
void releaseResource(mlir::DenseResourceElementsAttr attr);

/// Frees every resource of the context that no op of `module` refers to. For a context that holds this module alone.
void releaseUnusedResources(mlir::ModuleOp module);

/// The constant that defines `value`, or null.
mlir::ElementsAttr constantValue(mlir::Value value);

} // namespace tare::qnn

#endif // TARE_DIALECT_QNN_CONSTANTS_H
