// RUN: tare-opt %s --tare-fold-pads --split-input-file | FileCheck %s
// RUN: tare-opt %s --tare-fold-pads --split-input-file --remarks-filter="tare-fold-pads" --remark-format=emitRemark -o /dev/null 2>&1 | FileCheck %s --check-prefix=REMARK

// REMARK: FoldedPad | Category:tare-fold-pads | Layer=conv, Remark='pad'
// REMARK: FoldedPad | Category:tare-fold-pads | Layer=conv, Remark='pad'
// REMARK: FoldedPad | Category:tare-fold-pads | Layer=pool, Remark='pad'
// REMARK: FoldedPad | Category:tare-fold-pads | Layer=pool, Remark='pad'
// REMARK: FoldedPad | Category:tare-fold-pads | Layer=pool, Remark='pad'
// REMARK: NotFolded{{.*}}Layer=ones{{.*}}the border is not 0
// REMARK: NotFolded{{.*}}Layer=reflected{{.*}}the border is no constant
// REMARK: NotFolded{{.*}}Layer=channels{{.*}}the border is not one of an image
// REMARK: NotFolded{{.*}}Layer=any_sign{{.*}}the border may be above an element
// REMARK: NotFolded{{.*}}Layer=wide{{.*}}a window would see nothing but padding
// REMARK: NotFolded{{.*}}Layer=rounded_up{{.*}}the pool rounds its size up
// REMARK: NotFolded{{.*}}Layer=uncounted{{.*}}the pool does not count the padding that it has
// REMARK-NOT: remark

// As PyTorch writes it: the border right before a convolution that has pads of its own.
// CHECK-LABEL: func.func @conv_torch
// CHECK-NEXT: %[[Y:.*]] = qnn.conv %arg0, %arg1 {pads = array<i64: 2, 1, 1, 3>, strides = array<i64: 2, 2>}
// CHECK-NEXT: return %[[Y]]
func.func @conv_torch(%x: tensor<1x3x8x8xf32>, %w: tensor<4x3x4x4xf32>) -> tensor<1x4x4x5xf32> {
  %0 = qnn.pad %x {low = array<i64: 0, 0, 1, 0>, high = array<i64: 0, 0, 0, 2>} : (tensor<1x3x8x8xf32>) -> tensor<1x3x9x10xf32> loc("pad")
  %1 = qnn.conv %0, %w {pads = array<i64: 1, 1, 1, 1>, strides = array<i64: 2, 2>} : (tensor<1x3x9x10xf32>, tensor<4x3x4x4xf32>) -> tensor<1x4x4x5xf32> loc("conv")
  return %1 : tensor<1x4x4x5xf32>
}

// -----

// As TensorFlow writes it: channels last, and a transpose in between.
// CHECK-LABEL: func.func @conv_tensorflow
// CHECK-NEXT: %[[T:.*]] = qnn.transpose %arg0 {permutation = array<i64: 0, 3, 1, 2>} : (tensor<1x8x6x3xf32>) -> tensor<1x3x8x6xf32>
// CHECK-NEXT: %[[Y:.*]] = qnn.conv %[[T]], %arg1 {pads = array<i64: 1, 0, 1, 2>}
// CHECK-NEXT: return %[[Y]]
func.func @conv_tensorflow(%x: tensor<1x8x6x3xf32>, %w: tensor<4x3x3x3xf32>) -> tensor<1x4x8x6xf32> {
  %0 = qnn.pad %x {low = array<i64: 0, 1, 0, 0>, high = array<i64: 0, 1, 2, 0>} : (tensor<1x8x6x3xf32>) -> tensor<1x10x8x3xf32> loc("pad")
  %1 = qnn.transpose %0 {permutation = array<i64: 0, 3, 1, 2>} : (tensor<1x10x8x3xf32>) -> tensor<1x3x10x8xf32>
  %2 = qnn.conv %1, %w : (tensor<1x3x10x8xf32>, tensor<4x3x3x3xf32>) -> tensor<1x4x8x6xf32> loc("conv")
  return %2 : tensor<1x4x8x6xf32>
}

// -----

// CHECK-LABEL: func.func @average
// CHECK-NEXT: %[[Y:.*]] = qnn.average_pool %arg0 {count_include_pad, kernel = array<i64: 3, 3>, pads = array<i64: 1, 1, 1, 1>}
// CHECK-NEXT: return %[[Y]]
func.func @average(%x: tensor<1x4x8x8xf32>) -> tensor<1x4x8x8xf32> {
  %0 = qnn.pad %x {low = array<i64: 0, 0, 1, 1>, high = array<i64: 0, 0, 1, 1>} : (tensor<1x4x8x8xf32>) -> tensor<1x4x10x10xf32> loc("pad")
  %1 = qnn.average_pool %0 {kernel = array<i64: 3, 3>} : (tensor<1x4x10x10xf32>) -> tensor<1x4x8x8xf32> loc("pool")
  return %1 : tensor<1x4x8x8xf32>
}

// -----

// Padding never wins: so does no border of -inf.
// CHECK-LABEL: func.func @max_of_lowest
// CHECK-NEXT: %[[Y:.*]] = qnn.max_pool %arg0 {kernel = array<i64: 3, 3>, pads = array<i64: 0, 1, 1, 1>}
// CHECK-NEXT: return %[[Y]]
func.func @max_of_lowest(%x: tensor<1x4x8x8xf32>) -> tensor<1x4x7x8xf32> {
  %0 = qnn.pad %x {low = array<i64: 0, 0, 0, 1>, high = array<i64: 0, 0, 1, 1>, value = 0xFFF0000000000000 : f64} : (tensor<1x4x8x8xf32>) -> tensor<1x4x9x10xf32> loc("pad")
  %1 = qnn.max_pool %0 {kernel = array<i64: 3, 3>} : (tensor<1x4x9x10xf32>) -> tensor<1x4x7x8xf32> loc("pool")
  return %1 : tensor<1x4x7x8xf32>
}

// -----

// As Keras writes it: zeros behind a relu.
// CHECK-LABEL: func.func @max_of_zeros
// CHECK-NEXT: %[[R:.*]] = qnn.relu %arg0
// CHECK-NEXT: %[[Y:.*]] = qnn.max_pool %[[R]] {kernel = array<i64: 3, 3>, pads = array<i64: 1, 1, 1, 1>, strides = array<i64: 2, 2>}
// CHECK-NEXT: return %[[Y]]
func.func @max_of_zeros(%x: tensor<1x4x8x8xf32>) -> tensor<1x4x4x4xf32> {
  %0 = qnn.relu %x : (tensor<1x4x8x8xf32>) -> tensor<1x4x8x8xf32>
  %1 = qnn.pad %0 {low = array<i64: 0, 0, 1, 1>, high = array<i64: 0, 0, 1, 1>} : (tensor<1x4x8x8xf32>) -> tensor<1x4x10x10xf32> loc("pad")
  %2 = qnn.max_pool %1 {kernel = array<i64: 3, 3>, strides = array<i64: 2, 2>} : (tensor<1x4x10x10xf32>) -> tensor<1x4x4x4xf32> loc("pool")
  return %2 : tensor<1x4x4x4xf32>
}

// -----

// CHECK-LABEL: func.func @refused
// CHECK-COUNT-7: qnn.pad
func.func @refused(%x: tensor<1x3x8x8xf32>, %w: tensor<4x3x3x3xf32>, %v: tensor<4x5x3x3xf32>) -> (tensor<1x4x8x8xf32>, tensor<1x4x8x8xf32>, tensor<1x4x6x6xf32>, tensor<1x3x8x8xf32>, tensor<1x3x12x12xf32>, tensor<1x3x5x5xf32>, tensor<1x3x10x10xf32>) {
  %0 = qnn.pad %x {low = array<i64: 0, 0, 1, 1>, high = array<i64: 0, 0, 1, 1>, value = 1.0 : f64} : (tensor<1x3x8x8xf32>) -> tensor<1x3x10x10xf32>
  %1 = qnn.conv %0, %w : (tensor<1x3x10x10xf32>, tensor<4x3x3x3xf32>) -> tensor<1x4x8x8xf32> loc("ones")
  %2 = qnn.pad %x {low = array<i64: 0, 0, 1, 1>, high = array<i64: 0, 0, 1, 1>, mode = #qnn.pad_mode<reflect>} : (tensor<1x3x8x8xf32>) -> tensor<1x3x10x10xf32>
  %3 = qnn.conv %2, %w : (tensor<1x3x10x10xf32>, tensor<4x3x3x3xf32>) -> tensor<1x4x8x8xf32> loc("reflected")
  %4 = qnn.pad %x {low = array<i64: 0, 1, 0, 0>, high = array<i64: 0, 1, 0, 0>} : (tensor<1x3x8x8xf32>) -> tensor<1x5x8x8xf32>
  %5 = qnn.conv %4, %v : (tensor<1x5x8x8xf32>, tensor<4x5x3x3xf32>) -> tensor<1x4x6x6xf32> loc("channels")
  %6 = qnn.pad %x {low = array<i64: 0, 0, 1, 1>, high = array<i64: 0, 0, 1, 1>} : (tensor<1x3x8x8xf32>) -> tensor<1x3x10x10xf32>
  %7 = qnn.max_pool %6 {kernel = array<i64: 3, 3>} : (tensor<1x3x10x10xf32>) -> tensor<1x3x8x8xf32> loc("any_sign")
  %8 = qnn.pad %x {low = array<i64: 0, 0, 3, 3>, high = array<i64: 0, 0, 3, 3>} : (tensor<1x3x8x8xf32>) -> tensor<1x3x14x14xf32>
  %9 = qnn.average_pool %8 {kernel = array<i64: 3, 3>} : (tensor<1x3x14x14xf32>) -> tensor<1x3x12x12xf32> loc("wide")
  %10 = qnn.pad %x {low = array<i64: 0, 0, 1, 1>, high = array<i64: 0, 0, 1, 1>} : (tensor<1x3x8x8xf32>) -> tensor<1x3x10x10xf32>
  %11 = qnn.average_pool %10 {kernel = array<i64: 3, 3>, strides = array<i64: 2, 2>, ceil_mode} : (tensor<1x3x10x10xf32>) -> tensor<1x3x5x5xf32> loc("rounded_up")
  %12 = qnn.pad %x {low = array<i64: 0, 0, 1, 1>, high = array<i64: 0, 0, 1, 1>} : (tensor<1x3x8x8xf32>) -> tensor<1x3x10x10xf32>
  %13 = qnn.average_pool %12 {kernel = array<i64: 3, 3>, pads = array<i64: 1, 1, 1, 1>} : (tensor<1x3x10x10xf32>) -> tensor<1x3x10x10xf32> loc("uncounted")
  return %1, %3, %5, %7, %9, %11, %13 : tensor<1x4x8x8xf32>, tensor<1x4x8x8xf32>, tensor<1x4x6x6xf32>, tensor<1x3x8x8xf32>, tensor<1x3x12x12xf32>, tensor<1x3x5x5xf32>, tensor<1x3x10x10xf32>
}
