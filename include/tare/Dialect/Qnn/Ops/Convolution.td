//===- Convolution.td - Convolutions ---------------------------*- tablegen -*-===//
#ifndef TARE_DIALECT_QNN_OPS_CONVOLUTION_TD
#define TARE_DIALECT_QNN_OPS_CONVOLUTION_TD

include "tare/Dialect/Qnn/Ops/Base.td"

def Qnn_ConvOp : Qnn_AccumulatorOp<"conv"> {
  let summary = "convolution with one or two spatial dimensions";
  let description = [{
    ONNX Conv: input [N, I, spatial..], weight [O, I / group, kernel..], bias [O]. `pads` holds all begins, then all ends.
    Defaults: strides and dilations 1, pads 0, group 1. `clamp` is a fused activation in real numbers.

    ```mlir
    %0 = qnn.conv %x, %w, %b {pads = array<i64: 1, 1, 1, 1>, strides = array<i64: 2, 2>}
       : (tensor<1x3x8x8xf32>, tensor<4x3x3x3xf32>, tensor<4xf32>) -> tensor<1x4x4x4xf32>
    ```
  }];
  let arguments = (ins Qnn_Tensor:$input, Qnn_Tensor:$weight, Optional<Qnn_Tensor>:$bias,
    OptionalAttr<DenseI64ArrayAttr>:$strides, OptionalAttr<DenseI64ArrayAttr>:$pads, OptionalAttr<DenseI64ArrayAttr>:$dilations,
    DefaultValuedAttr<I64Attr, "1">:$group, OptionalAttr<Qnn_ClampAttr>:$clamp);
}

def Qnn_ConvTransposeOp : Qnn_AccumulatorOp<"conv_transpose"> {
  let summary = "transposed convolution with one or two spatial dimensions";
  let description = [{
    ONNX ConvTranspose: input [N, I, spatial..], bias [O]. Unlike ONNX's, the weight is [O, I / group, kernel..], as a
    convolution's: output channels first, so that one rule gives every op its scales per output channel.

    ```mlir
    %0 = qnn.conv_transpose %x, %w {strides = array<i64: 2, 2>}
       : (tensor<1x4x4x4xf32>, tensor<2x4x2x2xf32>) -> tensor<1x2x8x8xf32>
    ```
  }];
  let arguments = (ins Qnn_Tensor:$input, Qnn_Tensor:$weight, Optional<Qnn_Tensor>:$bias,
    OptionalAttr<DenseI64ArrayAttr>:$strides, OptionalAttr<DenseI64ArrayAttr>:$pads, OptionalAttr<DenseI64ArrayAttr>:$dilations,
    OptionalAttr<DenseI64ArrayAttr>:$output_padding, DefaultValuedAttr<I64Attr, "1">:$group, OptionalAttr<Qnn_ClampAttr>:$clamp);
}

#endif // TARE_DIALECT_QNN_OPS_CONVOLUTION_TD
