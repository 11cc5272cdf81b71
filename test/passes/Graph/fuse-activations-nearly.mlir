// RUN: tare-opt %s --tare-fuse-activations --verify-diagnostics --remarks-filter="tare-fuse-activations" --remark-format=emitRemark --split-input-file --mlir-print-local-scope --mlir-print-debuginfo | FileCheck %s

// Nearly a hard swish is none: a constant off by less than a percent is another function.
// CHECK-LABEL: func.func @nearly_hard_swish
// CHECK-NOT: hard_swish
// CHECK-NOT: alpha = 0.16666666666666666 : f64} {{.*}} loc("gate
// CHECK: return
func.func @nearly_hard_swish(%x: tensor<1x4xf32>) -> (tensor<1x4xf32>, tensor<1x4xf32>, tensor<1x4xf32>, tensor<1x4xf32>, tensor<1x4xf32>) {
  %three = qnn.constant dense<3.0> : tensor<f32> as tensor<f32>
  %more = qnn.constant dense<3.02> : tensor<f32> as tensor<f32>
  %six = qnn.constant dense<6.0> : tensor<f32> as tensor<f32>
  %less = qnn.constant dense<5.99> : tensor<f32> as tensor<f32>
  // x * clip(x + 3.02, 0, 6) / 6
  %0 = qnn.add %x, %more : (tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xf32> loc("add0")
  // expected-remark @unknown {{Layer=clip0, Remark="into 'add0'"}}
  %1 = qnn.clip %0 {interval = #qnn.clamp<0.0, 6.0>} : (tensor<1x4xf32>) -> tensor<1x4xf32> loc("clip0")
  %2 = qnn.mul %1, %x : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32> loc("mul0")
  %3 = qnn.div %2, %six : (tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xf32> loc("div0")
  // clip(x + 3, 0, 6) / 5.99
  %4 = qnn.add %x, %three : (tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xf32> loc("add1")
  // expected-remark @unknown {{Layer=clip1, Remark="into 'add1'"}}
  %5 = qnn.clip %4 {interval = #qnn.clamp<0.0, 6.0>} : (tensor<1x4xf32>) -> tensor<1x4xf32> loc("clip1")
  %6 = qnn.div %5, %less : (tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xf32> loc("div1")
  // clip(x + 3, 0, 6.05) / 6
  %7 = qnn.add %x, %three : (tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xf32> loc("add2")
  // expected-remark @unknown {{Layer=clip2, Remark="into 'add2'"}}
  %8 = qnn.clip %7 {interval = #qnn.clamp<0.0, 6.05>} : (tensor<1x4xf32>) -> tensor<1x4xf32> loc("clip2")
  %9 = qnn.div %8, %six : (tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xf32> loc("div2")
  // x * hard_sigmoid(x) of another slope, or of another offset
  %10 = qnn.hard_sigmoid %x {alpha = 0.168 : f64} : (tensor<1x4xf32>) -> tensor<1x4xf32> loc("sigmoid3")
  %11 = qnn.mul %x, %10 : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32> loc("mul3")
  %12 = qnn.hard_sigmoid %x {alpha = 0.16666666666666666 : f64, beta = 0.505 : f64} : (tensor<1x4xf32>) -> tensor<1x4xf32> loc("sigmoid4")
  %13 = qnn.mul %x, %12 : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32> loc("mul4")
  return %3, %6, %9, %11, %13 : tensor<1x4xf32>, tensor<1x4xf32>, tensor<1x4xf32>, tensor<1x4xf32>, tensor<1x4xf32>
}

// -----

// The nearest float32 is no difference: 3.000002 is 3; and factors come in either order.
// CHECK-LABEL: func.func @rounded
// CHECK: qnn.hard_swish %arg0
// CHECK: qnn.swish %arg0
func.func @rounded(%x: tensor<1x4xf32>) -> (tensor<1x4xf32>, tensor<1x4xf32>) {
  %three = qnn.constant dense<3.000002> : tensor<f32> as tensor<f32>
  %six = qnn.constant dense<6.000003> : tensor<f32> as tensor<f32>
  %0 = qnn.add %x, %three : (tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xf32> loc("add")
  %1 = qnn.clip %0 {interval = #qnn.clamp<0.0, 6.0>} : (tensor<1x4xf32>) -> tensor<1x4xf32> loc("clip")
  %2 = qnn.mul %x, %1 : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32> loc("mul")
  // expected-remark @unknown {{RecognizedHardSwish}}
  %3 = qnn.div %2, %six : (tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xf32> loc("div")
  %4 = qnn.sigmoid %x : (tensor<1x4xf32>) -> tensor<1x4xf32> loc("sigmoid")
  // expected-remark @unknown {{RecognizedSwish}}
  %5 = qnn.mul %x, %4 : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32> loc("product")
  return %3, %5 : tensor<1x4xf32>, tensor<1x4xf32>
}
