//===- Movement.td - Elements in other places ------------------*- tablegen -*-===//
#ifndef TARE_DIALECT_NPU_OPS_MOVEMENT_TD
#define TARE_DIALECT_NPU_OPS_MOVEMENT_TD

include "tare/Dialect/Npu/Ops/Base.td"

def Npu_ConcatOp : Npu_Op<"concat", "Concat", [Npu_Permutable]> {
  let summary = "tensors one after another along a dimension";
  let description = [{
    All operands are on the result's grid.

    ```mlir
    %0 = npu.concat %a, %b axis = 3 : (tensor<1x8x8x4xi8>, tensor<1x8x8x2xi8>) -> tensor<1x8x8x6xi8>
    ```
  }];
  let arguments = (ins Variadic<Npu_Tensor>:$inputs, I32Attr:$axis);
  let assemblyFormat = !strconcat("$inputs `axis` `=` $axis", Npu_Types);
  let hasFolder = 1;
}

def Npu_GatherOp : Npu_Op<"gather", "Gather"> {
  let summary = "the elements along a dimension that integers choose";
  let description = [{
    (A76) `indices` are integers of 32 or 64 bits; below 0 they count from the end. The result has their dimensions in place of `axis`, and is on
    the grid of the operand.

    ```mlir
    %0 = npu.gather %table[%ids] axis = 0 : (tensor<100x8xi8>, tensor<1x5xi64>) -> tensor<1x5x8xi8>
    ```
  }];
  let arguments = (ins Npu_Tensor:$input, Npu_Tensor:$indices, I32Attr:$axis);
  let assemblyFormat = !strconcat("$input `[` $indices `]` `axis` `=` $axis", Npu_Types);
}

def Npu_PadOp : Npu_Op<"pad", "Pad", [Npu_Permutable]> {
  let summary = "a tensor with a border";
  let description = [{
    `value` fills a constant border: the zero point, where zeros are meant.

    ```mlir
    %0 = npu.pad %x low = [0, 1, 1, 0] high = [0, 1, 1, 0] mode = constant value = -128
       : (tensor<1x8x8x4xi8>) -> tensor<1x10x10x4xi8>
    ```
  }];
  let arguments = (ins Npu_Tensor:$input, DenseI32ArrayAttr:$low, DenseI32ArrayAttr:$high, Npu_PadModeAttr:$mode,
    DefaultValuedAttr<I32Attr, "0">:$value);
  let assemblyFormat = !strconcat("$input `low` `=` $low `high` `=` $high `mode` `=` $mode (`value` `=` $value^)?", Npu_Types);
  let hasFolder = 1;
}

def Npu_ReshapeOp : Npu_Op<"reshape", "Reshape", [Npu_Permutable]> {
  let summary = "the same elements under another shape";
  let description = [{
    Costs nothing: the result lies where the operand does.

    ```mlir
    %0 = npu.reshape %x shape = [1, 256] : (tensor<1x8x8x4xi8>) -> tensor<1x256xi8>
    ```
  }];
  let arguments = (ins Npu_Tensor:$input, DenseI64ArrayAttr:$shape);
  let assemblyFormat = !strconcat("$input `shape` `=` $shape", Npu_Types);
  let hasFolder = 1;
}

def Npu_ResizeOp : Npu_Op<"resize", "Resize"> {
  let summary = "another resolution";
  let description = [{
    `x` [N, spatial.., C]; one `#npu.resize_axis` per spatial dimension says where each result coordinate reads.

    ```mlir
    %0 = npu.resize %x mode = nearest axes = [#npu.resize_axis<lower = [0, 0, 1, 1], upper = [], weight = []>]
       : (tensor<1x2x4xi8>) -> tensor<1x4x4xi8>
    ```

    Mode `rescaled` interpolates as `linear` does, and rounds once, to a grid of its own: the accumulator is the weighted sum of
    `x - input_zero_point` with `fraction_bits` behind the point. The weights may then be in 2^-15 (`weight_bits`) instead of 2^-11.

    ```mlir
    %0 = npu.resize %x mode = rescaled axes = [#npu.resize_axis<lower = [0, 0], upper = [0, 1], weight = [0, 1024]>] fraction_bits = 11
           input_zero_point = 3 requant = <multipliers = [30000], shifts = [24], zero_point = -2, clamp = [-128, 127]>
       : (tensor<1x2x4xi8>) -> tensor<1x2x4xi8>
    ```
  }];
  let arguments = (ins Npu_Activation:$input, Npu_ResizeModeAttr:$mode, TypedArrayAttrBase<Npu_ResizeAxisAttr, "one per axis">:$axes,
    DefaultValuedAttr<I32Attr, "11">:$weight_bits, DefaultValuedAttr<I32Attr, "0">:$fraction_bits, Npu_ZeroPoint:$input_zero_point,
    OptionalAttr<Npu_RequantAttr>:$requant);
  let assemblyFormat = !strconcat("$input `mode` `=` $mode `axes` `=` $axes (`weight_bits` `=` $weight_bits^)? (`fraction_bits` `=` $fraction_bits^)?",
                                  Npu_InputZeroPoint,
                                  " (`requant` `=` $requant^)?", Npu_Types);
}

def Npu_SliceOp : Npu_Op<"slice", "Slice", [Npu_Permutable]> {
  let summary = "part of a tensor";
  let description = [{
    `sizes` elements per dimension, beginning at `starts`, `steps` apart; a step may be negative.

    ```mlir
    %0 = npu.slice %x starts = [0, 0, 0, 2] steps = [1, 1, 1, 1] sizes = [1, 8, 8, 2] : (tensor<1x8x8x4xi8>) -> tensor<1x8x8x2xi8>
    ```
  }];
  let arguments = (ins Npu_Tensor:$input, DenseI32ArrayAttr:$starts, DenseI32ArrayAttr:$steps, DenseI32ArrayAttr:$sizes);
  let assemblyFormat = !strconcat("$input `starts` `=` $starts `steps` `=` $steps `sizes` `=` $sizes", Npu_Types);
  let hasFolder = 1;
  let hasCanonicalizer = 1;
}

def Npu_TransposeOp : Npu_Op<"transpose", "Transpose"> {
  let summary = "dimensions in another order";
  let description = [{
    Dimension `i` of the result is dimension `permutation[i]` of the operand.

    ```mlir
    %0 = npu.transpose %x permutation = [0, 3, 1, 2] : (tensor<1x8x6x4xi8>) -> tensor<1x4x8x6xi8>
    ```
  }];
  let arguments = (ins Npu_Tensor:$input, DenseI32ArrayAttr:$permutation);
  let assemblyFormat = !strconcat("$input `permutation` `=` $permutation", Npu_Types);
  let hasFolder = 1;
}

#endif // TARE_DIALECT_NPU_OPS_MOVEMENT_TD
