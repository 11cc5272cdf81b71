//===- QnnOps.td - The graph dialect's operators ---------------*- tablegen -*-===//
//
// By family; the same names in every layer (docs/adding-an-operator.md).
//
//===----------------------------------------------------------------------===//
#ifndef TARE_DIALECT_QNN_QNNOPS_TD
#define TARE_DIALECT_QNN_QNNOPS_TD

include "tare/Dialect/Qnn/Ops/Binary.td"
include "tare/Dialect/Qnn/Ops/Border.td"
include "tare/Dialect/Qnn/Ops/Convolution.td"
include "tare/Dialect/Qnn/Ops/Function.td"
include "tare/Dialect/Qnn/Ops/Host.td"
include "tare/Dialect/Qnn/Ops/Matrix.td"
include "tare/Dialect/Qnn/Ops/Movement.td"
include "tare/Dialect/Qnn/Ops/Normalization.td"
include "tare/Dialect/Qnn/Ops/Pooling.td"
include "tare/Dialect/Qnn/Ops/Recurrent.td"
include "tare/Dialect/Qnn/Ops/Reduction.td"

#endif // TARE_DIALECT_QNN_QNNOPS_TD
