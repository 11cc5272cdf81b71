// RUN: tare-opt %s --pass-pipeline="builtin.module(func.func(tare-plan-memory))" --split-input-file | FileCheck %s

// The target's alignment, where it is more than the format's 64; an arena of exactly what the target has is enough.
// CHECK-LABEL: func.func @aligned
// CHECK-SAME: {npu.offset = 0 : i64,
// CHECK-SAME: npu.arena_bytes = 512 : i64
// CHECK: npu.rescale {{.*}} {npu.offset = 256 : i64}
module attributes {npu.target = #npu.target<{name = "tiny", activations = [{type = "i8", symmetric = true, accumulator_bits = 32}],
    multiplier_bits = 15, shift = {min = 0, max = 31}, rounding = "half_up", memory = {alignment = 256, arena_bytes = 512}}>} {
  func.func @aligned(%x: tensor<60xi8> {qnn.name = "x"}) -> tensor<60xi8> {
    %0 = npu.rescale %x requant = <multipliers = [3], shifts = [2], zero_point = 0, clamp = [-128, 127]> : (tensor<60xi8>) -> tensor<60xi8> loc("relu"("y"))
    return %0 : tensor<60xi8>
  }
}

// -----

// What asks for less gets the format's 64.
// CHECK-LABEL: func.func @hardly_aligned
// CHECK-SAME: npu.arena_bytes = 128 : i64
// CHECK: npu.rescale {{.*}} {npu.offset = 64 : i64}
module attributes {npu.target = #npu.target<{name = "tiny", activations = [{type = "i8", symmetric = true, accumulator_bits = 32}],
    multiplier_bits = 15, shift = {min = 0, max = 31}, rounding = "half_up", memory = {alignment = 64, arena_bytes = 128}}>} {
  func.func @hardly_aligned(%x: tensor<1xi8> {qnn.name = "x"}) -> tensor<1xi8> {
    %0 = npu.rescale %x requant = <multipliers = [3], shifts = [2], zero_point = 0, clamp = [-128, 127]> : (tensor<1xi8>) -> tensor<1xi8> loc("relu"("y"))
    return %0 : tensor<1xi8>
  }
}
