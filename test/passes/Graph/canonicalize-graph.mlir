// RUN: tare-opt %s --tare-canonicalize-graph | FileCheck %s

!a = !quant.uniform<i8:f32, 0.5>

// Identities vanish, movements merge, the dead are dropped; casts stay, for they round.
// CHECK-LABEL: func.func @main
func.func @main(%x: tensor<1x4xf32>) -> (tensor<4x1xf32>, tensor<2x2xf32>, tensor<1x4xf32>) {
  %0 = qnn.transpose %x {permutation = array<i64: 0, 1>} : (tensor<1x4xf32>) -> tensor<1x4xf32>
  // CHECK: %[[T:.*]] = qnn.transpose %arg0 {permutation = array<i64: 1, 0>}
  %1 = qnn.transpose %0 {permutation = array<i64: 1, 0>} : (tensor<1x4xf32>) -> tensor<4x1xf32>
  %2 = qnn.reshape %x {shape = array<i64: 4>} : (tensor<1x4xf32>) -> tensor<4xf32>
  // CHECK-NEXT: %[[R:.*]] = qnn.reshape %arg0 {shape = array<i64: 2, 2>}
  %3 = qnn.reshape %2 {shape = array<i64: 2, 2>} : (tensor<4xf32>) -> tensor<2x2xf32>
  %dead = qnn.relu %x : (tensor<1x4xf32>) -> tensor<1x4xf32>
  // CHECK-NEXT: %[[Q:.*]] = quant.qcast %arg0
  // CHECK-NEXT: %[[D:.*]] = quant.dcast %[[Q]]
  // CHECK-NEXT: return %[[T]], %[[R]], %[[D]]
  %4 = quant.qcast %x : tensor<1x4xf32> to tensor<1x4x!a>
  %5 = quant.dcast %4 : tensor<1x4x!a> to tensor<1x4xf32>
  return %1, %3, %5 : tensor<4x1xf32>, tensor<2x2xf32>, tensor<1x4xf32>
}
