// (A79) Each weight goes to the side where the layer's results lose least.
// RUN: tare-opt %s --split-input-file --pass-pipeline="builtin.module(tare-set-target{target=generic},func.func(tare-insert-quant-dequant,tare-round-weights))" | FileCheck %s
// RUN: tare-opt %s --split-input-file --remarks-filter=tare-round-weights --remark-format=emitRemark --pass-pipeline="builtin.module(tare-set-target{target=generic},func.func(tare-insert-quant-dequant,tare-round-weights))" -o /dev/null 2>&1 | FileCheck %s --check-prefix=REMARK

// Weights of 127, 1.4 and 2.4 in steps of 1. What the last two meet is always the same: the nearest ones, 1 and 2, lose 0.8 of it; 2 and 2 are
// 0.2 too many. So 0.04 of 0.64 is left, and of the damping 0.52 hundredths of two thirds, where it was 0.32.
// CHECK: func.func @together
// CHECK-NOT: input_products
// CHECK: fc_weight: "0x{{0[48]}}0000000000FE420000004000000040"
// REMARK: WeightsRounded{{.*}}6.8 % of the squared error of its results is left
func.func @together(%x: tensor<1x3xf32> {qnn.name = "x", qnn.range = #qnn.range<-4.0, 4.0, calibrated>}) -> tensor<1x1xf32> attributes {qnn.input_products = {fc = dense<[[[0.0, 0.0, 0.0], [0.0, 1.0, 1.0], [0.0, 1.0, 1.0]]]> : tensor<1x3x3xf64>}} {
  %w = qnn.constant dense<[[127.0, 1.4, 2.4]]> : tensor<1x3xf32> as tensor<1x3xf32>
  %0 = qnn.linear %x, %w : (tensor<1x3xf32>, tensor<1x3xf32>) -> tensor<1x1xf32> loc("fc"("y"))
  return %0 : tensor<1x1xf32>
}

// -----

// What meets the weights has nothing to do with one another: the nearest ones are the best.
// CHECK: func.func @apart
// CHECK: fc_weight: "0x{{0[48]}}0000000000FE420000803F00000040"
// REMARK: WeightsRounded{{.*}}100.0 % of the squared error
func.func @apart(%x: tensor<1x3xf32> {qnn.name = "x", qnn.range = #qnn.range<-4.0, 4.0, calibrated>}) -> tensor<1x1xf32> attributes {qnn.input_products = {fc = dense<[[[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]]> : tensor<1x3x3xf64>}} {
  %w = qnn.constant dense<[[127.0, 1.4, 2.4]]> : tensor<1x3xf32> as tensor<1x3xf32>
  %0 = qnn.linear %x, %w : (tensor<1x3xf32>, tensor<1x3xf32>) -> tensor<1x1xf32> loc("fc"("y"))
  return %0 : tensor<1x1xf32>
}

// -----

// Groups of a convolution have products of their own: opposite signs in the second one leave its weights at the nearest steps.
// CHECK: func.func @groups
// CHECK: conv_weight: "0x{{0[48]}}0000000000FE4200000040000000400000FE420000803F00000040"
// REMARK: WeightsRounded{{.*}}
func.func @groups(%x: tensor<1x2x1x3xf32> {qnn.name = "x", qnn.range = #qnn.range<-4.0, 4.0, calibrated>}) -> tensor<1x2x1x1xf32> attributes {qnn.input_products = {conv = dense<[[[0.0, 0.0, 0.0], [0.0, 1.0, 1.0], [0.0, 1.0, 1.0]], [[0.0, 0.0, 0.0], [0.0, 1.0, -1.0], [0.0, -1.0, 1.0]]]> : tensor<2x3x3xf64>}} {
  %w = qnn.constant dense<[[[[127.0, 1.4, 2.4]]], [[[127.0, 1.4, 2.4]]]]> : tensor<2x1x1x3xf32> as tensor<2x1x1x3xf32>
  %0 = qnn.conv %x, %w {group = 2 : i64} : (tensor<1x2x1x3xf32>, tensor<2x1x1x3xf32>) -> tensor<1x2x1x1xf32> loc("conv"("y"))
  return %0 : tensor<1x2x1x1xf32>
}

// -----

// Of another layer, or none: the weights are as they were.
// CHECK: func.func @misfit
// CHECK-NOT: fc_weight: "0x{{0[48]}}0000000000FE4200000040
// REMARK: WeightsNotRounded{{.*}}the products are of another layer
func.func @misfit(%x: tensor<1x3xf32> {qnn.name = "x", qnn.range = #qnn.range<-4.0, 4.0, calibrated>}) -> tensor<1x1xf32> attributes {qnn.input_products = {fc = dense<[[[1.0]]]> : tensor<1x1x1xf64>}} {
  %w = qnn.constant dense<[[127.0, 1.4, 2.4]]> : tensor<1x3xf32> as tensor<1x3xf32>
  %0 = qnn.linear %x, %w : (tensor<1x3xf32>, tensor<1x3xf32>) -> tensor<1x1xf32> loc("fc"("y"))
  return %0 : tensor<1x1xf32>
}
