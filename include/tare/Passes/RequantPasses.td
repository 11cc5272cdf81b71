//===- RequantPasses.td - Multipliers and shifts -----------*- tablegen -*-===//
#ifndef TARE_PASSES_REQUANTPASSES_TD
#define TARE_PASSES_REQUANTPASSES_TD

include "tare/Passes/FunctionPass.td"

def ComputeRequantization : Pass<"tare-compute-requantization", "::mlir::ModuleOp"> {
  let summary = "compute the hardware's multipliers and shifts, and check that it can hold them";
  let description = [{
    Gives every fused op its `npu.requant`: multiplier and shift per channel (`M = Sx * Sw[c] / Sy ~ m * 2^-q`, q as large as the target
    allows), the output's zero point and the integers that its activation clamps to. Reports, all in one run: a q below the
    target's range, an accumulator that could overflow, a bias that did not fit (`qnn.bias_misfit`); each with the scales, the cause and the remedy. Channels that vanish or lose bits at
    the top of q's range are warnings that say what that costs. A q below the range is clamped, with a warning, where the outputs are at most
    one step off, because so fine a grid saturates at the first step of the accumulator anyway. Without `repair` all of this is refused.

    A target whose requantizer has three stages gets `stages` in place of shifts: one q0, q1 and q2 for the layer, those with the least
    worst error (A41), and a bias per channel that holds the op's own bias and the zero points. An addition has no stages.

    Before:
    ```mlir
    %0 = qnn.conv %x, %w, %b {clamp = #qnn.clamp<0.0, inf>} : (...) -> tensor<1x2x4x4x!quant.uniform<i8:f32, 0.5:-128>>
    ```
    After:
    ```mlir
    %0 = qnn.conv %x, %w, %b {clamp = #qnn.clamp<0.0, inf>, npu.requant = #npu.requant<multipliers = [31038, 29491],
      shifts = [23, 15], zero_point = -128, clamp = [-128, 127]>} : (...) -> tensor<1x2x4x4x!quant.uniform<i8:f32, 0.5:-128>>
    ```
  }];
  let options = [Option<"repair", "repair", "bool", "true", "clamp a q below the target's range where that hardly changes an output">];
  let dependentDialects = ["::tare::npu::NpuDialect"];
}

#endif // TARE_PASSES_REQUANTPASSES_TD
