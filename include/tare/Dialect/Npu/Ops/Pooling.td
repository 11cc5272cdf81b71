//===- Pooling.td - Windows over an image ----------------------*- tablegen -*-===//
#ifndef TARE_DIALECT_NPU_OPS_POOLING_TD
#define TARE_DIALECT_NPU_OPS_POOLING_TD

include "tare/Dialect/Npu/Ops/Base.td"

def Npu_MaxPoolOp : Npu_Op<"max_pool", "MaxPool"> {
  let summary = "the largest element of a window";
  let description = [{
    Padding never wins.

    ```mlir
    %0 = npu.max_pool %x kernel = [2, 2] strides = [2, 2] pads = [0, 0, 0, 0] dilations = [1, 1]
       : (tensor<1x8x8x4xi8>) -> tensor<1x4x4x4xi8>
    ```
  }];
  let arguments = (ins Npu_Activation:$input, DenseI32ArrayAttr:$kernel, DenseI32ArrayAttr:$strides, DenseI32ArrayAttr:$pads,
    DenseI32ArrayAttr:$dilations);
  let assemblyFormat = !strconcat("$input `kernel` `=` $kernel `strides` `=` $strides `pads` `=` $pads `dilations` `=` $dilations", Npu_Types);
}

def Npu_AveragePoolOp : Npu_Op<"average_pool", "AveragePool"> {
  let summary = "the mean of a window";
  let description = [{
    The accumulator is the sum of `x - input_zero_point` over the `n` counted elements. The requantization's lists have length 1, or
    the kernel's size: then element `n - 1` divides by `n`.

    ```mlir
    %0 = npu.average_pool %x kernel = [2, 2] strides = [2, 2] pads = [0, 0, 0, 0] count_include_pad input_zero_point = 2
           requant = <multipliers = [16384], shifts = [16], zero_point = 2, clamp = [-128, 127]>
       : (tensor<1x8x8x4xi8>) -> tensor<1x4x4x4xi8>
    ```
  }];
  let arguments = (ins Npu_Activation:$input, DenseI32ArrayAttr:$kernel, DenseI32ArrayAttr:$strides, DenseI32ArrayAttr:$pads,
    UnitAttr:$count_include_pad, Npu_ZeroPoint:$input_zero_point, Npu_RequantAttr:$requant);
  let assemblyFormat = !strconcat("$input `kernel` `=` $kernel `strides` `=` $strides `pads` `=` $pads (`count_include_pad` $count_include_pad^)?", Npu_InputZeroPoint, " `requant` `=` $requant", Npu_Types);
}

#endif // TARE_DIALECT_NPU_OPS_POOLING_TD
