// RUN: tare-opt %s --tare-set-target=target=generic --tare-conform-grids --split-input-file --mlir-print-local-scope | FileCheck %s --check-prefixes=CHECK,WIDE
// RUN: tare-opt %s --tare-set-target=target=gemmlowp --tare-conform-grids --split-input-file --mlir-print-local-scope | FileCheck %s --check-prefixes=CHECK,NARROW

!quarters = !quant.uniform<i8:f32, 0.25>

// (A69) -0.1 is between two quarters: 16 bits hold all of the grid's -32..31.75 in steps of 0.25 / 128, 8 bits what was seen in steps of 0.25 / 32.
// CHECK-LABEL: func.func @between
func.func @between(%x: tensor<1x4x!quarters>) -> tensor<1x5xf32> {
  %0 = quant.dcast %x {qnn.range = #qnn.range<-0.5, 0.25, calibrated>} : tensor<1x4x!quarters> to tensor<1x4xf32>
  // WIDE: %[[Q:.*]] = quant.qcast %{{.*}} : tensor<1x4xf32> to tensor<1x4x!quant.uniform<i16<-32767:32767>:f32, 0.001953125>>
  // NARROW: %[[Q:.*]] = quant.qcast %{{.*}} : tensor<1x4xf32> to tensor<1x4x!quant.uniform<i8<-127:127>:f32, 7.812500e-03>>
  // CHECK: %[[X:.*]] = quant.dcast %[[Q]]
  // CHECK: qnn.pad %[[X]]
  %1 = qnn.pad %0 {low = array<i64: 0, 1>, high = array<i64: 0, 0>, value = -0.1 : f64, qnn.range = #qnn.range<-0.5, 0.25, inherited>} : (tensor<1x4xf32>) -> tensor<1x5xf32> loc("pad")
  %2 = qnn.sigmoid %1 : (tensor<1x5xf32>) -> tensor<1x5xf32>
  return %2 : tensor<1x5xf32>
}

// -----

!quarters = !quant.uniform<i8:f32, 0.25>

// A number of the grid stays, and so does what the model rounds behind it, moved or not.
// CHECK-LABEL: func.func @on_the_grid
// CHECK-NOT: quant.qcast
// CHECK: return
func.func @on_the_grid(%x: tensor<1x4x!quarters>) -> tensor<1x5xf32> {
  %0 = quant.dcast %x : tensor<1x4x!quarters> to tensor<1x4xf32>
  %1 = qnn.pad %0 {low = array<i64: 0, 1>, high = array<i64: 0, 0>, value = -0.5 : f64, qnn.range = #qnn.range<-0.5, 0.25, inherited>} : (tensor<1x4xf32>) -> tensor<1x5xf32> loc("pad")
  %2 = qnn.sigmoid %1 : (tensor<1x5xf32>) -> tensor<1x5xf32>
  return %2 : tensor<1x5xf32>
}

// CHECK-LABEL: func.func @rounded_by_the_model
// CHECK: qnn.pad
// CHECK-NEXT: qnn.reshape
// CHECK-NEXT: quant.qcast
// CHECK-NOT: quant.qcast
// CHECK: return
func.func @rounded_by_the_model(%x: tensor<1x4x!quarters>) -> tensor<5xf32> {
  %0 = quant.dcast %x : tensor<1x4x!quarters> to tensor<1x4xf32>
  %1 = qnn.pad %0 {low = array<i64: 0, 1>, high = array<i64: 0, 0>, value = -0.1 : f64, qnn.range = #qnn.range<-0.5, 0.25, inherited>} : (tensor<1x4xf32>) -> tensor<1x5xf32> loc("pad")
  %2 = qnn.reshape %1 {shape = array<i64: 5>} : (tensor<1x5xf32>) -> tensor<5xf32>
  %3 = quant.qcast %2 : tensor<5xf32> to tensor<5x!quarters>
  %4 = quant.dcast %3 : tensor<5x!quarters> to tensor<5xf32>
  return %4 : tensor<5xf32>
}
