//===- NpuInterfaces.h - What passes ask of an integer op -------*- C++ -*-===//
#ifndef TARE_DIALECT_NPU_NPUINTERFACES_H
#define TARE_DIALECT_NPU_NPUINTERFACES_H

#include "tare/Dialect/Npu/Permutation.h"
#include "tare/Schema/program_generated.h"
#include "tare/Tensor/Result.h"
#include "tare/Tensor/Tensor.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/OpDefinition.h"

#include <optional>

namespace tare::npu {

// MLIR's, here: tare::success is for host-side libraries.
using llvm::success;

namespace detail {
/// The kernel accepts the op's parameters and operands and gives the type of
/// its result.
mlir::LogicalResult verifyNpuOp(mlir::Operation *op);
} // namespace detail

} // namespace tare::npu

#include "tare/Dialect/Npu/NpuAttrInterfaces.h.inc"
#include "tare/Dialect/Npu/NpuInterfaces.h.inc"

#endif // TARE_DIALECT_NPU_NPUINTERFACES_H
