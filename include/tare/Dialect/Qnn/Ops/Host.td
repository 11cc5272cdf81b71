//===- Host.td - A model's operators in its own types ----------*- tablegen -*-===//
#ifndef TARE_DIALECT_QNN_OPS_HOST_TD
#define TARE_DIALECT_QNN_OPS_HOST_TD

include "mlir/Interfaces/SideEffectInterfaces.td"
include "tare/Dialect/Qnn/QnnDialect.td"

/// Float, integers and bool as a model has them: never on a grid.
def Qnn_HostTensor : StaticShapeTensorOf<[F32, AnyInteger]>;

def Qnn_HostOp : Op<Qnn_Dialect, "host", [Pure]> {
  let summary = "a node of the model in its own types";
  let description = [{
    An operator of ONNX on tensors of float32, integers and bool, as its specification says (include/tare/Host/Operator.h): what a float
    graph runs where this dialect has no op for a node, or none for this spelling of it. It has no integer form: in a program the host
    computes it in float (`npu.host`). `reason` says why, where it is not the operator: it is one of a spelling that the dialect has no op for,
    or stands between others (`tare-place-host`).

    `inputs` are the node's operands but for those that it leaves out: `positions` says which they are, where some are left out.

    ```mlir
    %k = qnn.constant dense<2> : tensor<1xi64> as tensor<1xi64>
    %0:2 = qnn.host "TopK" opset 18(%x, %k) {parameters = {axis = 1}}
      : (tensor<1x4xf32>, tensor<1xi64>) -> (tensor<1x2xf32>, tensor<1x2xi64>)
    ```
  }];
  let arguments = (ins StrAttr:$kind, I64Attr:$opset, Variadic<Qnn_HostTensor>:$inputs,
    OptionalAttr<DenseI64ArrayAttr>:$positions, DefaultValuedAttr<DictionaryAttr, "{}">:$parameters, OptionalAttr<StrAttr>:$reason);
  let results = (outs Variadic<Qnn_HostTensor>:$outputs);
  let assemblyFormat = "$kind `opset` $opset `(` $inputs `)` (`at` $positions^)? attr-dict `:` functional-type($inputs, $outputs)";
  let hasVerifier = 1;
}

#endif // TARE_DIALECT_QNN_OPS_HOST_TD
