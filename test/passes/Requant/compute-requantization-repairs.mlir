// What is clamped or lost is a warning that says what it costs and why.
// RUN: tare-opt %s --tare-set-target --tare-compute-requantization --verify-diagnostics | FileCheck %s

// So fine a grid saturates at the first step of the product, as one of recurrent layers' gates may.
// CHECK-LABEL: func.func @gate
func.func @gate(%x: tensor<1x2x!quant.uniform<i8:f32, 8.0>>, %z: tensor<1x2x!quant.uniform<i8:f32, 5.0>>)
    -> tensor<1x2x!quant.uniform<i8:f32, 1.0e-3>> {
  // CHECK: multipliers = [32767], shifts = [0]
  // expected-warning @unknown {{repaired: layer 'gate', 1 channel: q is clamped to 0 (channel 0 needs -1, Sx = 8.0000e+00, Sw = 5.0000e+00, Sy = 1.0000e-03), so the output loses precision, at the cost of at most 0 LSB of the output: the output's grid is finer than the accumulator's; calibrate value 'g' on data that exercises it, or widen its range}}
  %0 = qnn.mul %x, %z : (tensor<1x2x!quant.uniform<i8:f32, 8.0>>, tensor<1x2x!quant.uniform<i8:f32, 5.0>>) -> tensor<1x2x!quant.uniform<i8:f32, 1.0e-3>> loc("gate"("g"))
  return %0 : tensor<1x2x!quant.uniform<i8:f32, 1.0e-3>>
}

// (A62) The operand of 40.0 has 2^6 steps in one, up to 127 * 625 steps of the result, which 128 * 500 of the other do not bring back.
// CHECK-LABEL: func.func @sum
func.func @sum(%x: tensor<1x2x!quant.uniform<i8:f32, 40.0>>, %z: tensor<1x2x!quant.uniform<i8:f32, 0.5>>)
    -> tensor<1x2x!quant.uniform<i8:f32, 1.0e-3>> {
  // CHECK: %[[FINER:.*]] = qnn.requantize %{{.*}}multipliers = [16384], shifts = [8]
  // CHECK: qnn.add %[[FINER]], {{.*}}multipliers = [20000, 16000], shifts = [5, 5]
  // expected-warning @unknown {{repaired: layer 'sum', operand 0: needs q = -1, the target has q in [0, 31] (effective scales 4.0000e+04 and 5.0000e+02), so it becomes 2^6 times finer first, up to where the result is at its end anyway, at the cost of at most 0 LSB of the output: the output's grid is finer than the accumulator's; calibrate value 's' on data that exercises it, or widen its range}}
  %0 = qnn.add %x, %z : (tensor<1x2x!quant.uniform<i8:f32, 40.0>>, tensor<1x2x!quant.uniform<i8:f32, 0.5>>) -> tensor<1x2x!quant.uniform<i8:f32, 1.0e-3>> loc("sum"("s"))
  return %0 : tensor<1x2x!quant.uniform<i8:f32, 1.0e-3>>
}

// Both are far coarser: the sum is limited where the result is.
// CHECK-LABEL: func.func @coarse_sum
func.func @coarse_sum(%x: tensor<1x2x!quant.uniform<i8:f32, 40.0>>, %z: tensor<1x2x!quant.uniform<i8:f32, 39.0>>)
    -> tensor<1x2x!quant.uniform<i8:f32, 1.0e-3>> {
  // CHECK: %[[SUM:.*]] = qnn.sub {{.*}}multipliers = [20000, -19500], shifts = [0, 0]
  // CHECK: qnn.clip %[[SUM]] {{.*}}clamp = [-100, 127]
  // expected-warning @unknown {{repaired: layer 'coarse': needs q = -1, the target has q in [0, 31] (effective scales 4.0000e+04 and -3.9000e+04), so the sum is rounded to 2^1 times coarser steps first, at the cost of at most 0 LSB of the output}}
  %0 = qnn.sub %x, %z {clamp = #qnn.clamp<-0.1, inf>} : (tensor<1x2x!quant.uniform<i8:f32, 40.0>>, tensor<1x2x!quant.uniform<i8:f32, 39.0>>) -> tensor<1x2x!quant.uniform<i8:f32, 1.0e-3>> loc("coarse"("s"))
  return %0 : tensor<1x2x!quant.uniform<i8:f32, 1.0e-3>>
}

// 1e-6 would want q = 34; 1e-11 vanishes: sums of 256 at most are 2.6e-9 steps.
// CHECK-LABEL: func.func @top_of_the_range
func.func @top_of_the_range(%x: tensor<1x2x!quant.uniform<i8:f32, 0.5>>) -> tensor<1x4x!quant.uniform<i8:f32, 0.5>> {
  %w = qnn.constant dense<1> : tensor<4x2xi8> as tensor<4x2x!quant.uniform<i8<-127:127>:f32:0, {1.0, 1.0, 1.0e-6, 1.0e-11}>>
  // CHECK: multipliers = [16384, 16384, 2147, 0], shifts = [14, 14, 31, 31]
  // expected-warning @unknown {{repaired: layer 'small', 1 channel: the shift ends at q = 31, so the multiplier gives up bits, most of all in channel 2: 3 of 15 (Sx = 5.0000e-01, Sw = 1.0000e-06, Sy = 5.0000e-01), at the cost of at most 5.77e-08 LSB of the output: the channel's weights are nearly zero beside the layer's others}}
  // expected-warning @unknown {{layer 'small', 1 channel: the multiplier is 0 at the largest shift, q = 31, so that every output becomes the zero point (channel 3: Sx = 5.0000e-01, Sw = 1.0000e-11, Sy = 5.0000e-01), at the cost of at most 2.56e-09 LSB of the output: the channel's weights are nearly zero}}
  %0 = qnn.linear %x, %w : (tensor<1x2x!quant.uniform<i8:f32, 0.5>>, tensor<4x2x!quant.uniform<i8<-127:127>:f32:0, {1.0, 1.0, 1.0e-6, 1.0e-11}>>) -> tensor<1x4x!quant.uniform<i8:f32, 0.5>> loc("small"("small_out"))
  return %0 : tensor<1x4x!quant.uniform<i8:f32, 0.5>>
}

// An operand far finer than the result adds nothing; the shift is not the target's last, and the output is the other's.
// CHECK-LABEL: func.func @unequal_sum
func.func @unequal_sum(%x: tensor<1x2x!quant.uniform<i8:f32, 1.0>>, %z: tensor<1x2x!quant.uniform<i8:f32, 4.0e-8>>)
    -> tensor<1x2x!quant.uniform<i8:f32, 1.0>> {
  // CHECK: multipliers = [16384, 0], shifts = [14, 14]
  // expected-warning @unknown {{layer 'unequal', 1 operand: the multiplier is 0 at the shift that the sum needs, q = 14, so that nothing is added (operand 1: Sx = 1.0000e+00, Sw = 4.0000e-08, Sy = 1.0000e+00), at the cost of at most 5.12e-06 LSB of the output: the output's grid is far coarser than the operand's}}
  %0 = qnn.add %x, %z : (tensor<1x2x!quant.uniform<i8:f32, 1.0>>, tensor<1x2x!quant.uniform<i8:f32, 4.0e-8>>) -> tensor<1x2x!quant.uniform<i8:f32, 1.0>> loc("unequal"("u"))
  return %0 : tensor<1x2x!quant.uniform<i8:f32, 1.0>>
}

// Where both are far finer, the larger multiplier gives up bits, and what both are off is the cost: 2 * 128 * |1e-7 - 215 * 2^-31|.
// CHECK-LABEL: func.func @small_sum
func.func @small_sum(%x: tensor<1x2x!quant.uniform<i8:f32, 1.0e-7>>) -> tensor<1x2x!quant.uniform<i8:f32, 1.0>> {
  // CHECK: multipliers = [215, 215], shifts = [31, 31]
  // expected-warning @unknown {{repaired: layer 'small_sum', 1 operand: the shift ends at q = 31, so the multiplier gives up bits, most of all in operand 0: 7 of 15 (Sx = 1.0000e-07, Sw = 1.0000e-07, Sy = 1.0000e+00), at the cost of at most 3.00e-08 LSB of the output}}
  %0 = qnn.add %x, %x : (tensor<1x2x!quant.uniform<i8:f32, 1.0e-7>>, tensor<1x2x!quant.uniform<i8:f32, 1.0e-7>>) -> tensor<1x2x!quant.uniform<i8:f32, 1.0>> loc("small_sum"("s"))
  return %0 : tensor<1x2x!quant.uniform<i8:f32, 1.0>>
}
