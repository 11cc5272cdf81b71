//===- Pooling.td - Windows over an image ----------------------*- tablegen -*-===//
#ifndef TARE_DIALECT_QNN_OPS_POOLING_TD
#define TARE_DIALECT_QNN_OPS_POOLING_TD

include "tare/Dialect/Qnn/Ops/Base.td"

def Qnn_MaxPoolOp : Qnn_SameGridOp<"max_pool", [Qnn_Floor]> {
  let summary = "the largest element under a window";
  let description = [{
    ONNX MaxPool over all spatial dimensions; padding never wins. GlobalMaxPool has the input's size as its kernel.

    ```mlir
    %0 = qnn.max_pool %x {kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>} : (tensor<1x4x8x8xf32>) -> tensor<1x4x4x4xf32>
    ```
  }];
  let arguments = (ins Qnn_Tensor:$input, DenseI64ArrayAttr:$kernel, OptionalAttr<DenseI64ArrayAttr>:$strides,
    OptionalAttr<DenseI64ArrayAttr>:$pads, OptionalAttr<DenseI64ArrayAttr>:$dilations, UnitAttr:$ceil_mode);
  let assemblyFormat = "$input attr-dict `:` functional-type(operands, results)";
  let hasVerifier = 1;
}

def Qnn_AveragePoolOp : Qnn_OwnGridOp<"average_pool", [Qnn_ClampOpInterface, Qnn_RequantOfMean]> {
  let summary = "the mean of the elements under a window";
  let description = [{
    ONNX AveragePool; padding counts only with `count_include_pad`.

    ```mlir
    %0 = qnn.average_pool %x {kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>} : (tensor<1x4x8x8xf32>) -> tensor<1x4x4x4xf32>
    ```
  }];
  let arguments = (ins Qnn_Tensor:$input, DenseI64ArrayAttr:$kernel, OptionalAttr<DenseI64ArrayAttr>:$strides,
    OptionalAttr<DenseI64ArrayAttr>:$pads, UnitAttr:$ceil_mode, UnitAttr:$count_include_pad, OptionalAttr<Qnn_ClampAttr>:$clamp);
  let assemblyFormat = "$input attr-dict `:` functional-type(operands, results)";
  let hasVerifier = 1;
}

#endif // TARE_DIALECT_QNN_OPS_POOLING_TD
