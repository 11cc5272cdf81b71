//===- NpuOps.h - The hardware dialect's operators --------------*- C++ -*-===//
#ifndef TARE_DIALECT_NPU_NPUOPS_H
#define TARE_DIALECT_NPU_NPUOPS_H

#include "tare/Dialect/Npu/NpuAttributes.h"
#include "tare/Dialect/Npu/NpuDialect.h"

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#define GET_OP_CLASSES
#include "tare/Dialect/Npu/NpuOps.h.inc"

#endif // TARE_DIALECT_NPU_NPUOPS_H
