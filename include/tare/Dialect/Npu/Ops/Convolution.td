//===- Convolution.td - Windows of weights over an image -------*- tablegen -*-===//
#ifndef TARE_DIALECT_NPU_OPS_CONVOLUTION_TD
#define TARE_DIALECT_NPU_OPS_CONVOLUTION_TD

include "tare/Dialect/Npu/Ops/Base.td"

def Npu_ConvOp : Npu_Op<"conv", "Conv"> {
  let summary = "convolution with one or two spatial dimensions";
  let description = [{
    `x` [N, spatial.., I] i8 or i16, `w` [O, kernel.., I / group] i8, `b` [O] i32 (i64 where `x` is i16). The padding holds
    `input_zero_point`; the bias already contains `-Zx * sum(w)`. Without `requant` the result is the accumulator.
    `pads` holds all begins, then all ends.

    ```mlir
    %0 = npu.conv %x, %w, %b strides = [2, 2] pads = [1, 1, 1, 1] dilations = [1, 1] group = 2 input_zero_point = 3
           requant = <multipliers = [31038], shifts = [23], zero_point = 0, clamp = [-128, 127]>
       : (tensor<1x8x8x4xi8>, tensor<6x3x3x2xi8>, tensor<6xi32>) -> tensor<1x4x4x6xi8>
    ```
  }];
  let arguments = (ins Npu_Activation:$input, Npu_Tensor:$weight, Npu_Tensor:$bias,
    DenseI32ArrayAttr:$strides, DenseI32ArrayAttr:$pads, DenseI32ArrayAttr:$dilations,
    DefaultValuedAttr<I32Attr, "1">:$group, Npu_ZeroPoint:$input_zero_point, OptionalAttr<Npu_RequantAttr>:$requant);
  let assemblyFormat = !strconcat([{ $input `,` $weight `,` $bias `strides` `=` $strides `pads` `=` $pads `dilations` `=` $dilations
    (`group` `=` $group^)? }], Npu_InputZeroPoint, " (`requant` `=` $requant^)?", Npu_Types);
}

def Npu_ConvTransposeOp : Npu_Op<"conv_transpose", "ConvTranspose"> {
  let summary = "transposed convolution with one or two spatial dimensions";
  let description = [{
    `x` [N, spatial.., I], `w` [O, kernel.., I / group] i8, `b` [O]. Products of `x - input_zero_point` and `w` are scattered, then
    the plain bias is added (border elements sum fewer products, so that nothing can be folded into it).

    ```mlir
    %0 = npu.conv_transpose %x, %w, %b strides = [2, 2] pads = [0, 0, 0, 0] dilations = [1, 1] output_padding = [0, 0]
           requant = <multipliers = [31038], shifts = [23], zero_point = 0, clamp = [-128, 127]>
       : (tensor<1x4x4x3xi8>, tensor<5x2x2x3xi8>, tensor<5xi32>) -> tensor<1x8x8x5xi8>
    ```
  }];
  let arguments = (ins Npu_Activation:$input, Npu_Tensor:$weight, Npu_Tensor:$bias,
    DenseI32ArrayAttr:$strides, DenseI32ArrayAttr:$pads, DenseI32ArrayAttr:$dilations, DenseI32ArrayAttr:$output_padding,
    DefaultValuedAttr<I32Attr, "1">:$group, Npu_ZeroPoint:$input_zero_point, OptionalAttr<Npu_RequantAttr>:$requant);
  let assemblyFormat = !strconcat([{ $input `,` $weight `,` $bias `strides` `=` $strides `pads` `=` $pads `dilations` `=` $dilations
    `output_padding` `=` $output_padding (`group` `=` $group^)? }], Npu_InputZeroPoint, " (`requant` `=` $requant^)?", Npu_Types);
}

#endif // TARE_DIALECT_NPU_OPS_CONVOLUTION_TD
