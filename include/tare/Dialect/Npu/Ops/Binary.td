//===- Binary.td - Two activations, element by element ---------*- tablegen -*-===//
#ifndef TARE_DIALECT_NPU_OPS_BINARY_TD
#define TARE_DIALECT_NPU_OPS_BINARY_TD

include "tare/Dialect/Npu/Ops/Base.td"

def Npu_AddOp : Npu_Op<"add", "Add", [Npu_Permutable]> {
  let summary = "sum of two activations of different grids";
  let description = [{
    `y = clamp(zero_point + round_shift((a - Za) * Ma + (b - Zb) * Mb, shift))`; operands broadcast as in numpy. A subtraction has
    a negative `Mb`.

    ```mlir
    %0 = npu.add %a, %b multipliers = [16384, -8192] shift = 14 zero_point = 3 clamp = [-128, 127]
       : (tensor<1x8x8x4xi8>, tensor<1x1x1x4xi8>) -> tensor<1x8x8x4xi8>
    ```
  }];
  let arguments = (ins Npu_Activation:$lhs, Npu_Activation:$rhs, Npu_ZeroPoint:$lhs_zero_point, Npu_ZeroPoint:$rhs_zero_point,
    I32Attr:$lhs_multiplier, I32Attr:$rhs_multiplier, Npu_Shift:$shift, I32Attr:$zero_point, I32Attr:$clamp_min, I32Attr:$clamp_max,
    DefaultValuedAttr<Npu_RoundingAttr, "::tare::program::Rounding::half_up">:$rounding);
  let assemblyFormat = !strconcat("$lhs `,` $rhs", Npu_OperandZeroPoints, [{ `multipliers` `=` `[` $lhs_multiplier `,` $rhs_multiplier `]`
    `shift` `=` $shift `zero_point` `=` $zero_point `clamp` `=` `[` $clamp_min `,` $clamp_max `]` (`rounding` `=` $rounding^)? }], Npu_Types);
}

def Npu_MulOp : Npu_Op<"mul", "Mul", [Npu_Permutable]> {
  let summary = "product of two activations, element by element";
  let description = [{
    The accumulator is `(a - lhs_zero_point) * (b - rhs_zero_point)`; operands broadcast as in numpy.

    ```mlir
    %0 = npu.mul %a, %b rhs_zero_point = -128 requant = <multipliers = [31038], shifts = [23], zero_point = 0, clamp = [-128, 127]>
       : (tensor<1x8x8x4xi8>, tensor<1x1x1x4xi8>) -> tensor<1x8x8x4xi8>
    ```
  }];
  let arguments = (ins Npu_Activation:$lhs, Npu_Activation:$rhs, Npu_ZeroPoint:$lhs_zero_point, Npu_ZeroPoint:$rhs_zero_point,
    Npu_RequantAttr:$requant);
  let assemblyFormat = !strconcat("$lhs `,` $rhs", Npu_OperandZeroPoints, " `requant` `=` $requant", Npu_Types);
}

#endif // TARE_DIALECT_NPU_OPS_BINARY_TD
