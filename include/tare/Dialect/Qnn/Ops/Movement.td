//===- Movement.td - Elements in other places ------------------*- tablegen -*-===//
#ifndef TARE_DIALECT_QNN_OPS_MOVEMENT_TD
#define TARE_DIALECT_QNN_OPS_MOVEMENT_TD

include "tare/Dialect/Qnn/Ops/Base.td"

def Qnn_ConcatOp : Qnn_Op<"concat", [Qnn_GridOpInterface, Qnn_FloorOpInterface]> {
  let summary = "tensors one after the other along an axis";
  let description = [{
    ```mlir
    %0 = qnn.concat %a, %b {axis = 1 : i64} : (tensor<1x2x4x4xf32>, tensor<1x3x4x4xf32>) -> tensor<1x5x4x4xf32>
    ```
  }];
  let arguments = (ins Variadic<Qnn_Tensor>:$inputs, I64Attr:$axis);
  let assemblyFormat = "$inputs attr-dict `:` functional-type(operands, results)";
  let extraClassDeclaration = [{
    ::tare::qnn::GridRule getGridRule() { return ::tare::qnn::GridRule::Unified; }
    bool movesElements() { return true; }
  }];
  let hasFolder = 1;
}

def Qnn_SliceOp : Qnn_MovementOp<"slice", [Qnn_FloorOpInterface]> {
  let summary = "every steps-th element from starts, sizes of them, per axis";
  let description = [{
    ONNX Slice and each output of Split, normalized: one start (not negative), step (not zero) and size per axis.

    ```mlir
    %0 = qnn.slice %x {starts = array<i64: 0, 2>, steps = array<i64: 1, 2>, sizes = array<i64: 1, 3>} : (tensor<1x8xf32>) -> tensor<1x3xf32>
    ```
  }];
  let arguments = (ins Qnn_Tensor:$input, DenseI64ArrayAttr:$starts, DenseI64ArrayAttr:$steps, DenseI64ArrayAttr:$sizes);
  let assemblyFormat = "$input attr-dict `:` functional-type(operands, results)";
  let hasFolder = 1;
}

def Qnn_PadOp : Qnn_SameGridOp<"pad", [Qnn_FloorOpInterface]> {
  let summary = "a border around a tensor";
  let description = [{
    ONNX Pad: `low` and `high` elements per axis (not negative); `value` in real numbers for the constant mode, which may be
    infinite: the end of the grid stands for it.

    ```mlir
    %0 = qnn.pad %x {low = array<i64: 0, 1>, high = array<i64: 0, 2>, mode = #qnn.pad_mode<constant>} : (tensor<1x4xf32>) -> tensor<1x7xf32>
    ```
  }];
  let arguments = (ins Qnn_Tensor:$input, DenseI64ArrayAttr:$low, DenseI64ArrayAttr:$high,
    DefaultValuedAttr<Qnn_PadModeAttr, "::tare::qnn::PadMode::Constant">:$mode, DefaultValuedAttr<F64Attr, "0.0">:$value);
  let assemblyFormat = "$input attr-dict `:` functional-type(operands, results)";
  let hasVerifier = 1;
  let hasFolder = 1;
}

def Qnn_ReshapeOp : Qnn_RearrangementOp<"reshape", [Qnn_FloorOpInterface]> {
  let summary = "the same elements under another shape";
  let description = [{
    Reshape, Flatten, Squeeze and Unsqueeze. The shape is the result's.

    ```mlir
    %0 = qnn.reshape %x {shape = array<i64: 1, 16>} : (tensor<1x4x2x2xf32>) -> tensor<1x16xf32>
    ```
  }];
  let arguments = (ins Qnn_Tensor:$input, DenseI64ArrayAttr:$shape);
  let assemblyFormat = "$input attr-dict `:` functional-type(operands, results)";
  let hasFolder = 1;
  let hasCanonicalizer = 1;
}

def Qnn_TransposeOp : Qnn_RearrangementOp<"transpose", [Qnn_FloorOpInterface]> {
  let summary = "axes in another order";
  let description = [{
    Result axis i is operand axis `permutation[i]`. The axis of a per-axis quantized type moves along.

    ```mlir
    %0 = qnn.transpose %x {permutation = array<i64: 0, 2, 3, 1>} : (tensor<1x4x2x3xf32>) -> tensor<1x2x3x4xf32>
    ```
  }];
  let arguments = (ins Qnn_Tensor:$input, DenseI64ArrayAttr:$permutation);
  let assemblyFormat = "$input attr-dict `:` functional-type(operands, results)";
  let extraClassDeclaration = [{
    ::tare::qnn::GridRule getGridRule() { return ::tare::qnn::GridRule::Same; }
    bool isRearrangement() { return true; }
    bool movesElements() { return true; }
    bool takesAxisGrid(::mlir::OpOperand &) { return true; }
    bool givesAxisGrid() { return true; }
  }];
  let hasVerifier = 1;
  let hasFolder = 1;
  let hasCanonicalizer = 1;
}

defvar Qnn_RequantOfInterpolation = DeclareOpInterfaceMethods<Qnn_RequantOpInterface,
  ["getReaches", "isScaled", "getMostFractionBits", "setFractionBits"]>;
def Qnn_ResizeOp : Qnn_SameGridOp<"resize", [Qnn_Floor, Qnn_RequantOfInterpolation]> {
  let summary = "an image in another size";
  let description = [{
    ONNX Resize and Upsample over the spatial axes, nearest or linear. `scales` are per spatial axis, `sizes` the result's.
    A linear one's result may be on another grid than its operand, to which it is rounded once; `weight_bits`, and
    `fraction_bits` of its sums before that, are what the compiler chooses.

    ```mlir
    %0 = qnn.resize %x {mode = #qnn.resize_mode<nearest>, coordinates = #qnn.coordinate_mode<asymmetric>,
                        rounding = #qnn.nearest_mode<floor>, scales = array<f64: 2.0, 2.0>, sizes = array<i64: 8, 8>}
       : (tensor<1x4x4x4xf32>) -> tensor<1x4x8x8xf32>
    ```
  }];
  let arguments = (ins Qnn_Tensor:$input, Qnn_ResizeModeAttr:$mode, Qnn_CoordinateModeAttr:$coordinates,
    DefaultValuedAttr<Qnn_NearestModeAttr, "::tare::qnn::NearestMode::RoundPreferFloor">:$rounding,
    DenseF64ArrayAttr:$scales, DenseI64ArrayAttr:$sizes, DefaultValuedAttr<I64Attr, "11">:$weight_bits,
    DefaultValuedAttr<I64Attr, "0">:$fraction_bits);
  let assemblyFormat = "$input attr-dict `:` functional-type(operands, results)";
  let extraClassDeclaration = [{
    ::tare::qnn::GridRule getGridRule() { return ::tare::qnn::GridRule::Same; }
    bool interpolates() { return getMode() == ::tare::qnn::ResizeMode::Linear; }
    bool mayRescale() { return getMode() == ::tare::qnn::ResizeMode::Linear; }
  }];
}

/// Indices as a model has them.
def Qnn_Indices : StaticShapeTensorOf<[I32, I64]>;

def Qnn_GatherOp : Qnn_MovementOp<"gather"> {
  let summary = "the elements along an axis that integers choose";
  let description = [{
    ONNX Gather by indices that the graph computes, or that are an input of it: an embedding. The result has the dimensions of the indices in
    place of the axis. An index below 0 counts from the end; one that names no element ends the run with an error.

    ```mlir
    %0 = qnn.gather %table[%ids] {axis = 0 : i64} : (tensor<100x8xf32>, tensor<1x5xi64>) -> tensor<1x5x8xf32>
    ```
  }];
  let arguments = (ins Qnn_Tensor:$input, Qnn_Indices:$indices, I64Attr:$axis);
  let assemblyFormat = "$input `[` $indices `]` attr-dict `:` functional-type(operands, results)";
}

#endif // TARE_DIALECT_QNN_OPS_MOVEMENT_TD
