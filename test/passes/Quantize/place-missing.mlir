// RUN: sed -e '/^layout/a operators: {conv: [i8, i16], mul: [i8, i16], rescale: [i8, i16], softmax: [i16], lookup: [i8], loop_begin: [i8, i16], loop_end: [i8, i16]}' %S/../../../targets/generic.yaml > %t.yaml
// RUN: tare-opt %s --pass-pipeline="builtin.module(func.func(tare-place-missing{target=%t.yaml}))" --split-input-file --mlir-print-local-scope --mlir-print-debuginfo | FileCheck %s
// RUN: tare-opt %s --pass-pipeline="builtin.module(func.func(tare-place-missing{target=%t.yaml activations=i16}))" --split-input-file --mlir-print-local-scope | FileCheck %s --check-prefix=WIDE
// RUN: tare-opt %s --pass-pipeline="builtin.module(func.func(tare-place-missing{target=generic}))" --split-input-file | FileCheck %s --check-prefix=ALL
// RUN: tare-opt %s --pass-pipeline="builtin.module(func.func(tare-place-missing{target=%t.yaml}))" --split-input-file --remarks-filter="tare-place-missing" 2>&1 -o /dev/null | FileCheck %s --check-prefix=REMARK

// ALL-NOT: qnn.host

// The name is the value's, and so is the range; a fused limit is a node behind it.
// CHECK-LABEL: func.func @missing
// CHECK: %[[S:.*]] = qnn.host "Add" opset 14(%arg0, %arg0) {reason = "the target has no add"} : {{.*}} loc("sum"("s.unlimited"))
// CHECK: %[[L:.*]] = qnn.host "Clip" opset 13(%[[S]], {{.*}}) {qnn.range = #qnn.range<0.000000e+00, 6.000000e+00, calibrated>, reason = "the target has no add"} : {{.*}} loc("sum"("s"))
// CHECK: qnn.mul %[[L]], %[[L]]
// CHECK: return
// REMARK: [Passed] OnHost | Category:tare-place-missing | Layer=sum, Reason="the target has no add"
func.func @missing(%x: tensor<1x4xf32>) -> tensor<1x4xf32> {
  %0 = qnn.add %x, %x {clamp = #qnn.clamp<0.0, 6.0>, qnn.range = #qnn.range<0.0, 6.0, calibrated>} : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32> loc("sum"("s"))
  %1 = qnn.mul %0, %0 : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32> loc("product"("y"))
  return %1 : tensor<1x4xf32>
}

// -----

// Of 8 bits it is computed with 16; of 16 bits a function is not computed with 8.
// CHECK-LABEL: func.func @types
// CHECK: qnn.softmax
// CHECK: qnn.tanh
// WIDE-LABEL: func.func @types
// WIDE: qnn.softmax
// WIDE: qnn.host "Tanh" opset 22({{.*}}) {reason = "the target has lookup for i8 activations alone"}
func.func @types(%x: tensor<1x4xf32>) -> tensor<1x4xf32> {
  %0 = qnn.softmax %x {axis = 1 : i64} : (tensor<1x4xf32>) -> tensor<1x4xf32> loc("shares"("s"))
  %1 = qnn.tanh %0 : (tensor<1x4xf32>) -> tensor<1x4xf32> loc("function"("y"))
  return %1 : tensor<1x4xf32>
}

// -----

// Movements stay: hardware that has them not has them moved as integers. What a model computes on integers is between casts.
// CHECK-LABEL: func.func @movements
// CHECK: qnn.slice
// CHECK: qnn.transpose
// CHECK: qnn.reshape
// CHECK: quant.dcast %arg1 : tensor<1x4x!quant.uniform<i8:f32, 5.000000e-01:3>> to tensor<1x4xf32>
// CHECK: %[[S:.*]] = qnn.host "Add" opset 14(%[[A:[0-9]+]], %[[A]]) {{.*}}reason = "the target has no add"} : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32>
// CHECK: quant.qcast %[[S]] : tensor<1x4xf32> to tensor<1x4x!quant.uniform<i8:f32, 5.000000e-01:3>>
// CHECK: return
func.func @movements(%x: tensor<1x4xf32>, %q: tensor<1x4x!quant.uniform<i8:f32, 0.5:3>>) -> (tensor<2x2xf32>, tensor<1x4x!quant.uniform<i8:f32, 0.5:3>>) {
  %0 = qnn.slice %x {starts = array<i64: 0, 3>, steps = array<i64: 1, -1>, sizes = array<i64: 1, 4>} : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %1 = qnn.transpose %0 {permutation = array<i64: 1, 0>} : (tensor<1x4xf32>) -> tensor<4x1xf32>
  %2 = qnn.reshape %1 {shape = array<i64: 2, 2>} : (tensor<4x1xf32>) -> tensor<2x2xf32>
  %3 = qnn.add %q, %q : (tensor<1x4x!quant.uniform<i8:f32, 0.5:3>>, tensor<1x4x!quant.uniform<i8:f32, 0.5:3>>) -> tensor<1x4x!quant.uniform<i8:f32, 0.5:3>>
  return %2, %3 : tensor<2x2xf32>, tensor<1x4x!quant.uniform<i8:f32, 0.5:3>>
}

// -----

// A reciprocal alone has a table, but nobody has calibrated it: the whole node is the host's.
// WIDE-LABEL: func.func @quotient
// WIDE: %[[R:.*]] = qnn.host "Reciprocal"
// WIDE: qnn.host "Mul" opset 14(%arg0, %[[R]]) {reason = "the target has lookup for i8 activations alone"}
// CHECK-LABEL: func.func @quotient
// CHECK: qnn.reciprocal
// CHECK: qnn.mul
func.func @quotient(%x: tensor<1x4xf32>, %d: tensor<1x4xf32>) -> tensor<1x4xf32> {
  %0 = qnn.reciprocal %d {qnn.intermediate} : (tensor<1x4xf32>) -> tensor<1x4xf32> loc("div_reciprocal"("y_reciprocal"))
  %1 = qnn.mul %x, %0 : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32> loc("div"("y"))
  return %1 : tensor<1x4xf32>
}

// -----

// Products have their weights as numbers, in the node's order: rows of the operand's elements, and the bias behind.
// CHECK-LABEL: func.func @products
// CHECK: %[[W:.*]] = qnn.constant {{.*}} : tensor<2x3xf32>
// CHECK: %[[P:.*]] = qnn.host "MatMul" opset 13(%arg0, %[[W]]) {reason = "the target has no linear"} : {{.*}} loc("linear"("y.step0"))
// CHECK: %[[B:.*]] = qnn.constant {{.*}} : tensor<3xf32>
// CHECK: qnn.host "Add" opset 14(%[[P]], %[[B]]) {{.*}} loc("linear"("y"))
// CHECK: %[[T:.*]] = qnn.constant {{.*}} : tensor<2x2x1xf32> {{.*}} loc("deconv_1"("deconv_1"))
// CHECK: qnn.host "ConvTranspose" opset 11(%arg1, %[[T]]) {parameters = {group = 1 : i64, kernel_shape = array<i64: 1>, strides = array<i64: 2>}, reason = "the target has no conv_transpose"}
func.func @products(%x: tensor<1x2xf32>, %i: tensor<1x2x3xf32>) -> (tensor<1x3xf32>, tensor<1x2x5xf32>) {
  %w = qnn.constant dense<[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]> : tensor<3x2xf32> as tensor<3x2xf32>
  %b = qnn.constant dense<[7.0, 8.0, 9.0]> : tensor<3xf32> as tensor<3xf32>
  %0 = qnn.linear %x, %w, %b : (tensor<1x2xf32>, tensor<3x2xf32>, tensor<3xf32>) -> tensor<1x3xf32> loc("linear"("y"))
  %v = qnn.constant dense<[[[1.0], [2.0]], [[3.0], [4.0]]]> : tensor<2x2x1xf32> as tensor<2x2x1xf32>
  %1 = qnn.conv_transpose %i, %v {strides = array<i64: 2>} : (tensor<1x2x3xf32>, tensor<2x2x1xf32>) -> tensor<1x2x5xf32> loc("deconv"("z"))
  return %0, %1 : tensor<1x3xf32>, tensor<1x2x5xf32>
}

// -----

// A function that a layer may have within is not known to be missing before there are grids; with grids it is. What was cast between two
// nodes of the host is not any more, unless the model itself casts it, and a value that is read elsewhere, too, is.
!q = !quant.uniform<i16<-32767:32767>:f32, 0.001>
// CHECK-LABEL: func.func @grids
// CHECK: %[[T:.*]] = qnn.host "Tanh" opset 22(%{{.*}}) {reason = "the target has lookup for i8 activations alone"}
// CHECK: quant.qcast %[[T]]
// CHECK: %[[S:.*]] = qnn.host "Sigmoid" opset 22(%[[T]])
// CHECK: %[[Q:.*]] = quant.qcast %[[S]] : tensor<1x4xf32>
// CHECK: %[[D:.*]] = quant.dcast %[[Q]]
// CHECK: qnn.host "Sqrt" opset 22(%[[D]])
// CHECK: qnn.mul
func.func @grids(%x: tensor<1x4x!q>) -> tensor<1x4xf32> {
  %0 = quant.dcast %x : tensor<1x4x!q> to tensor<1x4xf32>
  %1 = qnn.tanh %0 : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %2 = quant.qcast %1 {chosen_grid} : tensor<1x4xf32> to tensor<1x4x!q>
  %3 = quant.dcast %2 : tensor<1x4x!q> to tensor<1x4xf32>
  %4 = qnn.sigmoid %3 : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %5 = quant.qcast %4 : tensor<1x4xf32> to tensor<1x4x!q>
  %6 = quant.dcast %5 : tensor<1x4x!q> to tensor<1x4xf32>
  %10 = qnn.sqrt %6 : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %11 = quant.qcast %10 {chosen_grid} : tensor<1x4xf32> to tensor<1x4x!q>
  %12 = quant.dcast %11 : tensor<1x4x!q> to tensor<1x4xf32>
  %7 = qnn.mul %3, %12 : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32>
  %8 = quant.qcast %7 : tensor<1x4xf32> to tensor<1x4x!q>
  %9 = quant.dcast %8 : tensor<1x4x!q> to tensor<1x4xf32>
  return %9 : tensor<1x4xf32>
}

// -----

// The layer before a function may have it within: with 8 bits nothing is decided yet.
// CHECK-LABEL: func.func @within
// CHECK: qnn.conv
// CHECK-NEXT: qnn.swish
// WIDE-LABEL: func.func @within
// WIDE: qnn.conv
// WIDE-NEXT: qnn.swish
func.func @within(%x: tensor<1x1x2x2xf32>, %w: tensor<1x1x1x1xf32>) -> tensor<1x1x2x2xf32> {
  %0 = qnn.conv %x, %w : (tensor<1x1x2x2xf32>, tensor<1x1x1x1xf32>) -> tensor<1x1x2x2xf32>
  %1 = qnn.swish %0 : (tensor<1x1x2x2xf32>) -> tensor<1x1x2x2xf32>
  return %1 : tensor<1x1x2x2xf32>
}
