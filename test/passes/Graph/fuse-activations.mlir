// RUN: tare-opt %s --tare-fuse-activations --split-input-file --verify-diagnostics --remarks-filter="tare-fuse-activations" --remark-format=emitRemark --mlir-print-local-scope --mlir-print-debuginfo | FileCheck %s

// Limits in a row intersect; the layer keeps its name, the value is the last one's, and so is its range.
// CHECK-LABEL: func.func @into_add
func.func @into_add(%x: tensor<1x4xf32>) -> tensor<1x4xf32> {
  // CHECK: %[[Y:.*]] = qnn.add %arg0, %arg0 {clamp = #qnn.clamp<0.000000e+00, 6.000000e+00>, qnn.range = #qnn.range<0.000000e+00, 5.000000e+00, calibrated>} {{.*}} loc("add"("clipped"))
  // CHECK-NEXT: return %[[Y]]
  %0 = qnn.add %x, %x : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32> loc("add"("sum"))
  // expected-remark @unknown {{FusedActivation | Category:tare-fuse-activations | Layer=relu, Remark="into 'add'"}}
  %1 = qnn.relu %0 : (tensor<1x4xf32>) -> tensor<1x4xf32> loc("relu")
  // expected-remark @unknown {{FusedActivation | Category:tare-fuse-activations | Layer=clip, Remark="into 'add'"}}
  %2 = qnn.clip %1 {interval = #qnn.clamp<-1.0, 6.0>, qnn.range = #qnn.range<0.0, 5.0, calibrated>} : (tensor<1x4xf32>) -> tensor<1x4xf32> loc("clip"("clipped"))
  return %2 : tensor<1x4xf32>
}

// -----

// CHECK-LABEL: func.func @no_effect
func.func @no_effect(%x: tensor<1x4xf32>) -> tensor<1x4xf32> {
  // CHECK: %[[Y:.*]] = qnn.softmax
  // CHECK-NEXT: return %[[Y]]
  %0 = qnn.softmax %x {axis = 1 : i64} : (tensor<1x4xf32>) -> tensor<1x4xf32> loc("softmax"("probabilities"))
  // expected-remark @unknown {{RemovedLimit | Category:tare-fuse-activations | Layer=clip, Reason="'probabilities' already lies within"}}
  %1 = qnn.clip %0 {interval = #qnn.clamp<0.0, 1.0>} : (tensor<1x4xf32>) -> tensor<1x4xf32> loc("clip")
  return %1 : tensor<1x4xf32>
}

// -----

// CHECK-LABEL: func.func @refused
func.func @refused(%x: tensor<1x4xf32>) -> (tensor<1x4xf32>, tensor<1x4xf32>, tensor<1x4xf32>) {
  // CHECK: qnn.add
  // CHECK: qnn.relu
  // CHECK: qnn.tanh
  // CHECK: qnn.relu
  %0 = qnn.add %x, %x : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32> loc("add")
  // expected-remark @unknown {{NotFused | Category:tare-fuse-activations | Layer=relu1, Reason="the producer's result has another user"}}
  %1 = qnn.relu %0 : (tensor<1x4xf32>) -> tensor<1x4xf32> loc("relu1")
  %2 = qnn.tanh %x : (tensor<1x4xf32>) -> tensor<1x4xf32> loc("tanh")
  // expected-remark @unknown {{NotFused | Category:tare-fuse-activations | Layer=relu2, Reason="the producer cannot limit its result"}}
  %3 = qnn.relu %2 : (tensor<1x4xf32>) -> tensor<1x4xf32> loc("relu2")
  return %0, %1, %3 : tensor<1x4xf32>, tensor<1x4xf32>, tensor<1x4xf32>
}

// -----

// Two clips behind a function become one.
// CHECK-LABEL: func.func @clips
func.func @clips(%x: tensor<1x4xf32>) -> tensor<1x4xf32> {
  // CHECK: qnn.clip %arg0 {interval = #qnn.clamp<0.000000e+00, 1.000000e+00>} {{.*}} loc("clip1"("clip2"))
  // CHECK-NEXT: return
  %0 = qnn.clip %x {interval = #qnn.clamp<-1.0, 1.0>} : (tensor<1x4xf32>) -> tensor<1x4xf32> loc("clip1")
  // expected-remark @unknown {{FusedActivation}}
  %1 = qnn.clip %0 {interval = #qnn.clamp<0.0, inf>} : (tensor<1x4xf32>) -> tensor<1x4xf32> loc("clip2")
  return %1 : tensor<1x4xf32>
}

// -----

// CHECK-LABEL: func.func @swish
func.func @swish(%x: tensor<1x4xf32>, %y: tensor<1x4xf32>) -> (tensor<1x4xf32>, tensor<1x4xf32>, tensor<1x4xf32>) {
  // CHECK-NEXT: %[[S:.*]] = qnn.sigmoid %arg0
  // CHECK-NEXT: %[[W:.*]] = qnn.swish %arg0 {{.*}} loc("product")
  // CHECK-NEXT: %[[M:.*]] = qnn.mul %arg1, %[[S]]
  // CHECK-NEXT: return %[[S]], %[[W]], %[[M]]
  %0 = qnn.sigmoid %x : (tensor<1x4xf32>) -> tensor<1x4xf32> loc("gate")
  // expected-remark @unknown {{RecognizedSwish | Category:tare-fuse-activations | Layer=product}}
  %1 = qnn.mul %0, %x : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32> loc("product")
  %2 = qnn.mul %y, %0 : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32> loc("gated")
  return %0, %1, %2 : tensor<1x4xf32>, tensor<1x4xf32>, tensor<1x4xf32>
}

// -----

// CHECK-LABEL: func.func @hard_swish
func.func @hard_swish(%x: tensor<1x4xf32>, %y: tensor<1x4xf32>) -> (tensor<1x4xf32>, tensor<1x4xf32>, tensor<1x4xf32>) {
  %three = qnn.constant dense<3.0> : tensor<f32> as tensor<f32>
  %six = qnn.constant dense<6.0> : tensor<f32> as tensor<f32>
  // CHECK-DAG: qnn.hard_swish %arg0 {{.*}} loc("spelled"("out"))
  // CHECK-DAG: qnn.hard_swish %arg1 {{.*}} loc("product")
  // CHECK-DAG: qnn.hard_sigmoid %arg0 {alpha = 0.16666666666666666 : f64} {{.*}} loc("gate")
  // CHECK-NOT: qnn.mul
  %0 = qnn.add %x, %three : (tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xf32> loc("add")
  %1 = qnn.clip %0 {interval = #qnn.clamp<0.0, 6.0>} : (tensor<1x4xf32>) -> tensor<1x4xf32> loc("clip")
  %2 = qnn.mul %1, %x : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32> loc("mul")
  // expected-remark @unknown {{RecognizedHardSwish | Category:tare-fuse-activations | Layer=spelled}}
  %3 = qnn.div %2, %six : (tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xf32> loc("spelled"("out"))
  // expected-remark @unknown {{RecognizedHardSigmoid | Category:tare-fuse-activations | Layer=gate}}
  %4 = qnn.div %1, %six : (tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xf32> loc("gate")
  %5 = qnn.hard_sigmoid %y {alpha = 0.16666666666666666 : f64} : (tensor<1x4xf32>) -> tensor<1x4xf32> loc("sigmoid")
  // expected-remark @unknown {{RecognizedHardSwish | Category:tare-fuse-activations | Layer=product}}
  %6 = qnn.mul %y, %5 : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32> loc("product")
  return %3, %4, %6 : tensor<1x4xf32>, tensor<1x4xf32>, tensor<1x4xf32>
}
