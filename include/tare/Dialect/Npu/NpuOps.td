//===- NpuOps.td - The hardware dialect's operators ------------*- tablegen -*-===//
//
// By family; the same names as the graph dialect's (tare/Dialect/Qnn/Ops).
//
//===----------------------------------------------------------------------===//
#ifndef TARE_DIALECT_NPU_NPUOPS_TD
#define TARE_DIALECT_NPU_NPUOPS_TD

include "tare/Dialect/Npu/Ops/Binary.td"
include "tare/Dialect/Npu/Ops/Border.td"
include "tare/Dialect/Npu/Ops/Convolution.td"
include "tare/Dialect/Npu/Ops/Function.td"
include "tare/Dialect/Npu/Ops/Host.td"
include "tare/Dialect/Npu/Ops/Matrix.td"
include "tare/Dialect/Npu/Ops/Movement.td"
include "tare/Dialect/Npu/Ops/Normalization.td"
include "tare/Dialect/Npu/Ops/Pooling.td"
include "tare/Dialect/Npu/Ops/Recurrent.td"
include "tare/Dialect/Npu/Ops/Reduction.td"

#endif // TARE_DIALECT_NPU_NPUOPS_TD
