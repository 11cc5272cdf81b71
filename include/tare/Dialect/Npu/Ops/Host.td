//===- Host.td - What the processor computes -------------------*- tablegen -*-===//
#ifndef TARE_DIALECT_NPU_OPS_HOST_TD
#define TARE_DIALECT_NPU_OPS_HOST_TD

include "tare/Dialect/Npu/Ops/Base.td"

def Npu_HostOp : Op<Npu_Dialect, "host", [Pure, DeclareOpInterfaceMethods<Npu_NpuOpInterface>]> {
  let summary = "a node of the model, which the host computes";
  let description = [{
    An operator of ONNX in float32, integers and bool, as its specification says (include/tare/Host/Operator.h): what hardware has no
    integer form of. Its tensors are on no grid, and have the order of dimensions that the model says. `inputs` are the node's operands
    but for those that it leaves out: `positions` says which they are, where some are left out. `reason` says why the host computes it.

    ```mlir
    %k = npu.constant dense<2> : tensor<1xi64>
    %0:2 = npu.host "TopK" opset 18(%x, %k) {parameters = {axis = 1}}
      : (tensor<1x4xf32>, tensor<1xi64>) -> (tensor<1x2xf32>, tensor<1x2xi64>)
    ```
  }];
  let arguments = (ins StrAttr:$node, I64Attr:$opset, Variadic<Npu_Tensor>:$inputs,
    OptionalAttr<DenseI64ArrayAttr>:$positions, DefaultValuedAttr<DictionaryAttr, "{}">:$parameters, OptionalAttr<StrAttr>:$reason);
  let results = (outs Variadic<Npu_Tensor>:$outputs);
  let assemblyFormat = "$node `opset` $opset `(` $inputs `)` (`at` $positions^)? attr-dict `:` functional-type($inputs, $outputs)";
  let hasVerifier = 1;
  let extraClassDeclaration = "using Parameters = ::tare::program::HostT;";
}

#endif // TARE_DIALECT_NPU_OPS_HOST_TD
