//===- NpuAttributes.td - Attributes of the hardware dialect ---*- tablegen -*-===//
#ifndef TARE_DIALECT_NPU_NPUATTRIBUTES_TD
#define TARE_DIALECT_NPU_NPUATTRIBUTES_TD

include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/CommonAttrConstraints.td"
include "tare/Dialect/Npu/NpuDialect.td"
include "tare/Dialect/Npu/NpuInterfaces.td"

class Npu_Attr<string name, string attrMnemonic, list<Trait> traits = []> : AttrDef<Npu_Dialect, name, traits> {
  let mnemonic = attrMnemonic;
}

//===----------------------------------------------------------------------===//
// Enums: the schema's own, names included
//===----------------------------------------------------------------------===//

/// A parameter whose C++ type is an enum of the program's schema, spelled as the schema spells it.
class Npu_SchemaEnumParameter<string cppEnum, string description = "", string default = "">
    : AttrOrTypeParameter<cppEnum, description> {
  let parser = "::tare::npu::parseSchemaEnum<" # cppEnum # ">($_parser)";
  let printer = "$_printer << ::tare::npu::nameOf($_self)";
  let defaultValue = default;
}

class Npu_SchemaEnumAttr<string name, string attrMnemonic, string cppEnum> : Npu_Attr<name, attrMnemonic> {
  let parameters = (ins Npu_SchemaEnumParameter<cppEnum>:$value);
  let assemblyFormat = "$value";
  let returnType = cppEnum;
  let convertFromStorage = "$_self.getValue()";
  let constBuilderCall = "::tare::npu::" # name # "Attr::get($_builder.getContext(), $0)";
}

def Npu_RoundingAttr : Npu_SchemaEnumAttr<"Rounding", "rounding", "::tare::program::Rounding"> {
  let summary = "how `round_shift(v, q)` rounds `v / 2^q` to an integer";
  let description = [{ `half_up`, `half_away`, `half_even`, `floor` or `gemmlowp_double`: `docs/arithmetic.md` defines each. }];
}
def Npu_PadModeAttr : Npu_SchemaEnumAttr<"PadMode", "pad_mode", "::tare::program::PadMode"> {
  let summary = "what stands in the padding";
  let description = [{ `constant`, `edge` or `reflect`, as ONNX defines them. }];
}
def Npu_ResizeModeAttr : Npu_SchemaEnumAttr<"ResizeMode", "resize_mode", "::tare::program::ResizeMode"> {
  let summary = "how a resize interpolates";
  let description = [{ `nearest`, `linear`, or `rescaled`: linear, with one rounding to a grid of its own. }];
}

//===----------------------------------------------------------------------===//
// Requantization and interpolation
//===----------------------------------------------------------------------===//

def Npu_StagesAttr : Npu_Attr<"Stages", "stages"> {
  let summary = "a requantization in three steps";
  let description = [{
    `t = sat16(round_shift(acc, shifts[0]))`, `u = round_shift(t * multipliers[c], shifts[1])`,
    `y = clamp(round_shift(u + bias[c], shifts[2]))`: (A39) of `docs/arithmetic.md`. The multipliers are those of the `#npu.requant`
    around it. The bias, of length 1 or C, holds the layer's bias and the zero points of operand and result.

    ```mlir
    #npu.stages<shifts = [4, 12, 7], bias = [-16384, 250]>
    ```
  }];
  let parameters = (ins ArrayRefParameter<"int32_t", "the three shifts q">:$shifts,
                        ArrayRefParameter<"int32_t", "what is added before the last shift">:$bias);
  let assemblyFormat = "`<` `shifts` `=` `[` $shifts `]` `,` `bias` `=` `[` $bias `]` `>`";
  let genVerifyDecl = 1;
}

def Npu_FunctionAttr : Npu_Attr<"Function", "function"> {
  let summary = "the real-valued function that a table stands for";
  let description = [{
    `sigmoid`, `leaky_relu`, ..: `include/tare/Kernels/Functions.h` defines each and its parameters, of which there is one set for all
    channels or one per channel. The table's integers are `clamp(Zy + f(Sx * (x - Zx)) / Sy)`.

    ```mlir
    #npu.function<leaky_relu, parameters = [0.1], clamp = [-128, 127]>
    ```
  }];
  let parameters = (ins Npu_SchemaEnumParameter<"::tare::program::FunctionKind">:$kind,
                        "::mlir::DenseF64ArrayAttr":$parameters, "int32_t":$clampMin, "int32_t":$clampMax);
  let assemblyFormat = "`<` $kind `,` `parameters` `=` custom<Scales>($parameters) `,` `clamp` `=` `[` $clampMin `,` $clampMax `]` `>`";
  let extraClassDeclaration = [{
    /// As the program stores it.
    ::std::unique_ptr<::tare::program::FunctionT> encode() const;
  }];
}

def Npu_LayerFunctionAttr : Npu_Attr<"LayerFunction", "layer_function"> {
  let summary = "a function behind an accumulator, within its layer";
  let description = [{
    `t = clamp(zero_point + round_shift(acc * multipliers[c], shifts[c]), -32768, 32767)`, and y is read from the table of 513 entries, of which
    each has `fraction_bits` behind the point, interpolated and rounded once: (A64) of `docs/arithmetic.md`. The multipliers are those of
    the `#npu.requant` around it, and so are the limits of y. `scale`, the step of t, and `function` are what the table stands for.

    ```mlir
    #npu.layer_function<shifts = [15], zero_point = 0, scale = 0.0001 : f64, fraction_bits = 7, table = [-16384, 0, 16256],
                        function = <sigmoid, parameters = [], clamp = [-128, 127]>>
    ```
  }];
  let parameters = (ins ArrayRefParameter<"int32_t", "the shifts q">:$shifts, "int32_t":$zeroPoint, "::mlir::FloatAttr":$scale,
                        "int32_t":$fractionBits, ArrayRefParameter<"int32_t", "the entries">:$table,
                        "::tare::npu::FunctionAttr":$function);
  let assemblyFormat = [{
    `<` `shifts` `=` `[` $shifts `]` `,` `zero_point` `=` $zeroPoint `,` `scale` `=` $scale `,` `fraction_bits` `=` $fractionBits `,`
    `table` `=` `[` $table `]` `,` `function` `=` $function `>`
  }];
  let genVerifyDecl = 1;
  let extraClassDeclaration = [{
    /// As the program stores it.
    ::std::unique_ptr<::tare::program::LayerFunctionT> encode() const;
  }];
}

def Npu_RequantAttr : Npu_Attr<"Requant", "requant"> {
  let summary = "how an accumulator becomes an activation";
  let description = [{
    `y = clamp(zero_point + round_shift(acc * multipliers[c], shifts[c]))`. Both lists have length 1 (one for the tensor) or
    C (one per channel). With `stages` these take the place of shifts, and of the zero point, which is 0. With `function` the shifts are
    there; zero point and clamp are those of its result.

    ```mlir
    #npu.requant<multipliers = [31038], shifts = [23], zero_point = -128, clamp = [-128, 127], rounding = floor>
    ```
    ```mlir
    #npu.requant<multipliers = [31038], stages = <shifts = [4, 12, 7], bias = [-16384]>, zero_point = 0, clamp = [-128, 127], rounding = half_away>
    ```
  }];
  let parameters = (ins
    ArrayRefParameter<"int32_t", "the multipliers m">:$multipliers,
    OptionalArrayRefParameter<"int32_t", "the shifts q">:$shifts,
    OptionalParameter<"::tare::npu::StagesAttr", "three steps in their place">:$stages,
    OptionalParameter<"::tare::npu::LayerFunctionAttr", "a function of what they give">:$function,
    "int32_t":$zeroPoint, "int32_t":$clampMin, "int32_t":$clampMax,
    Npu_SchemaEnumParameter<"::tare::program::Rounding", "the target's rounding", "::tare::program::Rounding::half_up">:$rounding);
  let assemblyFormat = [{
    `<` `multipliers` `=` `[` $multipliers `]` `,` (`shifts` `=` `[` $shifts^ `]` `,`)? (`stages` `=` $stages^ `,`)?
    (`function` `=` $function^ `,`)?
    `zero_point` `=` $zeroPoint `,` `clamp` `=` `[` $clampMin `,` $clampMax `]` (`,` `rounding` `=` $rounding^)? `>`
  }];
  let genVerifyDecl = 1;
  let extraClassDeclaration = [{
    /// As the program stores it.
    ::std::unique_ptr<::tare::program::RequantT> encode() const;
  }];
}

def Npu_ResizeAxisAttr : Npu_Attr<"ResizeAxis", "resize_axis"> {
  let summary = "where a resize reads along one axis";
  let description = [{
    Per output coordinate: the lower and the upper source index, and the upper one's weight in 2^-11. Nearest reads `lower` only;
    there the other two lists may be empty. `coordinates` is ONNX's coordinate_transformation_mode and `scale` its scale, from which
    the lists were computed; they may be missing.

    ```mlir
    #npu.resize_axis<lower = [0, 0, 0, 1], upper = [0, 1, 1, 1], weight = [0, 512, 1536, 0], coordinates = "half_pixel", scale = 2.0 : f32>
    ```
  }];
  let parameters = (ins OptionalArrayRefParameter<"int32_t">:$lower, OptionalArrayRefParameter<"int32_t">:$upper,
                        OptionalArrayRefParameter<"int32_t">:$weight,
                        OptionalParameter<"::mlir::StringAttr">:$coordinates, OptionalParameter<"::mlir::FloatAttr">:$scale);
  let assemblyFormat = [{
    `<` `lower` `=` `[` (`]`) : ($lower^ `]`)? `,` `upper` `=` `[` (`]`) : ($upper^ `]`)? `,` `weight` `=` `[` (`]`) : ($weight^ `]`)?
    (`,` `coordinates` `=` $coordinates^ `,` `scale` `=` $scale)? `>`
  }];
  let genVerifyDecl = 1;
}

//===----------------------------------------------------------------------===//
// What the host does
//===----------------------------------------------------------------------===//

class Npu_HostStepAttr<string name, string attrMnemonic>
    : Npu_Attr<name, attrMnemonic, [DeclareAttrInterfaceMethods<Npu_HostStepAttrInterface>]>;

def Npu_QuantizeStepAttr : Npu_HostStepAttr<"QuantizeStep", "quantize_step"> {
  let summary = "the host quantizes";
  let description = [{
    `npu.quantize`, done by the host.

    ```mlir
    #npu.quantize_step<scale = 0.5 : f32, zero_point = -3, output = i8>
    ```
  }];
  let parameters = (ins "::mlir::FloatAttr":$scale, "int32_t":$zeroPoint, "::mlir::Type":$output,
                        DefaultValuedParameter<"bool", "false">:$narrow);
  let assemblyFormat = "`<` `scale` `=` $scale `,` `zero_point` `=` $zeroPoint `,` `output` `=` $output (`,` `narrow` `=` $narrow^)? `>`";
  let genVerifyDecl = 1;
}
def Npu_DequantizeStepAttr : Npu_HostStepAttr<"DequantizeStep", "dequantize_step"> {
  let summary = "the host dequantizes";
  let description = [{
    `npu.dequantize`, done by the host.

    ```mlir
    #npu.dequantize_step<scales = [0.5, 0.25], axis = 3, zero_point = 0>
    ```
  }];
  let parameters = (ins "::mlir::DenseF64ArrayAttr":$scales, "int32_t":$axis, "int32_t":$zeroPoint);
  let assemblyFormat = "`<` `scales` `=` custom<Scales>($scales) `,` `axis` `=` $axis `,` `zero_point` `=` $zeroPoint `>`";
}
def Npu_TransposeStepAttr : Npu_HostStepAttr<"TransposeStep", "transpose_step"> {
  let summary = "the host transposes";
  let description = [{
    `npu.transpose`, done by the host.

    ```mlir
    #npu.transpose_step<permutation = [0, 3, 1, 2]>
    ```
  }];
  let parameters = (ins ArrayRefParameter<"int32_t">:$permutation);
  let assemblyFormat = "`<` `permutation` `=` `[` $permutation `]` `>`";
}
def Npu_ReshapeStepAttr : Npu_HostStepAttr<"ReshapeStep", "reshape_step"> {
  let summary = "the host reshapes";
  let description = [{
    `npu.reshape`, done by the host.

    ```mlir
    #npu.reshape_step<shape = [1, 30, 2]>
    ```
  }];
  let parameters = (ins ArrayRefParameter<"int64_t">:$shape);
  let assemblyFormat = "`<` `shape` `=` `[` $shape `]` `>`";
}
def Npu_SliceStepAttr : Npu_HostStepAttr<"SliceStep", "slice_step"> {
  let summary = "the host takes a part";
  let description = [{
    `npu.slice`, done by the host.

    ```mlir
    #npu.slice_step<starts = [0, 4], steps = [1, 1], sizes = [1, 2]>
    ```
  }];
  let parameters = (ins ArrayRefParameter<"int32_t">:$starts, ArrayRefParameter<"int32_t">:$steps, ArrayRefParameter<"int32_t">:$sizes);
  let assemblyFormat = "`<` `starts` `=` `[` $starts `]` `,` `steps` `=` `[` $steps `]` `,` `sizes` `=` `[` $sizes `]` `>`";
}
def Npu_ConcatStepAttr : Npu_HostStepAttr<"ConcatStep", "concat_step"> {
  let summary = "the host joins results";
  let description = [{
    `npu.concat`, done by the host: of `count` values, the last of which is this result's; those before it are of the results before
    that no step has taken yet.

    ```mlir
    #npu.concat_step<axis = 1, count = 3>
    ```
  }];
  let parameters = (ins "int32_t":$axis, "uint32_t":$count);
  let assemblyFormat = "`<` `axis` `=` $axis `,` `count` `=` $count `>`";
  let extraClassDeclaration = [{ uint32_t getOperandCount() const { return getCount(); } }];
  let genVerifyDecl = 1;
}

//===----------------------------------------------------------------------===//
// The target
//===----------------------------------------------------------------------===//

def Npu_TargetAttr : Npu_Attr<"Target", "target"> {
  let summary = "the description of the hardware";
  let description = [{
    The module's `npu.target`: the keys of the YAML description (`docs/targets.md`), so that printed IR reproduces alone.

    ```mlir
    #npu.target<{activations = [{accumulator_bits = 32, symmetric = false, type = "i8"} ], multiplier_bits = 15,
                 name = "small", rounding = "half_up", shift = {max = 31, min = 0}}>
    ```
  }];
  let parameters = (ins "::mlir::DictionaryAttr":$description);
  let assemblyFormat = "`<` $description `>`";
  let genVerifyDecl = 1;
  let builders = [AttrBuilder<(ins "const ::tare::Target &":$target)>];
  let extraClassDeclaration = [{ ::tare::Target getTarget() const; }];
}

#endif // TARE_DIALECT_NPU_NPUATTRIBUTES_TD
