//===- Matrix.td - Matrix products -----------------------------*- tablegen -*-===//
#ifndef TARE_DIALECT_NPU_OPS_MATRIX_TD
#define TARE_DIALECT_NPU_OPS_MATRIX_TD

include "tare/Dialect/Npu/Ops/Base.td"

def Npu_LinearOp : Npu_Op<"linear", "Linear"> {
  let summary = "fully connected layer";
  let description = [{
    `x` [.., K], `w` [N, K] i8, `b` [N]; the bias already contains `-Zx * sum(w)`. Without `requant` the result is the accumulator.

    ```mlir
    %0 = npu.linear %x, %w, %b : (tensor<1x64xi8>, tensor<10x64xi8>, tensor<10xi32>) -> tensor<1x10xi32>
    ```
  }];
  let arguments = (ins Npu_Activation:$input, Npu_Tensor:$weight, Npu_Tensor:$bias, OptionalAttr<Npu_RequantAttr>:$requant);
  let assemblyFormat = !strconcat("$input `,` $weight `,` $bias (`requant` `=` $requant^)?", Npu_Types);
}

def Npu_MatMulOp : Npu_Op<"matmul", "MatMul"> {
  let summary = "product of two activations";
  let description = [{
    `a` [.., M, K] and `b` [.., K, N]; leading dimensions broadcast. The accumulator is the sum of
    `(a - lhs_zero_point) * (b - rhs_zero_point)`.

    ```mlir
    %0 = npu.matmul %a, %b lhs_zero_point = 5 requant = <multipliers = [31038], shifts = [23], zero_point = 0, clamp = [-128, 127]>
       : (tensor<1x4x8x16xi8>, tensor<1x4x16x8xi8>) -> tensor<1x4x8x8xi8>
    ```
  }];
  let arguments = (ins Npu_Activation:$lhs, Npu_Activation:$rhs, Npu_ZeroPoint:$lhs_zero_point, Npu_ZeroPoint:$rhs_zero_point,
    OptionalAttr<Npu_RequantAttr>:$requant);
  let assemblyFormat = !strconcat("$lhs `,` $rhs", Npu_OperandZeroPoints, " (`requant` `=` $requant^)?", Npu_Types);
}

#endif // TARE_DIALECT_NPU_OPS_MATRIX_TD
