//===- Function.td - y = f(x), element by element --------------*- tablegen -*-===//
#ifndef TARE_DIALECT_QNN_OPS_FUNCTION_TD
#define TARE_DIALECT_QNN_OPS_FUNCTION_TD

include "tare/Dialect/Qnn/Ops/Base.td"

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
  string onnxOperator = onnx;
  list<string> onnxParameters = !foreach(p, parameters, p.name);
  list<string> onnxDefaults = !foreach(p, parameters, p.fallback);
  // FunctionRows.td
  string hostKind = "program::FunctionKind::" # name;
  string hostParameters = "{" # !interleave(!foreach(p, parameters, "{\"" # p.name # "\", " # p.fallback # "f}"), ", ") # "}";
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
  let extraClassDefinition = !strconcat(Qnn_ShapeOfFirst, [{
    ::tare::qnn::Function $cppClass::getFunction() {
      return {::tare::program::FunctionKind::}] # name # ", {" # !interleave(!foreach(p, parameters, p.value), ", ") # [{}};
    }
    ::std::pair<double, double> $cppClass::getImage() { return {}] # image.least # ", " # image.greatest # "}" # [{; }
  }]);
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
  let extraClassDefinition = Qnn_ShapeOfFirst;
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
  let extraClassDefinition = Qnn_ShapeOfFirst;
}

#endif // TARE_DIALECT_QNN_OPS_FUNCTION_TD
