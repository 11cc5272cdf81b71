// RUN: tare-opt %s --tare-recognize-functions --split-input-file | FileCheck %s
// RUN: tare-opt %s --tare-recognize-functions --split-input-file --remarks-filter="tare-recognize-functions" --remark-format=emitRemark -o /dev/null 2>&1 | FileCheck %s --check-prefix=REMARK

// REMARK: RecognizedFunction | Category:tare-recognize-functions | Layer=gelu, Remark=qnn.gelu
// REMARK: RecognizedFunction | Category:tare-recognize-functions | Layer=gelu, Remark=qnn.gelu
// REMARK: Layer=gelu, Remark=qnn.gelu_tanh
// REMARK: Layer=gelu, Remark=qnn.gelu_tanh
// REMARK: Layer=mish, Remark=qnn.mish
// REMARK: Layer=log, Remark=qnn.softplus
// REMARK: Layer=mish, Remark=qnn.mish
// REMARK: Layer=sigmoid, Remark=qnn.sigmoid
// REMARK: Layer=swish, Remark=qnn.swish
// REMARK: Layer=quick_gelu, Remark=qnn.scaled_swish
// REMARK: Layer=divided, Remark=qnn.scaled_swish
// REMARK: Layer=silu, Remark=qnn.swish
// REMARK-NOT: remark

// As PyTorch writes it: x / sqrt(2), in float32.
// CHECK-LABEL: func.func @gelu_torch
// CHECK-NEXT: %[[Y:.*]] = qnn.gelu %arg0
// CHECK-NEXT: return %[[Y]]
func.func @gelu_torch(%x: tensor<1x4xf32>) -> tensor<1x4xf32> {
  %root = qnn.constant dense<1.41421354> : tensor<f32> as tensor<f32>
  %one = qnn.constant dense<1.0> : tensor<f32> as tensor<f32>
  %half = qnn.constant dense<0.5> : tensor<f32> as tensor<f32>
  %0 = qnn.div %x, %root : (tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xf32>
  %1 = qnn.erf %0 : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %2 = qnn.add %1, %one : (tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xf32>
  %3 = qnn.mul %x, %2 : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32>
  %4 = qnn.mul %3, %half : (tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xf32> loc("gelu"("y"))
  return %4 : tensor<1x4xf32>
}

// -----

// Another order: (x / 2) * (1 + erf(x * 0.7071)); and x, which is a sum itself, has another reader.
// CHECK-LABEL: func.func @gelu_other
// CHECK-NEXT: %[[X:.*]] = qnn.add %arg0, %arg0
// CHECK-NEXT: %[[Y:.*]] = qnn.gelu %[[X]]
// CHECK-NEXT: return %[[Y]], %[[X]]
func.func @gelu_other(%a: tensor<1x4xf32>) -> (tensor<1x4xf32>, tensor<1x4xf32>) {
  %c = qnn.constant dense<0.70710677> : tensor<1xf32> as tensor<1xf32>
  %one = qnn.constant dense<1.0> : tensor<f32> as tensor<f32>
  %two = qnn.constant dense<2.0> : tensor<f32> as tensor<f32>
  %x = qnn.add %a, %a : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32>
  %0 = qnn.mul %c, %x : (tensor<1xf32>, tensor<1x4xf32>) -> tensor<1x4xf32>
  %1 = qnn.erf %0 : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %2 = qnn.add %one, %1 : (tensor<f32>, tensor<1x4xf32>) -> tensor<1x4xf32>
  %3 = qnn.div %x, %two : (tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xf32>
  %4 = qnn.mul %2, %3 : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32> loc("gelu"("y"))
  return %4, %x : tensor<1x4xf32>, tensor<1x4xf32>
}

// -----

// The argument as x + 0.044715 x^3, the power a product.
// CHECK-LABEL: func.func @gelu_tanh
// CHECK-NEXT: %[[Y:.*]] = qnn.gelu_tanh %arg0
// CHECK-NEXT: return %[[Y]]
func.func @gelu_tanh(%x: tensor<1x4xf32>) -> tensor<1x4xf32> {
  %small = qnn.constant dense<0.044715> : tensor<f32> as tensor<f32>
  %slope = qnn.constant dense<0.797884583> : tensor<f32> as tensor<f32>
  %one = qnn.constant dense<1.0> : tensor<f32> as tensor<f32>
  %half = qnn.constant dense<0.5> : tensor<f32> as tensor<f32>
  %0 = qnn.mul %x, %x : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32>
  %1 = qnn.mul %0, %x : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32>
  %2 = qnn.mul %1, %small : (tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xf32>
  %3 = qnn.add %x, %2 : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32>
  %4 = qnn.mul %3, %slope : (tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xf32>
  %5 = qnn.tanh %4 : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %6 = qnn.mul %5, %half : (tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xf32>
  %7 = qnn.add %6, %half : (tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xf32>
  %8 = qnn.mul %7, %x : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32> loc("gelu"("y"))
  return %8 : tensor<1x4xf32>
}

// -----

// The argument as x (1 + 0.044715 x^2), as Keras writes it; a power.
// CHECK-LABEL: func.func @gelu_tanh_keras
// CHECK-NEXT: %[[Y:.*]] = qnn.gelu_tanh %arg0
// CHECK-NEXT: return %[[Y]]
func.func @gelu_tanh_keras(%x: tensor<1x4xf32>) -> tensor<1x4xf32> {
  %a = qnn.constant dense<0.0356774069> : tensor<f32> as tensor<f32>
  %b = qnn.constant dense<0.797884583> : tensor<f32> as tensor<f32>
  %one = qnn.constant dense<1.0> : tensor<f32> as tensor<f32>
  %half = qnn.constant dense<0.5> : tensor<f32> as tensor<f32>
  %0 = qnn.pow %x {exponent = 2.0 : f64} : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %1 = qnn.mul %0, %a : (tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xf32>
  %2 = qnn.add %1, %b : (tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xf32>
  %3 = qnn.mul %x, %2 : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32>
  %4 = qnn.tanh %3 : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %5 = qnn.mul %x, %4 : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32>
  %6 = qnn.add %5, %x : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32>
  %7 = qnn.mul %half, %6 : (tensor<f32>, tensor<1x4xf32>) -> tensor<1x4xf32> loc("gelu"("y"))
  return %7 : tensor<1x4xf32>
}

// -----

// CHECK-LABEL: func.func @mish
// CHECK-NEXT: %[[Y:.*]] = qnn.mish %arg0
// CHECK-NEXT: return %[[Y]]
func.func @mish(%x: tensor<1x4xf32>) -> tensor<1x4xf32> {
  %0 = qnn.softplus %x : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %1 = qnn.tanh %0 : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %2 = qnn.mul %x, %1 : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32> loc("mish"("y"))
  return %2 : tensor<1x4xf32>
}

// -----

// Softplus written out, too.
// CHECK-LABEL: func.func @mish_in_logs
// CHECK-NEXT: %[[Y:.*]] = qnn.mish %arg0
// CHECK-NEXT: return %[[Y]]
func.func @mish_in_logs(%x: tensor<1x4xf32>) -> tensor<1x4xf32> {
  %one = qnn.constant dense<1.0> : tensor<f32> as tensor<f32>
  %0 = qnn.exp %x : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %1 = qnn.add %0, %one : (tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xf32>
  %2 = qnn.log %1 : (tensor<1x4xf32>) -> tensor<1x4xf32> loc("log")
  %3 = qnn.tanh %2 : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %4 = qnn.mul %3, %x : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32> loc("mish"("y"))
  return %4 : tensor<1x4xf32>
}

// -----

// CHECK-LABEL: func.func @logistic
// CHECK-NEXT: %[[S:.*]] = qnn.sigmoid %arg0
// CHECK-NEXT: %[[Y:.*]] = qnn.swish %arg0
// CHECK-NEXT: return %[[S]], %[[Y]]
func.func @logistic(%x: tensor<1x4xf32>) -> (tensor<1x4xf32>, tensor<1x4xf32>) {
  %one = qnn.constant dense<1.0> : tensor<f32> as tensor<f32>
  %minus = qnn.constant dense<-1.0> : tensor<f32> as tensor<f32>
  %0 = qnn.mul %x, %minus : (tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xf32>
  %1 = qnn.exp %0 : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %2 = qnn.add %one, %1 : (tensor<f32>, tensor<1x4xf32>) -> tensor<1x4xf32>
  %3 = qnn.div %one, %2 : (tensor<f32>, tensor<1x4xf32>) -> tensor<1x4xf32> loc("sigmoid")
  %4 = qnn.div %x, %2 : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32> loc("swish")
  return %3, %4 : tensor<1x4xf32>, tensor<1x4xf32>
}

// -----

// Nearly: another slope, another operand, a limit in between, a factor that broadens the result.
// CHECK-LABEL: func.func @nearly
// CHECK-NOT: qnn.gelu
// CHECK-NOT: qnn.mish
// CHECK: return
func.func @nearly(%x: tensor<1x4xf32>, %z: tensor<1x4xf32>, %w: tensor<3x4xf32>) -> (tensor<1x4xf32>, tensor<1x4xf32>, tensor<1x4xf32>, tensor<3x4xf32>) {
  %c = qnn.constant dense<0.707> : tensor<f32> as tensor<f32>
  %d = qnn.constant dense<0.70710677> : tensor<f32> as tensor<f32>
  %one = qnn.constant dense<1.0> : tensor<f32> as tensor<f32>
  %half = qnn.constant dense<0.5> : tensor<f32> as tensor<f32>
  %0 = qnn.mul %x, %c : (tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xf32>
  %1 = qnn.erf %0 : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %2 = qnn.add %1, %one : (tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xf32>
  %3 = qnn.mul %x, %2 : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32>
  %4 = qnn.mul %3, %half : (tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xf32>
  %5 = qnn.mul %x, %d : (tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xf32>
  %6 = qnn.erf %5 : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %7 = qnn.add %6, %one : (tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xf32>
  %8 = qnn.mul %z, %7 : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32>
  %9 = qnn.mul %8, %half : (tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xf32>
  %10 = qnn.add %6, %one {clamp = #qnn.clamp<0.0, 1.0>} : (tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xf32>
  %11 = qnn.mul %x, %10 : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32>
  %12 = qnn.mul %11, %half : (tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xf32>
  %13 = qnn.softplus %x : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %14 = qnn.tanh %13 : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %15 = qnn.mul %w, %14 : (tensor<3x4xf32>, tensor<1x4xf32>) -> tensor<3x4xf32>
  return %4, %9, %12, %15 : tensor<1x4xf32>, tensor<1x4xf32>, tensor<1x4xf32>, tensor<3x4xf32>
}

// -----

// x * sigmoid(1.702 x), the factors in either order, and the slope as a quotient.
// CHECK-LABEL: func.func @scaled_swish
// CHECK-NEXT: %[[A:.*]] = qnn.scaled_swish %arg0 {alpha = 1.702{{.*}} : f64}
// CHECK-NEXT: %[[B:.*]] = qnn.scaled_swish %arg0 {alpha = 5.000000e-01 : f64}
// CHECK-NEXT: %[[C:.*]] = qnn.swish %arg0
// CHECK-NEXT: return %[[A]], %[[B]], %[[C]]
func.func @scaled_swish(%x: tensor<1x4xf32>) -> (tensor<1x4xf32>, tensor<1x4xf32>, tensor<1x4xf32>) {
  %slope = qnn.constant dense<1.702> : tensor<f32> as tensor<f32>
  %two = qnn.constant dense<-2.0> : tensor<f32> as tensor<f32>
  %one = qnn.constant dense<1.0> : tensor<f32> as tensor<f32>
  %0 = qnn.mul %slope, %x : (tensor<f32>, tensor<1x4xf32>) -> tensor<1x4xf32>
  %1 = qnn.sigmoid %0 : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %2 = qnn.mul %1, %x : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32> loc("quick_gelu"("a"))
  %3 = qnn.div %x, %two : (tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xf32>
  %4 = qnn.exp %3 : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %5 = qnn.add %4, %one : (tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xf32>
  %6 = qnn.div %x, %5 : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32> loc("divided"("b"))
  %7 = qnn.sigmoid %x : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %8 = qnn.mul %x, %7 : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32> loc("silu"("c"))
  return %2, %6, %8 : tensor<1x4xf32>, tensor<1x4xf32>, tensor<1x4xf32>
}

// -----

// Nearly a swish is none: another factor, a negative slope, a shift.
// CHECK-LABEL: func.func @no_scaled_swish
// CHECK-NOT: swish
func.func @no_scaled_swish(%x: tensor<1x4xf32>, %y: tensor<1x4xf32>) -> (tensor<1x4xf32>, tensor<1x4xf32>, tensor<1x4xf32>) {
  %slope = qnn.constant dense<1.702> : tensor<f32> as tensor<f32>
  %down = qnn.constant dense<-1.702> : tensor<f32> as tensor<f32>
  %0 = qnn.mul %x, %slope : (tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xf32>
  %1 = qnn.sigmoid %0 : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %2 = qnn.mul %1, %y : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32>
  %3 = qnn.mul %x, %down : (tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xf32>
  %4 = qnn.sigmoid %3 : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %5 = qnn.mul %4, %x : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32>
  %6 = qnn.add %x, %slope : (tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xf32>
  %7 = qnn.sigmoid %6 : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %8 = qnn.mul %7, %x : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32>
  return %2, %5, %8 : tensor<1x4xf32>, tensor<1x4xf32>, tensor<1x4xf32>
}
