//===- Border.td - Constants, and from grid to grid ------------*- tablegen -*-===//
#ifndef TARE_DIALECT_NPU_OPS_BORDER_TD
#define TARE_DIALECT_NPU_OPS_BORDER_TD

include "tare/Dialect/Npu/Ops/Base.td"

def Npu_ConstantOp : Op<Npu_Dialect, "constant", [Pure, ConstantLike, DeclareOpInterfaceMethods<InferTypeOpInterface>]> {
  let summary = "a tensor known when compiling";
  let description = [{
    Weights, biases and tables. Large ones are resources (`dense_resource`): no pass copies them, and printing elides them.

    ```mlir
    %0 = npu.constant dense<[1, -2, 3]> : tensor<3xi8>
    ```
  }];
  let arguments = (ins ElementsAttr:$value);
  let results = (outs Npu_Tensor:$result);
  let assemblyFormat = "$value attr-dict";
  let hasFolder = 1;
  let hasVerifier = 1;
}

def Npu_QuantizeOp : Npu_Op<"quantize", "Quantize", [Npu_Permutable]> {
  let summary = "real numbers to integers";
  let description = [{
    `clamp(round_half_even(x / scale) + zero_point)`, the division in float32, to the range of `output`; `narrow` takes the type's least
    integer away, as symmetric grids have it.

    ```mlir
    %0 = npu.quantize %x scale = 0.0078125 zero_point = -1 output = i8 : (tensor<1x3x8x8xf32>) -> tensor<1x3x8x8xi8>
    ```
  }];
  let arguments = (ins StaticShapeTensorOf<[F32]>:$input, F32Attr:$scale, I32Attr:$zero_point, TypeAttrOf<AnyTypeOf<[I8, I16]>>:$output,
                       UnitAttr:$narrow);
  let assemblyFormat = !strconcat("$input `scale` `=` $scale `zero_point` `=` $zero_point `output` `=` $output (`narrow` $narrow^)?", Npu_Types);
}

def Npu_DequantizeOp : Npu_Op<"dequantize", "Dequantize", [Npu_Permutable]> {
  let summary = "integers to real numbers";
  let description = [{
    `(q - zero_point) * scales[c]`, the product in float64, rounded to float32; one scale, or one per element of `axis`.

    ```mlir
    %0 = npu.dequantize %q scales = [0.5, 0.25] axis = 3 zero_point = 0 : (tensor<1x8x8x2xi32>) -> tensor<1x8x8x2xf32>
    ```
  }];
  let arguments = (ins StaticShapeTensorOf<[I8, I16, I32, I64]>:$input, DenseF64ArrayAttr:$scales, I32Attr:$axis, I32Attr:$zero_point);
  let assemblyFormat = !strconcat("$input `scales` `=` custom<Scales>($scales) `axis` `=` $axis `zero_point` `=` $zero_point", Npu_Types);
}

def Npu_RescaleOp : Npu_Op<"rescale", "Rescale", [Npu_Permutable]> {
  let summary = "another grid, or a clamp alone";
  let description = [{
    The accumulator is `x - input_zero_point`. Two rescales in a row are never merged: each rounds. The only op between integers of
    8 and of 16 bits: then `output` says the result's type.

    ```mlir
    %0 = npu.rescale %x input_zero_point = 4 requant = <multipliers = [16384], shifts = [14], zero_point = 4, clamp = [4, 127]>
       : (tensor<1x8x8x4xi8>) -> tensor<1x8x8x4xi8>
    ```
  }];
  let arguments = (ins Npu_Tensor:$input, Npu_ZeroPoint:$input_zero_point, Npu_RequantAttr:$requant,
    OptionalAttr<TypeAttrOf<AnyTypeOf<[I8, I16]>>>:$output);
  let assemblyFormat = !strconcat("$input", Npu_InputZeroPoint, " `requant` `=` $requant (`output` `=` $output^)?", Npu_Types);
}

#endif // TARE_DIALECT_NPU_OPS_BORDER_TD
