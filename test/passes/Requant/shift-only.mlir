// Without multipliers m = 1; a sum aligns its operands by a shift to the left, a mean has the multiplier of its count (A35).
// RUN: tare-opt %s --tare-set-target=target=shift_only --tare-compute-requantization --split-input-file --verify-diagnostics | FileCheck %s

// CHECK-LABEL: func.func @shifts
func.func @shifts(%x: tensor<1x3x!quant.uniform<i8<-127:127>:f32, 0.125>>, %z: tensor<1x3x!quant.uniform<i8<-127:127>:f32, 0.5>>) {
  %w = qnn.constant dense<1> : tensor<2x3xi8> as tensor<2x3x!quant.uniform<i8<-127:127>:f32:0, {0.5, 0.0078125}>>
  // CHECK: qnn.linear {{.*}}multipliers = [1, 1], shifts = [2, 8]
  %0 = qnn.linear %x, %w : (tensor<1x3x!quant.uniform<i8<-127:127>:f32, 0.125>>, tensor<2x3x!quant.uniform<i8<-127:127>:f32:0, {0.5, 0.0078125}>>) -> tensor<1x2x!quant.uniform<i8<-127:127>:f32, 0.25>>
  // CHECK: qnn.add {{.*}}multipliers = [1, 4], shifts = [4, 4]
  %1 = qnn.add %x, %z : (tensor<1x3x!quant.uniform<i8<-127:127>:f32, 0.125>>, tensor<1x3x!quant.uniform<i8<-127:127>:f32, 0.5>>) -> tensor<1x3x!quant.uniform<i8<-127:127>:f32, 2.0>>
  // A result that is finer than both: they are shifted to its grid.
  // CHECK: qnn.sub {{.*}}multipliers = [2, -8], shifts = [0, 0]
  %2 = qnn.sub %x, %z : (tensor<1x3x!quant.uniform<i8<-127:127>:f32, 0.125>>, tensor<1x3x!quant.uniform<i8<-127:127>:f32, 0.5>>) -> tensor<1x3x!quant.uniform<i8<-127:127>:f32, 0.0625>>
  // CHECK: qnn.mul {{.*}}multipliers = [1], shifts = [3]
  %3 = qnn.mul %x, %z : (tensor<1x3x!quant.uniform<i8<-127:127>:f32, 0.125>>, tensor<1x3x!quant.uniform<i8<-127:127>:f32, 0.5>>) -> tensor<1x3x!quant.uniform<i8<-127:127>:f32, 0.5>>
  // 1 / 3 in fifteen bits.
  // CHECK: qnn.reduce_mean {{.*}}multipliers = [21845], shifts = [16]
  %4 = qnn.reduce_mean %x {axes = array<i64: 1>} : (tensor<1x3x!quant.uniform<i8<-127:127>:f32, 0.125>>) -> tensor<1x!quant.uniform<i8<-127:127>:f32, 0.125>>
  return
}

// -----

func.func @errors(%x: tensor<1x3x!quant.uniform<i8<-127:127>:f32, 0.125>>, %z: tensor<1x3x!quant.uniform<i8<-127:127>:f32, 7.450580596923828e-9>>) {
  // expected-error @+1 {{needs q = -1, the target has q in [0, 31] (Sx = 1.2500e-01, Sy = 6.2500e-02, effective scale 2.0000e+00)}}
  %0 = qnn.relu %x : (tensor<1x3x!quant.uniform<i8<-127:127>:f32, 0.125>>) -> tensor<1x3x!quant.uniform<i8<-127:127>:f32, 0.0625>>
  // expected-error @+1 {{needs q = 36, the target has q in [0, 31] (Sx = 1.2500e-01, Sy = 8.5899e+09, effective scale 1.4552e-11): its multiplier is 1 and has no bits to give up}}
  %1 = qnn.relu %x : (tensor<1x3x!quant.uniform<i8<-127:127>:f32, 0.125>>) -> tensor<1x3x!quant.uniform<i8<-127:127>:f32, 8589934592.0>>
  // expected-error @+1 {{operand 0: this operand's grid is more than a factor of 2^22 coarser than the other's or the result's}}
  %2 = qnn.add %x, %z : (tensor<1x3x!quant.uniform<i8<-127:127>:f32, 0.125>>, tensor<1x3x!quant.uniform<i8<-127:127>:f32, 7.450580596923828e-9>>) -> tensor<1x3x!quant.uniform<i8<-127:127>:f32, 0.125>>
  return
}
