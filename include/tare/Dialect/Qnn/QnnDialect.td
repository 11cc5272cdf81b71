//===- QnnDialect.td - The graph dialect -----------------------*- tablegen -*-===//
#ifndef TARE_DIALECT_QNN_QNNDIALECT_TD
#define TARE_DIALECT_QNN_QNNDIALECT_TD

include "mlir/IR/OpBase.td"

def Qnn_Dialect : Dialect {
  let name = "qnn";
  let cppNamespace = "::tare::qnn";
  let summary = "neural networks as ONNX means them, in float or on quantized types";
  let description = [{
    The graph level of Tare. Operators have ONNX's semantics and layout (NCHW) and static shapes; element types are `f32`
    or `!quant.uniform` (MLIR's own `quant` dialect); integers and bool are plain tensors that only `qnn.host` computes on. The same op serves every form on the way to hardware:

    ```mlir
    // float: the model as it is
    %0 = qnn.conv %x, %w, %b {pads = array<i64: 1, 1, 1, 1>} : (tensor<1x3x8x8xf32>, tensor<4x3x3x3xf32>, tensor<4xf32>) -> tensor<1x4x8x8xf32>
    // QDQ: where precision is given up
    %q = quant.qcast %0 : tensor<1x4x8x8xf32> to tensor<1x4x8x8x!quant.uniform<i8:f32, 0.5>>
    // fused: the whole op on quantized types
    %1 = qnn.max_pool %q {kernel = array<i64: 2, 2>} : (tensor<1x4x8x8x!quant.uniform<i8:f32, 0.5>>) -> tensor<1x4x7x7x!quant.uniform<i8:f32, 0.5>>
    ```

    What an op on quantized types computes: its operands' real values (scale times integer minus zero point), the float
    operator on them, and the result rounded to the result's grid. The exact integer arithmetic is the `npu` dialect's.

    A location `loc("conv1"("relu1_out"))` says that the op stems from the ONNX node `conv1` and holds the ONNX value `relu1_out`.
    The discardable attribute `qnn.range` holds what calibration saw of a value; `qnn.name` names arguments and results;
    `qnn.unsigned` says of an argument or result that the model's integers there are unsigned: the tensor's plus half of their range;
    `qnn.told_apart` says of an argument between which numbers its readers tell any apart (a Relu those above 0), quantizers aside;
    `qnn.bias_misfit` says of a quantized op that its bias did not fit, until tare-compute-requantization reports it.
    `qnn.intermediate` says of an op that the model has no value for its result, which is a step on the way to a node's;
    `qnn.least_row_maximum` on a softmax says how low the largest element of a row of its operand was, if others were masked;
    `qnn.measured_ranges` on a function says that its ranges are what data showed.
    `qnn.run_time_ranges` on a function names the values that an ONNX model quantizes dynamically, until they have static ranges.
  }];
  let dependentDialects = ["::mlir::quant::QuantDialect"];
  let useDefaultAttributePrinterParser = 1;
  let extraClassDeclaration = [{ void registerAttributes(); }];
  let hasConstantMaterializer = 1;
  let hasOperationAttrVerify = 1;
  let hasRegionArgAttrVerify = 1;
}

#endif // TARE_DIALECT_QNN_QNNDIALECT_TD
