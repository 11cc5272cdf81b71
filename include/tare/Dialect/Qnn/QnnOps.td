//===- QnnOps.td - The graph dialect's operators ---------------*- tablegen -*-===//
#ifndef TARE_DIALECT_QNN_QNNOPS_TD
#define TARE_DIALECT_QNN_QNNOPS_TD

include "mlir/Dialect/Quant/IR/QuantBase.td"
include "mlir/IR/BuiltinAttributeInterfaces.td"
include "mlir/IR/OpAsmInterface.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"
include "tare/Dialect/Qnn/QnnAttributes.td"
include "tare/Dialect/Qnn/QnnInterfaces.td"
include "tare/Dialect/Qnn/Ops/Host.td"

//===----------------------------------------------------------------------===//
// Types and bases
//===----------------------------------------------------------------------===//

defvar Qnn_Requant = DeclareOpInterfaceMethods<Qnn_RequantOpInterface>;
defvar Qnn_RequantOfOperands = DeclareOpInterfaceMethods<Qnn_RequantOpInterface, ["getReaches"]>;
defvar Qnn_RequantOfProduct = DeclareOpInterfaceMethods<Qnn_RequantOpInterface, ["getReaches", "mayHaveFunction"]>;
defvar Qnn_RequantOfMean = DeclareOpInterfaceMethods<Qnn_RequantOpInterface, ["getReaches", "dividesByCount"]>;
defvar Qnn_Floor = DeclareOpInterfaceMethods<Qnn_FloorOpInterface, ["getOperandLimits"]>;
defvar Qnn_FloorOfSome = DeclareOpInterfaceMethods<Qnn_FloorOpInterface, ["getOperandLimits", "isMonotone"]>;
defvar Qnn_FloorByOperand = DeclareOpInterfaceMethods<Qnn_FloorOpInterface,
  ["getOperandLimits", "isMonotone", "isMonotoneByOperand"]>;
defvar Qnn_RequantWithInterval = DeclareOpInterfaceMethods<Qnn_RequantOpInterface, ["getReaches", "getResultInterval"]>;

/// Float or quantized, of static shape.
def Qnn_Tensor : StaticShapeTensorOf<[F32, quant_QuantizedType]>;

/// Shapes are always inferred; a result's element type may differ from the inferred one only by its grid.
def Qnn_InferType : InferTypeOpAdaptorBase<[{
  static bool isCompatibleReturnTypes(::mlir::TypeRange inferred, ::mlir::TypeRange actual) {
    return ::tare::qnn::isCompatible(inferred, actual);
  }
}]>;

class Qnn_Op<string name, list<Trait> traits = []>
    : Op<Qnn_Dialect, name, !listconcat(traits, [Pure, Qnn_InferType])> {
  let results = (outs Qnn_Tensor:$result);
}

/// An op whose result has a grid of its own.
class Qnn_OwnGridOp<string name, list<Trait> traits = []>
    : Qnn_Op<name, !listconcat(traits, [Qnn_GridOpInterface])> {
  let extraClassDeclaration = [{
    ::tare::qnn::GridRule getGridRule() { return ::tare::qnn::GridRule::Own; }
  }];
}

/// The same of an op that says what its result's range is if its operands' are known.
defvar Qnn_OwnGridOfOperands = [{
    ::tare::qnn::GridRule getGridRule() { return ::tare::qnn::GridRule::Own; }
    ::std::optional<::tare::qnn::Interval> getImpliedRange(::llvm::ArrayRef<::tare::qnn::Interval> operands);
  }];

/// Data movement and selection: the result keeps its first operand's grid.
class Qnn_SameGridOp<string name, list<Trait> traits = []>
    : Qnn_Op<name, !listconcat(traits, [Qnn_GridOpInterface])> {
  let extraClassDeclaration = [{
    ::tare::qnn::GridRule getGridRule() { return ::tare::qnn::GridRule::Same; }
  }];
}

/// Data movement that computes and adds nothing.
class Qnn_MovementOp<string name, list<Trait> traits = []> : Qnn_SameGridOp<name, traits> {
  let extraClassDeclaration = [{
    ::tare::qnn::GridRule getGridRule() { return ::tare::qnn::GridRule::Same; }
    bool movesElements() { return true; }
  }];
}

/// Data movement that keeps each element once.
class Qnn_RearrangementOp<string name, list<Trait> traits = []> : Qnn_SameGridOp<name, traits> {
  let extraClassDeclaration = [{
    ::tare::qnn::GridRule getGridRule() { return ::tare::qnn::GridRule::Same; }
    bool isRearrangement() { return true; }
    bool movesElements() { return true; }
  }];
}

//===----------------------------------------------------------------------===//
// Constants
//===----------------------------------------------------------------------===//

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

//===----------------------------------------------------------------------===//
// Ops with an accumulator
//===----------------------------------------------------------------------===//

class Qnn_AccumulatorOp<string name> : Qnn_OwnGridOp<name, [
    DeclareOpInterfaceMethods<Qnn_AccumulatorOpInterface, ["getResultChannelAxis", "sumsAllWeights", "foldsZeroPoint"]>,
    Qnn_ClampOpInterface, Qnn_Requant]> {
  let assemblyFormat = "$input `,` $weight (`,` $bias^)? attr-dict `:` functional-type(operands, results)";
  let extraClassDeclaration = [{
    ::tare::qnn::GridRule getGridRule() { return ::tare::qnn::GridRule::Own; }
    bool takesAxisGrid(::mlir::OpOperand &operand) { return &operand != &getActivationOperand(); }
    bool givesAxisGrid() { return ::tare::qnn::isAccumulator(getType()); }
    bool givesAccumulators() { return true; }
  }];
  let hasVerifier = 1;
}

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

def Qnn_BatchNormOp : Qnn_Op<"batch_norm"> {
  let summary = "batch normalization in inference";
  let description = [{
    y = scale * (x - mean) / sqrt(variance + epsilon) + bias along axis 1. Float only: `tare-fold-batch-norms` leaves none,
    so quantization knows no grid for it.

    ```mlir
    %0 = qnn.batch_norm %x, %s, %b, %m, %v {epsilon = 1.0e-5 : f64}
       : (tensor<1x4x8x8xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<1x4x8x8xf32>
    ```
  }];
  let arguments = (ins Qnn_Tensor:$input, Qnn_Tensor:$scale, Qnn_Tensor:$bias, Qnn_Tensor:$mean, Qnn_Tensor:$variance,
    DefaultValuedAttr<F64Attr, "1.0e-5">:$epsilon);
  let assemblyFormat = "$input `,` $scale `,` $bias `,` $mean `,` $variance attr-dict `:` functional-type(operands, results)";
  let hasVerifier = 1;
}

//===----------------------------------------------------------------------===//
// Element by element
//===----------------------------------------------------------------------===//

/// A parameter of a function: an attribute of this name in ONNX, too, and ONNX's default.
class Qnn_Parameter<string n, string d> {
  string name = n;
  string fallback = d;
  string value = "get" # !toupper(!substr(n, 0, 1)) # !substr(n, 1) # "().convertToDouble()";
}

/// The numbers that a function can give; `least` and `greatest` are C++.
class Qnn_Image<string l, string g> {
  string least = l;
  string greatest = g;
}
defvar Qnn_AnyNumber = Qnn_Image<"-HUGE_VAL", "HUGE_VAL">;
defvar Qnn_NotNegative = Qnn_Image<"0.0", "HUGE_VAL">;

/// y = f(x), element by element. This record is all that a function has in the compiler: shape, range, evaluation, import and table
/// follow from it. Its formula stands under its name, which is the schema's, in include/tare/Kernels/Functions.h; `onnx` is ONNX's
/// operator ("" for none).
class Qnn_Function<string name, string onnx, string formula, list<Qnn_Parameter> parameters = [], Qnn_Image image = Qnn_AnyNumber,
                   list<Trait> traits = []>
    : Qnn_OwnGridOp<name, !listconcat([DeclareOpInterfaceMethods<Qnn_UnaryFunctionOpInterface, ["getImage"]>], traits)> {
  let summary = "y = " # formula;
  let arguments = !con((ins Qnn_Tensor:$input),
    !dag(ins, !foreach(p, parameters, DefaultValuedAttr<F64Attr, p.fallback>), !foreach(p, parameters, p.name)));
  let assemblyFormat = "$input attr-dict `:` functional-type(operands, results)";
  let description = !if(!empty(onnx), "", "ONNX's " # onnx # ", element by element: ") # summary # ".\n\n```mlir\n%0 = qnn." # name
    # " %x : (tensor<1x4xf32>) -> tensor<1x4xf32>\n```\n";
  let extraClassDeclaration = [{
    ::tare::qnn::GridRule getGridRule() { return ::tare::qnn::GridRule::Own; }
    /// ONNX's operator, whose attributes have the names of the parameters; empty for none.
    static constexpr ::llvm::StringLiteral onnxName() { return "}] # onnx # [{"; }
    /// The parameters, in the order of the formula's.
    static ::llvm::SmallVector<::llvm::StringRef> parameterNames() { return {}]
      # !interleave(!foreach(p, parameters, "\"" # p.name # "\""), ", ") # "}" # [{; }
  }];
  let extraClassDefinition = [{
    ::tare::qnn::Function $cppClass::getFunction() {
      return {::tare::program::FunctionKind::}] # name # ", {" # !interleave(!foreach(p, parameters, p.value), ", ") # [{}};
    }
    ::std::pair<double, double> $cppClass::getImage() { return {}] # image.least # ", " # image.greatest # "}" # [{; }
    ::llvm::LogicalResult $cppClass::inferReturnTypes(::mlir::MLIRContext *, ::std::optional<::mlir::Location>, Adaptor adaptor,
                                                      ::llvm::SmallVectorImpl<::mlir::Type> &inferred) {
      return ::tare::qnn::inferShapeOfFirst(adaptor.getOperands(), inferred);
    }
  }];
}

defvar Qnn_Alpha1 = Qnn_Parameter<"alpha", "1.0">;
defvar Qnn_ZeroToOne = Qnn_Image<"0.0", "1.0">;
defvar Qnn_MinusOneToOne = Qnn_Image<"-1.0", "1.0">;

def Qnn_SigmoidOp : Qnn_Function<"sigmoid", "Sigmoid", "1 / (1 + exp(-x))", [], Qnn_ZeroToOne, [Qnn_Floor]>;
def Qnn_TanhOp : Qnn_Function<"tanh", "Tanh", "tanh(x)", [], Qnn_MinusOneToOne, [Qnn_Floor]>;
def Qnn_HardSwishOp : Qnn_Function<"hard_swish", "HardSwish", "x * min(max(x / 6 + 1 / 2, 0), 1)", [], Qnn_AnyNumber, [Qnn_FloorOfSome]>;
def Qnn_SwishOp : Qnn_Function<"swish", "", "x / (1 + exp(-x))", [], Qnn_AnyNumber, [Qnn_FloorOfSome]>;
def Qnn_ScaledSwishOp : Qnn_Function<"scaled_swish", "", "x / (1 + exp(-alpha * x))", [Qnn_Alpha1], Qnn_AnyNumber, [Qnn_FloorOfSome]>;
def Qnn_ReciprocalOp : Qnn_Function<"reciprocal", "Reciprocal", "1 / x">;
def Qnn_LeakyReluOp : Qnn_Function<"leaky_relu", "LeakyRelu", "x < 0 ? alpha * x : x", [Qnn_Parameter<"alpha", "0.01">], Qnn_AnyNumber,
  [Qnn_FloorOfSome]>;
def Qnn_HardSigmoidOp : Qnn_Function<"hard_sigmoid", "HardSigmoid", "min(max(alpha * x + beta, 0), 1)",
  [Qnn_Parameter<"alpha", "0.2">, Qnn_Parameter<"beta", "0.5">], Qnn_ZeroToOne, [Qnn_FloorByOperand]>;

def Qnn_AbsOp : Qnn_Function<"abs", "Abs", "|x|", [], Qnn_NotNegative>;
def Qnn_SignOp : Qnn_Function<"sign", "Sign", "-1, 0 or 1: the sign of x", [], Qnn_MinusOneToOne>;
def Qnn_FloorOp : Qnn_Function<"floor", "Floor", "the greatest whole number that is not greater than x">;
def Qnn_CeilOp : Qnn_Function<"ceil", "Ceil", "the least whole number that is not less than x">;
def Qnn_NearestOp : Qnn_Function<"nearest", "Round", "the whole number next to x, of two the even one">;
def Qnn_SqrtOp : Qnn_Function<"sqrt", "Sqrt", "sqrt(x)", [], Qnn_NotNegative>;
def Qnn_ExpOp : Qnn_Function<"exp", "Exp", "exp(x)", [], Qnn_NotNegative>;
def Qnn_LogOp : Qnn_Function<"log", "Log", "log(x)">;
def Qnn_ErfOp : Qnn_Function<"erf", "Erf", "erf(x)", [], Qnn_MinusOneToOne>;
def Qnn_PowOp : Qnn_Function<"pow", "", "x ^ exponent", [Qnn_Parameter<"exponent", "2.0">]>;

def Qnn_SinOp : Qnn_Function<"sin", "Sin", "sin(x)", [], Qnn_MinusOneToOne>;
def Qnn_CosOp : Qnn_Function<"cos", "Cos", "cos(x)", [], Qnn_MinusOneToOne>;
def Qnn_TanOp : Qnn_Function<"tan", "Tan", "tan(x)">;
def Qnn_AsinOp : Qnn_Function<"asin", "Asin", "asin(x)", [], Qnn_Image<"-M_PI_2", "M_PI_2">>;
def Qnn_AcosOp : Qnn_Function<"acos", "Acos", "acos(x)", [], Qnn_Image<"0.0", "M_PI">>;
def Qnn_AtanOp : Qnn_Function<"atan", "Atan", "atan(x)", [], Qnn_Image<"-M_PI_2", "M_PI_2">>;
def Qnn_SinhOp : Qnn_Function<"sinh", "Sinh", "sinh(x)">;
def Qnn_CoshOp : Qnn_Function<"cosh", "Cosh", "cosh(x)", [], Qnn_Image<"1.0", "HUGE_VAL">>;
def Qnn_AsinhOp : Qnn_Function<"asinh", "Asinh", "asinh(x)">;
def Qnn_AcoshOp : Qnn_Function<"acosh", "Acosh", "acosh(x)", [], Qnn_NotNegative>;
def Qnn_AtanhOp : Qnn_Function<"atanh", "Atanh", "atanh(x)">;

def Qnn_EluOp : Qnn_Function<"elu", "Elu", "x < 0 ? alpha * (exp(x) - 1) : x", [Qnn_Alpha1]>;
def Qnn_SeluOp : Qnn_Function<"selu", "Selu", "gamma * (x < 0 ? alpha * (exp(x) - 1) : x)",
  [Qnn_Parameter<"alpha", "1.67326319217681884765625">, Qnn_Parameter<"gamma", "1.05070102214813232421875">]>;
def Qnn_CeluOp : Qnn_Function<"celu", "Celu", "x < 0 ? alpha * (exp(x / alpha) - 1) : x", [Qnn_Alpha1]>;
def Qnn_SoftplusOp : Qnn_Function<"softplus", "Softplus", "log(1 + exp(x))", [], Qnn_NotNegative>;
def Qnn_SoftsignOp : Qnn_Function<"softsign", "Softsign", "x / (1 + |x|)", [], Qnn_MinusOneToOne>;
def Qnn_MishOp : Qnn_Function<"mish", "Mish", "x * tanh(log(1 + exp(x)))">;
def Qnn_GeluOp : Qnn_Function<"gelu", "", "x / 2 * (1 + erf(x / sqrt(2)))">;
def Qnn_GeluTanhOp : Qnn_Function<"gelu_tanh", "", "x / 2 * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 * x^3)))">;
def Qnn_ThresholdedReluOp : Qnn_Function<"thresholded_relu", "ThresholdedRelu", "x > alpha ? x : 0", [Qnn_Alpha1]>;
def Qnn_ShrinkOp : Qnn_Function<"shrink", "Shrink", "x < -lambd ? x + bias : x > lambd ? x - bias : 0",
  [Qnn_Parameter<"lambd", "0.5">, Qnn_Parameter<"bias", "0.0">]>;

def Qnn_TruncateOp : Qnn_Function<"truncate", "", "x rounded to a whole number, towards zero", [], Qnn_AnyNumber, [Qnn_Floor]> {
  let description = [{
    What ONNX's Cast from floating point to integers does, but for the limits of the integers: a quantization to scale 1 and zero point 0
    follows, which loses nothing but what is outside of them.

    ```mlir
    %0 = qnn.truncate %x : (tensor<1x4xf32>) -> tensor<1x4xf32>
    ```
  }];
}

/// A function that a requantization does: it limits.
class Qnn_LimitOp<string name, string formula>
    : Qnn_OwnGridOp<name, [DeclareOpInterfaceMethods<Qnn_UnaryFunctionOpInterface, ["getImage"]>, Qnn_RequantWithInterval, Qnn_Floor]> {
  let summary = "y = " # formula;
  let assemblyFormat = "$input attr-dict `:` functional-type(operands, results)";
}

def Qnn_ReluOp : Qnn_LimitOp<"relu", "max(x, 0)"> {
  let arguments = (ins Qnn_Tensor:$input);
  let description = [{
    ONNX's Relu, element by element.

    ```mlir
    %0 = qnn.relu %x : (tensor<1x4xf32>) -> tensor<1x4xf32>
    ```
  }];
}

def Qnn_ClipOp : Qnn_LimitOp<"clip", "min(max(x, lower), upper)"> {
  let arguments = (ins Qnn_Tensor:$input, Qnn_ClampAttr:$interval);
  let description = [{
    ONNX Clip with constant limits; either may be infinite.

    ```mlir
    %0 = qnn.clip %x {interval = #qnn.clamp<0.0, 6.0>} : (tensor<1x4xf32>) -> tensor<1x4xf32>
    ```
  }];
}

def Qnn_PReluOp : Qnn_OwnGridOp<"prelu", [
    DeclareOpInterfaceMethods<Qnn_UnaryFunctionOpInterface, ["getFunctionAxis"]>, Qnn_FloorOfSome]> {
  let summary = "y = x < 0 ? slope * x : x, one slope per channel";
  let description = [{
    ONNX PRelu with a constant slope: one for the tensor (length 1) or one per channel of axis 1 (length C).

    ```mlir
    %0 = qnn.prelu %x {slope = array<f64: 0.1, 0.2>} : (tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32>
    ```
  }];
  let arguments = (ins Qnn_Tensor:$input, DenseF64ArrayAttr:$slope);
  let assemblyFormat = "$input attr-dict `:` functional-type(operands, results)";
  let hasVerifier = 1;
}

class Qnn_BinaryOp<string name, string formula, list<Trait> traits = []>
    : Qnn_OwnGridOp<name, !listconcat([Qnn_ClampOpInterface], traits)> {
  let summary = "y = " # formula # ", broadcasting";
  let arguments = (ins Qnn_Tensor:$lhs, Qnn_Tensor:$rhs, OptionalAttr<Qnn_ClampAttr>:$clamp);
  let assemblyFormat = "$lhs `,` $rhs attr-dict `:` functional-type(operands, results)";
  let extraClassDeclaration = Qnn_OwnGridOfOperands;
  let description = "ONNX's operator of the same name with numpy's broadcasting: " # summary # ".\n\n```mlir\n%0 = qnn." # name
    # " %a, %b : (tensor<1x4xf32>, tensor<1x1xf32>) -> tensor<1x4xf32>\n```\n";
}

defvar Qnn_RequantOfSum = DeclareOpInterfaceMethods<Qnn_RequantOpInterface, ["getReaches", "sharesShift"]>;
def Qnn_AddOp : Qnn_BinaryOp<"add", "a + b", [Qnn_RequantOfSum, Qnn_Floor]>;
def Qnn_SubOp : Qnn_BinaryOp<"sub", "a - b", [Qnn_RequantOfSum, Qnn_FloorByOperand]>;
def Qnn_MulOp : Qnn_BinaryOp<"mul", "a * b", [Qnn_RequantOfProduct, Qnn_FloorByOperand]>;
def Qnn_DivOp : Qnn_BinaryOp<"div", "a / b">;

def Qnn_SoftmaxOp : Qnn_Op<"softmax", [Qnn_GridOpInterface, Qnn_RequantOfOperands, Qnn_FloorOfSome]> {
  let summary = "exp(x) / sum(exp(x)) along one axis";
  let description = [{
    Opset 13's meaning: one axis. (The importer flattens for older opsets.) Its grid is that of calibration's range within [0, 1], and
    that of [0, 1] without one; no finer than the 2^-15 in which the hardware computes probabilities.

    ```mlir
    %0 = qnn.softmax %x {axis = 1 : i64} : (tensor<1x10xf32>) -> tensor<1x10xf32>
    ```
  }];
  let arguments = (ins Qnn_Tensor:$input, I64Attr:$axis);
  let assemblyFormat = "$input attr-dict `:` functional-type(operands, results)";
  let extraClassDeclaration = [{
    ::tare::qnn::GridRule getGridRule() { return ::tare::qnn::GridRule::Bounded; }
    ::std::pair<double, double> getBounds() { return {0.0, 1.0}; }
    double getFinestStep();
  }];
  let hasVerifier = 1;
}

//===----------------------------------------------------------------------===//
// Pooling and reduction
//===----------------------------------------------------------------------===//

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

def Qnn_ReduceMeanOp : Qnn_OwnGridOp<"reduce_mean", [Qnn_ClampOpInterface, Qnn_RequantOfMean]> {
  let summary = "the mean along axes";
  let description = [{
    ONNX ReduceMean, and GlobalAveragePool over the spatial axes.

    ```mlir
    %0 = qnn.reduce_mean %x {axes = array<i64: 2, 3>, keep_dims} : (tensor<1x4x8x8xf32>) -> tensor<1x4x1x1xf32>
    ```
  }];
  let arguments = (ins Qnn_Tensor:$input, DenseI64ArrayAttr:$axes, UnitAttr:$keep_dims, OptionalAttr<Qnn_ClampAttr>:$clamp);
  let assemblyFormat = "$input attr-dict `:` functional-type(operands, results)";
  let hasVerifier = 1;
}

//===----------------------------------------------------------------------===//
// Data movement
//===----------------------------------------------------------------------===//

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
  let hasVerifier = 1;
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
  let hasVerifier = 1;
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
  ["getReaches", "isScaled", "getMostFractionBits"]>;
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
  let hasVerifier = 1;
}

def Qnn_RoundOp : Qnn_SameGridOp<"round"> {
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
}

#endif // TARE_DIALECT_QNN_QNNOPS_TD
