//===- NpuAttributes.h - Attributes of the hardware dialect -----*- C++ -*-===//
#ifndef TARE_DIALECT_NPU_NPUATTRIBUTES_H
#define TARE_DIALECT_NPU_NPUATTRIBUTES_H

#include "tare/Dialect/Npu/NpuInterfaces.h"
#include "tare/Dialect/Npu/SchemaEnums.h"

#include "mlir/IR/BuiltinAttributes.h"

#define GET_ATTRDEF_CLASSES
#include "tare/Dialect/Npu/NpuAttributes.h.inc"

#endif // TARE_DIALECT_NPU_NPUATTRIBUTES_H
