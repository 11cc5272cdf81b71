//===- Recurrent.td - The ends of loops ------------------------*- tablegen -*-===//
//
// The body of a loop stands between its two ends, in the same block as everything
// else: so ranges, grids, shifts, layers and addresses of what a step computes are
// found by the passes that find everybody's.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_DIALECT_QNN_OPS_RECURRENT_TD
#define TARE_DIALECT_QNN_OPS_RECURRENT_TD

include "tare/Dialect/Qnn/Ops/Base.td"

/// On a grid where a step computes on it; integers and bool as a model has them.
def Qnn_LoopTensor : StaticShapeTensorOf<[F32, quant_QuantizedType, AnyInteger]>;

def Qnn_LoopBeginOp : Op<Qnn_Dialect, "loop_begin", [AttrSizedOperandSegments]> {
  let summary = "what each step of a loop begins with";
  let description = [{
    What stands between this op and the `qnn.loop_end` that reads its first result is computed `steps` times. The results are the step's
    number (int64 of shape [1], from 0), then the step's element along the first axis of each of the `sequences`, then the states:
    at the first step those given here, later those that `qnn.loop_end` carries. Of sequences that `reversed` has true for, the first
    step takes the last element.

    A state is on one grid at all steps.

    ```mlir
    %s:3 = qnn.loop_begin 5 sequences(%x) states(%h0) : (tensor<5x1x4xf32>, tensor<1x4xf32>)
      -> (tensor<1xi64>, tensor<1x4xf32>, tensor<1x4xf32>)
    %h = qnn.add %s#1, %s#2 : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32>
    %all:2 = qnn.loop_end %s#0 carries(%h) collects(%h) : (tensor<1xi64>, tensor<1x4xf32>, tensor<1x4xf32>)
      -> (tensor<1x4xf32>, tensor<5x1x4xf32>)
    ```
  }];
  let arguments = (ins I64Attr:$steps, Variadic<Qnn_LoopTensor>:$sequences, Variadic<Qnn_LoopTensor>:$states,
    OptionalAttr<DenseBoolArrayAttr>:$reversed);
  // No two loops are one, however alike they begin.
  let results = (outs Res<Variadic<Qnn_LoopTensor>, "", [MemAlloc]>:$values);
  let assemblyFormat = "$steps (`sequences` `(` $sequences^ `)`)? (`states` `(` $states^ `)`)? attr-dict `:` functional-type(operands, $values)";
  let extraClassDeclaration = [{
    /// State `index` at the beginning of a step.
    ::mlir::Value getState(unsigned index) { return getResult(1 + getSequences().size() + index); }
    /// The other end; null where there is none.
    ::tare::qnn::LoopEndOp getEnd();
  }];
  let hasVerifier = 1;
}

def Qnn_LoopEndOp : Op<Qnn_Dialect, "loop_end", [Pure, AttrSizedOperandSegments]> {
  let summary = "what a loop carries on, and what it gives";
  let description = [{
    The other end of the `qnn.loop_begin` whose first result it reads: `carries` are the states behind a step, `collects` values of which
    each step's is an element of a sequence. The results are the states behind the last step, then the sequences; of those that `reversed`
    has true for, the first step's element is the last. Nothing that the loop computes is read behind its end.
  }];
  let arguments = (ins Qnn_LoopTensor:$step, Variadic<Qnn_LoopTensor>:$carries, Variadic<Qnn_LoopTensor>:$collects,
    OptionalAttr<DenseBoolArrayAttr>:$reversed);
  let results = (outs Variadic<Qnn_LoopTensor>:$values);
  let assemblyFormat = "$step (`carries` `(` $carries^ `)`)? (`collects` `(` $collects^ `)`)? attr-dict `:` functional-type(operands, $values)";
  let extraClassDeclaration = [{
    ::tare::qnn::LoopBeginOp getBegin() { return getStep().getDefiningOp<::tare::qnn::LoopBeginOp>(); }
    /// State `index` behind the last step.
    ::mlir::Value getLast(unsigned index) { return getResult(index); }
  }];
  let hasVerifier = 1;
}

#endif // TARE_DIALECT_QNN_OPS_RECURRENT_TD
