// RUN: tare-opt %s --tare-fold-batch-norms --split-input-file --verify-diagnostics --remarks-filter="tare-fold-batch-norms" --remark-format=emitRemark --mlir-print-local-scope --mlir-print-debuginfo | FileCheck %s
// RUN: tare-opt %s --tare-fold-batch-norms --split-input-file --verify-diagnostics --remarks-filter="tare-fold-batch-norms" --remark-format=emitRemark | FileCheck %s --check-prefix=DATA

// Behind a convolution without a bias: w * a, and a new bias b - m * a; a = scale / sqrt(variance + epsilon) = [2, 1].
// CHECK-LABEL: func.func @into_conv
func.func @into_conv(%x: tensor<1x1x2x2xf32>) -> tensor<1x2x2x2xf32> {
  %w = qnn.constant dense<[[[[3.0]]], [[[5.0]]]]> : tensor<2x1x1x1xf32> as tensor<2x1x1x1xf32>
  %s = qnn.constant dense<[4.0, 2.0]> : tensor<2xf32> as tensor<2xf32>
  %b = qnn.constant dense<[0.5, 1.5]> : tensor<2xf32> as tensor<2xf32>
  %m = qnn.constant dense<[1.0, 2.0]> : tensor<2xf32> as tensor<2xf32>
  %v = qnn.constant dense<[3.0, 3.0]> : tensor<2xf32> as tensor<2xf32>
  // CHECK: %[[W:.*]] = qnn.constant dense_resource<conv1_weight>
  // CHECK: %[[B:.*]] = qnn.constant dense_resource<conv1_bias>
  // CHECK: %[[Y:.*]] = qnn.conv %{{.*}}, %[[W]], %[[B]] : {{.*}} loc("conv1"("bn1_out"))
  // CHECK-NEXT: return %[[Y]]
  %0 = qnn.conv %x, %w : (tensor<1x1x2x2xf32>, tensor<2x1x1x1xf32>) -> tensor<1x2x2x2xf32> loc("conv1"("conv1_out"))
  // expected-remark @unknown {{FoldedIntoProducer | Category:tare-fold-batch-norms | Layer=bn1, Remark="into 'conv1'"}}
  %1 = qnn.batch_norm %0, %s, %b, %m, %v {epsilon = 1.0 : f64} : (tensor<1x2x2x2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<1x2x2x2xf32> loc("bn1"("bn1_out"))
  return %1 : tensor<1x2x2x2xf32>
}

// 3 * 2, 5 * 1; 0.5 - 1 * 2, 1.5 - 2 * 1
// DATA: conv1_weight: "0x{{[0-9A-F]*}}0000C0400000A040"
// DATA: conv1_bias: "0x{{[0-9A-F]*}}0000C0BF000000BF"

// -----

// A chain folds one by one; an addition alone keeps the weights as they are.
// CHECK-LABEL: func.func @chain
func.func @chain(%x: tensor<1x2xf32>) -> tensor<1x2xf32> {
  // CHECK: %[[W:.*]] = qnn.constant dense<{{\[\[}}1.000000e+00, 2.000000e+00], [3.000000e+00, 4.000000e+00]]> : tensor<2x2xf32>
  %w = qnn.constant dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32> as tensor<2x2xf32>
  %b = qnn.constant dense<[1.0, 2.0]> : tensor<2xf32> as tensor<2xf32>
  %one = qnn.constant dense<1.0> : tensor<f32> as tensor<f32>
  %c = qnn.constant dense<[[10.0, 20.0]]> : tensor<1x2xf32> as tensor<1x2xf32>
  // CHECK: %[[Y:.*]] = qnn.linear %{{.*}}, %[[W]], %{{.*}} loc("fc"
  // CHECK-NEXT: return %[[Y]]
  %0 = qnn.linear %x, %w, %b : (tensor<1x2xf32>, tensor<2x2xf32>, tensor<2xf32>) -> tensor<1x2xf32> loc("fc")
  // expected-remark @unknown {{Layer=sub, Remark="into 'fc'"}}
  %1 = qnn.sub %0, %one : (tensor<1x2xf32>, tensor<f32>) -> tensor<1x2xf32> loc("sub")
  // expected-remark @unknown {{Layer=add, Remark="into 'fc'"}}
  %2 = qnn.add %1, %c : (tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x2xf32> loc("add")
  return %2 : tensor<1x2xf32>
}

// 1 - 1 + 10, 2 - 1 + 20
// DATA: fc_bias{{.*}}: "0x{{[0-9A-F]*}}000020410000A841"

// -----

// Weights on a grid of their own keep their integers: what shifts goes into the bias, what scales into their scales.
// CHECK-LABEL: func.func @quantized_weights
func.func @quantized_weights(%x: tensor<1x2xf32>) -> tensor<1x2xf32> {
  %wq = qnn.constant dense<[[1, 2], [3, 4]]> : tensor<2x2xi8> as tensor<2x2x!quant.uniform<i8:f32, 0.5>>
  // CHECK: %[[Q:.*]] = qnn.constant dense<{{\[\[}}1, 2], [3, 4]]> : tensor<2x2xi8> as tensor<2x2x!quant.uniform<i8:f32, 1.000000e+00>>
  // CHECK: %[[W:.*]] = quant.dcast %[[Q]]
  %w = quant.dcast %wq : tensor<2x2x!quant.uniform<i8:f32, 0.5>> to tensor<2x2xf32>
  %c = qnn.constant dense<[10.0, 20.0]> : tensor<2xf32> as tensor<2xf32>
  %two = qnn.constant dense<2.0> : tensor<f32> as tensor<f32>
  // CHECK: %[[Y:.*]] = qnn.linear %{{.*}}, %[[W]], %{{.*}} loc("dense"
  // CHECK-NEXT: return %[[Y]]
  %0 = qnn.linear %x, %w : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32> loc("dense")
  // expected-remark @unknown {{Layer=shift, Remark="into 'dense'"}}
  %1 = qnn.add %0, %c : (tensor<1x2xf32>, tensor<2xf32>) -> tensor<1x2xf32> loc("shift")
  // expected-remark @unknown {{Layer=scale, Remark="into 'dense'"}}
  %2 = qnn.mul %1, %two : (tensor<1x2xf32>, tensor<f32>) -> tensor<1x2xf32> loc("scale")
  return %2 : tensor<1x2xf32>
}

// 10 * 2, 20 * 2
// DATA: dense_bias{{.*}}: "0x{{[0-9A-F]*}}0000A04100002042"

// -----

// A scale per output channel; a negative one makes complements, and none zeros.
// CHECK-LABEL: func.func @quantized_batch_norm
func.func @quantized_batch_norm(%x: tensor<1x2x1x1xf32>) -> tensor<1x3x1x1xf32> {
  %wq = qnn.constant dense<[[[[1]], [[-2]]], [[[3]], [[4]]], [[[5]], [[6]]]]> : tensor<3x2x1x1xi8> as tensor<3x2x1x1x!quant.uniform<i8:f32:0, {0.5, 0.25, 0.125}>>
  %w = quant.dcast %wq : tensor<3x2x1x1x!quant.uniform<i8:f32:0, {0.5, 0.25, 0.125}>> to tensor<3x2x1x1xf32>
  %s = qnn.constant dense<[2.0, -6.0, 0.0]> : tensor<3xf32> as tensor<3xf32>
  %b = qnn.constant dense<[1.0, 2.0, 3.0]> : tensor<3xf32> as tensor<3xf32>
  %m = qnn.constant dense<[0.5, 0.0, 1.0]> : tensor<3xf32> as tensor<3xf32>
  %v = qnn.constant dense<[3.0, 3.0, 3.0]> : tensor<3xf32> as tensor<3xf32>
  // CHECK: qnn.constant dense_resource<{{.*}}> : tensor<3x2x1x1xi8> as tensor<3x2x1x1x!quant.uniform<i8:f32:0, {5.000000e-01,7.500000e-01,1.250000e-01}>>
  // CHECK: %[[Y:.*]] = qnn.conv %{{.*}} loc("conv"
  // CHECK-NEXT: return %[[Y]]
  %0 = qnn.conv %x, %w : (tensor<1x2x1x1xf32>, tensor<3x2x1x1xf32>) -> tensor<1x3x1x1xf32> loc("conv")
  // expected-remark @unknown {{Layer=bn, Remark="into 'conv'"}}
  %1 = qnn.batch_norm %0, %s, %b, %m, %v {epsilon = 1.0 : f64} : (tensor<1x3x1x1xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<1x3x1x1xf32> loc("bn")
  return %1 : tensor<1x3x1x1xf32>
}

// 1 - 0.5 * 1, 2, 3; 1, -2, -3, -4, 0, 0
// DATA-DAG: conv_bias{{.*}}: "0x{{[0-9A-F]*}}0000003F0000004000004040"
// DATA-DAG: {{.*}}: "0x{{[0-9A-F]*}}01FEFDFC0000"

// -----

// The least integer has no complement: the scale stays a layer.
// CHECK-LABEL: func.func @no_complement
func.func @no_complement(%x: tensor<1x2xf32>) -> tensor<1x1xf32> {
  %wq = qnn.constant dense<[[-128, 2]]> : tensor<1x2xi8> as tensor<1x2x!quant.uniform<i8:f32, 0.5>>
  %w = quant.dcast %wq : tensor<1x2x!quant.uniform<i8:f32, 0.5>> to tensor<1x2xf32>
  %c = qnn.constant dense<-2.0> : tensor<f32> as tensor<f32>
  // CHECK: qnn.linear
  // CHECK: qnn.mul
  %0 = qnn.linear %x, %w : (tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x1xf32> loc("dense")
  // expected-remark @unknown {{NotFolded | Category:tare-fold-batch-norms | Layer=scale, Reason="a factor is negative, and the least integer has no complement"}}
  %1 = qnn.mul %0, %c : (tensor<1x1xf32>, tensor<f32>) -> tensor<1x1xf32> loc("scale")
  return %1 : tensor<1x1xf32>
}

// -----

// Before a convolution: w * a and b + sum of w * shift. The other user of %x does not matter.
// CHECK-LABEL: func.func @before
func.func @before(%x: tensor<1x2x2x2xf32>) -> (tensor<1x1x2x2xf32>, tensor<1x2x2x2xf32>) {
  %two = qnn.constant dense<2.0> : tensor<f32> as tensor<f32>
  %c = qnn.constant dense<[[[1.0]], [[10.0]]]> : tensor<2x1x1xf32> as tensor<2x1x1xf32>
  %w = qnn.constant dense<[[[[3.0]], [[5.0]]]]> : tensor<1x2x1x1xf32> as tensor<1x2x1x1xf32>
  // CHECK-NOT: qnn.mul
  // CHECK: qnn.conv %arg0, %{{.*}}, %{{.*}}
  // expected-remark @unknown {{FoldedIntoConsumer | Category:tare-fold-batch-norms | Layer=mul, Remark="into 'conv'"}}
  %0 = qnn.mul %x, %two : (tensor<1x2x2x2xf32>, tensor<f32>) -> tensor<1x2x2x2xf32> loc("mul")
  // expected-remark @unknown {{FoldedIntoConsumer | Category:tare-fold-batch-norms | Layer=add, Remark="into 'conv'"}}
  %1 = qnn.add %0, %c : (tensor<1x2x2x2xf32>, tensor<2x1x1xf32>) -> tensor<1x2x2x2xf32> loc("add")
  %2 = qnn.conv %1, %w : (tensor<1x2x2x2xf32>, tensor<1x2x1x1xf32>) -> tensor<1x1x2x2xf32> loc("conv")
  %3 = qnn.relu %x : (tensor<1x2x2x2xf32>) -> tensor<1x2x2x2xf32> loc("relu")
  return %2, %3 : tensor<1x1x2x2xf32>, tensor<1x2x2x2xf32>
}

// 3 * 2, 5 * 2; 3 * 1 + 5 * 10
// DATA-DAG: conv_bias{{.*}}: "0x{{[0-9A-F]*}}00005442"
// DATA-DAG: conv_weight{{.*}}: "0x{{[0-9A-F]*}}0000C04000002041"

// -----

// A shift cannot pass the zeros of a padding; a batch norm that stands alone is a convolution of each channel with itself.
// CHECK-LABEL: func.func @padding
func.func @padding(%x: tensor<1x2x4x4xf32>) -> tensor<1x1x4x4xf32> {
  %s = qnn.constant dense<[1.0, 2.0]> : tensor<2xf32> as tensor<2xf32>
  %b = qnn.constant dense<[1.0, -1.0]> : tensor<2xf32> as tensor<2xf32>
  %m = qnn.constant dense<[1.0, 3.0]> : tensor<2xf32> as tensor<2xf32>
  %v = qnn.constant dense<[1.0, 13.0]> : tensor<2xf32> as tensor<2xf32>
  %w = qnn.constant dense<1.0> : tensor<1x2x3x3xf32> as tensor<1x2x3x3xf32>
  // CHECK: %[[N:.*]] = qnn.conv %{{.*}}, %{{.*}}, %{{.*}} {group = 2 : i64} : (tensor<1x2x4x4xf32>, tensor<2x1x1x1xf32>, tensor<2xf32>) -> tensor<1x2x4x4xf32> loc("bn")
  // CHECK: qnn.conv %[[N]]
  // expected-remark @unknown {{NotFolded | Category:tare-fold-batch-norms | Layer=bn, Reason="the following layer pads with zeros, which the shift would have to reach"}}
  // expected-remark @unknown {{Expanded | Category:tare-fold-batch-norms | Layer=bn, Reason="no neighbour can take it"}}
  %0 = qnn.batch_norm %x, %s, %b, %m, %v {epsilon = 3.0 : f64} : (tensor<1x2x4x4xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<1x2x4x4xf32> loc("bn")
  %1 = qnn.conv %0, %w {pads = array<i64: 1, 1, 1, 1>} : (tensor<1x2x4x4xf32>, tensor<1x2x3x3xf32>) -> tensor<1x1x4x4xf32> loc("conv")
  return %1 : tensor<1x1x4x4xf32>
}

// 1 / 2, 2 / 4; 1 - 1 / 2, -1 - 3 / 2
// DATA-DAG: bn_weight{{.*}}: "0x{{[0-9A-F]*}}0000003F0000003F"
// DATA-DAG: bn_bias{{.*}}: "0x{{[0-9A-F]*}}0000003F000020C0"

// -----

// Two users, an activation in between, a constant that is more than one per channel.
// CHECK-LABEL: func.func @refused
func.func @refused(%x: tensor<1x2xf32>) -> (tensor<1x2xf32>, tensor<1x2xf32>, tensor<2x2xf32>, tensor<1x2xf32>) {
  %w = qnn.constant dense<1.0> : tensor<2x2xf32> as tensor<2x2xf32>
  %one = qnn.constant dense<1.0> : tensor<f32> as tensor<f32>
  %square = qnn.constant dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32> as tensor<2x2xf32>
  // CHECK-COUNT-3: qnn.linear
  // CHECK-COUNT-3: qnn.add
  %0 = qnn.linear %x, %w : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32> loc("fc1")
  %1 = qnn.linear %x, %w {clamp = #qnn.clamp<0.0, inf>} : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32> loc("fc2")
  %2 = qnn.linear %x, %w : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32> loc("fc3")
  // expected-remark @unknown {{Layer=add1, Reason="the producer's result has another user"}}
  %3 = qnn.add %0, %one : (tensor<1x2xf32>, tensor<f32>) -> tensor<1x2xf32> loc("add1")
  // expected-remark @unknown {{Layer=add2, Reason="an activation stands in between"}}
  %4 = qnn.add %1, %one : (tensor<1x2xf32>, tensor<f32>) -> tensor<1x2xf32> loc("add2")
  // expected-remark @unknown {{Layer=add3, Reason="not one finite scale and shift per channel"}}
  %5 = qnn.add %2, %square : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32> loc("add3")
  return %3, %4, %5, %0 : tensor<1x2xf32>, tensor<1x2xf32>, tensor<2x2xf32>, tensor<1x2xf32>
}

// -----

func.func @no_variance(%x: tensor<1x1x2xf32>) -> tensor<1x1x2xf32> {
  %p = qnn.constant dense<1.0> : tensor<1xf32> as tensor<1xf32>
  %v = qnn.constant dense<-1.0> : tensor<1xf32> as tensor<1xf32>
  // expected-error @unknown {{'qnn.batch_norm' op of layer 'bn' cannot be folded: its parameters must be constant, finite, and the variance positive}}
  %0 = qnn.batch_norm %x, %p, %p, %p, %v : (tensor<1x1x2xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x1x2xf32> loc("bn")
  return %0 : tensor<1x1x2xf32>
}

// -----

!bias = !quant.uniform<i32:f32, 0.5>
!weights = !quant.uniform<i8:f32, 0.25>

// A dequantized bias behind a layer with integer weights, and behind what only moves the layer's result: 3 * 0.5, -5 * 0.5.
// CHECK-LABEL: func.func @given_bias
func.func @given_bias(%x: tensor<3x2xf32>) -> tensor<1x2x3xf32> {
  %wq = qnn.constant dense<[[1, 2], [3, 4]]> : tensor<2x2xi8> as tensor<2x2x!weights>
  %w = quant.dcast %wq : tensor<2x2x!weights> to tensor<2x2xf32>
  %bq = qnn.constant dense<[[3], [-5]]> : tensor<2x1xi32> as tensor<2x1x!bias>
  %b = quant.dcast %bq : tensor<2x1x!bias> to tensor<2x1xf32>
  // CHECK: %[[W:.*]] = quant.dcast
  // CHECK: %[[B:.*]] = qnn.constant dense_resource<given_bias>
  // CHECK: %[[Y:.*]] = qnn.linear %arg0, %[[W]], %[[B]] : {{.*}} loc("given"("sum"))
  // CHECK-NEXT: %[[T:.*]] = qnn.transpose %[[Y]] {{.*}} loc("transpose"("sum"))
  // CHECK-NEXT: %[[R:.*]] = qnn.reshape %[[T]] {{.*}} loc("reshape"("sum"))
  // CHECK-NEXT: return %[[R]]
  %0 = qnn.linear %x, %w : (tensor<3x2xf32>, tensor<2x2xf32>) -> tensor<3x2xf32> loc("given"("product"))
  %1 = qnn.transpose %0 {permutation = array<i64: 1, 0>} : (tensor<3x2xf32>) -> tensor<2x3xf32> loc("transpose"("t"))
  %2 = qnn.reshape %1 {shape = array<i64: 1, 2, 3>} : (tensor<2x3xf32>) -> tensor<1x2x3xf32> loc("reshape"("r"))
  // expected-remark @unknown {{FoldedIntoProducer | Category:tare-fold-batch-norms | Layer=add, Remark="into 'given'"}}
  %3 = qnn.add %2, %b : (tensor<1x2x3xf32>, tensor<2x1xf32>) -> tensor<1x2x3xf32> loc("add"("sum"))
  return %3 : tensor<1x2x3xf32>
}

// DATA: given_bias: "0x{{[0-9A-F]*}}0000C03F000020C0"
