// (A77) Rounded weights shift the mean of each output channel, and the bias takes the shift.
// RUN: tare-opt %s --split-input-file --pass-pipeline="builtin.module(tare-set-target{target=generic},func.func(tare-insert-quant-dequant,tare-correct-biases))" | FileCheck %s
// RUN: tare-opt %s --split-input-file --pass-pipeline="builtin.module(tare-set-target{target=generic},func.func(tare-insert-quant-dequant,tare-correct-biases{all=false}))" | FileCheck %s --check-prefix=OFF

// Weights of 127 and 100.25 in steps of 1: the second becomes 100, and the channel's mean falls by 0.25 * 2 = 0.5.
// CHECK: func.func @linear({{.*}}) -> tensor<1x1xf32> {
// CHECK: fc_bias: "0x{{0[48]}}0000000000403F"
// OFF: func.func @linear({{.*}}) -> tensor<1x1xf32> {
// OFF: qnn.constant dense<2.500000e-01> : tensor<1xf32>
func.func @linear(%x: tensor<1x2xf32> {qnn.name = "x", qnn.range = #qnn.range<-4.0, 4.0, calibrated>}) -> tensor<1x1xf32> attributes {qnn.channel_means = {x = array<f64: 1.0, 2.0>}} {
  %w = qnn.constant dense<[[127.0, 100.25]]> : tensor<1x2xf32> as tensor<1x2xf32>
  %b = qnn.constant dense<0.25> : tensor<1xf32> as tensor<1xf32>
  %0 = qnn.linear %x, %w, %b : (tensor<1x2xf32>, tensor<1x2xf32>, tensor<1xf32>) -> tensor<1x1xf32> loc("fc"("y"))
  return %0 : tensor<1x1xf32>
}

// -----

// A layer without a bias gets one. Of a border of one column each side, a kernel of three meets four columns of input in 3, 4 and 3 of 4
// places: weights of 127, 0.25 and 0.25 lose 0.25 * 2 * (1 + 0.75) = 0.875.
// CHECK: func.func @borders
// CHECK: conv_bias: "0x{{0[48]}}0000000000603F"
// OFF: func.func @borders
// OFF-NOT: tensor<1xf32>
func.func @borders(%x: tensor<1x1x1x4xf32> {qnn.name = "x", qnn.range = #qnn.range<-4.0, 4.0, calibrated>}) -> tensor<1x1x1x4xf32> attributes {qnn.channel_means = {x = array<f64: 2.0>}} {
  %w = qnn.constant dense<[[[[127.0, 0.25, 0.25]]]]> : tensor<1x1x1x3xf32> as tensor<1x1x1x3xf32>
  %0 = qnn.conv %x, %w {pads = array<i64: 0, 1, 0, 1>} : (tensor<1x1x1x4xf32>, tensor<1x1x1x3xf32>) -> tensor<1x1x1x4xf32> loc("conv"("y"))
  return %0 : tensor<1x1x1x4xf32>
}

// -----

// Each channel of a depthwise convolution has a mean of its own; a configuration may say that one layer is left as it is.
// CHECK: func.func @depthwise
// CHECK: dw_bias: "0x{{0[48]}}0000000000803E000000BF"
// OFF: func.func @depthwise
func.func @depthwise(%x: tensor<1x2x2x2xf32> {qnn.name = "x", qnn.range = #qnn.range<-4.0, 4.0, calibrated>}) -> tensor<1x2x1x1xf32> attributes {qnn.channel_means = {x = array<f64: 1.0, 2.0>}} {
  %w = qnn.constant dense<[[[[127.0, 0.25], [0.0, 0.0]]], [[[127.0, 0.0], [-0.25, 0.0]]]]> : tensor<2x1x2x2xf32> as tensor<2x1x2x2xf32>
  %0 = qnn.conv %x, %w {group = 2 : i64} : (tensor<1x2x2x2xf32>, tensor<2x1x2x2xf32>) -> tensor<1x2x1x1xf32> loc("dw"("y"))
  return %0 : tensor<1x2x1x1xf32>
}

// -----

// CHECK: func.func @chosen
// CHECK-NOT: tensor<1xf32>
// OFF: func.func @chosen
func.func @chosen(%x: tensor<1x1xf32> {qnn.name = "x", qnn.range = #qnn.range<-4.0, 4.0, calibrated>}) -> tensor<1x1xf32> attributes {qnn.channel_means = {x = array<f64: 2.0>}, qnn.choices = {layers = {fc = {bias_correction = false}}, values = {}}} {
  %w = qnn.constant dense<[[0.3]]> : tensor<1x1xf32> as tensor<1x1xf32>
  %0 = qnn.linear %x, %w : (tensor<1x1xf32>, tensor<1x1xf32>) -> tensor<1x1xf32> loc("fc"("y"))
  return %0 : tensor<1x1xf32>
}
