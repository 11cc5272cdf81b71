// RUN: tare-opt %s --tare-fuse-quantized --split-input-file --verify-diagnostics --mlir-print-local-scope --mlir-print-debuginfo | FileCheck %s
// RUN: tare-opt %s --tare-fuse-quantized --split-input-file --verify-diagnostics | FileCheck %s --check-prefix=DATA

!x = !quant.uniform<i8:f32, 0.5:3>
!y = !quant.uniform<i8:f32, 2.0:-128>
!w = !quant.uniform<i8<-127:127>:f32:0, {0.25, 0.5}>
!b = !quant.uniform<i32:f32:0, {0.125, 0.25}>
!tail = !quant.uniform<i32:f32:1, {0.125, 0.25}>

// Weights and bias become integers, rounded half to even; two readers of one dequantization are fine.
// CHECK-LABEL: func.func @conv
func.func @conv(%x: tensor<1x1x2x2xf32>) -> (tensor<1x2x2x2xf32>, tensor<1x2x2x2xf32>) {
  // CHECK: %[[X:.*]] = quant.qcast %arg0
  %xq = quant.qcast %x : tensor<1x1x2x2xf32> to tensor<1x1x2x2x!x>
  %xd = quant.dcast %xq : tensor<1x1x2x2x!x> to tensor<1x1x2x2xf32>
  %w = qnn.constant dense<[[[[0.625]]], [[[0.75]]]]> : tensor<2x1x1x1xf32> as tensor<2x1x1x1xf32> loc("weight")
  %wq = quant.qcast %w : tensor<2x1x1x1xf32> to tensor<2x1x1x1x!w>
  %wd = quant.dcast %wq : tensor<2x1x1x1x!w> to tensor<2x1x1x1xf32>
  %b = qnn.constant dense<[1.0, -1.0]> : tensor<2xf32> as tensor<2xf32> loc("bias")
  %bq = quant.qcast %b : tensor<2xf32> to tensor<2x!b>
  %bd = quant.dcast %bq : tensor<2x!b> to tensor<2xf32>
  // CHECK: %[[W:.*]] = qnn.constant {{.*}} : tensor<2x1x1x1xi8> as tensor<2x1x1x1x!quant.uniform<i8<-127:127>:f32:0, {2.500000e-01,5.000000e-01}>>
  // CHECK: %[[B:.*]] = qnn.constant {{.*}} : tensor<2xi32> as tensor<2x!quant.uniform<i32:f32:0, {1.250000e-01,2.500000e-01}>>
  // CHECK: %[[Y:.*]] = qnn.conv %[[X]], %[[W]], %[[B]] {clamp = #qnn.clamp<0.000000e+00, inf>} : {{.*}} -> tensor<1x2x2x2x!quant.uniform<i8:f32, 2.000000e+00:-128>> loc("conv1"("relu1_out"))
  %0 = qnn.conv %xd, %wd, %bd {clamp = #qnn.clamp<0.0, inf>} : (tensor<1x1x2x2xf32>, tensor<2x1x1x1xf32>, tensor<2xf32>) -> tensor<1x2x2x2xf32> loc("conv1"("relu1_out"))
  %yq = quant.qcast %0 : tensor<1x2x2x2xf32> to tensor<1x2x2x2x!y>
  %yd = quant.dcast %yq : tensor<1x2x2x2x!y> to tensor<1x2x2x2xf32>
  // CHECK: %[[T:.*]] = qnn.conv %[[X]], %[[W]] : {{.*}} -> tensor<1x2x2x2x!quant.uniform<i32:f32:1, {1.250000e-01,2.500000e-01}>>
  %1 = qnn.conv %xd, %wd : (tensor<1x1x2x2xf32>, tensor<2x1x1x1xf32>) -> tensor<1x2x2x2xf32> loc("conv2")
  %tq = quant.qcast %1 : tensor<1x2x2x2xf32> to tensor<1x2x2x2x!tail>
  %td = quant.dcast %tq : tensor<1x2x2x2x!tail> to tensor<1x2x2x2xf32>
  // CHECK: quant.dcast %[[T]]
  return %yd, %td : tensor<1x2x2x2xf32>, tensor<1x2x2x2xf32>
}

// 2.5 and 1.5 round to 2; 8 and -4.
// DATA-DAG: weight: "0x080000000202"
// DATA-DAG: bias: "0x0800000008000000FCFFFFFF"

// -----

!a = !quant.uniform<i8:f32, 0.5:3>
!b = !quant.uniform<i8:f32, 0.25>

// A same-grid op has its operand's grid: what the model wants else is reached by requantizing, and so are a concatenation's operands.
// CHECK-LABEL: func.func @grids
func.func @grids(%x: tensor<1x2xf32>, %y: tensor<1x2xf32>) -> (tensor<2x1xf32>, tensor<1x4xf32>) {
  // CHECK: %[[X:.*]] = quant.qcast %arg0
  // CHECK: %[[Y:.*]] = quant.qcast %arg1
  %xq = quant.qcast %x : tensor<1x2xf32> to tensor<1x2x!a>
  %xd = quant.dcast %xq : tensor<1x2x!a> to tensor<1x2xf32>
  %yq = quant.qcast %y : tensor<1x2xf32> to tensor<1x2x!b>
  %yd = quant.dcast %yq : tensor<1x2x!b> to tensor<1x2xf32>
  // CHECK: %[[T:.*]] = qnn.transpose %[[X]] {{.*}} -> tensor<2x1x!quant.uniform<i8:f32, 5.000000e-01:3>>
  // CHECK: %[[TR:.*]] = qnn.requantize %[[T]] : {{.*}} -> tensor<2x1x!quant.uniform<i8:f32, 2.500000e-01>>
  // CHECK: %[[TD:.*]] = quant.dcast %[[TR]]
  %t = qnn.transpose %xd {permutation = array<i64: 1, 0>} : (tensor<1x2xf32>) -> tensor<2x1xf32> loc("transpose")
  %tq = quant.qcast %t : tensor<2x1xf32> to tensor<2x1x!b>
  %td = quant.dcast %tq : tensor<2x1x!b> to tensor<2x1xf32>
  // CHECK: %[[XR:.*]] = qnn.requantize %[[X]] : {{.*}} loc("concat_operand0_requantize"
  // CHECK: %[[C:.*]] = qnn.concat %[[XR]], %[[Y]]
  // CHECK: %[[CD:.*]] = quant.dcast %[[C]]
  // CHECK: return %[[TD]], %[[CD]]
  %c = qnn.concat %xd, %yd {axis = 1 : i64} : (tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x4xf32> loc("concat")
  %cq = quant.qcast %c : tensor<1x4xf32> to tensor<1x4x!b>
  %cd = quant.dcast %cq : tensor<1x4x!b> to tensor<1x4xf32>
  return %td, %cd : tensor<2x1xf32>, tensor<1x4xf32>
}

// -----

!a = !quant.uniform<i8:f32, 0.5:3>
!b = !quant.uniform<i8:f32, 0.25>

// Casts in a row: the same grid is no step at all.
// CHECK-LABEL: func.func @casts
func.func @casts(%x: tensor<1x2xf32>) -> tensor<1x2xf32> {
  // CHECK: %[[X:.*]] = quant.qcast %arg0
  // CHECK-NEXT: %[[R:.*]] = qnn.requantize %[[X]]
  // CHECK-NEXT: %[[D:.*]] = quant.dcast %[[R]]
  // CHECK-NEXT: return %[[D]]
  %0 = quant.qcast %x : tensor<1x2xf32> to tensor<1x2x!a>
  %1 = quant.dcast %0 : tensor<1x2x!a> to tensor<1x2xf32>
  %2 = quant.qcast %1 : tensor<1x2xf32> to tensor<1x2x!a>
  %3 = quant.dcast %2 : tensor<1x2x!a> to tensor<1x2xf32>
  %4 = quant.qcast %3 : tensor<1x2xf32> to tensor<1x2x!b>
  %5 = quant.dcast %4 : tensor<1x2x!b> to tensor<1x2xf32>
  return %5 : tensor<1x2xf32>
}

// -----

!a = !quant.uniform<i8:f32, 0.5:3>
!w = !quant.uniform<i8:f32, 0.25>
!b = !quant.uniform<i32:f32, 0.1250000001>

// A quantized model's scale for all weights is repeated per channel; its bias's scale is the product up to rounding, and its
// integers are kept.
// CHECK-LABEL: func.func @one_scale
func.func @one_scale(%x: tensor<1x2xf32>) -> tensor<1x2xf32> {
  %xq = quant.qcast %x : tensor<1x2xf32> to tensor<1x2x!a>
  %xd = quant.dcast %xq : tensor<1x2x!a> to tensor<1x2xf32>
  %w = qnn.constant dense<1> : tensor<2x2xi8> as tensor<2x2x!w>
  %wd = quant.dcast %w : tensor<2x2x!w> to tensor<2x2xf32>
  %b = qnn.constant dense<7> : tensor<2xi32> as tensor<2x!b>
  %bd = quant.dcast %b : tensor<2x!b> to tensor<2xf32>
  // CHECK: qnn.constant dense<1> : tensor<2x2xi8> as tensor<2x2x!quant.uniform<i8:f32:0, {2.500000e-01,2.500000e-01}>>
  // CHECK: qnn.constant dense<7> : tensor<2xi32> as tensor<2x!quant.uniform<i32:f32:0, {1.250000e-01,1.250000e-01}>>
  %0 = qnn.linear %xd, %wd, %bd : (tensor<1x2xf32>, tensor<2x2xf32>, tensor<2xf32>) -> tensor<1x2xf32> loc("fc")
  %yq = quant.qcast %0 : tensor<1x2xf32> to tensor<1x2x!a>
  %yd = quant.dcast %yq : tensor<1x2x!a> to tensor<1x2xf32>
  return %yd : tensor<1x2xf32>
}

// -----

!a = !quant.uniform<i8:f32, 0.5:3>
!w = !quant.uniform<i8:f32, 0.25>
!scale = !quant.uniform<i32:f32:0, {0.125, 0.25}>
!zero = !quant.uniform<i32:f32:0, {0.125, 0.125:4}>
!slightly = !quant.uniform<i32:f32:0, {0.125, 0.12500125}>
!float = !quant.uniform<i32:f32:0, {0.125, 0.12500001}>

// (A6) Whether a bias's integers are kept is a question to each channel: here all but the second are on the accumulator's grid.
// CHECK-LABEL: func.func @bias_per_channel
func.func @bias_per_channel(%x: tensor<1x2xf32>) -> (tensor<1x2xf32>, tensor<1x2xf32>, tensor<1x2xf32>, tensor<1x2xf32>) {
  %xq = quant.qcast %x : tensor<1x2xf32> to tensor<1x2x!a>
  %xd = quant.dcast %xq : tensor<1x2x!a> to tensor<1x2xf32>
  %w = qnn.constant dense<1> : tensor<2x2xi8> as tensor<2x2x!w>
  %wd = quant.dcast %w : tensor<2x2x!w> to tensor<2x2xf32>
  %b0 = qnn.constant dense<[7, 10]> : tensor<2xi32> as tensor<2x!scale>
  %b0d = quant.dcast %b0 : tensor<2x!scale> to tensor<2xf32>
  %0 = qnn.linear %xd, %wd, %b0d : (tensor<1x2xf32>, tensor<2x2xf32>, tensor<2xf32>) -> tensor<1x2xf32> loc("scale")
  %r0q = quant.qcast %0 : tensor<1x2xf32> to tensor<1x2x!a>
  %r0d = quant.dcast %r0q : tensor<1x2x!a> to tensor<1x2xf32>
  %b1 = qnn.constant dense<[7, 10]> : tensor<2xi32> as tensor<2x!zero>
  %b1d = quant.dcast %b1 : tensor<2x!zero> to tensor<2xf32>
  %1 = qnn.linear %xd, %wd, %b1d : (tensor<1x2xf32>, tensor<2x2xf32>, tensor<2xf32>) -> tensor<1x2xf32> loc("zero")
  %r1q = quant.qcast %1 : tensor<1x2xf32> to tensor<1x2x!a>
  %r1d = quant.dcast %r1q : tensor<1x2x!a> to tensor<1x2xf32>
  %b2 = qnn.constant dense<[7, 1000000]> : tensor<2xi32> as tensor<2x!slightly>
  %b2d = quant.dcast %b2 : tensor<2x!slightly> to tensor<2xf32>
  %2 = qnn.linear %xd, %wd, %b2d : (tensor<1x2xf32>, tensor<2x2xf32>, tensor<2xf32>) -> tensor<1x2xf32> loc("slightly")
  %r2q = quant.qcast %2 : tensor<1x2xf32> to tensor<1x2x!a>
  %r2d = quant.dcast %r2q : tensor<1x2x!a> to tensor<1x2xf32>
  // A float32's rounding apart: kept as they are.
  // CHECK: qnn.constant dense<[7, 100000000]> : tensor<2xi32> as tensor<2x!quant.uniform<i32:f32:0, {1.250000e-01,1.250000e-01}>>
  %b3 = qnn.constant dense<[7, 100000000]> : tensor<2xi32> as tensor<2x!float>
  %b3d = quant.dcast %b3 : tensor<2x!float> to tensor<2xf32>
  %3 = qnn.linear %xd, %wd, %b3d : (tensor<1x2xf32>, tensor<2x2xf32>, tensor<2xf32>) -> tensor<1x2xf32> loc("float")
  %r3q = quant.qcast %3 : tensor<1x2xf32> to tensor<1x2x!a>
  %r3d = quant.dcast %r3q : tensor<1x2x!a> to tensor<1x2xf32>
  return %r0d, %r1d, %r2d, %r3d : tensor<1x2xf32>, tensor<1x2xf32>, tensor<1x2xf32>, tensor<1x2xf32>
}

// 7, 10 * 0.25 / 0.125; 7, 10 - 4; 7, 1000000 * 1.00001
// DATA: scale_bias{{.*}}: "0x080000000700000014000000"
// DATA: zero_bias{{.*}}: "0x080000000700000006000000"
// DATA: slightly_bias{{.*}}: "0x08000000070000004A420F00"

// -----

!a = !quant.uniform<i8:f32, 0.5>

// Rearrangements at both ends stay in float.
// CHECK-LABEL: func.func @ends
func.func @ends(%x: tensor<1x2xf32>) -> tensor<2xf32> {
  // CHECK: qnn.transpose %arg0 {{.*}} -> tensor<2x1xf32>
  // CHECK: quant.qcast
  // CHECK: qnn.relu
  // CHECK: quant.dcast
  // CHECK: qnn.reshape {{.*}} -> tensor<2xf32>
  %t = qnn.transpose %x {permutation = array<i64: 1, 0>} : (tensor<1x2xf32>) -> tensor<2x1xf32> loc("transpose")
  %0 = quant.qcast %t : tensor<2x1xf32> to tensor<2x1x!a>
  %1 = quant.dcast %0 : tensor<2x1x!a> to tensor<2x1xf32>
  %2 = qnn.relu %1 : (tensor<2x1xf32>) -> tensor<2x1xf32> loc("relu")
  %3 = quant.qcast %2 : tensor<2x1xf32> to tensor<2x1x!a>
  %4 = quant.dcast %3 : tensor<2x1x!a> to tensor<2x1xf32>
  %5 = qnn.reshape %4 {shape = array<i64: 2>} : (tensor<2x1xf32>) -> tensor<2xf32> loc("reshape")
  return %5 : tensor<2xf32>
}

// -----

!x = !quant.uniform<i8:f32, 1.0e-5>
!y = !quant.uniform<i8:f32, 1.0>
!w = !quant.uniform<i8<-127:127>:f32:0, {1.0e-4}>

// 3.0 is 3e9 steps: noted for tare-compute-requantization, which tells of all that does not fit in one run.
// CHECK-LABEL: func.func @misfit
func.func @misfit(%x: tensor<1x1xf32>) -> tensor<1x1xf32> {
  %xq = quant.qcast %x : tensor<1x1xf32> to tensor<1x1x!x>
  %xd = quant.dcast %xq : tensor<1x1x!x> to tensor<1x1xf32>
  %w = qnn.constant dense<0.01> : tensor<1x1xf32> as tensor<1x1xf32>
  %wq = quant.qcast %w : tensor<1x1xf32> to tensor<1x1x!w>
  %wd = quant.dcast %wq : tensor<1x1x!w> to tensor<1x1xf32>
  %b = qnn.constant dense<3.0> : tensor<1xf32> as tensor<1xf32>
  // CHECK: qnn.linear {{.*}} {qnn.bias_misfit = "the bias of channel 0, 3.000000e+00, does not fit 32 bits on the accumulator's grid of scale
  %0 = qnn.linear %xd, %wd, %b : (tensor<1x1xf32>, tensor<1x1xf32>, tensor<1xf32>) -> tensor<1x1xf32> loc("fc")
  %yq = quant.qcast %0 : tensor<1x1xf32> to tensor<1x1x!y>
  %yd = quant.dcast %yq : tensor<1x1x!y> to tensor<1x1xf32>
  return %yd : tensor<1x1xf32>
}

// -----

!near = !quant.uniform<i8:f32, 0.25>
!far = !quant.uniform<i8:f32, 1.0:-20>

// 100 is no number of the operand's grid: the operand goes to the result's before it is padded.
// CHECK-LABEL: func.func @border
// CHECK: %[[X:.*]] = quant.qcast %arg0
// CHECK: %[[R:.*]] = qnn.requantize %[[X]] {{.*}} -> tensor<1x4x!quant.uniform<i8:f32, 1.000000e+00:-20>>
// CHECK: qnn.pad %[[R]] {{.*}}value = 1.000000e+02 : f64{{.*}} -> tensor<1x5x!quant.uniform<i8:f32, 1.000000e+00:-20>>
func.func @border(%x: tensor<1x4xf32>) -> tensor<1x5xf32> {
  %0 = quant.qcast %x : tensor<1x4xf32> to tensor<1x4x!near>
  %1 = quant.dcast %0 : tensor<1x4x!near> to tensor<1x4xf32>
  %2 = qnn.pad %1 {low = array<i64: 0, 1>, high = array<i64: 0, 0>, value = 100.0 : f64} : (tensor<1x4xf32>) -> tensor<1x5xf32>
  %3 = quant.qcast %2 : tensor<1x5xf32> to tensor<1x5x!far>
  %4 = quant.dcast %3 : tensor<1x5x!far> to tensor<1x5xf32>
  return %4 : tensor<1x5xf32>
}

// -----

!a = !quant.uniform<i8:f32, 0.5:3>
!b = !quant.uniform<i8:f32, 0.25>

// What interpolates is rounded once, on the grid that is wanted of it.
// CHECK-LABEL: func.func @linear
func.func @linear(%x: tensor<1x1x2x2xf32>) -> tensor<1x1x4x4xf32> {
  %xq = quant.qcast %x : tensor<1x1x2x2xf32> to tensor<1x1x2x2x!a>
  %xd = quant.dcast %xq : tensor<1x1x2x2x!a> to tensor<1x1x2x2xf32>
  // CHECK: qnn.resize {{.*}} : (tensor<1x1x2x2x!quant.uniform<i8:f32, 5.000000e-01:3>>) -> tensor<1x1x4x4x!quant.uniform<i8:f32, 2.500000e-01>>
  // CHECK-NOT: qnn.requantize
  %0 = qnn.resize %xd {mode = #qnn.resize_mode<linear>, coordinates = #qnn.coordinate_mode<half_pixel>, scales = array<f64: 2.0, 2.0>, sizes = array<i64: 4, 4>}
    : (tensor<1x1x2x2xf32>) -> tensor<1x1x4x4xf32>
  %yq = quant.qcast %0 : tensor<1x1x4x4xf32> to tensor<1x1x4x4x!b>
  %yd = quant.dcast %yq : tensor<1x1x4x4x!b> to tensor<1x1x4x4xf32>
  return %yd : tensor<1x1x4x4xf32>
}
