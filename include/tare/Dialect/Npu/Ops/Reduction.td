//===- Reduction.td - Sums along axes --------------------------*- tablegen -*-===//
#ifndef TARE_DIALECT_NPU_OPS_REDUCTION_TD
#define TARE_DIALECT_NPU_OPS_REDUCTION_TD

include "tare/Dialect/Npu/Ops/Base.td"

def Npu_ReduceMeanOp : Npu_Op<"reduce_mean", "ReduceMean", [Npu_Permutable]> {
  let summary = "the mean over dimensions";
  let description = [{
    The accumulator is the sum of `x - input_zero_point`; the requantization's multiplier contains the division. `drop_dims` removes the
    reduced dimensions instead of keeping them as 1.

    ```mlir
    %0 = npu.reduce_mean %x axes = [1, 2] input_zero_point = 2
           requant = <multipliers = [16384], shifts = [20], zero_point = 2, clamp = [-128, 127]>
       : (tensor<1x8x8x4xi8>) -> tensor<1x1x1x4xi8>
    ```
  }];
  let arguments = (ins Npu_Activation:$input, DenseI32ArrayAttr:$axes, UnitAttr:$drop_dims, Npu_ZeroPoint:$input_zero_point,
    Npu_RequantAttr:$requant);
  let assemblyFormat = !strconcat("$input `axes` `=` $axes (`drop_dims` $drop_dims^)?", Npu_InputZeroPoint, " `requant` `=` $requant", Npu_Types);
}

#endif // TARE_DIALECT_NPU_OPS_REDUCTION_TD
