// Every layer that fails is reported in one run.
// RUN: tare-opt %s --tare-set-target --tare-compute-requantization=repair=false --verify-diagnostics --split-input-file

!x = !quant.uniform<i8:f32, 0.5>
!w = !quant.uniform<i8<-127:127>:f32:0, {4.0e4, 1.3e8}>

func.func @too_fine(%x: tensor<1x2x!x>) -> tensor<1x2x!x> {
  %w = qnn.constant dense<1> : tensor<2x2xi8> as tensor<2x2x!w>
  // expected-error @unknown {{layer 'fc', channel 0: needs q = -1, the target has q in [0, 31] (Sx = 5.0000e-01, Sw = 4.0000e+04, Sy = 5.0000e-01, effective scale 4.0000e+04): the output's grid is finer than the accumulator's; calibrate value 'fc_out' on data that exercises it}}
  // expected-error @unknown {{layer 'fc', channel 1: needs q = -12}}
  %0 = qnn.linear %x, %w : (tensor<1x2x!x>, tensor<2x2x!w>) -> tensor<1x2x!x> loc("fc"("fc_out"))
  // expected-error @unknown {{layer 'finer', channel 0: needs q = -1}}
  %1 = qnn.requantize %0 : (tensor<1x2x!x>) -> tensor<1x2x!quant.uniform<i8:f32, 1.25e-5>> loc("finer"("finer_out"))
  %2 = qnn.requantize %1 : (tensor<1x2x!quant.uniform<i8:f32, 1.25e-5>>) -> tensor<1x2x!x>
  return %2 : tensor<1x2x!x>
}

// -----

!x = !quant.uniform<i8:f32, 1.0>
!w = !quant.uniform<i8<-127:127>:f32:0, {1.0}>

// 127 * 255 * 70000 > 2^31
func.func @overflow(%x: tensor<1x70000x!quant.uniform<i8:f32, 1.0:-128>>) -> tensor<1x1x!x> {
  %w = qnn.constant dense<127> : tensor<1x70000xi8> as tensor<1x70000x!w>
  // (A19)
  // expected-error @unknown {{layer 'fc', channel 0: the accumulator can reach 2266950000, which needs 33 bits; the target has 32}}
  %0 = qnn.linear %x, %w : (tensor<1x70000x!quant.uniform<i8:f32, 1.0:-128>>, tensor<1x70000x!w>) -> tensor<1x1x!x> loc("fc"("fc_out"))
  return %0 : tensor<1x1x!x>
}

// -----

!x = !quant.uniform<i8:f32, 4.0>

// The cause is named: an output that calibration never saw alive, a value that nobody calibrated.
func.func @causes(%x: tensor<1x2x!x>, %z: tensor<1x2x!quant.uniform<i8:f32, 131072.0>>) -> (tensor<1x2x!quant.uniform<i8:f32, 1.25e-5>>, tensor<1x2x!quant.uniform<i8:f32, 1.0>>) {
  // expected-error @unknown {{layer 'dead', channel 0: needs q = -4, the target has q in [0, 31] (Sx = 4.0000e+00, Sy = 1.2500e-05, effective scale 3.2000e+05): the output is dead: value 'dead_out' was never anything but 0 during calibration, and its scale is made up; calibrate it on data that exercises it, or remove the layer}}
  %0 = qnn.requantize %x {qnn.range = #qnn.range<0.0, 1.0, dead>} : (tensor<1x2x!x>) -> tensor<1x2x!quant.uniform<i8:f32, 1.25e-5>> loc("dead"("dead_out"))
  // expected-error @unknown {{layer 'unit', channel 0: needs q = -3, the target has q in [0, 31] (Sx = 1.3107e+05, Sy = 1.0000e+00, effective scale 1.3107e+05): value 'unit_out' is uncalibrated: scale 1 and zero point 0 are a quantizer's default; calibrate before exporting the model}}
  %1 = qnn.requantize %z : (tensor<1x2x!quant.uniform<i8:f32, 131072.0>>) -> tensor<1x2x!quant.uniform<i8:f32, 1.0>> loc("unit"("unit_out"))
  return %0, %1 : tensor<1x2x!quant.uniform<i8:f32, 1.25e-5>>, tensor<1x2x!quant.uniform<i8:f32, 1.0>>
}

// -----

!x = !quant.uniform<i8:f32, 0.5>
!w = !quant.uniform<i8<-127:127>:f32:0, {4.0e4, 4.0e4, 4.0e4, 4.0e4, 4.0e4, 4.0e4, 4.0e4, 4.0e4, 4.0e4, 1.0, 4.0e4}>

// Many channels are counted.
func.func @many(%x: tensor<1x2x!x>) -> tensor<1x11x!x> {
  %w = qnn.constant dense<1> : tensor<11x2xi8> as tensor<11x2x!w>
  // expected-error @unknown {{layer 'many', channel 0: needs q = -1}}
  // expected-error @unknown {{layer 'many', channel 1: needs q = -1}}
  // expected-error @unknown {{layer 'many', channel 2: needs q = -1}}
  // expected-error @unknown {{layer 'many', channel 3: needs q = -1}}
  // expected-error @unknown {{layer 'many', channel 4: needs q = -1}}
  // expected-error @unknown {{layer 'many', channel 5: needs q = -1}}
  // expected-error @unknown {{layer 'many', channel 6: needs q = -1}}
  // expected-error @unknown {{layer 'many', channel 7: needs q = -1}}
  // expected-error @unknown {{layer 'many': 2 more channels}}
  %0 = qnn.linear %x, %w : (tensor<1x2x!x>, tensor<11x2x!w>) -> tensor<1x11x!x> loc("many"("many_out"))
  return %0 : tensor<1x11x!x>
}

// -----

// The worst channel stands for the layer.
func.func @overflows(%x: tensor<1x70000x!quant.uniform<i8:f32, 0.5:-128>>) -> tensor<1x2x!quant.uniform<i8:f32, 0.5>> {
  %w = qnn.constant dense<127> : tensor<2x70000xi8> as tensor<2x70000x!quant.uniform<i8<-127:127>:f32:0, {0.5, 0.5}>>
  // expected-error @unknown {{layer 'both', channel 0 and 1 more: the accumulator can reach 2266950000, which needs 33 bits}}
  %0 = qnn.linear %x, %w : (tensor<1x70000x!quant.uniform<i8:f32, 0.5:-128>>, tensor<2x70000x!quant.uniform<i8<-127:127>:f32:0, {0.5, 0.5}>>) -> tensor<1x2x!quant.uniform<i8:f32, 0.5>> loc("both"("y"))
  return %0 : tensor<1x2x!quant.uniform<i8:f32, 0.5>>
}

// -----

!x = !quant.uniform<i8:f32, 1.0>
!w = !quant.uniform<i8<-127:127>:f32:0, {1.0}>

// A bias that did not fit when it was quantized is told of here. What fits of it would overflow, which is not told.
func.func @bias(%x: tensor<1x1x!x>) -> tensor<1x1x!x> {
  %w = qnn.constant dense<127> : tensor<1x1xi8> as tensor<1x1x!w>
  %b = qnn.constant dense<2147483647> : tensor<1xi32> as tensor<1x!quant.uniform<i32:f32:0, {1.0}>>
  // expected-error @unknown {{layer 'fc': the bias of channel 0, 3e9, does not fit}}
  %0 = qnn.linear %x, %w, %b {qnn.bias_misfit = "the bias of channel 0, 3e9, does not fit"} : (tensor<1x1x!x>, tensor<1x1x!w>, tensor<1x!quant.uniform<i32:f32:0, {1.0}>>) -> tensor<1x1x!x> loc("fc")
  return %0 : tensor<1x1x!x>
}

// -----

!x = !quant.uniform<i8:f32, 1.0>
!w = !quant.uniform<i8<-127:127>:f32:0, {1.0e-6, 1.0, 1.0e-11}>

// Without repairs no multiplier gives up bits.
func.func @top_of_the_range(%x: tensor<1x2x!x>) -> tensor<1x3x!x> {
  %w = qnn.constant dense<1> : tensor<3x2xi8> as tensor<3x2x!w>
  // expected-error @unknown {{layer 'small', channel 0: needs q = 34, the target has q in [0, 31] (Sx = 1.0000e+00, Sw = 1.0000e-06, Sy = 1.0000e+00, effective scale 1.0000e-06)}}
  // expected-error @unknown {{layer 'small', channel 2: needs q = 51}}
  %0 = qnn.linear %x, %w : (tensor<1x2x!x>, tensor<3x2x!w>) -> tensor<1x3x!x> loc("small"("small_out"))
  return %0 : tensor<1x3x!x>
}

// -----

!x = !quant.uniform<i8:f32, 1.0:-128>
!y = !quant.uniform<i8:f32, 1.0e4>
!w = !quant.uniform<i8<-127:127>:f32:0, {1.0}>
!b = !quant.uniform<i32:f32:0, {1.0}>

// (A19) 127 * 255 + |b|: 2^31 - 1 is the most that 32 bits hold, and one more is too much, also of a negative bias.
func.func @through_the_bias(%x: tensor<1x1x!x>) -> (tensor<1x1x!y>, tensor<1x1x!y>, tensor<1x1x!y>, tensor<1x1x!y>) {
  %w = qnn.constant dense<127> : tensor<1x1xi8> as tensor<1x1x!w>
  %most = qnn.constant dense<2147451262> : tensor<1xi32> as tensor<1x!b>
  %0 = qnn.linear %x, %w, %most : (tensor<1x1x!x>, tensor<1x1x!w>, tensor<1x!b>) -> tensor<1x1x!y> loc("most")
  %more = qnn.constant dense<2147451263> : tensor<1xi32> as tensor<1x!b>
  // expected-error @unknown {{layer 'more', channel 0: the accumulator can reach 2147483648, which needs 33 bits; the target has 32}}
  %1 = qnn.linear %x, %w, %more : (tensor<1x1x!x>, tensor<1x1x!w>, tensor<1x!b>) -> tensor<1x1x!y> loc("more")
  %least = qnn.constant dense<-2147451262> : tensor<1xi32> as tensor<1x!b>
  %2 = qnn.linear %x, %w, %least : (tensor<1x1x!x>, tensor<1x1x!w>, tensor<1x!b>) -> tensor<1x1x!y> loc("least")
  %less = qnn.constant dense<-2147451263> : tensor<1xi32> as tensor<1x!b>
  // expected-error @unknown {{layer 'less', channel 0: the accumulator can reach 2147483648, which needs 33 bits; the target has 32}}
  %3 = qnn.linear %x, %w, %less : (tensor<1x1x!x>, tensor<1x1x!w>, tensor<1x!b>) -> tensor<1x1x!y> loc("less")
  return %0, %1, %2, %3 : tensor<1x1x!y>, tensor<1x1x!y>, tensor<1x1x!y>, tensor<1x1x!y>
}
