// Every layer that fails is reported in one run.
// RUN: tare-opt %s --tare-set-target --tare-compute-requantization --verify-diagnostics --split-input-file

!x = !quant.uniform<i8:f32, 1.0>
!w = !quant.uniform<i8<-127:127>:f32:0, {4.0e4, 1.3e8}>

func.func @too_fine(%x: tensor<1x2x!x>) -> tensor<1x2x!x> {
  %w = qnn.constant dense<1> : tensor<2x2xi8> as tensor<2x2x!w>
  // expected-error @unknown {{layer 'fc', channel 0: needs q = -1, the target has q in [0, 31] (Sx = 1.0000e+00, Sw = 4.0000e+04, Sy = 1.0000e+00, effective scale 4.0000e+04): the output's grid is finer than the accumulator's}}
  // expected-error @unknown {{layer 'fc', channel 1: needs q = -12}}
  %0 = qnn.linear %x, %w : (tensor<1x2x!x>, tensor<2x2x!w>) -> tensor<1x2x!x> loc("fc"("fc_out"))
  // expected-error @unknown {{layer 'finer', channel 0: needs q = -1}}
  %1 = qnn.requantize %0 : (tensor<1x2x!x>) -> tensor<1x2x!quant.uniform<i8:f32, 2.5e-5>> loc("finer"("finer_out"))
  %2 = qnn.requantize %1 : (tensor<1x2x!quant.uniform<i8:f32, 2.5e-5>>) -> tensor<1x2x!x>
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
