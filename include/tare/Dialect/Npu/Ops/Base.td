//===- Base.td - Types and bases of hardware ops ---------------*- tablegen -*-===//
#ifndef TARE_DIALECT_NPU_OPS_BASE_TD
#define TARE_DIALECT_NPU_OPS_BASE_TD

include "mlir/IR/BuiltinAttributeInterfaces.td"
include "mlir/IR/OpAsmInterface.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"
include "tare/Dialect/Npu/NpuAttributes.td"
include "tare/Dialect/Npu/NpuInterfaces.td"

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

#endif // TARE_DIALECT_NPU_OPS_BASE_TD
