//===- LoweringPasses.td - From qnn to npu -----------------*- tablegen -*-===//
#ifndef TARE_PASSES_LOWERINGPASSES_TD
#define TARE_PASSES_LOWERINGPASSES_TD

include "tare/Passes/FunctionPass.td"

def LowerToNpu : Pass<"tare-lower-to-npu", "::mlir::ModuleOp"> {
  let summary = "turn fused ops on quantized types into integer ops";
  let description = [{
    Quantized tensors become tensors of their storage integers. Spatial ops become channels-last ones between transposes (which
    `tare-cancel-transposes` then takes away), weights move to [O, kernel.., I / group], biases take in the input's zero point,
    functions become tables (that of one marked `qnn.in_layer` is in the requantization of the layer before it, and no op is left for it), casts at the border become `npu.quantize` and `npu.dequantize`.

    Before:
    ```mlir
    %0 = qnn.conv %x, %w, %b {npu.requant = #npu.requant<...>} : (tensor<1x3x8x8x!i8>, ...) -> tensor<1x4x8x8x!i8>
    ```
    After:
    ```mlir
    %0 = npu.transpose %x permutation = [0, 2, 3, 1] : (tensor<1x3x8x8xi8>) -> tensor<1x8x8x3xi8>
    %1 = npu.conv %0, %w, %b ... requant = <...> : (tensor<1x8x8x3xi8>, ...) -> tensor<1x8x8x4xi8>
    %2 = npu.transpose %1 permutation = [0, 3, 1, 2] : (tensor<1x8x8x4xi8>) -> tensor<1x4x8x8xi8>
    ```
  }];
  let dependentDialects = ["::tare::npu::NpuDialect"];
}

#endif // TARE_PASSES_LOWERINGPASSES_TD
