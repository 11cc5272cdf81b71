// What is chosen for a value is its grid, whatever its operands have.
// RUN: tare-opt %s --split-input-file --pass-pipeline="builtin.module(tare-set-target{target=generic},func.func(tare-insert-quant-dequant))" | FileCheck %s
// RUN: tare-opt %s --split-input-file --pass-pipeline="builtin.module(tare-set-target{target=generic},func.func(tare-insert-quant-dequant{activations=i16}))" | FileCheck %s --check-prefix=WIDE

// 16 bits of one value make none of those that are computed from it; a fixed scale and a range are what they say.
// CHECK: !i16 = !quant.uniform<i16<-32767:32767>:f32, 6.103{{.*}}>
// CHECK: !i8 = !quant.uniform<i8:f32, 2.500000e-01:3>
// CHECK: !i8_1 = !quant.uniform<i8<-127:127>:f32, 0.0236{{.*}}>
// CHECK: !i8_2 = !quant.uniform<i8:f32, 1.000000e+00:-128>
// CHECK: func.func @values
// CHECK: quant.qcast {{.*}} to tensor<1x4x!i8>
// CHECK: quant.qcast {{.*}} to tensor<1x4x!i16>
// CHECK: quant.qcast {{.*}} to tensor<1x4x!i8_1>
// CHECK: quant.qcast {{.*}} to tensor<1x4x!i8_2>
func.func @values(%x: tensor<1x4xf32> {qnn.name = "x", qnn.range = #qnn.range<-1.0, 1.0, calibrated>}) -> tensor<1x4xf32>
    attributes {qnn.choices = {layers = {}, values = {x = {scale = 0.25 : f64, zero_point = 3 : i64}, a = {bits = 16 : i64}, b = {symmetric = true}, c = {range = array<f64: 0.0, 255.0>}}}} {
  %0 = qnn.mul %x, %x {qnn.range = #qnn.range<-1.0, 2.0, calibrated>} : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32> loc("m0"("a"))
  %1 = qnn.mul %0, %0 {qnn.range = #qnn.range<-1.0, 3.0, calibrated>} : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32> loc("m1"("b"))
  %2 = qnn.mul %1, %1 {qnn.range = #qnn.range<-1.0, 4.0, calibrated>} : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32> loc("m2"("c"))
  return %2 : tensor<1x4xf32>
}

// -----

// One scale for all channels of a layer, or the one that is given.
// CHECK: !i8_per_axis = !quant.uniform<i8<-127:127>:f32:0, {1.000000e+00,1.000000e+00}>
// CHECK: !i8_per_axis1 = !quant.uniform<i8<-127:127>:f32:0, {5.000000e-01,2.500000e-01}>
// CHECK: func.func @weights
// CHECK: quant.qcast {{.*}} : tensor<2x1xf32> to tensor<2x1x!i8_per_axis>
// CHECK: quant.qcast {{.*}} : tensor<2x2xf32> to tensor<2x2x!i8_per_axis1>
func.func @weights(%x: tensor<1x1xf32> {qnn.name = "x", qnn.range = #qnn.range<-1.0, 1.0, calibrated>}) -> tensor<1x2xf32>
    attributes {qnn.choices = {layers = {one = {per_channel = false}, two = {weight_scales = array<f64: 0.5, 0.25>}}, values = {}}} {
  %v = qnn.constant dense<[[127.0], [1.0]]> : tensor<2x1xf32> as tensor<2x1xf32>
  %w = qnn.constant dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32> as tensor<2x2xf32>
  %0 = qnn.linear %x, %v {qnn.range = #qnn.range<-1.0, 2.0, calibrated>} : (tensor<1x1xf32>, tensor<2x1xf32>) -> tensor<1x2xf32> loc("one"("a"))
  %1 = qnn.linear %0, %w {qnn.range = #qnn.range<-1.0, 4.0, calibrated>} : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32> loc("two"("y"))
  return %1 : tensor<1x2xf32>
}

// -----

// Where 16 bits are the rule, 8 are the choice.
// CHECK: func.func @narrow
// WIDE: func.func @narrow
// WIDE: quant.qcast {{.*}} to tensor<1x4x!i16>
// WIDE: quant.qcast {{.*}} to tensor<1x4x!i8>
// WIDE: quant.qcast {{.*}} to tensor<1x4x!i16_1>
func.func @narrow(%x: tensor<1x4xf32> {qnn.name = "x", qnn.range = #qnn.range<-1.0, 1.0, calibrated>}) -> tensor<1x4xf32>
    attributes {qnn.choices = {layers = {}, values = {a = {bits = 8 : i64}}}} {
  %0 = qnn.mul %x, %x {qnn.range = #qnn.range<-1.0, 2.0, calibrated>} : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32> loc("m0"("a"))
  %1 = qnn.mul %0, %0 {qnn.range = #qnn.range<-1.0, 3.0, calibrated>} : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32> loc("m1"("b"))
  return %1 : tensor<1x4xf32>
}
