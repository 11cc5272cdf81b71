//===- NpuOps.td - The hardware dialect's operators ------------*- tablegen -*-===//
#ifndef TARE_DIALECT_NPU_NPUOPS_TD
#define TARE_DIALECT_NPU_NPUOPS_TD

include "mlir/IR/BuiltinAttributeInterfaces.td"
include "mlir/IR/OpAsmInterface.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"
include "tare/Dialect/Npu/NpuAttributes.td"
include "tare/Dialect/Npu/NpuInterfaces.td"

//===----------------------------------------------------------------------===//
// Types and bases
//===----------------------------------------------------------------------===//

/// What the program stores: static shapes; bool and unsigned integers where host ops read or make them.
def Npu_Tensor : StaticShapeTensorOf<[I8, I16, I32, I64, F32, I1, UI8, UI16, UI32, UI64]>;
def Npu_Activation : StaticShapeTensorOf<[I8, I16]>;

defvar Npu_PermutableMethods = ["getPermutedResult", "createPermuted"];
defvar Npu_Permutable = DeclareOpInterfaceMethods<Npu_PermutableOpInterface, Npu_PermutableMethods>;
/// Only the first operand follows the layout.
defvar Npu_PermutableFirst
    = DeclareOpInterfaceMethods<Npu_PermutableOpInterface, !listconcat(Npu_PermutableMethods, ["getNumLayoutOperands"])>;

/// An operator of the program: `table` is its struct in the program's schema.
class Npu_Op<string name, string table, list<Trait> traits = []>
    : Op<Npu_Dialect, name, !listconcat([Pure, DeclareOpInterfaceMethods<Npu_NpuOpInterface>,
                                         DeclareOpInterfaceMethods<InferTypeOpInterface>], traits)> {
  let results = (outs Npu_Tensor:$result);
  let extraClassDeclaration = "using Parameters = ::tare::program::" # table # "T;";
  let extraClassDefinition = [{
    ::tare::program::OpUnion $cppClass::encode() { return ::tare::npu::encodeOp<Parameters>(*this); }
    ::llvm::LogicalResult $cppClass::inferReturnTypes(::mlir::MLIRContext *context, ::std::optional<::mlir::Location> location,
        ::mlir::ValueRange operands, ::mlir::DictionaryAttr attributes, ::mlir::OpaqueProperties properties,
        ::mlir::RegionRange regions, ::llvm::SmallVectorImpl<::mlir::Type> &types) {
      Adaptor adaptor(operands, attributes, properties, regions);
      return ::tare::npu::inferResultType(context, location, ::tare::npu::encodeOp<Parameters>(adaptor), operands, types);
    }
  }];
}

// Parts of the syntax.
defvar Npu_Types = " attr-dict `:` functional-type(operands, results)";
defvar Npu_InputZeroPoint = " (`input_zero_point` `=` $input_zero_point^)?";
defvar Npu_OperandZeroPoints = " (`lhs_zero_point` `=` $lhs_zero_point^)? (`rhs_zero_point` `=` $rhs_zero_point^)?";

def Npu_ZeroPoint : DefaultValuedAttr<I32Attr, "0">;
def Npu_Shift : ConfinedAttr<I32Attr, [IntNonNegative, IntMaxValue<255>]>;

//===----------------------------------------------------------------------===//
// Constants
//===----------------------------------------------------------------------===//

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

//===----------------------------------------------------------------------===//
// Sums of products
//===----------------------------------------------------------------------===//

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

//===----------------------------------------------------------------------===//
// Element by element
//===----------------------------------------------------------------------===//

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

def Npu_LookupOp : Npu_Op<"lookup", "Lookup", [Npu_PermutableFirst]> {
  let summary = "a function by its table";
  let description = [{
    i8: the table is [256] or [C, 256], the index `x + 128`, C the last dimension. i16: [513] or [C, 513], the index
    `(x + 32768) >> 7`, interpolated linearly with the low 7 bits. `function` is what the table stands for, which changes nothing of
    what is computed: the proof compares the two. Nor does `reach`: the first and the last x that calibration came to, and the least and
    the greatest result, as integers.

    ```mlir
    %0 = npu.lookup %x, %table function = <sigmoid, parameters = [], clamp = [-128, 127]>
       : (tensor<1x8x8x4xi8>, tensor<256xi8>) -> tensor<1x8x8x4xi8>
    ```
  }];
  let arguments = (ins Npu_Activation:$input, Npu_Activation:$table, OptionalAttr<Npu_FunctionAttr>:$function,
    OptionalAttr<DenseI32ArrayAttr>:$reach);
  let assemblyFormat = !strconcat("$input `,` $table (`function` `=` $function^)?", Npu_Types);
}

//===----------------------------------------------------------------------===//
// Pooling and reductions
//===----------------------------------------------------------------------===//

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

def Npu_ReduceMeanOp : Npu_Op<"reduce_mean", "ReduceMean", [Npu_Permutable]> {
  let summary = "the mean over dimensions";
  let description = [{
    The accumulator is the sum of `x - input_zero_point`; the requantization's multiplier contains the division. `drop_dims` removes the
    reduced dimensions instead of keeping them as 1.

    ```mlir
    %0 = npu.reduce_mean %x axes = [1, 2] input_zero_point = 2
           requant = <multipliers = [16384], shifts = [20], zero_point = 2, clamp = [-128, 127]>
       : (tensor<1x8x8x4xi8>) -> tensor<1x1x1x4xi8>
    ```
  }];
  let arguments = (ins Npu_Activation:$input, DenseI32ArrayAttr:$axes, UnitAttr:$drop_dims, Npu_ZeroPoint:$input_zero_point,
    Npu_RequantAttr:$requant);
  let assemblyFormat = !strconcat("$input `axes` `=` $axes (`drop_dims` $drop_dims^)?", Npu_InputZeroPoint, " `requant` `=` $requant", Npu_Types);
}

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

//===----------------------------------------------------------------------===//
// Data movement
//===----------------------------------------------------------------------===//

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

//===----------------------------------------------------------------------===//
// The border between float and integer
//===----------------------------------------------------------------------===//

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

//===----------------------------------------------------------------------===//
// The host
//===----------------------------------------------------------------------===//

def Npu_HostOp : Op<Npu_Dialect, "host", [Pure, DeclareOpInterfaceMethods<Npu_NpuOpInterface>]> {
  let summary = "a node of the model, which the host computes";
  let description = [{
    An operator of ONNX in float32, integers and bool, as its specification says (include/tare/Host/Operator.h): what hardware has no
    integer form of. Its tensors are on no grid, and have the order of dimensions that the model says. `inputs` are the node's operands
    but for those that it leaves out: `positions` says which they are, where some are left out. `reason` says why the host computes it.

    ```mlir
    %k = npu.constant dense<2> : tensor<1xi64>
    %0:2 = npu.host "TopK" opset 18(%x, %k) {parameters = {axis = 1}}
      : (tensor<1x4xf32>, tensor<1xi64>) -> (tensor<1x2xf32>, tensor<1x2xi64>)
    ```
  }];
  let arguments = (ins StrAttr:$node, I64Attr:$opset, Variadic<Npu_Tensor>:$inputs,
    OptionalAttr<DenseI64ArrayAttr>:$positions, DefaultValuedAttr<DictionaryAttr, "{}">:$parameters, OptionalAttr<StrAttr>:$reason);
  let results = (outs Variadic<Npu_Tensor>:$outputs);
  let assemblyFormat = "$node `opset` $opset `(` $inputs `)` (`at` $positions^)? attr-dict `:` functional-type($inputs, $outputs)";
  let hasVerifier = 1;
  let extraClassDeclaration = "using Parameters = ::tare::program::HostT;";
}

#endif // TARE_DIALECT_NPU_NPUOPS_TD
