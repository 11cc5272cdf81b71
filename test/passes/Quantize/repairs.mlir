// What the hardware cannot hold is repaired, with a warning of what that costs; without repairs it is refused later on.
// RUN: tare-opt %s --tare-set-target --tare-insert-quant-dequant --split-input-file --verify-diagnostics --mlir-print-local-scope | FileCheck %s
// RUN: not tare-opt %s --tare-set-target --tare-insert-quant-dequant=repair=false --tare-fuse-quantized --tare-compute-requantization=repair=false --split-input-file -o /dev/null 2>&1 | FileCheck %s --check-prefix=REFUSED

// Sx = Sw = 1, and a result on a grid of 1e-5: M = 1e5 would need q = -2. It gets the accumulator's grid, and so does what
// shares its own.
// CHECK-LABEL: func.func @finer_than_the_accumulator
// REFUSED: layer 'fine', channel 0: needs q = -2, the target has q in [0, 31] (Sx = 1.0000e+00, Sw = 1.0000e+00, Sy = 1.0000e-05
func.func @finer_than_the_accumulator(%x: tensor<1x2xf32> {qnn.name = "x", qnn.range = #qnn.range<0.0, 255.0, calibrated>}) -> tensor<1x2xf32> {
  %w = qnn.constant dense<[[127.0, 0.0], [0.0, 63.5]]> : tensor<2x2xf32> as tensor<2x2xf32>
  // CHECK: %[[Y:.*]] = qnn.linear
  // CHECK: quant.qcast %[[Y]] : tensor<1x2xf32> to tensor<1x2x!quant.uniform<i8:f32, 1.000000e+00:-128>>
  // expected-warning @unknown {{repaired: the grid of value 'y' was finer than any shift of target 'generic' reaches from the accumulator: its scale 1.000e-05 is now 1.000e+00, that of the accumulator, which costs at most 50000.0 LSB of the finer grid; calibrate the value on data that exercises it, or make the steps of 'x' finer}}
  %y = qnn.linear %x, %w {qnn.range = #qnn.range<0.0, 2.55e-3, calibrated>} : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32> loc("fine"("y"))
  // CHECK: %[[R:.*]] = qnn.reshape
  // CHECK: quant.qcast %[[R]] : tensor<2x1xf32> to tensor<2x1x!quant.uniform<i8:f32, 1.000000e+00:-128>>
  %r = qnn.reshape %y {shape = array<i64: 2, 1>} : (tensor<1x2xf32>) -> tensor<2x1xf32> loc("shape"("r"))
  %z = qnn.relu %r {qnn.range = #qnn.range<0.0, 255.0, calibrated>} : (tensor<2x1xf32>) -> tensor<2x1xf32> loc("relu"("z"))
  %t = qnn.reshape %z {shape = array<i64: 1, 2>} : (tensor<2x1xf32>) -> tensor<1x2xf32> loc("back"("t"))
  return %t : tensor<1x2xf32>
}

// -----

// 127 * 255 * 70000 > 2^31: the integers of the weights become smaller.
// CHECK-LABEL: func.func @overflow
// REFUSED: layer 'wide', channel 0: the accumulator can reach 2266950000, which needs 33 bits; the target has 32
func.func @overflow(%x: tensor<1x70000xf32> {qnn.name = "x", qnn.range = #qnn.range<0.0, 255.0, calibrated>}) -> tensor<1x1xf32> {
  %w = qnn.constant dense<127.0> : tensor<1x70000xf32> as tensor<1x70000xf32>
  // CHECK: quant.qcast %{{.*}} : tensor<1x70000xf32> to tensor<1x70000x!quant.uniform<i8<-127:127>:f32:0, {1.06
  // expected-warning @unknown {{repaired: layer 'wide', channel 0: weight scales that were too fine for the accumulator were raised, at the cost of at most}}
  %y = qnn.linear %x, %w {qnn.range = #qnn.range<0.0, 2.55e6, calibrated>} : (tensor<1x70000xf32>, tensor<1x70000xf32>) -> tensor<1x1xf32> loc("wide"("y"))
  %z = qnn.relu %y {qnn.range = #qnn.range<0.0, 2.55e6, calibrated>} : (tensor<1x1xf32>) -> tensor<1x1xf32> loc("relu"("z"))
  return %z : tensor<1x1xf32>
}

// -----

// Weights that the model brings on a grid of their own are rounded to a coarser one: 100 / 2^31 where 1e-12 was.
// CHECK-LABEL: func.func @own_grid
// REFUSED: the bias of channel 1, 3.000000e+00, does not fit 32 bits on the accumulator's grid of scale
func.func @own_grid(%x: tensor<1x2xf32> {qnn.name = "x", qnn.range = #qnn.range<0.0, 255.0, calibrated>}) -> tensor<1x2xf32> {
  %wq = qnn.constant dense<[[127, 1], [1, 127]]> : tensor<2x2xi8> as tensor<2x2x!quant.uniform<i8:f32:0, {1.0, 1.0e-12}>>
  %w = quant.dcast %wq : tensor<2x2x!quant.uniform<i8:f32:0, {1.0, 1.0e-12}>> to tensor<2x2xf32>
  %b = qnn.constant dense<[0.0, 3.0]> : tensor<2xf32> as tensor<2xf32>
  // CHECK: qnn.constant dense_resource<own_weight> : tensor<2x2xi8> as tensor<2x2x!quant.uniform<i8:f32:0, {1.000000e+00,4.65{{[0-9]*}}E-8}>>
  // expected-warning @unknown {{repaired: layer 'own', channel 1: weight scales that the multiplier and the shifts do not hit were moved, at the cost of at most}}
  %y = qnn.linear %x, %w, %b {qnn.range = #qnn.range<0.0, 2.55e4, calibrated>} : (tensor<1x2xf32>, tensor<2x2xf32>, tensor<2xf32>) -> tensor<1x2xf32> loc("own"("y"))
  %z = qnn.relu %y {qnn.range = #qnn.range<0.0, 2.55e4, calibrated>} : (tensor<1x2xf32>) -> tensor<1x2xf32> loc("relu"("z"))
  return %z : tensor<1x2xf32>
}
