// RUN: tare-opt %s --pass-pipeline="builtin.module(func.func(tare-plan-memory))" --split-input-file | FileCheck %s
// RUN: tare-opt %s --pass-pipeline="builtin.module(func.func(tare-plan-memory{alignment=1024}))" --split-input-file | FileCheck %s --check-prefix=ALIGNED
// RUN: tare-opt %s --pass-pipeline="builtin.module(func.func(tare-plan-memory))" --split-input-file --remarks-filter="tare-plan-memory" 2>&1 -o /dev/null | FileCheck %s --check-prefix=REMARK

// Two blocks take turns; a reshape lies where its operand does; constants are not in the arena.
// CHECK-LABEL: func.func @chain
// CHECK-SAME: {npu.offset = 0 : i64}
// CHECK-SAME: attributes {npu.arena_bytes = 512 : i64, npu.arena_lower_bound = 512 : i64}
// ALIGNED-LABEL: func.func @chain
// ALIGNED-SAME: npu.arena_bytes = 2048
func.func @chain(%x: tensor<1x8x8x4xi8>) -> tensor<4x64xi8> {
  // CHECK-NEXT: npu.constant dense<1> : tensor<256xi8>
  %table = npu.constant dense<1> : tensor<256xi8>
  // CHECK-NEXT: npu.lookup {{.*}} {npu.offset = 256 : i64}
  // ALIGNED: npu.lookup {{.*}} {npu.offset = 1024 : i64}
  %0 = npu.lookup %x, %table : (tensor<1x8x8x4xi8>, tensor<256xi8>) -> tensor<1x8x8x4xi8>
  // CHECK-NEXT: npu.lookup {{.*}} {npu.offset = 0 : i64}
  %1 = npu.lookup %0, %table : (tensor<1x8x8x4xi8>, tensor<256xi8>) -> tensor<1x8x8x4xi8>
  // CHECK-NEXT: npu.reshape {{.*}} {npu.offset = 0 : i64}
  %2 = npu.reshape %1 shape = [64, 4] : (tensor<1x8x8x4xi8>) -> tensor<64x4xi8>
  // CHECK-NEXT: npu.transpose {{.*}} {npu.offset = 256 : i64}
  %3 = npu.transpose %2 permutation = [1, 0] : (tensor<64x4xi8>) -> tensor<4x64xi8>
  return %3 : tensor<4x64xi8>
}
// REMARK: [Analysis] Arena | Category:tare-plan-memory | Function=chain | ArenaBytes=512, LowerBound=512, Remark="at the peak there are 'arg0' (256 bytes)

// -----

// An output keeps its place until the end, and the reshape's operand lives as long as the reshape is read.
// CHECK-LABEL: func.func @outputs
// CHECK-SAME: (%{{.*}}: tensor<64xi8> {npu.offset = [[X:.*]] : i64})
// CHECK-SAME: npu.arena_bytes = 192 : i64, npu.arena_lower_bound = 192 : i64
func.func @outputs(%x: tensor<64xi8>) -> (tensor<64xi8>, tensor<64xi8>) {
  // CHECK: npu.rescale {{.*}} {npu.offset = [[A:.*]] : i64}
  %0 = npu.rescale %x requant = <multipliers = [3], shifts = [2], zero_point = 0, clamp = [-128, 127]> : (tensor<64xi8>) -> tensor<64xi8>
  // CHECK-NEXT: npu.reshape {{.*}} {npu.offset = [[A]] : i64}
  %1 = npu.reshape %0 shape = [8, 8] : (tensor<64xi8>) -> tensor<8x8xi8>
  %2 = npu.rescale %x requant = <multipliers = [3], shifts = [2], zero_point = 0, clamp = [-128, 127]> : (tensor<64xi8>) -> tensor<64xi8>
  // CHECK: npu.transpose {{.*}} {npu.offset = [[X]] : i64}
  %3 = npu.transpose %1 permutation = [1, 0] : (tensor<8x8xi8>) -> tensor<8x8xi8>
  %4 = npu.reshape %3 shape = [64] : (tensor<8x8xi8>) -> tensor<64xi8>
  return %4, %2 : tensor<64xi8>, tensor<64xi8>
}
