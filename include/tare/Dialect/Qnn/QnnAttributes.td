//===- QnnAttributes.td - Attributes of the graph dialect ------*- tablegen -*-===//
#ifndef TARE_DIALECT_QNN_QNNATTRIBUTES_TD
#define TARE_DIALECT_QNN_QNNATTRIBUTES_TD

include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/EnumAttr.td"
include "tare/Dialect/Qnn/QnnDialect.td"

class Qnn_Attr<string name, string attrMnemonic> : AttrDef<Qnn_Dialect, name> {
  let mnemonic = attrMnemonic;
}

class Qnn_Enum<string name, string summary, list<I32EnumAttrCase> cases>
    : I32EnumAttr<name, summary, cases> {
  let cppNamespace = "::tare::qnn";
  let genSpecializedAttr = 0;
}

def Qnn_RangeLabel : Qnn_Enum<"RangeLabel", "where a range comes from", [
  I32EnumAttrCase<"Calibrated", 0, "calibrated">,
  I32EnumAttrCase<"Inherited", 1, "inherited">,
  I32EnumAttrCase<"Constant", 2, "constant">,
  I32EnumAttrCase<"Dead", 3, "dead">,
  I32EnumAttrCase<"NaN", 4, "nan">,
  I32EnumAttrCase<"Missing", 5, "missing">,
  I32EnumAttrCase<"Implied", 6, "implied">
]>;

def Qnn_StepErrorsAttr : Qnn_Attr<"StepErrors", "step_errors"> {
  let summary = "what a value loses on grids whose step is a power of two";
  let description = [{
    The mean square of a value, and its mean squared error on grids of `bits` bits with the steps 2^first, 2^(first+1), ..: rounding
    and clipping together.

    ```mlir
    #qnn.step_errors<bits = 8, power = 0.25, first = -9, errors = [0.1, 0.001, 1.3e-05, 5.1e-05]>
    ```
  }];
  let parameters = (ins "int64_t":$bits, APFloatParameter<"">:$power, "int64_t":$first, "::mlir::DenseF64ArrayAttr":$errors);
  let assemblyFormat = "`<` `bits` `=` $bits `,` `power` `=` custom<Real>($power) `,` `first` `=` $first `,` `errors` `=` custom<Reals>($errors) `>`";
  let builders = [AttrBuilder<(ins "int64_t":$bits, "double":$power, "int64_t":$first, "::llvm::ArrayRef<double>":$errors), [{
    return $_get($_ctxt, bits, ::llvm::APFloat(power), first, ::mlir::DenseF64ArrayAttr::get($_ctxt, errors));
  }]>];
  let extraClassDeclaration = [{
    double getMeanSquare() const { return getPower().convertToDouble(); }
  }];
  let genVerifyDecl = 1;
}

def Qnn_RangeAttr : Qnn_Attr<"Range", "range"> {
  let summary = "the real numbers that a value takes";
  let description = [{
    `min <= 0 <= max`, both finite; the label says where they come from: `calibrated` (observed), `inherited` (same grid as
    an operand), `constant`, `dead` (only zeros were seen), `nan`, `missing`, `implied` (by the operands' ranges). Calibration for a target whose scales are powers of
    two adds what the value loses on such grids.

    ```mlir
    #qnn.range<-1.5, 6.0, calibrated>
    ```
  }];
  let parameters = (ins APFloatParameter<"">:$lower, APFloatParameter<"">:$upper, EnumParameter<Qnn_RangeLabel>:$label,
                        OptionalParameter<"::tare::qnn::StepErrorsAttr">:$errors);
  let assemblyFormat = "`<` custom<Real>($lower) `,` custom<Real>($upper) `,` $label (`,` $errors^)? `>`";
  let builders = [AttrBuilder<(ins "double":$min, "double":$max, "RangeLabel":$label, CArg<"StepErrorsAttr", "{}">:$errors), [{
    return $_get($_ctxt, ::llvm::APFloat(min), ::llvm::APFloat(max), label, errors);
  }]>];
  let extraClassDeclaration = [{
    double getMin() const { return getLower().convertToDouble(); }
    double getMax() const { return getUpper().convertToDouble(); }
  }];
  let genVerifyDecl = 1;
}

def Qnn_ClampAttr : Qnn_Attr<"Clamp", "clamp"> {
  let summary = "a fused activation that limits the result";
  let description = [{
    In real numbers; either end may be infinite. Rectified linear is `<0.0, inf>`, ReLU6 is `<0.0, 6.0>`.

    ```mlir
    #qnn.clamp<0.0, inf>
    ```
  }];
  let parameters = (ins APFloatParameter<"">:$lower, APFloatParameter<"">:$upper);
  let assemblyFormat = "`<` custom<Real>($lower) `,` custom<Real>($upper) `>`";
  let builders = [AttrBuilder<(ins "double":$min, "double":$max), [{
    return $_get($_ctxt, ::llvm::APFloat(min), ::llvm::APFloat(max));
  }]>];
  let extraClassDeclaration = [{
    double getMin() const { return getLower().convertToDouble(); }
    double getMax() const { return getUpper().convertToDouble(); }
  }];
  let genVerifyDecl = 1;
}

def Qnn_PadMode : Qnn_Enum<"PadMode", "what stands in the padding", [
  I32EnumAttrCase<"Constant", 0, "constant">,
  I32EnumAttrCase<"Edge", 1, "edge">,
  I32EnumAttrCase<"Reflect", 2, "reflect">
]>;
def Qnn_PadModeAttr : EnumAttr<Qnn_Dialect, Qnn_PadMode, "pad_mode"> {
  let assemblyFormat = "`<` $value `>`";
}

def Qnn_FloatFormat : Qnn_Enum<"FloatFormat", "a floating-point format narrower than f32", [
  I32EnumAttrCase<"F16", 0, "f16">,
  I32EnumAttrCase<"BF16", 1, "bf16">
]>;
def Qnn_FloatFormatAttr : EnumAttr<Qnn_Dialect, Qnn_FloatFormat, "float_format"> {
  let assemblyFormat = "`<` $value `>`";
}

def Qnn_ResizeMode : Qnn_Enum<"ResizeMode", "how a resize interpolates", [
  I32EnumAttrCase<"Nearest", 0, "nearest">,
  I32EnumAttrCase<"Linear", 1, "linear">
]>;
def Qnn_ResizeModeAttr : EnumAttr<Qnn_Dialect, Qnn_ResizeMode, "resize_mode"> {
  let assemblyFormat = "`<` $value `>`";
}

def Qnn_CoordinateMode : Qnn_Enum<"CoordinateMode", "ONNX Resize's coordinate_transformation_mode", [
  I32EnumAttrCase<"HalfPixel", 0, "half_pixel">,
  I32EnumAttrCase<"PytorchHalfPixel", 1, "pytorch_half_pixel">,
  I32EnumAttrCase<"AlignCorners", 2, "align_corners">,
  I32EnumAttrCase<"Asymmetric", 3, "asymmetric">,
  I32EnumAttrCase<"HalfPixelSymmetric", 4, "half_pixel_symmetric">
]>;
def Qnn_CoordinateModeAttr : EnumAttr<Qnn_Dialect, Qnn_CoordinateMode, "coordinate_mode"> {
  let assemblyFormat = "`<` $value `>`";
}

def Qnn_NearestMode : Qnn_Enum<"NearestMode", "ONNX Resize's nearest_mode", [
  I32EnumAttrCase<"RoundPreferFloor", 0, "round_prefer_floor">,
  I32EnumAttrCase<"RoundPreferCeil", 1, "round_prefer_ceil">,
  I32EnumAttrCase<"Floor", 2, "floor">,
  I32EnumAttrCase<"Ceil", 3, "ceil">
]>;
def Qnn_NearestModeAttr : EnumAttr<Qnn_Dialect, Qnn_NearestMode, "nearest_mode"> {
  let assemblyFormat = "`<` $value `>`";
}

#endif // TARE_DIALECT_QNN_QNNATTRIBUTES_TD
