//===- Base.td - Types and bases of graph ops ------------------*- tablegen -*-===//
#ifndef TARE_DIALECT_QNN_OPS_BASE_TD
#define TARE_DIALECT_QNN_OPS_BASE_TD

include "mlir/Dialect/Quant/IR/QuantBase.td"
include "mlir/IR/BuiltinAttributeInterfaces.td"
include "mlir/IR/OpAsmInterface.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"
include "tare/Dialect/Qnn/QnnAttributes.td"
include "tare/Dialect/Qnn/QnnInterfaces.td"

defvar Qnn_Requant = DeclareOpInterfaceMethods<Qnn_RequantOpInterface>;
defvar Qnn_RequantOfOperands = DeclareOpInterfaceMethods<Qnn_RequantOpInterface, ["getReaches"]>;
defvar Qnn_RequantOfProduct = DeclareOpInterfaceMethods<Qnn_RequantOpInterface, ["getReaches", "mayHaveFunction"]>;
defvar Qnn_RequantOfMean = DeclareOpInterfaceMethods<Qnn_RequantOpInterface, ["getReaches", "dividesByCount", "getLargestCount"]>;
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

/// Of an op that has no integer form: what makes others of it before. Without this word an op that nothing lowers is an op that somebody
/// forgot (test/acceptance/test_operators.py).
class Qnn_FloatOnly<string pass> {
  string floatUntil = pass;
}

/// The `extraClassDefinition` of an op whose result has the shape of its first operand.
defvar Qnn_ShapeOfFirst = [{
    ::llvm::LogicalResult $cppClass::inferReturnTypes(::mlir::MLIRContext *, ::std::optional<::mlir::Location>, Adaptor adaptor,
                                                      ::llvm::SmallVectorImpl<::mlir::Type> &inferred) {
      return ::tare::qnn::inferShapeOfFirst(adaptor.getOperands(), inferred);
    }
  }];

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

#endif // TARE_DIALECT_QNN_OPS_BASE_TD
