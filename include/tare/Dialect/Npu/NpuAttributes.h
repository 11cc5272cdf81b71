//===- NpuAttributes.h - Attributes of the hardware dialect -----*- C++ -*-===//
#ifndef TARE_DIALECT_NPU_NPUATTRIBUTES_H
#define TARE_DIALECT_NPU_NPUATTRIBUTES_H

#include "tare/Dialect/Npu/NpuInterfaces.h"
#include "tare/Dialect/Npu/SchemaEnums.h"

#include "tare/Target/Target.h"

#include "mlir/IR/BuiltinAttributes.h"

#define GET_ATTRDEF_CLASSES
#include "tare/Dialect/Npu/NpuAttributes.h.inc"

namespace tare::npu {

/// The target that the module around `op` (or `op` itself) carries; an error at
/// `op` where it carries none.
mlir::FailureOr<Target> getTarget(mlir::Operation *op);

} // namespace tare::npu

#endif // TARE_DIALECT_NPU_NPUATTRIBUTES_H
