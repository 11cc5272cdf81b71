// RUN: tare-opt %s --tare-decompose --split-input-file --verify-diagnostics --mlir-print-local-scope --mlir-print-debuginfo | FileCheck %s

// CHECK-LABEL: func.func @by_constant
func.func @by_constant(%x: tensor<1x2xf32>) -> tensor<1x2xf32> {
  %c = qnn.constant dense<4.0> : tensor<f32> as tensor<f32>
  // CHECK: %[[C:.*]] = qnn.constant {{.*}} : tensor<f32> as tensor<f32> loc("div_reciprocal"("y_reciprocal"))
  // CHECK-NEXT: qnn.mul %arg0, %[[C]] {clamp = #qnn.clamp<0.000000e+00, inf>} {{.*}} loc("div"("y"))
  %0 = qnn.div %x, %c {clamp = #qnn.clamp<0.0, inf>} : (tensor<1x2xf32>, tensor<f32>) -> tensor<1x2xf32> loc("div"("y"))
  return %0 : tensor<1x2xf32>
}

// -----

// Numbers with a scale per channel: reciprocals too, 1/2 and 1/4 at 127 steps each.
// CHECK-LABEL: func.func @by_channels
func.func @by_channels(%x: tensor<1x2xf32>) -> tensor<1x2xf32> {
  %i = qnn.constant dense<4> : tensor<2xi8> as tensor<2x!quant.uniform<i8:f32:0, {0.5, 1.0}>>
  %c = quant.dcast %i : tensor<2x!quant.uniform<i8:f32:0, {0.5, 1.0}>> to tensor<2xf32>
  // CHECK: %[[Q:.*]] = quant.qcast %{{.*}} : tensor<2xf32> to tensor<2x!quant.uniform<i8<-127:127>:f32:0, {0.0039370078{{[0-9]*}},0.0019685039{{[0-9]*}}}>>
  // CHECK: %[[R:.*]] = quant.dcast %[[Q]]
  // CHECK: qnn.mul %arg0, %[[R]]
  %0 = qnn.div %x, %c : (tensor<1x2xf32>, tensor<2xf32>) -> tensor<1x2xf32> loc("div"("y"))
  return %0 : tensor<1x2xf32>
}

// -----

// CHECK-LABEL: func.func @by_activation
func.func @by_activation(%x: tensor<1x2xf32>, %y: tensor<1x2xf32>) -> tensor<1x2xf32> {
  // CHECK: %[[R:.*]] = qnn.reciprocal %arg1 {qnn.intermediate} {{.*}} loc("div_reciprocal"("y_reciprocal"))
  // CHECK-NEXT: qnn.mul %arg0, %[[R]] {{.*}} loc("div"("y"))
  %0 = qnn.div %x, %y : (tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x2xf32> loc("div"("y"))
  return %0 : tensor<1x2xf32>
}

// -----

func.func @by_zero(%x: tensor<1x2xf32>) -> tensor<1x2xf32> {
  %c = qnn.constant dense<[1.0, 0.0]> : tensor<2xf32> as tensor<2xf32>
  // expected-error @unknown {{'qnn.div' op of layer 'div' divides by a constant that is 0}}
  %0 = qnn.div %x, %c : (tensor<1x2xf32>, tensor<2xf32>) -> tensor<1x2xf32> loc("div"("y"))
  return %0 : tensor<1x2xf32>
}
