//===- NpuDialect.td - The hardware dialect --------------------*- tablegen -*-===//
#ifndef TARE_DIALECT_NPU_NPUDIALECT_TD
#define TARE_DIALECT_NPU_NPUDIALECT_TD

include "mlir/IR/OpBase.td"

def Npu_Dialect : Dialect {
  let name = "npu";
  let cppNamespace = "::tare::npu";
  let summary = "integer networks, one op per operator of the program";
  let description = [{
    The hardware level of Tare. Tensors are signless integers of static shape, activations are channels-last (NHWC, or NWC for
    one spatial dimension), and every number that the hardware is told (multipliers, shifts, zero points, saturation) is an
    attribute. Float appears only at the border, the operand of `npu.quantize` and the result of `npu.dequantize`, and in what the host
    computes (`npu.host`).

    ```mlir
    %0 = npu.conv %x, %w, %b strides = [1, 1] pads = [1, 1, 1, 1] dilations = [1, 1] input_zero_point = 3
           requant = <multipliers = [31038], shifts = [23], zero_point = -128, clamp = [-128, 127]>
       : (tensor<1x32x32x3xi8>, tensor<16x3x3x3xi8>, tensor<16xi32>) -> tensor<1x32x32x16xi8>
    ```

    Each op is one member of the union `Op` in the program's schema (`lib/Schema/program.fbs`), the single definition of its
    parameters: the op encodes itself into that struct, and its verifier and type inference are the kernel's own `infer`.
    So whatever verifies here also loads, and computes there what it computes here.

    Discardable attributes: `npu.offset` (an op's or argument's address in the arena), `npu.further_offsets` (those of the
    results behind the first), `npu.arena_bytes` and
    `npu.arena_lower_bound` (of a function), `npu.target` (of the module), `npu.host_steps` (of an argument or result: what the host does before or after),
    `npu.model_output` (of a result whose steps join several to one output of the model: that one's name),
    `npu.grid` (of an op or argument: the quantized element type that says what its integers mean; nothing computes with it).
  }];
  let useDefaultAttributePrinterParser = 1;
  let hasConstantMaterializer = 1;
  let hasOperationAttrVerify = 1;
  let hasRegionArgAttrVerify = 1;
  let hasRegionResultAttrVerify = 1;
  let extraClassDeclaration = [{ void registerAttributes(); }];
}

#endif // TARE_DIALECT_NPU_NPUDIALECT_TD
