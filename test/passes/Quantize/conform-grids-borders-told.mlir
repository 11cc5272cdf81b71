// RUN: tare-opt %s --tare-set-target=target=gemmlowp --tare-conform-grids --verify-diagnostics | FileCheck %s

!quarters = !quant.uniform<i8:f32, 0.25>

// (A69) All of 8 bits was seen: there is no finer grid of 8.
// CHECK-LABEL: func.func @no_room
// CHECK-NOT: quant.qcast
func.func @no_room(%x: tensor<1x4x!quarters>) -> tensor<1x5xf32> {
  %0 = quant.dcast %x : tensor<1x4x!quarters> to tensor<1x4xf32>
  // expected-warning @below {{layer 'qnn.pad@11:8': pads integers in steps of 0.25 with -0.10, which is between two of them, and target 'gemmlowp' has no finer grid for both: the border is off by 0.10; pad with a number of the grid, quantize behind the padding, or take a target with 16-bit activations}}
  %1 = qnn.pad %0 {low = array<i64: 0, 1>, high = array<i64: 0, 0>, value = -0.1 : f64, qnn.range = #qnn.range<-32.0, 31.75, calibrated>} : (tensor<1x4xf32>) -> tensor<1x5xf32>
  %2 = qnn.sigmoid %1 : (tensor<1x5xf32>) -> tensor<1x5xf32>
  return %2 : tensor<1x5xf32>
}
