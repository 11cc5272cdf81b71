// RUN: tare-opt %s --tare-set-target --tare-compute-requantization --tare-lower-to-npu --mlir-print-local-scope | FileCheck %s

!x = !quant.uniform<i8:f32, 0.5:3>
!y = !quant.uniform<i8:f32, 0.25:-128>
!w = !quant.uniform<i8<-127:127>:f32:0, {0.5, 0.25}>

// Weights move to [O, kernel.., I]; the bias takes in -Zx * sum(w) = -3 * [1 + 2, 3 + 4].
// CHECK-LABEL: func.func @conv
// CHECK-SAME: (%[[X:.*]]: tensor<1x2x4x4xi8> {npu.grid = !quant.uniform<i8:f32, 5.000000e-01:3>}) -> tensor<1x2x4x4xi8>
func.func @conv(%x: tensor<1x2x4x4x!x>) -> tensor<1x2x4x4x!y> {
  %w = qnn.constant dense<[[[[1]], [[2]]], [[[3]], [[4]]]]> : tensor<2x2x1x1xi8> as tensor<2x2x1x1x!w>
  // CHECK-DAG: %[[NHWC:.*]] = npu.transpose %[[X]] permutation = [0, 2, 3, 1]
  // CHECK: %[[CONV:.*]] = npu.conv %[[NHWC]], %{{.*}}, %{{.*}} strides = [1, 1] pads = [0, 0, 0, 0] dilations = [1, 1] input_zero_point = 3 requant = <multipliers = [16384, 16384], shifts = [14, 15], zero_point = -128, clamp = [-128, 127]>{{.*}} : (tensor<1x4x4x2xi8>, tensor<2x1x1x2xi8>, tensor<2xi32>) -> tensor<1x4x4x2xi8>
  // CHECK: %[[NCHW:.*]] = npu.transpose %[[CONV]] permutation = [0, 3, 1, 2]
  // CHECK: return %[[NCHW]]
  %0 = qnn.conv %x, %w : (tensor<1x2x4x4x!x>, tensor<2x2x1x1x!w>) -> tensor<1x2x4x4x!y> loc("conv"("conv_out"))
  return %0 : tensor<1x2x4x4x!y>
}

// A tail keeps its accumulator.
// CHECK-LABEL: func.func @tail
func.func @tail(%x: tensor<1x2x!x>) -> tensor<1x2xf32> {
  %w = qnn.constant dense<1> : tensor<2x2xi8> as tensor<2x2x!w>
  // CHECK: %[[Y:.*]] = npu.linear %{{.*}}, %{{.*}}, %{{.*}}{{.*}} : (tensor<1x2xi8>, tensor<2x2xi8>, tensor<2xi32>) -> tensor<1x2xi32>
  %0 = qnn.linear %x, %w : (tensor<1x2x!x>, tensor<2x2x!w>) -> tensor<1x2x!quant.uniform<i32:f32:1, {0.25, 0.125}>>
  // CHECK: npu.dequantize %[[Y]] scales = [2.500000e-01, 1.250000e-01] axis = 1 zero_point = 0
  %1 = quant.dcast %0 : tensor<1x2x!quant.uniform<i32:f32:1, {0.25, 0.125}>> to tensor<1x2xf32>
  return %1 : tensor<1x2xf32>
}

// CHECK-LABEL: func.func @widths
func.func @widths(%x: tensor<1x2x!x>) -> tensor<1x2x!x> {
  // CHECK: npu.rescale %{{.*}} input_zero_point = 3 requant = <multipliers = [16384], shifts = [7], zero_point = 0, clamp = [-32767, 32767]> output = i16
  %0 = qnn.requantize %x : (tensor<1x2x!x>) -> tensor<1x2x!quant.uniform<i16<-32767:32767>:f32, 0.00390625>>
  // CHECK: npu.rescale %{{.*}} requant = <multipliers = [16384], shifts = [21], zero_point = 3, clamp = [-128, 127]> output = i8
  %1 = qnn.requantize %0 : (tensor<1x2x!quant.uniform<i16<-32767:32767>:f32, 0.00390625>>) -> tensor<1x2x!x>
  return %1 : tensor<1x2x!x>
}

// CHECK-LABEL: func.func @functions
func.func @functions(%x: tensor<1x2x4x!x>) -> (tensor<1x2x4x!y>, tensor<1x2x4x!y>, tensor<1x2x4x!y>) {
  // A limit is a rescale; anything else a table.
  // CHECK: npu.rescale %{{.*}} input_zero_point = 3 requant = <multipliers = [16384], shifts = [13], zero_point = -128, clamp = [-128, 127]>
  %0 = qnn.relu %x : (tensor<1x2x4x!x>) -> tensor<1x2x4x!y>
  // CHECK: npu.lookup %{{.*}}, %{{.*}} function = <tanh, parameters = [], clamp = [-128, 127]>{{.*}} : (tensor<1x2x4xi8>, tensor<256xi8>) -> tensor<1x2x4xi8>
  %1 = qnn.tanh %x : (tensor<1x2x4x!x>) -> tensor<1x2x4x!y>
  // One table per channel is read along the last axis.
  // CHECK: npu.lookup %{{.*}}, %{{.*}} function = <leaky_relu, parameters = [5.000000e-01, 2.500000e-01], clamp = [-128, 127]>{{.*}} : (tensor<1x4x2xi8>, tensor<2x256xi8>) -> tensor<1x4x2xi8>
  %2 = qnn.prelu %x {slope = array<f64: 0.5, 0.25>} : (tensor<1x2x4x!x>) -> tensor<1x2x4x!y>
  return %0, %1, %2 : tensor<1x2x4x!y>, tensor<1x2x4x!y>, tensor<1x2x4x!y>
}

// CHECK-LABEL: func.func @border
func.func @border(%x: tensor<1x4xf32>) -> tensor<1x4xf32> {
  // CHECK: npu.quantize %arg0 scale = 5.000000e-01 zero_point = 3 output = i8
  %0 = quant.qcast %x : tensor<1x4xf32> to tensor<1x4x!x>
  // CHECK: npu.pad %{{.*}} low = [0, 1] high = [0, 0] mode = constant value = 5
  %1 = qnn.pad %0 {low = array<i64: 0, 1>, high = array<i64: 0, 0>, value = 1.0 : f64} : (tensor<1x4x!x>) -> tensor<1x5x!x>
  // CHECK: npu.slice
  %2 = qnn.slice %1 {starts = array<i64: 0, 1>, steps = array<i64: 1, 1>, sizes = array<i64: 1, 4>} : (tensor<1x5x!x>) -> tensor<1x4x!x>
  // CHECK: npu.dequantize %{{.*}} scales = [5.000000e-01] axis = 0 zero_point = 3
  %3 = quant.dcast %2 : tensor<1x4x!x> to tensor<1x4xf32>
  return %3 : tensor<1x4xf32>
}

// Indices stay the integers that they are.
// CHECK-LABEL: func.func @gather
func.func @gather(%table: tensor<9x4x!quant.uniform<i8:f32, 0.5:3>>, %ids: tensor<1x5xi64>) -> tensor<1x5x4x!quant.uniform<i8:f32, 0.5:3>> {
  // CHECK: npu.gather %{{.*}}[%{{.*}}] axis = 0 {npu.grid = !quant.uniform<i8:f32, 5.000000e-01:3>} : (tensor<9x4xi8>, tensor<1x5xi64>) -> tensor<1x5x4xi8>
  %0 = qnn.gather %table[%ids] {axis = 0 : i64} : (tensor<9x4x!quant.uniform<i8:f32, 0.5:3>>, tensor<1x5xi64>) -> tensor<1x5x4x!quant.uniform<i8:f32, 0.5:3>>
  return %0 : tensor<1x5x4x!quant.uniform<i8:f32, 0.5:3>>
}

// A symmetric grid has no -128.
// CHECK-LABEL: func.func @symmetric_border
func.func @symmetric_border(%x: tensor<1x4xf32>) -> tensor<1x4xf32> {
  // CHECK: npu.quantize %arg0 scale = 5.000000e-01 zero_point = 0 output = i8 narrow
  %0 = quant.qcast %x : tensor<1x4xf32> to tensor<1x4x!quant.uniform<i8<-127:127>:f32, 0.5>>
  %1 = quant.dcast %0 : tensor<1x4x!quant.uniform<i8<-127:127>:f32, 0.5>> to tensor<1x4xf32>
  return %1 : tensor<1x4xf32>
}

// Ceil mode is padding at the end, which is never counted.
// CHECK-LABEL: func.func @ceil
func.func @ceil(%x: tensor<1x2x5x5x!x>) -> tensor<1x2x3x3x!x> {
  // CHECK: npu.max_pool %{{.*}} kernel = [2, 2] strides = [2, 2] pads = [0, 0, 1, 1]
  %0 = qnn.max_pool %x {kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>, ceil_mode} : (tensor<1x2x5x5x!x>) -> tensor<1x2x3x3x!x>
  return %0 : tensor<1x2x3x3x!x>
}

!meant = !quant.uniform<i8:f32, 0.5>
!anew = !quant.uniform<i8:f32, 0.25:3>

// Integers that are read in two ways: the second reshape has a grid of its own. An input's is with the argument.
// CHECK-LABEL: func.func @reinterpreted
// CHECK-SAME: (%[[X:.*]]: tensor<1x4xi8> {npu.grid = !quant.uniform<i8:f32, 5.000000e-01>})
// CHECK: npu.reshape %[[X]] shape = [1, 4] {npu.grid = !quant.uniform<i8:f32, 2.500000e-01:3>}
func.func @reinterpreted(%x: tensor<1x4x!meant>) -> tensor<1x4x!anew> {
  %0 = qnn.reinterpret %x : (tensor<1x4x!meant>) -> tensor<1x4x!anew>
  return %0 : tensor<1x4x!anew>
}
// Copies of an op share its names, and have a grid each.
// CHECK-LABEL: func.func @copies
// CHECK: npu.rescale {{.*}}npu.grid = !quant.uniform<i8:f32, 2.500000e-01:3>
// CHECK: npu.rescale {{.*}}npu.grid = !quant.uniform<i8:f32, 5.000000e-01>
func.func @copies(%x: tensor<1x4x!x>) -> (tensor<1x4x!anew>, tensor<1x4x!meant>) {
  %0 = qnn.requantize %x : (tensor<1x4x!x>) -> tensor<1x4x!anew> loc("copy"("value"))
  %1 = qnn.requantize %x : (tensor<1x4x!x>) -> tensor<1x4x!meant> loc("copy"("value"))
  return %0, %1 : tensor<1x4x!anew>, tensor<1x4x!meant>
}

// Of what one op becomes, the grid of its result belongs to what computes that, and nothing else has it: the padding is
// on the input's grid, the transposes say none of their own.
// CHECK-LABEL: func.func @several_ops
// CHECK: npu.transpose {{.*}} permutation = [0, 2, 3, 1] :
// CHECK: npu.pad {{.*}}npu.grid = !quant.uniform<i8:f32, 5.000000e-01:3>
// CHECK: npu.average_pool {{.*}}npu.grid = !quant.uniform<i8:f32, 2.500000e-01:-128>
// CHECK: npu.transpose {{.*}} permutation = [0, 3, 1, 2] :
func.func @several_ops(%x: tensor<1x2x5x5x!x>) -> tensor<1x2x3x3x!y> {
  %0 = qnn.average_pool %x {kernel = array<i64: 3, 3>, strides = array<i64: 2, 2>, pads = array<i64: 1, 1, 0, 0>, ceil_mode, count_include_pad} : (tensor<1x2x5x5x!x>) -> tensor<1x2x3x3x!y> loc("pool"("value"))
  return %0 : tensor<1x2x3x3x!y>
}

// A table by channel is made beside the op that reads it.
// CHECK-LABEL: func.func @table_by_channel
// CHECK: npu.constant {{.*}} : tensor<2x256xi8>{{( loc.*)?$}}
// CHECK: npu.transpose {{.*}} permutation = [0, 2, 1] :
// CHECK: npu.lookup {{.*}}npu.grid = !quant.uniform<i8:f32, 2.500000e-01:-128>
// CHECK: npu.transpose {{.*}} permutation = [0, 2, 1] :
func.func @table_by_channel(%x: tensor<1x2x4x!x>) -> tensor<1x2x4x!y> {
  %0 = qnn.prelu %x {slope = array<f64: 0.5, 0.25>} : (tensor<1x2x4x!x>) -> tensor<1x2x4x!y> loc("prelu"("value"))
  return %0 : tensor<1x2x4x!y>
}

// A constant whose axes are permuted says there, too, what its integers mean.
// CHECK-LABEL: func.func @moved_constant
func.func @moved_constant(%x: tensor<1x2x!x>) -> tensor<1x2x1x3x!y> {
  // CHECK-NOT: npu.transpose
  // CHECK: %[[MOVED:.*]] = npu.constant {{.*}} : tensor<1x2x1x3xi8> {npu.grid = !quant.uniform<i8:f32, 5.000000e-01:3>}
  // CHECK: npu.softmax %[[MOVED]], %{{.*}} axis = 1
  %c = qnn.constant dense<[[[[1, 2]], [[3, 4]], [[5, 6]]]]> : tensor<1x3x1x2xi8> as tensor<1x3x1x2x!x>
  %0 = qnn.transpose %c {permutation = array<i64: 0, 3, 2, 1>} : (tensor<1x3x1x2x!x>) -> tensor<1x2x1x3x!x>
  %1 = qnn.softmax %0 {axis = 1 : i64} : (tensor<1x2x1x3x!x>) -> tensor<1x2x1x3x!y> loc("softmax"("y"))
  return %1 : tensor<1x2x1x3x!y>
}

// (A73), (A74) gamma in steps of 2^-10, which is the least power of two by which 1.5 is below 2^11; beta in 2^-13 of them. epsilon is 2^20 * 16 * 0.125 / 0.25.
// CHECK-LABEL: func.func @normalize
// CHECK-DAG: %[[GAMMA:.*]] = npu.constant dense_resource<{{.*}}> : tensor<4xi16> {npu.grid = !quant.uniform<i16:f32, 9.765625E-4>}
// CHECK-DAG: %[[BETA:.*]] = npu.constant dense_resource<{{.*}}> : tensor<4xi32> {npu.grid = !quant.uniform<i32:f32, {{.*}}>}
// CHECK: npu.normalize %{{.*}}, %[[GAMMA]], %[[BETA]] axes = [1] axis = 1 offset = 8388608 input_zero_point = 3 requant = <multipliers = [1024], shifts = [31], zero_point = -128, clamp = [-128, 127]>
func.func @normalize(%x: tensor<1x4x!x>) -> tensor<1x4x!y> {
  %0 = qnn.normalize %x {axes = array<i64: 1>, axis = 1 : i64, epsilon = 0.125 : f64, gamma = array<f64: 1.5, 1.0, 0.5, -1.0>, beta = array<f64: 0.0, 1.0, 2.0, 0.5>} : (tensor<1x4x!x>) -> tensor<1x4x!y> loc("norm"("y"))
  return %0 : tensor<1x4x!y>
}
