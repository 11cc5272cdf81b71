//===- NpuInterfaces.td - What passes ask of an integer op -----*- tablegen -*-===//
#ifndef TARE_DIALECT_NPU_NPUINTERFACES_TD
#define TARE_DIALECT_NPU_NPUINTERFACES_TD

include "mlir/IR/OpBase.td"

def Npu_NpuOpInterface : OpInterface<"NpuOpInterface"> {
  let cppNamespace = "::tare::npu";
  let description = [{ An op that is an operator of the program: all of the dialect except constants. }];
  let methods = [
    InterfaceMethod<"The operator, of which kernels::lookup() knows more.", "::tare::program::Op", "getKind", (ins), "",
      [{ return ::tare::program::OpUnionTraits<typename ConcreteOp::Parameters>::enum_value; }]>,
    InterfaceMethod<"The parameters as the program stores them and kernels take them.",
      "::tare::program::OpUnion", "encode", (ins)>
  ];
  // The kernel's own check: parameters, operand types, result type.
  let verify = [{ return ::tare::npu::detail::verifyNpuOp($_op); }];
}

def Npu_PermutableOpInterface : OpInterface<"PermutableOpInterface"> {
  let cppNamespace = "::tare::npu";
  let description = [{
    An op that commutes with transposes: `f(transpose(x, p), ..) = transpose(g(x, ..), r)`, where `g` is the op with its axes, starts
    and the like moved along. The first `getNumLayoutOperands()` operands follow the layout; the others (tables) don't.

    A permutation `p` means what it does in `npu.transpose`: dimension `i` of the result is dimension `p[i]` of the operand.
  }];
  let methods = [
    InterfaceMethod<"How many of the leading operands are transposed with the op.", "unsigned", "getNumLayoutOperands", (ins),
      "", [{ return $_op->getNumOperands(); }]>,
    InterfaceMethod<[{
      The permutation `r` of the result when each layout operand is a transpose by `p` (of the result's rank, where operands
      broadcast), or why the op does not commute with `p`.
    }], "::tare::Result<::tare::npu::Permutation>", "getPermutedResult", (ins "::llvm::ArrayRef<int32_t>":$permutation)>,
    InterfaceMethod<[{
      Makes the op `g` on operands that are not transposed (for those that follow the layout; of the result's rank where they
      broadcast). Only for permutations that `getPermutedResult` accepts.
    }], "::mlir::Value", "createPermuted",
      (ins "::mlir::OpBuilder &":$builder, "::llvm::ArrayRef<int32_t>":$permutation, "::mlir::ValueRange":$operands)>
  ];
}

def Npu_HostStepAttrInterface : AttrInterface<"HostStepAttrInterface"> {
  let cppNamespace = "::tare::npu";
  let description = [{
    One step that a host takes before an input enters the program or after an output leaves it, in place of an op that was
    stripped from the program's border. Arguments and results list theirs, in order, as `npu.host_steps`.
  }];
  let methods = [
    InterfaceMethod<"The stripped op's parameters.", "::tare::program::OpUnion", "encode", (ins)>,
    InterfaceMethod<[{
      How many values it takes: those of the results before that no step has taken, and the last its own result's.
    }], "uint32_t", "getOperandCount", (ins), "", [{ return 1; }]>
  ];
}

#endif // TARE_DIALECT_NPU_NPUINTERFACES_TD
