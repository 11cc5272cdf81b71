// On a target that only shifts, every scale is a power of two, and the exponents are chosen together (A35, A37).
// RUN: tare-opt %s --tare-set-target=target=shift_only --tare-insert-quant-dequant --split-input-file --verify-diagnostics --mlir-print-local-scope | FileCheck %s
// RUN: not tare-opt %s --tare-set-target=target=shift_only --tare-insert-quant-dequant=repair=false --tare-fuse-quantized --tare-compute-requantization --split-input-file -o /dev/null 2>&1 | FileCheck %s --check-prefix=REFUSED

// Evenly spread values lose least on the grid that just holds them; where calibration says what grids lose, it decides. The
// image of a softmax is [0, 1], of which it gets what calibration saw.
// CHECK-LABEL: func.func @best
func.func @best(%x: tensor<1x2xf32> {qnn.name = "x", qnn.range = #qnn.range<-1.0, 1.0, calibrated>}) -> tensor<1x2xf32> {
  // CHECK: quant.qcast %{{.*}} : tensor<1x2xf32> to tensor<1x2x!quant.uniform<i8<-127:127>:f32, 7.812500e-03>>
  %w = qnn.constant dense<[[1.0, 0.25], [0.0, 0.3]]> : tensor<2x2xf32> as tensor<2x2xf32>
  // CHECK: quant.qcast %{{.*}} : tensor<2x2xf32> to tensor<2x2x!quant.uniform<i8<-127:127>:f32:0, {1.562500e-02,3.906250e-03}>>
  // CHECK: %[[Y:.*]] = qnn.linear
  // CHECK: quant.qcast %[[Y]] : tensor<1x2xf32> to tensor<1x2x!quant.uniform<i8<-127:127>:f32, 2.500000e-01>>
  %y = qnn.linear %x, %w {qnn.range = #qnn.range<-1.0, 1.0, calibrated, <bits = 8, power = 1.0, first = -4, errors = [1.0, 0.5, 0.125, 0.25]>>} : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32> loc("best"("y"))
  // CHECK: %[[Z:.*]] = qnn.softmax
  // CHECK: quant.qcast %[[Z]] : tensor<1x2xf32> to tensor<1x2x!quant.uniform<i8<-127:127>:f32, 7.812500e-03>>
  %z = qnn.softmax %y {axis = 1 : i64} : (tensor<1x2xf32>) -> tensor<1x2xf32> loc("softmax"("z"))
  %t = qnn.relu %z {qnn.range = #qnn.range<0.0, 1.0, calibrated>} : (tensor<1x2xf32>) -> tensor<1x2xf32> loc("relu"("t"))
  // CHECK: %[[S:.*]] = qnn.softmax
  // CHECK-NEXT: quant.qcast %[[S]] : tensor<1x2xf32> to tensor<1x2x!quant.uniform<i8<-127:127>:f32, 2.44140625E-4>>
  %s = qnn.softmax %t {axis = 1 : i64, qnn.range = #qnn.range<0.0, 0.03, calibrated>} : (tensor<1x2xf32>) -> tensor<1x2xf32> loc("narrow"("s"))
  return %s : tensor<1x2xf32>
}

// -----

// Operands of a concatenation, one of them perhaps rearranged, have one grid.
// CHECK-LABEL: func.func @concat
func.func @concat(%x: tensor<1x2xf32> {qnn.name = "x", qnn.range = #qnn.range<-1.0, 1.0, calibrated>}) -> tensor<1x4xf32> {
  // CHECK: %[[A:.*]] = qnn.relu
  // CHECK: quant.qcast %[[A]] : tensor<1x2xf32> to tensor<1x2x!quant.uniform<i8<-127:127>:f32, [[SCALE:.*]]>>
  %a = qnn.relu %x {qnn.range = #qnn.range<0.0, 1.0, calibrated>} : (tensor<1x2xf32>) -> tensor<1x2xf32> loc("first"("a"))
  // CHECK: %[[B:.*]] = qnn.sigmoid
  // CHECK: quant.qcast %[[B]] : tensor<1x2xf32> to tensor<1x2x!quant.uniform<i8<-127:127>:f32, [[SCALE]]>>
  %b = qnn.sigmoid %x {qnn.range = #qnn.range<0.0, 0.1, calibrated>} : (tensor<1x2xf32>) -> tensor<1x2xf32> loc("second"("b"))
  // CHECK: %[[C:.*]] = qnn.concat
  // CHECK: quant.qcast %[[C]] : tensor<1x4xf32> to tensor<1x4x!quant.uniform<i8<-127:127>:f32, [[SCALE]]>>
  %c = qnn.concat %a, %b {axis = 1 : i64} : (tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x4xf32> loc("concat"("c"))
  %t = qnn.sigmoid %c {qnn.range = #qnn.range<0.0, 1.0, calibrated>} : (tensor<1x4xf32>) -> tensor<1x4xf32> loc("third"("t"))
  return %t : tensor<1x4xf32>
}

// -----

// A result whose best grid no shift reaches from the accumulator gets a coarser one, and so does what shares it.
// CHECK-LABEL: func.func @finer_than_the_accumulator
// REFUSED: layer 'fine', channel 0: needs q = -16, the target has q in [0, 31] (Sx = 2.0000e+00, Sw = 1.0000e+00, Sy = 3.0518e-05
func.func @finer_than_the_accumulator(%x: tensor<1x2xf32> {qnn.name = "x", qnn.range = #qnn.range<0.0, 255.0, calibrated>}) -> tensor<1x2xf32> {
  %w = qnn.constant dense<[[127.0, 0.0], [0.0, 63.5]]> : tensor<2x2xf32> as tensor<2x2xf32>
  // CHECK: %[[Y:.*]] = qnn.linear
  // CHECK: quant.qcast %[[Y]] : tensor<1x2xf32> to tensor<1x2x!quant.uniform<i8<-127:127>:f32, 2.000000e+00>>
  // expected-warning @unknown {{repaired: the scale of value 'y' is 2^1 where 2^-15 has the least squared error, so that every shift is in [0, 31]; it costs at most 5.00e-01 LSB of the new grid}}
  %y = qnn.linear %x, %w {qnn.range = #qnn.range<0.0, 2.55e-3, calibrated>} : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32> loc("fine"("y"))
  // CHECK: %[[R:.*]] = qnn.reshape
  // CHECK: quant.qcast %[[R]] : tensor<2x1xf32> to tensor<2x1x!quant.uniform<i8<-127:127>:f32, 2.000000e+00>>
  %r = qnn.reshape %y {shape = array<i64: 2, 1>} : (tensor<1x2xf32>) -> tensor<2x1xf32> loc("shape"("r"))
  %z = qnn.relu %r {qnn.range = #qnn.range<0.0, 255.0, calibrated>} : (tensor<2x1xf32>) -> tensor<2x1xf32> loc("relu"("z"))
  %t = qnn.reshape %z {shape = array<i64: 1, 2>} : (tensor<2x1xf32>) -> tensor<1x2xf32> loc("back"("t"))
  return %t : tensor<1x2xf32>
}

// -----

// 127 * 127 * 140000 > 2^31: the integers of the weights become smaller.
// CHECK-LABEL: func.func @overflow
// REFUSED: layer 'wide', channel 0: the accumulator can reach 2258060000, which needs 33 bits; the target has 32
func.func @overflow(%x: tensor<1x140000xf32> {qnn.name = "x", qnn.range = #qnn.range<-127.0, 127.0, calibrated>}) -> tensor<1x1xf32> {
  %w = qnn.constant dense<127.0> : tensor<1x140000xf32> as tensor<1x140000xf32>
  // CHECK: quant.qcast %{{.*}} : tensor<1x140000xf32> to tensor<1x140000x!quant.uniform<i8<-127:127>:f32:0, {2.000000e+00}>>
  // expected-warning @unknown {{repaired: layer 'wide', channel 0: weight scales are not the powers of two with the least squared error, so that the bias, the accumulator and the shifts fit, at the cost of at most}}
  %y = qnn.linear %x, %w {qnn.range = #qnn.range<0.0, 2.55e6, calibrated>} : (tensor<1x140000xf32>, tensor<1x140000xf32>) -> tensor<1x1xf32> loc("wide"("y"))
  %z = qnn.relu %y {qnn.range = #qnn.range<0.0, 2.55e6, calibrated>} : (tensor<1x1xf32>) -> tensor<1x1xf32> loc("relu"("z"))
  return %z : tensor<1x1xf32>
}

// -----

// Weights of little influence would need a larger shift than there is.
// CHECK-LABEL: func.func @beyond_the_largest_shift
// REFUSED: layer 'small', channel 1: needs q = 35, the target has q in [0, 31]
func.func @beyond_the_largest_shift(%x: tensor<1x2xf32> {qnn.name = "x", qnn.range = #qnn.range<-1.0, 1.0, calibrated>}) -> tensor<1x2xf32> {
  %w = qnn.constant dense<[[1.0, 0.3], [0.0, 3.0e-7]]> : tensor<2x2xf32> as tensor<2x2xf32>
  // CHECK: quant.qcast %{{.*}} : tensor<2x2xf32> to tensor<2x2x!quant.uniform<i8<-127:127>:f32:0, {1.562500e-02,5.9604644775390625E-8}>>
  // expected-warning @unknown {{repaired: layer 'small', channel 1: weight scales are not the powers of two with the least squared error}}
  %y = qnn.linear %x, %w {qnn.range = #qnn.range<-128.0, 127.0, calibrated>} : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32> loc("small"("y"))
  %z = qnn.relu %y {qnn.range = #qnn.range<0.0, 255.0, calibrated>} : (tensor<1x2xf32>) -> tensor<1x2xf32> loc("relu"("z"))
  return %z : tensor<1x2xf32>
}
