//===- Reduction.td - Fewer elements along axes ----------------*- tablegen -*-===//
#ifndef TARE_DIALECT_QNN_OPS_REDUCTION_TD
#define TARE_DIALECT_QNN_OPS_REDUCTION_TD

include "tare/Dialect/Qnn/Ops/Base.td"

def Qnn_ReduceMeanOp : Qnn_OwnGridOp<"reduce_mean", [Qnn_ClampOpInterface, Qnn_RequantOfMean]> {
  let summary = "the mean along axes";
  let description = [{
    ONNX ReduceMean, and GlobalAveragePool over the spatial axes.

    ```mlir
    %0 = qnn.reduce_mean %x {axes = array<i64: 2, 3>, keep_dims} : (tensor<1x4x8x8xf32>) -> tensor<1x4x1x1xf32>
    ```
  }];
  let arguments = (ins Qnn_Tensor:$input, DenseI64ArrayAttr:$axes, UnitAttr:$keep_dims, OptionalAttr<Qnn_ClampAttr>:$clamp);
  let assemblyFormat = "$input attr-dict `:` functional-type(operands, results)";
  let hasVerifier = 1;
}

#endif // TARE_DIALECT_QNN_OPS_REDUCTION_TD
