// RUN: tare-opt %s --tare-set-target --tare-compute-requantization --mlir-print-local-scope | FileCheck %s
// RUN: tare-opt %s --tare-set-target --tare-compute-requantization --remarks-filter=tare-compute-requantization --remark-format=emitRemark 2>&1 | FileCheck %s --check-prefix=REMARK

// Sx * Sw / Sy = 0.0037, 0.9, 3.2: the design's examples, at 15 bits of magnitude.
!x = !quant.uniform<i8:f32, 1.0>
!w = !quant.uniform<i8<-127:127>:f32:0, {0.0037, 0.9, 3.2}>
!y = !quant.uniform<i8:f32, 1.0:-128>

// CHECK-LABEL: func.func @per_channel
func.func @per_channel(%x: tensor<1x2x!x>) -> tensor<1x3x!y> {
  %w = qnn.constant dense<1> : tensor<3x2xi8> as tensor<3x2x!w>
  // CHECK: qnn.linear {{.*}}npu.requant = #npu.requant<multipliers = [31038, 29491, 26214], shifts = [23, 15, 13], zero_point = -128, clamp = [-128, 127]>
  %0 = qnn.linear %x, %w : (tensor<1x2x!x>, tensor<3x2x!w>) -> tensor<1x3x!y>
  return %0 : tensor<1x3x!y>
}

// A fused activation clamps on the result's grid.
// CHECK-LABEL: func.func @clamp
func.func @clamp(%x: tensor<1x2x!x>) -> tensor<1x2x!quant.uniform<i8:f32, 0.5:-10>> {
  // CHECK: npu.requant = #npu.requant<multipliers = [16384], shifts = [13], zero_point = -10, clamp = [-10, 2]>
  %0 = qnn.clip %x {interval = #qnn.clamp<0.0, 6.0>} : (tensor<1x2x!x>) -> tensor<1x2x!quant.uniform<i8:f32, 0.5:-10>>
  return %0 : tensor<1x2x!quant.uniform<i8:f32, 0.5:-10>>
}

// A sum has one shift: that of its larger multiplier.
// CHECK-LABEL: func.func @sum
func.func @sum(%x: tensor<1x2x!quant.uniform<i8:f32, 0.25>>, %z: tensor<1x2x!x>) -> tensor<1x2x!x> {
  // CHECK: npu.requant = #npu.requant<multipliers = [4096, -16384], shifts = [14, 14], zero_point = 0, clamp = [-128, 127]>
  %0 = qnn.sub %x, %z : (tensor<1x2x!quant.uniform<i8:f32, 0.25>>, tensor<1x2x!x>) -> tensor<1x2x!x>
  return %0 : tensor<1x2x!x>
}

// Windows that count fewer elements at the border divide by fewer.
// CHECK-LABEL: func.func @average
func.func @average(%x: tensor<1x1x4x!x>) -> tensor<1x1x4x!x> {
  // CHECK: npu.requant = #npu.requant<multipliers = [16384, 16384, 21845], shifts = [14, 15, 16]
  %0 = qnn.average_pool %x {kernel = array<i64: 3>, pads = array<i64: 1, 1>} : (tensor<1x1x4x!x>) -> tensor<1x1x4x!x>
  return %0 : tensor<1x1x4x!x>
}

// The accumulator itself needs none.
// CHECK-LABEL: func.func @tail
func.func @tail(%x: tensor<1x2x!x>) -> tensor<1x3x!quant.uniform<i32:f32:1, {0.0037, 0.9, 3.2}>> {
  %w = qnn.constant dense<1> : tensor<3x2xi8> as tensor<3x2x!w>
  // CHECK: qnn.linear
  // CHECK-NOT: npu.requant
  // CHECK: return
  %0 = qnn.linear %x, %w : (tensor<1x2x!x>, tensor<3x2x!w>) -> tensor<1x3x!quant.uniform<i32:f32:1, {0.0037, 0.9, 3.2}>>
  return %0 : tensor<1x3x!quant.uniform<i32:f32:1, {0.0037, 0.9, 3.2}>>
}

// 1e-6 would want q = 34: q = 31, and three bits are lost. 1e-11 vanishes.
// CHECK-LABEL: func.func @top_of_the_range
func.func @top_of_the_range(%x: tensor<1x2x!x>) -> tensor<1x2x!x> {
  %w = qnn.constant dense<1> : tensor<2x2xi8> as tensor<2x2x!quant.uniform<i8<-127:127>:f32:0, {1.0e-6, 1.0e-11}>>
  // CHECK: npu.requant = #npu.requant<multipliers = [2147, 0], shifts = [31, 31]
  // REMARK: BitsLost | Category:tare-compute-requantization | Channel=0, Layer=small, Reason="its effective scale 1.0000e-06 would want q = 34, the target ends at 31: 3 of 15 multiplier bits are lost"
  // REMARK: ChannelVanishes | Category:tare-compute-requantization | Channel=1, Layer=small, Reason="its effective scale 1.0000e-11 is below 2^-32
  %0 = qnn.linear %x, %w : (tensor<1x2x!x>, tensor<2x2x!quant.uniform<i8<-127:127>:f32:0, {1.0e-6, 1.0e-11}>>) -> tensor<1x2x!x> loc("small"("small_out"))
  return %0 : tensor<1x2x!x>
}

// (A56) What is interpolated between two grids: of the 22 bits of the weights as many behind the point as the multiplier leaves shifts
// for, 0.5 / 0.3 * 2^-16; on one grid nothing is scaled.
// CHECK-LABEL: func.func @resize
func.func @resize(%x: tensor<1x1x2x2x!quant.uniform<i8:f32, 0.5>>) -> (tensor<1x1x4x4x!quant.uniform<i8:f32, 0.3:7>>, tensor<1x1x4x4x!quant.uniform<i8:f32, 0.5>>) {
  // CHECK: qnn.resize {{.*}}fraction_bits = 17 : i64, {{.*}}npu.requant = #npu.requant<multipliers = [27307], shifts = [31], zero_point = 7, clamp = [-128, 127]>
  %0 = qnn.resize %x {mode = #qnn.resize_mode<linear>, coordinates = #qnn.coordinate_mode<half_pixel>, scales = array<f64: 2.0, 2.0>, sizes = array<i64: 4, 4>}
    : (tensor<1x1x2x2x!quant.uniform<i8:f32, 0.5>>) -> tensor<1x1x4x4x!quant.uniform<i8:f32, 0.3:7>>
  // CHECK: qnn.resize
  // CHECK-NOT: npu.requant
  %1 = qnn.resize %x {mode = #qnn.resize_mode<linear>, coordinates = #qnn.coordinate_mode<half_pixel>, scales = array<f64: 2.0, 2.0>, sizes = array<i64: 4, 4>}
    : (tensor<1x1x2x2x!quant.uniform<i8:f32, 0.5>>) -> tensor<1x1x4x4x!quant.uniform<i8:f32, 0.5>>
  return %0, %1 : tensor<1x1x4x4x!quant.uniform<i8:f32, 0.3:7>>, tensor<1x1x4x4x!quant.uniform<i8:f32, 0.5>>
}
