//===- QnnOps.h - The graph dialect's operators -----------------*- C++ -*-===//
#ifndef TARE_DIALECT_QNN_QNNOPS_H
#define TARE_DIALECT_QNN_QNNOPS_H

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/Dialect/Quant/IR/Quant.h"
#include "mlir/Dialect/Quant/IR/QuantTypes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "tare/Dialect/Qnn/QnnAttributes.h"
#include "tare/Dialect/Qnn/QnnInterfaces.h"

namespace tare::qnn {

/// Whether `actual` may stand where `inferred` was inferred: equal shapes, and element types that are equal or
/// quantized.
bool isCompatible(mlir::TypeRange inferred, mlir::TypeRange actual);

/// Of an op whose result has the shape of its first operand.
llvm::LogicalResult inferShapeOfFirst(mlir::ValueRange operands, llvm::SmallVectorImpl<mlir::Type> &inferred);

/// Of an op on two operands that broadcasts them as numpy does; says where they do not.
llvm::LogicalResult inferBroadcastShape(std::optional<mlir::Location> location, mlir::ValueRange operands,
                                        llvm::SmallVectorImpl<mlir::Type> &inferred);

} // namespace tare::qnn

#define GET_OP_CLASSES
#include "tare/Dialect/Qnn/QnnOps.h.inc"

#endif // TARE_DIALECT_QNN_QNNOPS_H
