//===- Binary.td - Two operands, broadcasting ------------------*- tablegen -*-===//
#ifndef TARE_DIALECT_QNN_OPS_BINARY_TD
#define TARE_DIALECT_QNN_OPS_BINARY_TD

include "tare/Dialect/Qnn/Ops/Base.td"

class Qnn_BinaryOp<string name, string formula, list<Trait> traits = []>
    : Qnn_OwnGridOp<name, !listconcat([Qnn_ClampOpInterface], traits)> {
  let summary = "y = " # formula # ", broadcasting";
  let arguments = (ins Qnn_Tensor:$lhs, Qnn_Tensor:$rhs, OptionalAttr<Qnn_ClampAttr>:$clamp);
  let assemblyFormat = "$lhs `,` $rhs attr-dict `:` functional-type(operands, results)";
  let extraClassDeclaration = Qnn_OwnGridOfOperands;
  let description = "ONNX's operator of the same name with numpy's broadcasting: " # summary # ".\n\n```mlir\n%0 = qnn." # name
    # " %a, %b : (tensor<1x4xf32>, tensor<1x1xf32>) -> tensor<1x4xf32>\n```\n";
  let extraClassDefinition = [{
    ::llvm::LogicalResult $cppClass::inferReturnTypes(::mlir::MLIRContext *, ::std::optional<::mlir::Location> location, Adaptor adaptor,
                                                      ::llvm::SmallVectorImpl<::mlir::Type> &inferred) {
      return ::tare::qnn::inferBroadcastShape(location, adaptor.getOperands(), inferred);
    }
  }];
}

defvar Qnn_RequantOfSum = DeclareOpInterfaceMethods<Qnn_RequantOpInterface, ["getReaches", "sharesShift"]>;
def Qnn_AddOp : Qnn_BinaryOp<"add", "a + b", [Qnn_RequantOfSum, Qnn_Floor]>;
def Qnn_SubOp : Qnn_BinaryOp<"sub", "a - b", [Qnn_RequantOfSum, Qnn_FloorByOperand]>;
def Qnn_MulOp : Qnn_BinaryOp<"mul", "a * b", [Qnn_RequantOfProduct, Qnn_FloorByOperand]>;
def Qnn_DivOp : Qnn_BinaryOp<"div", "a / b">, Qnn_FloatOnly<"tare-decompose">;

#endif // TARE_DIALECT_QNN_OPS_BINARY_TD
