// RUN: tare-opt %s --tare-canonicalize-graph | FileCheck %s

// CHECK-LABEL: func.func @identities
func.func @identities(%x: tensor<1x4x2xf32>) -> (tensor<1x4x2xf32>, tensor<1x4x2xf32>, tensor<1x4x2xf32>, tensor<1x4x2xf32>, tensor<1x4x2xf32>) {
  %0 = qnn.reshape %x {shape = array<i64: 1, 4, 2>} : (tensor<1x4x2xf32>) -> tensor<1x4x2xf32>
  %1 = qnn.transpose %x {permutation = array<i64: 0, 1, 2>} : (tensor<1x4x2xf32>) -> tensor<1x4x2xf32>
  %2 = qnn.slice %x {starts = array<i64: 0, 0, 0>, steps = array<i64: 1, 1, 1>, sizes = array<i64: 1, 4, 2>} : (tensor<1x4x2xf32>) -> tensor<1x4x2xf32>
  %3 = qnn.pad %x {low = array<i64: 0, 0, 0>, high = array<i64: 0, 0, 0>} : (tensor<1x4x2xf32>) -> tensor<1x4x2xf32>
  %4 = qnn.concat %x {axis = 1 : i64} : (tensor<1x4x2xf32>) -> tensor<1x4x2xf32>
  // CHECK-NEXT: return %arg0, %arg0, %arg0, %arg0, %arg0
  return %0, %1, %2, %3, %4 : tensor<1x4x2xf32>, tensor<1x4x2xf32>, tensor<1x4x2xf32>, tensor<1x4x2xf32>, tensor<1x4x2xf32>
}

// A reversal has the same type as its operand, and is not the identity.
// CHECK-LABEL: func.func @reversal
func.func @reversal(%x: tensor<4xf32>) -> tensor<4xf32> {
  // CHECK: qnn.slice
  %0 = qnn.slice %x {starts = array<i64: 3>, steps = array<i64: -1>, sizes = array<i64: 4>} : (tensor<4xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// CHECK-LABEL: func.func @merge
func.func @merge(%x: tensor<1x4x2xf32>) -> (tensor<8xf32>, tensor<1x4x2xf32>) {
  // CHECK-NEXT: %[[FLAT:.*]] = qnn.reshape %arg0 {shape = array<i64: 8>}
  %0 = qnn.reshape %x {shape = array<i64: 4, 2>} : (tensor<1x4x2xf32>) -> tensor<4x2xf32>
  %1 = qnn.reshape %0 {shape = array<i64: 8>} : (tensor<4x2xf32>) -> tensor<8xf32>
  %2 = qnn.transpose %x {permutation = array<i64: 2, 0, 1>} : (tensor<1x4x2xf32>) -> tensor<2x1x4xf32>
  %3 = qnn.transpose %2 {permutation = array<i64: 1, 2, 0>} : (tensor<2x1x4xf32>) -> tensor<1x4x2xf32>
  // CHECK-NEXT: return %[[FLAT]], %arg0
  return %1, %3 : tensor<8xf32>, tensor<1x4x2xf32>
}
