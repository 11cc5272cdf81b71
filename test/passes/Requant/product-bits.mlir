// A product wider than the target's: the multiplier gives up bits, or the model is refused.
// RUN: tare-opt %s --tare-set-target=target=%S/Inputs/narrow_product.yaml --tare-compute-requantization --verify-diagnostics | FileCheck %s
// RUN: not tare-opt %s --tare-set-target=target=%S/Inputs/narrow_product.yaml --tare-compute-requantization=repair=false -o /dev/null 2>&1 | FileCheck %s --check-prefix=REFUSED

!x = !quant.uniform<i8:f32, 0.5>

// 127 * 2 * 128 = 32512 < 2^15 takes 15 bits, so the multiplier may have 8: 23 bits and the sign.
// REFUSED: layer 'fc', channel 0: the product of the accumulator, at most 32512, and the multiplier needs 31 bits, the target has 24 (Sx = 5.0000e-01, Sw = 1.1000e-02, Sy = 5.0000e-01); a target with wider products or narrower multipliers can hold it
// CHECK-LABEL: func.func @linear
func.func @linear(%x: tensor<1x2x!x>) -> tensor<1x1x!x> {
  %w = qnn.constant dense<127> : tensor<1x2xi8> as tensor<1x2x!quant.uniform<i8<-127:127>:f32:0, {0.011}>>
  // CHECK: multipliers = [180], shifts = [14]
  // expected-warning @unknown {{repaired: layer 'fc', 1 channel: the product of accumulator and multiplier would need 31 bits, the target has 24, so the multiplier gives up 7 of 15 bits, at the cost of at most}}
  %0 = qnn.linear %x, %w : (tensor<1x2x!x>, tensor<1x2x!quant.uniform<i8<-127:127>:f32:0, {0.011}>>) -> tensor<1x1x!x> loc("fc"("y"))
  return %0 : tensor<1x1x!x>
}

// A sum of two products has one shift: 255 * 2 * 16220 fits 23 bits.
// REFUSED: layer 'sum', operand 0: the product of the accumulator, at most 255, and the multiplier needs 25 bits, the target has 24
// CHECK-LABEL: func.func @sum
!z = !quant.uniform<i8:f32, 0.99:-128>
func.func @sum(%x: tensor<1x2x!z>, %z: tensor<1x2x!z>) -> tensor<1x2x!quant.uniform<i8:f32, 1.0>> {
  // CHECK: multipliers = [16220, 16220], shifts = [14, 14]
  // expected-warning @unknown {{repaired: layer 'sum', 2 operands: the product of accumulator and multiplier would need 25 bits, the target has 24, so the multiplier gives up 1 of 15 bits}}
  %0 = qnn.add %x, %z : (tensor<1x2x!z>, tensor<1x2x!z>) -> tensor<1x2x!quant.uniform<i8:f32, 1.0>> loc("sum"("s"))
  return %0 : tensor<1x2x!quant.uniform<i8:f32, 1.0>>
}
