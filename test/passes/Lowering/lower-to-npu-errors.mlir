// RUN: not tare-opt %s --tare-set-target --tare-lower-to-npu --split-input-file 2>&1 | FileCheck %s

!x = !quant.uniform<i8:f32, 0.5>
func.func @without_requantization(%x: tensor<1x2x!x>) -> tensor<1x2x!x> {
  // CHECK: layer 'sum': has no 'npu.requant'; run tare-compute-requantization first
  %0 = qnn.add %x, %x : (tensor<1x2x!x>, tensor<1x2x!x>) -> tensor<1x2x!x> loc("sum"("sum_out"))
  return %0 : tensor<1x2x!x>
}

// -----

func.func @left_in_float(%x: tensor<1x2xf32>) -> tensor<1x2xf32> {
  // CHECK: layer 'sum': is still in float; quantize and fuse it first
  %0 = qnn.add %x, %x : (tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x2xf32> loc("sum"("sum_out"))
  return %0 : tensor<1x2xf32>
}

// -----

// Epsilon beside such steps is more than the hardware counts to.
!fine = !quant.uniform<i16:f32, 1.0e-9>
func.func @fine_steps(%x: tensor<1x4x!fine>) -> tensor<1x4x!fine> {
  // CHECK: layer 'norm': the steps of its input, 1e-09, are too fine beside its epsilon, 1e-05; scale the numbers before it up, keep 8-bit activations where it has 16, or take a target without 'normalize', which computes it in steps
  %0 = qnn.normalize %x {axes = array<i64: 1>, epsilon = 1.0e-5 : f64, npu.requant = #npu.requant<multipliers = [1], shifts = [0], zero_point = 0, clamp = [-32768, 32767]>} : (tensor<1x4x!fine>) -> tensor<1x4x!fine> loc("norm"("y"))
  return %0 : tensor<1x4x!fine>
}

// -----

// A border in float that no integer of the host's is.
func.func @half_border(%x: tensor<1x4xf32>) -> tensor<1x5xf32> {
  // CHECK: layer 'pad': a float border of 5.000000e-01 at the model's edge is not supported; pad with a whole number, or quantize before it
  %0 = qnn.pad %x {low = array<i64: 0, 1>, high = array<i64: 0, 0>, value = 0.5 : f64} : (tensor<1x4xf32>) -> tensor<1x5xf32> loc("pad")
  return %0 : tensor<1x5xf32>
}

// -----

func.func @whole_border(%x: tensor<1x4xf32>) -> tensor<1x5xf32> {
  // CHECK: npu.pad %{{.*}} value = 3
  %0 = qnn.pad %x {low = array<i64: 0, 1>, high = array<i64: 0, 0>, value = 3.0 : f64} : (tensor<1x4xf32>) -> tensor<1x5xf32> loc("pad")
  return %0 : tensor<1x5xf32>
}
