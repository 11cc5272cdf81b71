//===- Shapes.h - Shapes of results ----------------------------*- C++ -*-===//
#ifndef TARE_LIB_DIALECT_QNN_OPS_SHAPES_H
#define TARE_LIB_DIALECT_QNN_OPS_SHAPES_H

#include "tare/Dialect/Qnn/QnnOps.h"

namespace tare::qnn {

using Dims = mlir::SmallVector<int64_t>;

inline mlir::RankedTensorType tensorType(mlir::Value value) {
  return mlir::cast<mlir::RankedTensorType>(value.getType());
}

/// A result of this shape and of the operand's element type. That is right for float and for ops that keep their
/// operand's grid; a builder replaces it where the result has a grid of its own.
mlir::LogicalResult giveLike(mlir::Value operand, mlir::ArrayRef<int64_t> shape,
                             mlir::SmallVectorImpl<mlir::Type> &inferred);

/// A list attribute with its default: `count` times `fallback`.
Dims listOr(std::optional<mlir::ArrayRef<int64_t>> list, size_t count, int64_t fallback);

/// numpy's broadcasting.
mlir::FailureOr<Dims> broadcast(std::optional<mlir::Location> loc, mlir::ArrayRef<int64_t> a,
                                mlir::ArrayRef<int64_t> b);

} // namespace tare::qnn

#endif // TARE_LIB_DIALECT_QNN_OPS_SHAPES_H
