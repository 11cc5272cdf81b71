// RUN: tare-opt %s --tare-compose-movements --split-input-file | FileCheck %s
// RUN: tare-opt %s --tare-compose-movements --split-input-file --remarks-filter="tare-compose-movements" --remark-format=emitRemark -o /dev/null 2>&1 | FileCheck %s --check-prefix=REMARK

// REMARK: Composed | Category:tare-compose-movements | Layer=back, Remark="3 movements of 'x'"
// REMARK: NotComposed{{.*}}Layer=cut{{.*}}a reshape between the transposes cuts through axes
// REMARK: NotComposed{{.*}}Layer=first{{.*}}others read what is between the transposes

// There and back again, through other shapes.
// CHECK-LABEL: func.func @inverse
// CHECK-NEXT: %[[Y:.*]] = qnn.reshape %arg0 {shape = array<i64: 1, 4, 6>}
// CHECK-NEXT: return %[[Y]]
func.func @inverse(%x: tensor<1x4x2x3xf32> {qnn.name = "x"}) -> tensor<1x4x6xf32> {
  %0 = qnn.transpose %x {permutation = array<i64: 0, 2, 3, 1>} : (tensor<1x4x2x3xf32>) -> tensor<1x2x3x4xf32>
  %1 = qnn.reshape %0 {shape = array<i64: 1, 6, 4>} : (tensor<1x2x3x4xf32>) -> tensor<1x6x4xf32>
  %2 = qnn.transpose %1 {permutation = array<i64: 0, 2, 1>} : (tensor<1x6x4xf32>) -> tensor<1x4x6xf32> loc("back"("y"))
  return %2 : tensor<1x4x6xf32>
}

// -----

// Two transposes become one.
// CHECK-LABEL: func.func @two
// CHECK-NEXT: %[[T:.*]] = qnn.transpose %arg0 {permutation = array<i64: 0, 3, 2, 1>}
// CHECK-NEXT: %[[Y:.*]] = qnn.reshape %[[T]] {shape = array<i64: 15, 4>}
// CHECK-NEXT: return %[[Y]]
func.func @two(%x: tensor<1x4x3x5xf32>) -> tensor<15x4xf32> {
  %0 = qnn.transpose %x {permutation = array<i64: 0, 2, 3, 1>} : (tensor<1x4x3x5xf32>) -> tensor<1x3x5x4xf32>
  %1 = qnn.reshape %0 {shape = array<i64: 3, 5, 4>} : (tensor<1x3x5x4xf32>) -> tensor<3x5x4xf32>
  %2 = qnn.transpose %1 {permutation = array<i64: 1, 0, 2>} : (tensor<3x5x4xf32>) -> tensor<5x3x4xf32>
  %3 = qnn.reshape %2 {shape = array<i64: 15, 4>} : (tensor<5x3x4xf32>) -> tensor<15x4xf32>
  return %3 : tensor<15x4xf32>
}

// -----

// A transpose of axes of 1 is a reshape, and part of the next one. Alone it stays: a layout may cancel it.
// CHECK-LABEL: func.func @ones
// CHECK-NEXT: %[[T:.*]] = qnn.transpose %arg0
// CHECK-NEXT: %[[Y:.*]] = qnn.reshape %arg0 {shape = array<i64: 8, 8>}
// CHECK-NEXT: return %[[T]], %[[Y]]
func.func @ones(%x: tensor<1x64x1x1xf32>) -> (tensor<1x1x1x64xf32>, tensor<8x8xf32>) {
  %0 = qnn.transpose %x {permutation = array<i64: 0, 2, 3, 1>} : (tensor<1x64x1x1xf32>) -> tensor<1x1x1x64xf32>
  %1 = qnn.transpose %x {permutation = array<i64: 0, 3, 2, 1>} : (tensor<1x64x1x1xf32>) -> tensor<1x1x1x64xf32>
  %2 = qnn.reshape %1 {shape = array<i64: 8, 8>} : (tensor<1x1x1x64xf32>) -> tensor<8x8xf32>
  return %0, %2 : tensor<1x1x1x64xf32>, tensor<8x8xf32>
}

// -----

// A channel shuffle by one transpose is what it needs; so is a pixel shuffle.
// CHECK-LABEL: func.func @shuffles
// CHECK-NEXT: qnn.reshape
// CHECK-NEXT: qnn.transpose
// CHECK-NEXT: qnn.reshape
// CHECK-NEXT: qnn.reshape
// CHECK-NEXT: qnn.transpose
// CHECK-NEXT: qnn.reshape
// CHECK-NEXT: return
func.func @shuffles(%x: tensor<1x4x3x5xf32>) -> (tensor<1x4x3x5xf32>, tensor<1x1x6x10xf32>) {
  %0 = qnn.reshape %x {shape = array<i64: 1, 2, 2, 3, 5>} : (tensor<1x4x3x5xf32>) -> tensor<1x2x2x3x5xf32>
  %1 = qnn.transpose %0 {permutation = array<i64: 0, 2, 1, 3, 4>} : (tensor<1x2x2x3x5xf32>) -> tensor<1x2x2x3x5xf32>
  %2 = qnn.reshape %1 {shape = array<i64: 1, 4, 3, 5>} : (tensor<1x2x2x3x5xf32>) -> tensor<1x4x3x5xf32>
  %3 = qnn.reshape %x {shape = array<i64: 1, 1, 2, 2, 3, 5>} : (tensor<1x4x3x5xf32>) -> tensor<1x1x2x2x3x5xf32>
  %4 = qnn.transpose %3 {permutation = array<i64: 0, 1, 4, 2, 5, 3>} : (tensor<1x1x2x2x3x5xf32>) -> tensor<1x1x3x2x5x2xf32>
  %5 = qnn.reshape %4 {shape = array<i64: 1, 1, 6, 10>} : (tensor<1x1x3x2x5x2xf32>) -> tensor<1x1x6x10xf32>
  return %2, %5 : tensor<1x4x3x5xf32>, tensor<1x1x6x10xf32>
}

// -----

// A pixel shuffle in steps, one axis after the other, is one movement.
// CHECK-LABEL: func.func @pixel_shuffle_in_steps
// CHECK-NEXT: %[[A:.*]] = qnn.reshape %arg0
// CHECK-NEXT: %[[T:.*]] = qnn.transpose %[[A]]
// CHECK-NEXT: %[[Y:.*]] = qnn.reshape %[[T]] {shape = array<i64: 1, 1, 6, 10>}
// CHECK-NEXT: return %[[Y]]
func.func @pixel_shuffle_in_steps(%x: tensor<1x4x3x5xf32>) -> tensor<1x1x6x10xf32> {
  %0 = qnn.reshape %x {shape = array<i64: 1, 2, 2, 3, 5>} : (tensor<1x4x3x5xf32>) -> tensor<1x2x2x3x5xf32>
  %1 = qnn.transpose %0 {permutation = array<i64: 0, 1, 3, 4, 2>} : (tensor<1x2x2x3x5xf32>) -> tensor<1x2x3x5x2xf32>
  %2 = qnn.reshape %1 {shape = array<i64: 1, 2, 3, 10>} : (tensor<1x2x3x5x2xf32>) -> tensor<1x2x3x10xf32>
  %3 = qnn.transpose %2 {permutation = array<i64: 0, 2, 1, 3>} : (tensor<1x2x3x10xf32>) -> tensor<1x3x2x10xf32>
  %4 = qnn.reshape %3 {shape = array<i64: 1, 1, 6, 10>} : (tensor<1x3x2x10xf32>) -> tensor<1x1x6x10xf32>
  return %4 : tensor<1x1x6x10xf32>
}

// -----

// Through functions and numbers, to cancel.
// CHECK-LABEL: func.func @through_functions
// CHECK-NEXT: %[[C:.*]] = qnn.constant
// CHECK-NEXT: %[[S:.*]] = qnn.sigmoid %arg0 : (tensor<1x4x2x3xf32>) -> tensor<1x4x2x3xf32>
// CHECK-NEXT: %[[Y:.*]] = qnn.mul %[[S]], %[[C]] : (tensor<1x4x2x3xf32>, tensor<f32>) -> tensor<1x4x2x3xf32>
// CHECK-NEXT: return %[[Y]]
func.func @through_functions(%x: tensor<1x4x2x3xf32>) -> tensor<1x4x2x3xf32> {
  %c = qnn.constant dense<3.0> : tensor<f32> as tensor<f32>
  %0 = qnn.transpose %x {permutation = array<i64: 0, 2, 3, 1>} : (tensor<1x4x2x3xf32>) -> tensor<1x2x3x4xf32>
  %1 = qnn.sigmoid %0 : (tensor<1x2x3x4xf32>) -> tensor<1x2x3x4xf32>
  %2 = qnn.mul %1, %c : (tensor<1x2x3x4xf32>, tensor<f32>) -> tensor<1x2x3x4xf32>
  %3 = qnn.transpose %2 {permutation = array<i64: 0, 3, 1, 2>} : (tensor<1x2x3x4xf32>) -> tensor<1x4x2x3xf32>
  return %3 : tensor<1x4x2x3xf32>
}

// -----

// What moves alike is joined before it moves.
// CHECK-LABEL: func.func @joined
// CHECK-NEXT: %[[S:.*]] = qnn.add %arg0, %arg1 : (tensor<1x4x2x3xf32>, tensor<1x4x2x3xf32>) -> tensor<1x4x2x3xf32>
// CHECK-NEXT: %[[Y:.*]] = qnn.transpose %[[S]] {permutation = array<i64: 0, 2, 3, 1>}
// CHECK-NEXT: return %[[Y]]
func.func @joined(%x: tensor<1x4x2x3xf32>, %y: tensor<1x4x2x3xf32>) -> tensor<1x2x3x4xf32> {
  %0 = qnn.transpose %x {permutation = array<i64: 0, 2, 3, 1>} : (tensor<1x4x2x3xf32>) -> tensor<1x2x3x4xf32>
  %1 = qnn.transpose %y {permutation = array<i64: 0, 2, 3, 1>} : (tensor<1x4x2x3xf32>) -> tensor<1x2x3x4xf32>
  %2 = qnn.add %0, %1 : (tensor<1x2x3x4xf32>, tensor<1x2x3x4xf32>) -> tensor<1x2x3x4xf32>
  return %2 : tensor<1x2x3x4xf32>
}

// -----

// 4 x 3 in the order of 3 x 4 cuts through both: 6 x 2 of it is no permutation.
// CHECK-LABEL: func.func @cut
// CHECK: qnn.transpose
// CHECK: qnn.reshape
// CHECK: qnn.transpose
func.func @cut(%x: tensor<4x5xf32>) -> tensor<2x10xf32> {
  %0 = qnn.transpose %x {permutation = array<i64: 1, 0>} : (tensor<4x5xf32>) -> tensor<5x4xf32>
  %1 = qnn.reshape %0 {shape = array<i64: 10, 2>} : (tensor<5x4xf32>) -> tensor<10x2xf32>
  %2 = qnn.reshape %1 {shape = array<i64: 2, 10>} : (tensor<10x2xf32>) -> tensor<2x10xf32>
  %3 = qnn.transpose %2 {permutation = array<i64: 1, 0>} : (tensor<2x10xf32>) -> tensor<10x2xf32>
  %4 = qnn.reshape %3 {shape = array<i64: 2, 10>} : (tensor<10x2xf32>) -> tensor<2x10xf32> loc("cut"("y"))
  return %4 : tensor<2x10xf32>
}

// -----

// What is in between has another reader: nothing would be saved.
// CHECK-LABEL: func.func @read_between
// CHECK-COUNT-2: qnn.transpose
func.func @read_between(%x: tensor<2x3x4xf32>) -> (tensor<3x2x4xf32>, tensor<3x4x2xf32>) {
  %0 = qnn.transpose %x {permutation = array<i64: 1, 0, 2>} : (tensor<2x3x4xf32>) -> tensor<3x2x4xf32>
  %1 = qnn.transpose %0 {permutation = array<i64: 0, 2, 1>} : (tensor<3x2x4xf32>) -> tensor<3x4x2xf32> loc("first"("y"))
  return %0, %1 : tensor<3x2x4xf32>, tensor<3x4x2xf32>
}

// -----

// A slope per channel knows its axis: nothing passes it.
// CHECK-LABEL: func.func @per_channel
// CHECK: qnn.transpose
// CHECK: qnn.prelu
// CHECK: qnn.transpose
func.func @per_channel(%x: tensor<1x4x3xf32>) -> tensor<1x4x3xf32> {
  %0 = qnn.transpose %x {permutation = array<i64: 0, 2, 1>} : (tensor<1x4x3xf32>) -> tensor<1x3x4xf32>
  %1 = qnn.prelu %0 {slope = array<f64: 0.1, 0.2, 0.3>} : (tensor<1x3x4xf32>) -> tensor<1x3x4xf32>
  %2 = qnn.transpose %1 {permutation = array<i64: 0, 2, 1>} : (tensor<1x3x4xf32>) -> tensor<1x4x3xf32>
  return %2 : tensor<1x4x3xf32>
}
