// Every layer that has no three shifts is reported in one run.
// RUN: tare-opt %s --tare-set-target=target=three_stage --tare-compute-requantization=repair=false --verify-diagnostics --split-input-file

!x = !quant.uniform<i8:f32, 0.5>
!w = !quant.uniform<i8<-127:127>:f32:0, {4.0e4, 1.3e8}>

func.func @too_fine(%x: tensor<1x2x!x>) -> tensor<1x2x!x> {
  %w = qnn.constant dense<1> : tensor<2x2xi8> as tensor<2x2x!w>
  // expected-error @unknown {{layer 'fc', channel 0: needs q0 + q1 + q2 = -1, the target has q0 + q1 + q2 in [0, 93] (Sx = 5.0000e-01, Sw = 4.0000e+04, Sy = 5.0000e-01, effective scale 4.0000e+04): the output's grid is finer than the accumulator's}}
  // expected-error @unknown {{layer 'fc', channel 1: needs q0 + q1 + q2 = -12}}
  %0 = qnn.linear %x, %w : (tensor<1x2x!x>, tensor<2x2x!w>) -> tensor<1x2x!x> loc("fc"("fc_out"))
  // expected-error @unknown {{layer 'finer', channel 0: needs q0 + q1 + q2 = -1}}
  %1 = qnn.requantize %0 : (tensor<1x2x!x>) -> tensor<1x2x!quant.uniform<i8:f32, 1.25e-5>> loc("finer"("finer_out"))
  %2 = qnn.requantize %1 : (tensor<1x2x!quant.uniform<i8:f32, 1.25e-5>>) -> tensor<1x2x!x>
  return %2 : tensor<1x2x!x>
}

// -----

!x = !quant.uniform<i8:f32, 1.0>
!b = !quant.uniform<i32:f32:0, {100.0, 100.0}>

// Not all of the second channel's results are at one end: the sums reach 1.1e8.
func.func @bias(%x: tensor<1x7000x!x>) -> tensor<1x2x!x> {
  %w = qnn.constant dense<127> : tensor<2x7000xi8> as tensor<2x7000x!quant.uniform<i8<-127:127>:f32:0, {100.0, 100.0}>>
  %b = qnn.constant dense<[3, 100000000]> : tensor<2xi32> as tensor<2x!b>
  // expected-error @unknown {{layer 'fc', channel 1: has no three shifts in [0, 31]: the bias is 1.00e+10 steps of the output, which 32 bits do not hold; calibrate value 'fc_out' on data that exercises it, or widen its range}}
  %0 = qnn.linear %x, %w, %b : (tensor<1x7000x!x>, tensor<2x7000x!quant.uniform<i8<-127:127>:f32:0, {100.0, 100.0}>>, tensor<2x!b>) -> tensor<1x2x!x> loc("fc"("fc_out"))
  return %0 : tensor<1x2x!x>
}

// -----

!x = !quant.uniform<i8:f32, 1.0>
!w = !quant.uniform<i8<-127:127>:f32:0, {1.0e-6, 1000.0}>

// The first channel's sums need q0 = 12 for t, the second's multiplier q0 + q1 + q2 <= 5.
func.func @apart(%x: tensor<1x8000x!x>) -> tensor<1x2x!x> {
  %w = qnn.constant dense<127> : tensor<2x8000xi8> as tensor<2x8000x!w>
  // expected-error @unknown {{layer 'fc': each channel has three shifts in [0, 31], but no three do for all of them: their scales lie too far apart; equalize the weights' ranges, or use one scale for all channels}}
  %0 = qnn.linear %x, %w : (tensor<1x8000x!x>, tensor<2x8000x!w>) -> tensor<1x2x!x> loc("fc"("fc_out"))
  return %0 : tensor<1x2x!x>
}

// -----

!x = !quant.uniform<i8:f32, 1.0>
!wide = !quant.uniform<i16:f32, 1.0e-3>

// t has 16 bits for a result of as many.
func.func @lost(%x: tensor<1x4x!wide>) -> tensor<1x1x!wide> {
  %w = qnn.constant dense<127> : tensor<1x4xi8> as tensor<1x4x!quant.uniform<i8<-127:127>:f32:0, {3.0e-3}>>
  // expected-warning @unknown {{layer 'fc', channel 0: its three stages (q0 = 9, q1 = 13, q2 = 0) may be off by 1.50 LSB of the output, the best that 16 bits between them allow}}
  %0 = qnn.linear %x, %w : (tensor<1x4x!wide>, tensor<1x4x!quant.uniform<i8<-127:127>:f32:0, {3.0e-3}>>) -> tensor<1x1x!wide> loc("fc"("fc_out"))
  return %0 : tensor<1x1x!wide>
}

// -----

!x = !quant.uniform<i8:f32, 0.5>
!w = !quant.uniform<i8<-127:127>:f32:0, {1.0, 1.0e-11}>

func.func @vanishing(%x: tensor<1x2x!x>) -> tensor<1x2x!x> {
  %w = qnn.constant dense<1> : tensor<2x2xi8> as tensor<2x2x!w>
  // expected-warning @unknown {{layer 'small', 1 channel: the multiplier is 0 beside the layer's largest, so that every output is the bias (channel 1, effective scale 1.0000e-11), at the cost of at most 2.56e-09 LSB of the output: the channel's weights are nearly zero beside the layer's others}}
  %0 = qnn.linear %x, %w : (tensor<1x2x!x>, tensor<2x2x!w>) -> tensor<1x2x!x> loc("small"("small_out"))
  return %0 : tensor<1x2x!x>
}
