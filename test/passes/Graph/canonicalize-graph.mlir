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

// Boxes and scores of two scales are joined and taken apart again: what the slices take was there before.
// CHECK-LABEL: func.func @parts
// CHECK-SAME: (%[[A:.*]]: tensor<1x4x2x2xf32>, %[[B:.*]]: tensor<1x3x2x2xf32>, %[[C:.*]]: tensor<1x4x1x1xf32>, %[[D:.*]]: tensor<1x3x1x1xf32>)
func.func @parts(%a: tensor<1x4x2x2xf32>, %b: tensor<1x3x2x2xf32>, %c: tensor<1x4x1x1xf32>, %d: tensor<1x3x1x1xf32>) -> (tensor<1x4x5xf32>, tensor<5x1x3xf32>, tensor<1x7x5xf32>) {
  %0 = qnn.concat %a, %b {axis = 1 : i64} : (tensor<1x4x2x2xf32>, tensor<1x3x2x2xf32>) -> tensor<1x7x2x2xf32>
  %1 = qnn.reshape %0 {shape = array<i64: 1, 7, 4>} : (tensor<1x7x2x2xf32>) -> tensor<1x7x4xf32>
  %2 = qnn.concat %c, %d {axis = 1 : i64} : (tensor<1x4x1x1xf32>, tensor<1x3x1x1xf32>) -> tensor<1x7x1x1xf32>
  %3 = qnn.reshape %2 {shape = array<i64: 1, 7, 1>} : (tensor<1x7x1x1xf32>) -> tensor<1x7x1xf32>
  %4 = qnn.concat %1, %3 {axis = 2 : i64} : (tensor<1x7x4xf32>, tensor<1x7x1xf32>) -> tensor<1x7x5xf32>
  // CHECK-DAG: %[[RA:.*]] = qnn.reshape %[[A]] {shape = array<i64: 1, 4, 4>}
  // CHECK-DAG: %[[RC:.*]] = qnn.reshape %[[C]] {shape = array<i64: 1, 4, 1>}
  // CHECK: %[[BOXES:.*]] = qnn.concat %[[RA]], %[[RC]] {axis = 2 : i64}
  %5 = qnn.slice %4 {starts = array<i64: 0, 0, 0>, steps = array<i64: 1, 1, 1>, sizes = array<i64: 1, 4, 5>} : (tensor<1x7x5xf32>) -> tensor<1x4x5xf32>
  // CHECK-DAG: %[[RB:.*]] = qnn.reshape %[[B]] {shape = array<i64: 1, 3, 4>}
  // CHECK-DAG: %[[RD:.*]] = qnn.reshape %[[D]] {shape = array<i64: 1, 3, 1>}
  // CHECK: %[[SCORES:.*]] = qnn.concat %[[RB]], %[[RD]] {axis = 2 : i64}
  // CHECK: %[[T:.*]] = qnn.transpose %[[SCORES]] {permutation = array<i64: 2, 0, 1>}
  %6 = qnn.transpose %4 {permutation = array<i64: 2, 0, 1>} : (tensor<1x7x5xf32>) -> tensor<5x1x7xf32>
  %7 = qnn.slice %6 {starts = array<i64: 0, 0, 4>, steps = array<i64: 1, 1, 1>, sizes = array<i64: 5, 1, 3>} : (tensor<5x1x7xf32>) -> tensor<5x1x3xf32>
  // CHECK: return %[[BOXES]], %[[T]], %{{.*}}
  return %5, %7, %4 : tensor<1x4x5xf32>, tensor<5x1x3xf32>, tensor<1x7x5xf32>
}

// Where a part is cut, or not next to the others in the operand's memory, the slice stays.
// CHECK-LABEL: func.func @not_parts
func.func @not_parts(%a: tensor<1x4x2xf32>, %b: tensor<1x4x2xf32>) -> (tensor<1x5x2xf32>, tensor<1x8x1xf32>, tensor<1x4x2xf32>, tensor<1x16xf32>) {
  %0 = qnn.concat %a, %b {axis = 1 : i64} : (tensor<1x4x2xf32>, tensor<1x4x2xf32>) -> tensor<1x8x2xf32>
  // CHECK: qnn.slice
  %1 = qnn.slice %0 {starts = array<i64: 0, 0, 0>, steps = array<i64: 1, 1, 1>, sizes = array<i64: 1, 5, 2>} : (tensor<1x8x2xf32>) -> tensor<1x5x2xf32>
  // CHECK: qnn.slice
  %2 = qnn.slice %0 {starts = array<i64: 0, 0, 0>, steps = array<i64: 1, 1, 1>, sizes = array<i64: 1, 8, 1>} : (tensor<1x8x2xf32>) -> tensor<1x8x1xf32>
  // CHECK: qnn.slice
  %3 = qnn.slice %0 {starts = array<i64: 0, 0, 0>, steps = array<i64: 1, 2, 1>, sizes = array<i64: 1, 4, 2>} : (tensor<1x8x2xf32>) -> tensor<1x4x2xf32>
  %4 = qnn.concat %a, %b {axis = 2 : i64} : (tensor<1x4x2xf32>, tensor<1x4x2xf32>) -> tensor<1x4x4xf32>
  %5 = qnn.reshape %4 {shape = array<i64: 1, 16>} : (tensor<1x4x4xf32>) -> tensor<1x16xf32>
  return %1, %2, %3, %5 : tensor<1x5x2xf32>, tensor<1x8x1xf32>, tensor<1x4x2xf32>, tensor<1x16xf32>
}

// -----

// A model rounds, limits and casts: the quantizer in steps of 1 rounds so itself, and truncates nothing that is whole.
// CHECK-LABEL: @rounded_by_the_quantizer
// CHECK-NEXT: %[[C:.*]] = qnn.clip %arg0
// CHECK-NEXT: %[[Q:.*]] = quant.qcast %[[C]]
// CHECK-NEXT: return %[[Q]]
func.func @rounded_by_the_quantizer(%x: tensor<1x4xf32>) -> tensor<1x4x!quant.uniform<u8:f32, 1.0>> {
  %0 = qnn.nearest %x : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %1 = qnn.clip %0 {interval = #qnn.clamp<0.0, 255.0>} : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %2 = qnn.truncate %1 : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %3 = quant.qcast %2 : tensor<1x4xf32> to tensor<1x4x!quant.uniform<u8:f32, 1.0>>
  return %3 : tensor<1x4x!quant.uniform<u8:f32, 1.0>>
}

// -----

// Of floors the quantizer knows nothing; the truncation is none.
// CHECK-LABEL: @floored
// CHECK-NEXT: %[[F:.*]] = qnn.floor %arg0
// CHECK-NEXT: %[[R:.*]] = qnn.reshape %[[F]]
// CHECK-NEXT: quant.qcast %[[R]]
func.func @floored(%x: tensor<1x4xf32>) -> tensor<4x!quant.uniform<u8:f32, 1.0>> {
  %0 = qnn.floor %x : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %1 = qnn.reshape %0 {shape = array<i64: 4>} : (tensor<1x4xf32>) -> tensor<4xf32>
  %2 = qnn.truncate %1 : (tensor<4xf32>) -> tensor<4xf32>
  %3 = quant.qcast %2 : tensor<4xf32> to tensor<4x!quant.uniform<u8:f32, 1.0>>
  return %3 : tensor<4x!quant.uniform<u8:f32, 1.0>>
}

// -----

// Limits that are not whole, steps other than 1, and other readers.
// CHECK-LABEL: @roundings_that_count
// CHECK: qnn.nearest %arg0
// CHECK: qnn.truncate
// CHECK: qnn.nearest %arg1
// CHECK: qnn.nearest %arg2
func.func @roundings_that_count(%x: tensor<4xf32>, %y: tensor<4xf32>, %z: tensor<4xf32>) -> (tensor<4x!quant.uniform<u8:f32, 1.0>>, tensor<4x!quant.uniform<u8:f32, 0.5>>, tensor<4x!quant.uniform<u8:f32, 1.0>>, tensor<4xf32>) {
  %0 = qnn.nearest %x : (tensor<4xf32>) -> tensor<4xf32>
  %1 = qnn.clip %0 {interval = #qnn.clamp<0.0, 2.5>} : (tensor<4xf32>) -> tensor<4xf32>
  %2 = qnn.truncate %1 : (tensor<4xf32>) -> tensor<4xf32>
  %3 = quant.qcast %2 : tensor<4xf32> to tensor<4x!quant.uniform<u8:f32, 1.0>>
  %4 = qnn.nearest %y : (tensor<4xf32>) -> tensor<4xf32>
  %5 = quant.qcast %4 : tensor<4xf32> to tensor<4x!quant.uniform<u8:f32, 0.5>>
  %6 = qnn.nearest %z : (tensor<4xf32>) -> tensor<4xf32>
  %7 = quant.qcast %6 : tensor<4xf32> to tensor<4x!quant.uniform<u8:f32, 1.0>>
  return %3, %5, %7, %6 : tensor<4x!quant.uniform<u8:f32, 1.0>>, tensor<4x!quant.uniform<u8:f32, 0.5>>, tensor<4x!quant.uniform<u8:f32, 1.0>>, tensor<4xf32>
}
