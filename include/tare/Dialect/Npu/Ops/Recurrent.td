//===- Recurrent.td - The ends of loops ------------------------*- tablegen -*-===//
#ifndef TARE_DIALECT_NPU_OPS_RECURRENT_TD
#define TARE_DIALECT_NPU_OPS_RECURRENT_TD

include "tare/Dialect/Npu/Ops/Base.td"

def Npu_LoopBeginOp : Op<Npu_Dialect, "loop_begin",
    [AttrSizedOperandSegments, DeclareOpInterfaceMethods<Npu_NpuOpInterface>]> {
  let summary = "what each step of a loop begins with";
  let description = [{
    As `qnn.loop_begin`: the layers up to the `npu.loop_end` that reads the first result run `steps` times. Elements move, no more.

    ```mlir
    %s:3 = npu.loop_begin 5 sequences(%x) states(%h0) : (tensor<5x1x4xi8>, tensor<1x4xi8>)
      -> (tensor<1xi64>, tensor<1x4xi8>, tensor<1x4xi8>)
    %all:2 = npu.loop_end %s#0 carries(%s#1) collects(%s#2) : (tensor<1xi64>, tensor<1x4xi8>, tensor<1x4xi8>)
      -> (tensor<1x4xi8>, tensor<5x1x4xi8>)
    ```
  }];
  let arguments = (ins I64Attr:$steps, Variadic<Npu_Tensor>:$sequences, Variadic<Npu_Tensor>:$states,
    OptionalAttr<DenseBoolArrayAttr>:$reversed);
  // No two loops are one, however alike they begin.
  let results = (outs Res<Variadic<Npu_Tensor>, "", [MemAlloc]>:$values);
  let assemblyFormat = "$steps (`sequences` `(` $sequences^ `)`)? (`states` `(` $states^ `)`)? attr-dict `:` functional-type(operands, $values)";
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    using Parameters = ::tare::program::LoopBeginT;
    /// The other end; null where there is none.
    ::tare::npu::LoopEndOp getEnd();
  }];
}

def Npu_LoopEndOp : Op<Npu_Dialect, "loop_end",
    [Pure, AttrSizedOperandSegments, DeclareOpInterfaceMethods<Npu_NpuOpInterface>]> {
  let summary = "what a loop carries on, and what it gives";
  let description = [{
    As `qnn.loop_end`: the other end of the `npu.loop_begin` whose first result it reads.
  }];
  let arguments = (ins Npu_Tensor:$step, Variadic<Npu_Tensor>:$carries, Variadic<Npu_Tensor>:$collects,
    OptionalAttr<DenseBoolArrayAttr>:$reversed);
  let results = (outs Variadic<Npu_Tensor>:$values);
  let assemblyFormat = "$step (`carries` `(` $carries^ `)`)? (`collects` `(` $collects^ `)`)? attr-dict `:` functional-type(operands, $values)";
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    using Parameters = ::tare::program::LoopEndT;
    ::tare::npu::LoopBeginOp getBegin() { return getStep().getDefiningOp<::tare::npu::LoopBeginOp>(); }
  }];
}

#endif // TARE_DIALECT_NPU_OPS_RECURRENT_TD
