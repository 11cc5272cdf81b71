// RUN: tare-opt %s --tare-sink-permutes --split-input-file --verify-diagnostics --remarks-filter="tare-sink-permutes" --remark-format=emitRemark --mlir-print-local-scope --mlir-print-debuginfo | FileCheck %s

!nchw = !quant.uniform<i32:f32:1, {0.5, 0.25}>
!nhwc = !quant.uniform<i32:f32:3, {0.5, 0.25}>

// The axis of the scales moves back.
// CHECK-LABEL: func.func @sink
func.func @sink(%x: tensor<8x2x1x4x!nchw>) -> tensor<8x1x4x2xf32> {
  // CHECK: %[[D:.*]] = quant.dcast %arg0 : tensor<8x2x1x4x!quant.uniform<i32:f32:1, {5.000000e-01,2.500000e-01}>> to tensor<8x2x1x4xf32> loc("dequantize")
  // CHECK: %[[T:.*]] = qnn.transpose %[[D]] {permutation = array<i64: 0, 2, 3, 1>} : (tensor<8x2x1x4xf32>) -> tensor<8x1x4x2xf32> loc("permute")
  // CHECK: return %[[T]]
  // expected-remark @unknown {{Sunk | Category:tare-sink-permutes | Layer=permute}}
  %0 = qnn.transpose %x {permutation = array<i64: 0, 2, 3, 1>} : (tensor<8x2x1x4x!nchw>) -> tensor<8x1x4x2x!nhwc> loc("permute")
  %1 = quant.dcast %0 : tensor<8x1x4x2x!nhwc> to tensor<8x1x4x2xf32> loc("dequantize")
  return %1 : tensor<8x1x4x2xf32>
}

// -----

!nhwc = !quant.uniform<i32:f32:3, {0.5, 0.25}>

// In the QDQ form, where the transpose stands between the convolution and its casts.
// CHECK-LABEL: func.func @qdq
func.func @qdq(%x: tensor<8x1x1x4xf32>, %w: tensor<2x1x1x1xf32>) -> tensor<8x1x4x2xf32> {
  // CHECK: %[[Y:.*]] = qnn.conv
  // CHECK: %[[Q:.*]] = quant.qcast %[[Y]] : tensor<8x2x1x4xf32> to tensor<8x2x1x4x!quant.uniform<i32:f32:1, {5.000000e-01,2.500000e-01}>>
  // CHECK: %[[D:.*]] = quant.dcast %[[Q]]
  // CHECK: %[[T:.*]] = qnn.transpose %[[D]]
  // CHECK: return %[[T]]
  %0 = qnn.conv %x, %w : (tensor<8x1x1x4xf32>, tensor<2x1x1x1xf32>) -> tensor<8x2x1x4xf32> loc("conv")
  // expected-remark @unknown {{Sunk | Category:tare-sink-permutes | Layer=between}}
  %1 = qnn.transpose %0 {permutation = array<i64: 0, 2, 3, 1>} : (tensor<8x2x1x4xf32>) -> tensor<8x1x4x2xf32> loc("between")
  %2 = quant.qcast %1 : tensor<8x1x4x2xf32> to tensor<8x1x4x2x!nhwc> loc("quantize")
  %3 = quant.dcast %2 : tensor<8x1x4x2x!nhwc> to tensor<8x1x4x2xf32> loc("dequantize")
  return %3 : tensor<8x1x4x2xf32>
}

// -----

!nchw = !quant.uniform<i32:f32:1, {0.5, 0.25}>
!nhwc = !quant.uniform<i32:f32:3, {0.5, 0.25}>

// CHECK-LABEL: func.func @refused
func.func @refused(%x: tensor<8x2x1x4x!nchw>) -> (tensor<8x1x4x2x!nhwc>, tensor<8x1x4x2xf32>, tensor<8x1x4x2xf32>, tensor<4x16xf32>) {
  // CHECK: %[[T:.*]] = qnn.transpose %arg0
  // CHECK: quant.dcast %[[T]]
  // expected-remark @unknown {{NotSunk | Category:tare-sink-permutes | Layer=first, Reason="the transpose has another user than 'dequantize1'"}}
  %0 = qnn.transpose %x {permutation = array<i64: 0, 2, 3, 1>} : (tensor<8x2x1x4x!nchw>) -> tensor<8x1x4x2x!nhwc> loc("first")
  %1 = quant.dcast %0 : tensor<8x1x4x2x!nhwc> to tensor<8x1x4x2xf32> loc("dequantize1")
  // CHECK: %[[U:.*]] = qnn.transpose %arg0
  // CHECK: quant.dcast %[[U]]
  // expected-remark @unknown {{NotSunk | Category:tare-sink-permutes | Layer=second, Reason="the dequantize 'dequantize2' has 2 users"}}
  %2 = qnn.transpose %x {permutation = array<i64: 0, 2, 3, 1>} : (tensor<8x2x1x4x!nchw>) -> tensor<8x1x4x2x!nhwc> loc("second")
  %3 = quant.dcast %2 : tensor<8x1x4x2x!nhwc> to tensor<8x1x4x2xf32> loc("dequantize2")
  %4 = qnn.reshape %3 {shape = array<i64: 4, 16>} : (tensor<8x1x4x2xf32>) -> tensor<4x16xf32> loc("reshape")
  return %0, %1, %3, %4 : tensor<8x1x4x2x!nhwc>, tensor<8x1x4x2xf32>, tensor<8x1x4x2xf32>, tensor<4x16xf32>
}

// -----

!q = !quant.uniform<i8:f32, 0.5>

// Above a quantize it stays where another op reads the transpose, or what it turns.
// CHECK-LABEL: func.func @quantize_of_several
// CHECK: %[[A:.*]] = qnn.relu
// CHECK: %[[T:.*]] = qnn.transpose %[[A]]
// CHECK: quant.qcast %[[T]]
// CHECK: %[[B:.*]] = qnn.relu
// CHECK: %[[U:.*]] = qnn.transpose %[[B]]
// CHECK: quant.qcast %[[U]]
func.func @quantize_of_several(%x: tensor<1x2xf32>) -> (tensor<2x1x!q>, tensor<2x1xf32>, tensor<2x1x!q>, tensor<1x2xf32>) {
  %a = qnn.relu %x : (tensor<1x2xf32>) -> tensor<1x2xf32> loc("a")
  %t = qnn.transpose %a {permutation = array<i64: 1, 0>} : (tensor<1x2xf32>) -> tensor<2x1xf32> loc("t")
  %0 = quant.qcast %t : tensor<2x1xf32> to tensor<2x1x!q>
  %b = qnn.relu %x : (tensor<1x2xf32>) -> tensor<1x2xf32> loc("b")
  %u = qnn.transpose %b {permutation = array<i64: 1, 0>} : (tensor<1x2xf32>) -> tensor<2x1xf32> loc("u")
  %1 = quant.qcast %u : tensor<2x1xf32> to tensor<2x1x!q>
  return %0, %t, %1, %b : tensor<2x1x!q>, tensor<2x1xf32>, tensor<2x1x!q>, tensor<1x2xf32>
}

// -----

!q = !quant.uniform<i8:f32, 0.5>

// Nor does it where nothing is computed in front of it: an input, or integers that are read.
// CHECK-LABEL: func.func @quantize_of_inputs
// CHECK: %[[T:.*]] = qnn.transpose %arg0
// CHECK: quant.qcast %[[T]]
// CHECK: %[[D:.*]] = quant.dcast %arg1
// CHECK: %[[U:.*]] = qnn.transpose %[[D]]
// CHECK: quant.qcast %[[U]]
func.func @quantize_of_inputs(%x: tensor<1x2xf32>, %r: tensor<1x2x!q>) -> (tensor<2x1x!q>, tensor<2x1x!q>) {
  %t = qnn.transpose %x {permutation = array<i64: 1, 0>} : (tensor<1x2xf32>) -> tensor<2x1xf32> loc("t")
  %0 = quant.qcast %t : tensor<2x1xf32> to tensor<2x1x!q>
  %d = quant.dcast %r : tensor<1x2x!q> to tensor<1x2xf32>
  %u = qnn.transpose %d {permutation = array<i64: 1, 0>} : (tensor<1x2xf32>) -> tensor<2x1xf32> loc("u")
  %1 = quant.qcast %u : tensor<2x1xf32> to tensor<2x1x!q>
  return %0, %1 : tensor<2x1x!q>, tensor<2x1x!q>
}
