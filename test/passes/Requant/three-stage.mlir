// RUN: tare-opt %s --tare-set-target=target=three_stage --tare-compute-requantization --mlir-print-local-scope | FileCheck %s
// RUN: tare-opt %s --tare-set-target=target=three_stage --tare-compute-requantization --remarks-filter=tare-compute-requantization --remark-format=emitRemark 2>&1 | FileCheck %s --check-prefix=REMARK
// RUN: tare-opt %s --tare-set-target=target=three_stage --tare-compute-requantization --tare-lower-to-npu --mlir-print-local-scope | FileCheck %s --check-prefix=NPU

!x = !quant.uniform<i8:f32, 1.0>
!low = !quant.uniform<i8:f32, 1.0:-128>
!w = !quant.uniform<i8<-127:127>:f32:0, {0.0037, 0.9, 3.2}>

// One set of shifts for the layer: the largest scale has 15 bits, 3.2 * 2^13 = 26214.4, and the others what that leaves. The
// bias b[c] holds the result's zero point alone. One rounding, in u or in y, has the error of rounding: here it is in u.
// CHECK-LABEL: func.func @per_channel
func.func @per_channel(%x: tensor<1x2x!x>) -> tensor<1x3x!low> {
  %w = qnn.constant dense<1> : tensor<3x2xi8> as tensor<3x2x!w>
  // CHECK: qnn.linear {{.*}}npu.requant = #npu.requant<multipliers = [30, 7373, 26214], stages = <shifts = [0, 13, 0], bias = [-128, -128, -128]>, zero_point = 0, clamp = [-128, 127], rounding = half_away>
  %0 = qnn.linear %x, %w : (tensor<1x2x!x>, tensor<3x2x!w>) -> tensor<1x3x!low>
  return %0 : tensor<1x3x!low>
}

// The zero point of x is taken out of the sum by the bias: b = (Zy + M * (b - Zx * sum(w))) * 2^q2 with sum(w) = 6, Zx = -128,
// M = 0.5: -128 + 0.5 * (10 + 768) and -128 + 0.5 * (-1000 + 768), on the grid of u. The accumulator starts at 0.
// CHECK-LABEL: func.func @bias
// NPU-LABEL: func.func @bias
func.func @bias(%x: tensor<1x2x!low>) -> tensor<1x2x!low> {
  %w = qnn.constant dense<3> : tensor<2x2xi8> as tensor<2x2x!quant.uniform<i8<-127:127>:f32:0, {0.5, 0.5}>>
  %b = qnn.constant dense<[10, -1000]> : tensor<2xi32> as tensor<2x!quant.uniform<i32:f32:0, {0.5, 0.5}>>
  // CHECK: stages = <shifts = [0, 1, 0], bias = [261, -244]>
  // NPU: %[[BIAS:.*]] = npu.constant dense_resource<staged.bias> : tensor<2xi32>
  // NPU: npu.linear %{{.*}}, %{{.*}}, %[[BIAS]] {{.*}}stages = <shifts = [0, 1, 0], bias = [261, -244]>
  %0 = qnn.linear %x, %w, %b : (tensor<1x2x!low>, tensor<2x2x!quant.uniform<i8<-127:127>:f32:0, {0.5, 0.5}>>, tensor<2x!quant.uniform<i32:f32:0, {0.5, 0.5}>>) -> tensor<1x2x!low> loc("staged"("staged_out"))
  return %0 : tensor<1x2x!low>
}

// A transposed convolution takes the zero point out of each product: the bias keeps its own (A16).
// CHECK-LABEL: func.func @transposed
func.func @transposed(%x: tensor<1x2x2x!low>) -> tensor<1x1x2x!low> {
  %w = qnn.constant dense<3> : tensor<1x2x1xi8> as tensor<1x2x1x!quant.uniform<i8<-127:127>:f32:0, {0.5}>>
  %b = qnn.constant dense<10> : tensor<1xi32> as tensor<1x!quant.uniform<i32:f32:0, {0.5}>>
  // CHECK: qnn.conv_transpose {{.*}}stages = <shifts = [0, 1, 0], bias = [-123]>
  %0 = qnn.conv_transpose %x, %w, %b : (tensor<1x2x2x!low>, tensor<1x2x1x!quant.uniform<i8<-127:127>:f32:0, {0.5}>>, tensor<1x!quant.uniform<i32:f32:0, {0.5}>>) -> tensor<1x1x2x!low>
  return %0 : tensor<1x1x2x!low>
}

// An accumulator of up to 254 * 127 * 127 must be brought to 16 bits: q0 = 7. What is beyond the result's ends need not be.
// CHECK-LABEL: func.func @wide
func.func @wide(%x: tensor<1x254x!x>) -> tensor<1x1x!x> {
  %w = qnn.constant dense<127> : tensor<1x254xi8> as tensor<1x254x!quant.uniform<i8<-127:127>:f32:0, {3.0e-5}>>
  // CHECK: stages = <shifts = [7,
  %0 = qnn.linear %x, %w : (tensor<1x254x!x>, tensor<1x254x!quant.uniform<i8<-127:127>:f32:0, {3.0e-5}>>) -> tensor<1x1x!x>
  return %0 : tensor<1x1x!x>
}

// Means by their number of elements: a multiplier each, one bias.
// CHECK-LABEL: func.func @average
func.func @average(%x: tensor<1x1x4x!x>) -> tensor<1x1x4x!x> {
  // CHECK: qnn.average_pool {{.*}}#npu.requant<multipliers = [{{[0-9]+}}, {{[0-9]+}}, {{[0-9]+}}], stages = <shifts = [{{[0-9, ]+}}], bias = [0]>, zero_point = 0
  %0 = qnn.average_pool %x {kernel = array<i64: 3>, pads = array<i64: 1, 1>} : (tensor<1x1x4x!x>) -> tensor<1x1x4x!x>
  return %0 : tensor<1x1x4x!x>
}

// A sum is scaled as on any other target (A20).
// CHECK-LABEL: func.func @sum
func.func @sum(%x: tensor<1x2x!x>, %z: tensor<1x2x!low>) -> tensor<1x2x!low> {
  // CHECK: npu.requant = #npu.requant<multipliers = [16384, 16384], shifts = [14, 14], zero_point = -128, clamp = [-128, 127], rounding = half_away>
  %0 = qnn.add %x, %z : (tensor<1x2x!x>, tensor<1x2x!low>) -> tensor<1x2x!low>
  return %0 : tensor<1x2x!low>
}

// CHECK-LABEL: func.func @vanishing
func.func @vanishing(%x: tensor<1x2x!x>) -> tensor<1x2x!x> {
  %w = qnn.constant dense<1> : tensor<2x2xi8> as tensor<2x2x!quant.uniform<i8<-127:127>:f32:0, {1.0, 1.0e-11}>>
  // CHECK: multipliers = [{{[0-9]+}}, 0]
  // REMARK: ChannelVanishes | Category:tare-compute-requantization | Channel=1, Layer=small, Reason="its effective scale 1.0000e-11 rounds to 0 beside the largest: every output is its bias"
  %0 = qnn.linear %x, %w : (tensor<1x2x!x>, tensor<2x2x!quant.uniform<i8<-127:127>:f32:0, {1.0, 1.0e-11}>>) -> tensor<1x2x!x> loc("small"("small_out"))
  return %0 : tensor<1x2x!x>
}

// An M that is too large is clamped where every output saturates anyway, and the stages hold what it was clamped to.
// CHECK-LABEL: func.func @clamped
func.func @clamped(%x: tensor<1x2x!quant.uniform<i8:f32, 0.5>>) -> tensor<1x2x!quant.uniform<i8:f32, 1.25e-5:-128>> {
  // CHECK: multipliers = [32767], stages = <shifts = [0, 0, 0], bias = [-128]>
  %0 = qnn.requantize %x : (tensor<1x2x!quant.uniform<i8:f32, 0.5>>) -> tensor<1x2x!quant.uniform<i8:f32, 1.25e-5:-128>>
  return %0 : tensor<1x2x!quant.uniform<i8:f32, 1.25e-5:-128>>
}
