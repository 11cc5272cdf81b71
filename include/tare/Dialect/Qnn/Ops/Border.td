//===- Border.td - Constants, and from one grid to another -----*- tablegen -*-===//
#ifndef TARE_DIALECT_QNN_OPS_BORDER_TD
#define TARE_DIALECT_QNN_OPS_BORDER_TD

include "tare/Dialect/Qnn/Ops/Base.td"

def Qnn_ConstantOp : Op<Qnn_Dialect, "constant", [Pure, ConstantLike, DeclareOpInterfaceMethods<OpAsmOpInterface, ["getAsmResultNames"]>]> {
  let summary = "a tensor known when compiling";
  let description = [{
    Weights are resources (`dense_resource`), so that passes copy none. A quantized constant holds its integers:
    the attribute's element type is the quantized type's storage type.

    ```mlir
    %w = qnn.constant dense<[1, -2]> : tensor<2xi8> as tensor<2x!quant.uniform<i8:f32, 0.5>>
    %b = qnn.constant dense<0.5> : tensor<2xf32> as tensor<2xf32>
    ```
  }];
  let arguments = (ins ElementsAttr:$value);
  let results = (outs StaticShapeTensorOf<[F32, quant_QuantizedType, AnyInteger]>:$result);
  let assemblyFormat = "$value `as` type($result) attr-dict";
  let builders = [OpBuilder<(ins "::mlir::ElementsAttr":$value), [{ build($_builder, $_state, value.getType(), value); }]>];
  let hasFolder = 1;
  let hasVerifier = 1;
}

def Qnn_RoundOp : Qnn_SameGridOp<"round">, Qnn_FloatOnly<"tare-drop-rounds"> {
  let summary = "to the nearest number of a narrower floating-point format";
  let description = [{
    ONNX Cast to float16 or bfloat16, whose numbers are float32 ones here: half to even, to infinity where the format ends. On a grid no
    finer than the format it is the identity; `tare-drop-rounds` leaves none.

    ```mlir
    %0 = qnn.round %x {format = #qnn.float_format<f16>} : (tensor<1x4xf32>) -> tensor<1x4xf32>
    ```
  }];
  let arguments = (ins Qnn_Tensor:$input, Qnn_FloatFormatAttr:$format);
  let assemblyFormat = "$input attr-dict `:` functional-type(operands, results)";
  let extraClassDefinition = Qnn_ShapeOfFirst;
}

def Qnn_RequantizeOp : Qnn_OwnGridOp<"requantize", [Qnn_RequantOfOperands]> {
  let summary = "the same real values on another grid";
  let description = [{
    Where two neighbours disagree on the grid: an operand of a concat, a tensor that two ops want differently, integers of 8 and
    of 16 bits.

    ```mlir
    %0 = qnn.requantize %x : (tensor<1x4x!quant.uniform<i8:f32, 0.5>>) -> tensor<1x4x!quant.uniform<i8:f32, 0.25:3>>
    ```
  }];
  let arguments = (ins Qnn_Tensor:$input);
  let assemblyFormat = "$input attr-dict `:` functional-type(operands, results)";
  let extraClassDeclaration = [{
    ::tare::qnn::GridRule getGridRule() { return ::tare::qnn::GridRule::Own; }
    bool changesWidth() { return true; }
  }];
  let hasFolder = 1;
  let hasVerifier = 1;
  let extraClassDefinition = Qnn_ShapeOfFirst;
}

def Qnn_ReinterpretOp : Qnn_Op<"reinterpret", [Qnn_GridOpInterface]> {
  let summary = "the same integers with another meaning";
  let description = [{
    Where a model reads the same integers in two ways, as by two DequantizeLinear of different scales, or by a Cast. Storage width and
    signedness stay.

    ```mlir
    %0 = qnn.reinterpret %x : (tensor<1x4x!quant.uniform<i8:f32, 0.5>>) -> tensor<1x4x!quant.uniform<i8:f32, 1.0:3>>
    ```
  }];
  let arguments = (ins Qnn_Tensor:$input);
  let assemblyFormat = "$input attr-dict `:` functional-type(operands, results)";
  let extraClassDeclaration = [{
    ::tare::qnn::GridRule getGridRule() { return ::tare::qnn::GridRule::Own; }
    bool takesAxisGrid(::mlir::OpOperand &) { return true; }
    bool givesAxisGrid() { return true; }
  }];
  let hasFolder = 1;
  let hasVerifier = 1;
  let extraClassDefinition = Qnn_ShapeOfFirst;
}

#endif // TARE_DIALECT_QNN_OPS_BORDER_TD
