// Every op as its description shows it, parsed, verified, printed and parsed again.
// RUN: tare-opt %s --verify-roundtrip --mlir-print-local-scope | FileCheck %s
// RUN: tare-opt %s --mlir-print-op-generic --mlir-print-local-scope | tare-opt --mlir-print-local-scope | FileCheck %s

// CHECK-LABEL: func.func @accumulators
func.func @accumulators(%x: tensor<1x3x8x8xf32>, %x1: tensor<1x3x8xf32>, %v: tensor<2x5x8xf32>) {
  %w = qnn.constant dense<1.0> : tensor<4x3x3x3xf32> as tensor<4x3x3x3xf32>
  %b = qnn.constant dense<[0.5, 1.0, -1.0, 2.0]> : tensor<4xf32> as tensor<4xf32>
  // CHECK: qnn.conv %{{.*}}, %{{.*}}, %{{.*}} {pads = array<i64: 1, 1, 1, 1>, strides = array<i64: 2, 2>} : {{.*}} -> tensor<1x4x4x4xf32>
  %0 = qnn.conv %x, %w, %b {pads = array<i64: 1, 1, 1, 1>, strides = array<i64: 2, 2>} : (tensor<1x3x8x8xf32>, tensor<4x3x3x3xf32>, tensor<4xf32>) -> tensor<1x4x4x4xf32>
  // One spatial dimension, no bias, dilated.
  %w1 = qnn.constant dense<1.0> : tensor<2x3x3xf32> as tensor<2x3x3xf32>
  // CHECK: qnn.conv %{{.*}}, %{{.*}} {dilations = array<i64: 2>} : {{.*}} -> tensor<1x2x4xf32>
  %1 = qnn.conv %x1, %w1 {dilations = array<i64: 2>} : (tensor<1x3x8xf32>, tensor<2x3x3xf32>) -> tensor<1x2x4xf32>
  // Depthwise, with a fused activation.
  %wd = qnn.constant dense<1.0> : tensor<3x1x3x3xf32> as tensor<3x1x3x3xf32>
  // CHECK: qnn.conv %{{.*}} {clamp = #qnn.clamp<0.000000e+00, inf>, group = 3 : i64} : {{.*}} -> tensor<1x3x6x6xf32>
  %2 = qnn.conv %x, %wd {group = 3 : i64, clamp = #qnn.clamp<0.0, inf>} : (tensor<1x3x8x8xf32>, tensor<3x1x3x3xf32>) -> tensor<1x3x6x6xf32>
  %wt = qnn.constant dense<1.0> : tensor<2x3x2x2xf32> as tensor<2x3x2x2xf32>
  // CHECK: qnn.conv_transpose {{.*}} -> tensor<1x2x17x17xf32>
  %3 = qnn.conv_transpose %x, %wt {strides = array<i64: 2, 2>, output_padding = array<i64: 1, 1>} : (tensor<1x3x8x8xf32>, tensor<2x3x2x2xf32>) -> tensor<1x2x17x17xf32>
  %wl = qnn.constant dense<1.0> : tensor<10x8xf32> as tensor<10x8xf32>
  // CHECK: qnn.linear {{.*}} -> tensor<2x5x10xf32>
  %4 = qnn.linear %v, %wl : (tensor<2x5x8xf32>, tensor<10x8xf32>) -> tensor<2x5x10xf32>
  %r = qnn.constant dense<1.0> : tensor<1x8x3xf32> as tensor<1x8x3xf32>
  // CHECK: qnn.matmul {{.*}} -> tensor<2x5x3xf32>
  %5 = qnn.matmul %v, %r : (tensor<2x5x8xf32>, tensor<1x8x3xf32>) -> tensor<2x5x3xf32>
  %p = qnn.constant dense<1.0> : tensor<3xf32> as tensor<3xf32>
  // CHECK: qnn.batch_norm {{.*}} {epsilon = 1.000000e-03 : f64}
  %6 = qnn.batch_norm %x, %p, %p, %p, %p {epsilon = 1.0e-3 : f64} : (tensor<1x3x8x8xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<1x3x8x8xf32>
  return
}

// CHECK-LABEL: func.func @elementwise
func.func @elementwise(%x: tensor<1x2x4x4xf32>, %c: tensor<2x1x1xf32>) {
  // CHECK: qnn.relu
  %0 = qnn.relu %x : (tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32>
  // CHECK: qnn.clip %{{.*}} {interval = #qnn.clamp<-inf, 6.000000e+00>}
  %1 = qnn.clip %x {interval = #qnn.clamp<-inf, 6.0>} : (tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32>
  // CHECK: qnn.leaky_relu
  %2 = qnn.leaky_relu %x {alpha = 0.125 : f64} : (tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32>
  // CHECK: qnn.prelu %{{.*}} {slope = array<f64: 1.000000e-01, 2.000000e-01>}
  %3 = qnn.prelu %x {slope = array<f64: 0.1, 0.2>} : (tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32>
  // CHECK: qnn.sigmoid
  %4 = qnn.sigmoid %x : (tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32>
  // CHECK: qnn.hard_sigmoid
  %5 = qnn.hard_sigmoid %x {alpha = 0.25 : f64} : (tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32>
  // CHECK: qnn.swish
  %swish = qnn.swish %x : (tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32>
  // CHECK: qnn.hard_swish
  %6 = qnn.hard_swish %x : (tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32>
  // CHECK: qnn.tanh
  %7 = qnn.tanh %x : (tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32>
  // CHECK: qnn.truncate
  %truncated = qnn.truncate %x : (tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32>
  // CHECK: qnn.reciprocal
  %8 = qnn.reciprocal %x : (tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32>
  // CHECK: qnn.add
  %9 = qnn.add %x, %c : (tensor<1x2x4x4xf32>, tensor<2x1x1xf32>) -> tensor<1x2x4x4xf32>
  // CHECK: qnn.sub
  %10 = qnn.sub %c, %x : (tensor<2x1x1xf32>, tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32>
  // CHECK: qnn.mul
  %11 = qnn.mul %x, %c : (tensor<1x2x4x4xf32>, tensor<2x1x1xf32>) -> tensor<1x2x4x4xf32>
  // CHECK: qnn.div
  %12 = qnn.div %x, %c : (tensor<1x2x4x4xf32>, tensor<2x1x1xf32>) -> tensor<1x2x4x4xf32>
  // CHECK: qnn.softmax %{{.*}} {axis = 1 : i64}
  %13 = qnn.softmax %x {axis = 1 : i64} : (tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32>
  // CHECK: qnn.normalize %{{.*}} {axes = array<i64: 2, 3>, axis = 1 : i64, beta = array<f64: 0.000000e+00, 1.000000e+00>, epsilon = 1.000000e-05 : f64, gamma = array<f64: 1.000000e+00, 5.000000e-01>} : (tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32>
  %norm = qnn.normalize %x {axes = array<i64: 2, 3>, axis = 1 : i64, gamma = array<f64: 1.0, 0.5>, beta = array<f64: 0.0, 1.0>, epsilon = 1.0e-05 : f64} : (tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32>
  // CHECK: qnn.normalize %{{.*}} {axes = array<i64: 3>, clamp = #qnn.clamp<0.000000e+00, 6.000000e+00>, epsilon = 0.000000e+00 : f64, keep_mean} :
  %rms = qnn.normalize %x {axes = array<i64: 3>, clamp = #qnn.clamp<0.0, 6.0>, epsilon = 0.0 : f64, keep_mean} : (tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32>
  return
}

// CHECK-LABEL: func.func @chosen
func.func @chosen(%x: tensor<3x4xf32>, %q: tensor<3x4x!quant.uniform<i8:f32, 0.5:3>>, %i: tensor<2x5xi64>, %one: tensor<i32>) {
  // CHECK: qnn.gather %{{.*}}[%{{.*}}] {axis = 1 : i64} : (tensor<3x4xf32>, tensor<2x5xi64>) -> tensor<3x2x5xf32>
  %0 = qnn.gather %x[%i] {axis = 1 : i64} : (tensor<3x4xf32>, tensor<2x5xi64>) -> tensor<3x2x5xf32>
  // CHECK: qnn.gather %{{.*}}[%{{.*}}] {axis = 0 : i64} : (tensor<3x4x!quant.uniform<i8:f32, 5.000000e-01:3>>, tensor<i32>) -> tensor<4x!quant.uniform<i8:f32, 5.000000e-01:3>>
  %1 = qnn.gather %q[%one] {axis = 0 : i64} : (tensor<3x4x!quant.uniform<i8:f32, 0.5:3>>, tensor<i32>) -> tensor<4x!quant.uniform<i8:f32, 0.5:3>>
  return
}

// CHECK-LABEL: func.func @pooling
func.func @pooling(%x: tensor<1x4x5x5xf32>) {
  // CHECK: qnn.max_pool {{.*}} -> tensor<1x4x3x3xf32>
  %0 = qnn.max_pool %x {kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>, ceil_mode} : (tensor<1x4x5x5xf32>) -> tensor<1x4x3x3xf32>
  // CHECK: qnn.average_pool {{.*}} -> tensor<1x4x5x5xf32>
  %1 = qnn.average_pool %x {kernel = array<i64: 3, 3>, pads = array<i64: 1, 1, 1, 1>, count_include_pad} : (tensor<1x4x5x5xf32>) -> tensor<1x4x5x5xf32>
  // CHECK: qnn.reduce_mean {{.*}} -> tensor<1x4x1x1xf32>
  %2 = qnn.reduce_mean %x {axes = array<i64: 2, 3>, keep_dims} : (tensor<1x4x5x5xf32>) -> tensor<1x4x1x1xf32>
  // CHECK: qnn.reduce_mean {{.*}} -> tensor<1x4xf32>
  %3 = qnn.reduce_mean %x {axes = array<i64: 2, 3>} : (tensor<1x4x5x5xf32>) -> tensor<1x4xf32>
  return
}

// CHECK-LABEL: func.func @movement
func.func @movement(%x: tensor<1x4x2x3xf32>, %y: tensor<1x2x2x3xf32>) {
  // CHECK: qnn.concat {{.*}} {axis = 1 : i64}
  %0 = qnn.concat %x, %y {axis = 1 : i64} : (tensor<1x4x2x3xf32>, tensor<1x2x2x3xf32>) -> tensor<1x6x2x3xf32>
  // CHECK: qnn.slice
  %1 = qnn.slice %x {starts = array<i64: 0, 3, 0, 2>, steps = array<i64: 1, -2, 1, 1>, sizes = array<i64: 1, 2, 2, 1>} : (tensor<1x4x2x3xf32>) -> tensor<1x2x2x1xf32>
  // CHECK: qnn.pad {{.*}}mode = #qnn.pad_mode<reflect>
  %2 = qnn.pad %x {low = array<i64: 0, 0, 1, 1>, high = array<i64: 0, 0, 0, 2>, mode = #qnn.pad_mode<reflect>} : (tensor<1x4x2x3xf32>) -> tensor<1x4x3x6xf32>
  // CHECK: qnn.reshape
  %3 = qnn.reshape %x {shape = array<i64: 1, 24>} : (tensor<1x4x2x3xf32>) -> tensor<1x24xf32>
  // CHECK: qnn.transpose
  %4 = qnn.transpose %x {permutation = array<i64: 0, 2, 3, 1>} : (tensor<1x4x2x3xf32>) -> tensor<1x2x3x4xf32>
  // CHECK: qnn.resize
  %5 = qnn.resize %x {mode = #qnn.resize_mode<linear>, coordinates = #qnn.coordinate_mode<half_pixel>, scales = array<f64: 2.0, 2.0>, sizes = array<i64: 4, 6>} : (tensor<1x4x2x3xf32>) -> tensor<1x4x4x6xf32>
  return
}

!x = !quant.uniform<i8:f32, 0.02:3>
!y = !quant.uniform<i8:f32, 0.05:-128>
// A list of one scale is still a list, with its axis.
!one = !quant.uniform<i8<-127:127>:f32:0, {0.01}>
!tail = !quant.uniform<i32:f32:1, {2.0e-4}>

// CHECK-LABEL: func.func @quantized
func.func @quantized(%x: tensor<1x2x4x4x!x>) {
  // CHECK: qnn.constant dense<3> : tensor<1x2x1x1xi8> as tensor<1x2x1x1x!quant.uniform<i8<-127:127>:f32:0, {1.000000e-02}>>
  %w = qnn.constant dense<3> : tensor<1x2x1x1xi8> as tensor<1x2x1x1x!one>
  // CHECK: qnn.conv {{.*}} -> tensor<1x1x4x4x!quant.uniform<i32:f32:1, {2.000000e-04}>>
  %0 = qnn.conv %x, %w : (tensor<1x2x4x4x!x>, tensor<1x2x1x1x!one>) -> tensor<1x1x4x4x!tail>
  // The axis of the scales moves along.
  // CHECK: qnn.transpose {{.*}} -> tensor<1x4x4x1x!quant.uniform<i32:f32:3, {2.000000e-04}>>
  %1 = qnn.transpose %0 {permutation = array<i64: 0, 2, 3, 1>} : (tensor<1x1x4x4x!tail>) -> tensor<1x4x4x1x!quant.uniform<i32:f32:3, {2.0e-4}>>
  // CHECK: qnn.requantize
  %2 = qnn.requantize %x : (tensor<1x2x4x4x!x>) -> tensor<1x2x4x4x!y>
  // CHECK: qnn.reinterpret
  %reinterpreted = qnn.reinterpret %x : (tensor<1x2x4x4x!x>) -> tensor<1x2x4x4x!y>
  return
}

// CHECK-LABEL: func.func @rounded
func.func @rounded(%x: tensor<1x4xf32>) attributes {qnn.measured_ranges} {
  // CHECK: qnn.round %arg0 {format = #qnn.float_format<f16>} : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %0 = qnn.round %x {format = #qnn.float_format<f16>} : (tensor<1x4xf32>) -> tensor<1x4xf32>
  // CHECK: qnn.round %{{.*}} {format = #qnn.float_format<bf16>}
  %1 = qnn.round %0 {format = #qnn.float_format<bf16>} : (tensor<1x4xf32>) -> tensor<1x4xf32>
  return
}

// Ranges and names are discardable attributes.
// CHECK-LABEL: func.func @annotated
// CHECK-SAME: qnn.name = "image", qnn.range = #qnn.range<-1.500000e+00, 6.000000e+00, calibrated>
func.func @annotated(%x: tensor<1x4xf32> {qnn.name = "image", qnn.range = #qnn.range<-1.5, 6.0, calibrated>}) -> tensor<1x4xf32> {
  // CHECK: qnn.relu {{.*}}qnn.range = #qnn.range<0.000000e+00, 0.000000e+00, dead>
  %0 = qnn.relu %x {qnn.range = #qnn.range<0.0, 0.0, dead>} : (tensor<1x4xf32>) -> tensor<1x4xf32>
  // CHECK: qnn.range = #qnn.range<0.000000e+00, 1.000000e+00, calibrated, <bits = 8, power = 2.500000e-01, first = -9, errors = [1.000000e-01, 1.300000e-05]>>
  %1 = qnn.relu %x {qnn.range = #qnn.range<0.0, 1.0, calibrated, <bits = 8, power = 0.25, first = -9, errors = [0.1, 1.3e-05]>>} : (tensor<1x4xf32>) -> tensor<1x4xf32>
  return %0 : tensor<1x4xf32>
}

// CHECK-LABEL: func.func @functions
func.func @functions(%x: tensor<1x4xf32>) {
  // CHECK: qnn.abs %{{[a-z0-9]+}} : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %0 = qnn.abs %x : (tensor<1x4xf32>) -> tensor<1x4xf32>
  // CHECK: qnn.sign %{{[a-z0-9]+}} : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %1 = qnn.sign %x : (tensor<1x4xf32>) -> tensor<1x4xf32>
  // CHECK: qnn.floor %{{[a-z0-9]+}} : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %2 = qnn.floor %x : (tensor<1x4xf32>) -> tensor<1x4xf32>
  // CHECK: qnn.ceil %{{[a-z0-9]+}} : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %3 = qnn.ceil %x : (tensor<1x4xf32>) -> tensor<1x4xf32>
  // CHECK: qnn.nearest %{{[a-z0-9]+}} : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %4 = qnn.nearest %x : (tensor<1x4xf32>) -> tensor<1x4xf32>
  // CHECK: qnn.sqrt %{{[a-z0-9]+}} : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %5 = qnn.sqrt %x : (tensor<1x4xf32>) -> tensor<1x4xf32>
  // CHECK: qnn.exp %{{[a-z0-9]+}} : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %6 = qnn.exp %x : (tensor<1x4xf32>) -> tensor<1x4xf32>
  // CHECK: qnn.log %{{[a-z0-9]+}} : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %7 = qnn.log %x : (tensor<1x4xf32>) -> tensor<1x4xf32>
  // CHECK: qnn.erf %{{[a-z0-9]+}} : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %8 = qnn.erf %x : (tensor<1x4xf32>) -> tensor<1x4xf32>
  // CHECK: qnn.sin %{{[a-z0-9]+}} : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %9 = qnn.sin %x : (tensor<1x4xf32>) -> tensor<1x4xf32>
  // CHECK: qnn.cos %{{[a-z0-9]+}} : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %10 = qnn.cos %x : (tensor<1x4xf32>) -> tensor<1x4xf32>
  // CHECK: qnn.tan %{{[a-z0-9]+}} : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %11 = qnn.tan %x : (tensor<1x4xf32>) -> tensor<1x4xf32>
  // CHECK: qnn.asin %{{[a-z0-9]+}} : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %12 = qnn.asin %x : (tensor<1x4xf32>) -> tensor<1x4xf32>
  // CHECK: qnn.acos %{{[a-z0-9]+}} : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %13 = qnn.acos %x : (tensor<1x4xf32>) -> tensor<1x4xf32>
  // CHECK: qnn.atan %{{[a-z0-9]+}} : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %14 = qnn.atan %x : (tensor<1x4xf32>) -> tensor<1x4xf32>
  // CHECK: qnn.sinh %{{[a-z0-9]+}} : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %15 = qnn.sinh %x : (tensor<1x4xf32>) -> tensor<1x4xf32>
  // CHECK: qnn.cosh %{{[a-z0-9]+}} : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %16 = qnn.cosh %x : (tensor<1x4xf32>) -> tensor<1x4xf32>
  // CHECK: qnn.asinh %{{[a-z0-9]+}} : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %17 = qnn.asinh %x : (tensor<1x4xf32>) -> tensor<1x4xf32>
  // CHECK: qnn.acosh %{{[a-z0-9]+}} : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %18 = qnn.acosh %x : (tensor<1x4xf32>) -> tensor<1x4xf32>
  // CHECK: qnn.atanh %{{[a-z0-9]+}} : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %19 = qnn.atanh %x : (tensor<1x4xf32>) -> tensor<1x4xf32>
  // CHECK: qnn.softplus %{{[a-z0-9]+}} : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %20 = qnn.softplus %x : (tensor<1x4xf32>) -> tensor<1x4xf32>
  // CHECK: qnn.softsign %{{[a-z0-9]+}} : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %21 = qnn.softsign %x : (tensor<1x4xf32>) -> tensor<1x4xf32>
  // CHECK: qnn.mish %{{[a-z0-9]+}} : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %22 = qnn.mish %x : (tensor<1x4xf32>) -> tensor<1x4xf32>
  // CHECK: qnn.gelu %{{[a-z0-9]+}} : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %23 = qnn.gelu %x : (tensor<1x4xf32>) -> tensor<1x4xf32>
  // CHECK: qnn.gelu_tanh %{{[a-z0-9]+}} : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %24 = qnn.gelu_tanh %x : (tensor<1x4xf32>) -> tensor<1x4xf32>
  // CHECK: qnn.swish %{{[a-z0-9]+}} : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %25 = qnn.swish %x : (tensor<1x4xf32>) -> tensor<1x4xf32>
  // CHECK: qnn.scaled_swish %{{[a-z0-9]+}} {alpha = 1.702000e+00 : f64} : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %scaled_swish = qnn.scaled_swish %x {alpha = 1.702 : f64} : (tensor<1x4xf32>) -> tensor<1x4xf32>
  // CHECK: qnn.reciprocal %{{[a-z0-9]+}} : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %26 = qnn.reciprocal %x : (tensor<1x4xf32>) -> tensor<1x4xf32>
  // CHECK: qnn.truncate %{{[a-z0-9]+}} : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %27 = qnn.truncate %x : (tensor<1x4xf32>) -> tensor<1x4xf32>
  // Parameters have ONNX's defaults, which are not printed.
  // CHECK: qnn.elu %{{[a-z0-9]+}} {alpha = 5.000000e-01 : f64} :
  %elu = qnn.elu %x {alpha = 5.000000e-01 : f64} : (tensor<1x4xf32>) -> tensor<1x4xf32>
  // CHECK: qnn.selu %{{[a-z0-9]+}} {alpha = 1.000000e+00 : f64, gamma = 2.000000e+00 : f64} :
  %selu = qnn.selu %x {alpha = 1.000000e+00 : f64, gamma = 2.000000e+00 : f64} : (tensor<1x4xf32>) -> tensor<1x4xf32>
  // CHECK: qnn.celu %{{[a-z0-9]+}} {alpha = 5.000000e-01 : f64} :
  %celu = qnn.celu %x {alpha = 5.000000e-01 : f64} : (tensor<1x4xf32>) -> tensor<1x4xf32>
  // CHECK: qnn.pow %{{[a-z0-9]+}} {exponent = 3.000000e+00 : f64} :
  %pow = qnn.pow %x {exponent = 3.000000e+00 : f64} : (tensor<1x4xf32>) -> tensor<1x4xf32>
  // CHECK: qnn.thresholded_relu %{{[a-z0-9]+}} {alpha = 5.000000e-01 : f64} :
  %thresholded_relu = qnn.thresholded_relu %x {alpha = 5.000000e-01 : f64} : (tensor<1x4xf32>) -> tensor<1x4xf32>
  // CHECK: qnn.shrink %{{[a-z0-9]+}} {bias = 2.500000e-01 : f64} :
  %shrink = qnn.shrink %x {bias = 2.500000e-01 : f64} : (tensor<1x4xf32>) -> tensor<1x4xf32>
  // CHECK: qnn.elu %{{[a-z0-9]+}} :
  %default = qnn.elu %x {alpha = 1.0 : f64} : (tensor<1x4xf32>) -> tensor<1x4xf32>
  return
}
