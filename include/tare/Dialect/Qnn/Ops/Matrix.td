//===- Matrix.td - Products of matrices ------------------------*- tablegen -*-===//
#ifndef TARE_DIALECT_QNN_OPS_MATRIX_TD
#define TARE_DIALECT_QNN_OPS_MATRIX_TD

include "tare/Dialect/Qnn/Ops/Base.td"

def Qnn_LinearOp : Qnn_AccumulatorOp<"linear"> {
  let summary = "fully connected layer";
  let description = [{
    y[.., n] = sum_k x[.., k] * w[n, k] + b[n]: ONNX Gemm and MatMul by a constant, the weights transposed where needed.

    ```mlir
    %0 = qnn.linear %x, %w, %b : (tensor<1x8xf32>, tensor<10x8xf32>, tensor<10xf32>) -> tensor<1x10xf32>
    ```
  }];
  let arguments = (ins Qnn_Tensor:$input, Qnn_Tensor:$weight, Optional<Qnn_Tensor>:$bias, OptionalAttr<Qnn_ClampAttr>:$clamp);
}

def Qnn_MatMulOp : Qnn_OwnGridOp<"matmul", [Qnn_ClampOpInterface, Qnn_RequantOfProduct]> {
  let summary = "matrix product of two activations";
  let description = [{
    ONNX MatMul: [.., M, K] x [.., K, N], leading dimensions broadcast.

    ```mlir
    %0 = qnn.matmul %a, %b : (tensor<4x16x8xf32>, tensor<4x8x16xf32>) -> tensor<4x16x16xf32>
    ```
  }];
  let arguments = (ins Qnn_Tensor:$lhs, Qnn_Tensor:$rhs, OptionalAttr<Qnn_ClampAttr>:$clamp);
  let assemblyFormat = "$lhs `,` $rhs attr-dict `:` functional-type(operands, results)";
  let extraClassDeclaration = Qnn_OwnGridOfOperands;
}

#endif // TARE_DIALECT_QNN_OPS_MATRIX_TD
