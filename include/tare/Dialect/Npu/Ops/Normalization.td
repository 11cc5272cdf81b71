//===- Normalization.td - Softmax and normalizations -----------*- tablegen -*-===//
#ifndef TARE_DIALECT_NPU_OPS_NORMALIZATION_TD
#define TARE_DIALECT_NPU_OPS_NORMALIZATION_TD

include "tare/Dialect/Npu/Ops/Base.td"

def Npu_SoftmaxOp : Npu_Op<"softmax", "Softmax", [Npu_PermutableFirst]> {
  let summary = "softmax along one dimension";
  let description = [{
    `table` holds `exp` of the scaled distance to the maximum: i32 entries below 2^16, [256] for i8; for i16 [640], 512 exponentials
    below 2^24 and 128 factors in 2^-15 ([513] entries below 2^16, which are interpolated, in old programs). The accumulator is the
    probability in 2^-15.

    ```mlir
    %0 = npu.softmax %x, %table axis = 1 requant = <multipliers = [16384], shifts = [21], zero_point = -128, clamp = [-128, 127]>
       : (tensor<1x10xi8>, tensor<256xi32>) -> tensor<1x10xi8>
    ```
  }];
  let arguments = (ins Npu_Activation:$input, Npu_Tensor:$table, I32Attr:$axis, Npu_RequantAttr:$requant);
  let assemblyFormat = !strconcat("$input `,` $table `axis` `=` $axis `requant` `=` $requant", Npu_Types);
}

def Npu_NormalizeOp : Npu_Op<"normalize", "Normalize", [Npu_PermutableFirst]> {
  let summary = "a normalization over dimensions";
  let description = [{
    Of the elements along `axes`, x - mean by the root of the variance, to which `offset` is added, in 2^-f; f follows from their number. The
    accumulator is that times `gamma`, i16, plus `beta`, i32: one element each, or one per index of `axis`. With `keep_mean` the mean
    stays, and the variance is the mean of squares of `x - input_zero_point`.

    ```mlir
    %0 = npu.normalize %x, %gamma, %beta axes = [1] axis = 1 offset = 12
           requant = <multipliers = [16384], shifts = [21], zero_point = 4, clamp = [-128, 127]>
       : (tensor<1x10xi8>, tensor<10xi16>, tensor<10xi32>) -> tensor<1x10xi8>
    ```
  }];
  let arguments = (ins Npu_Activation:$input, Npu_Tensor:$gamma, Npu_Tensor:$beta, DenseI32ArrayAttr:$axes, I32Attr:$axis, I64Attr:$offset,
    UnitAttr:$keep_mean, Npu_ZeroPoint:$input_zero_point, Npu_RequantAttr:$requant);
  let assemblyFormat = !strconcat("$input `,` $gamma `,` $beta `axes` `=` $axes `axis` `=` $axis `offset` `=` $offset",
    " (`keep_mean` $keep_mean^)?", Npu_InputZeroPoint, " `requant` `=` $requant", Npu_Types);
}

#endif // TARE_DIALECT_NPU_OPS_NORMALIZATION_TD
