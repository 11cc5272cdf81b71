// RUN: tare-opt %s --tare-set-target --tare-normalize-grids --split-input-file --verify-diagnostics --remarks-filter="tare-normalize-grids" --remark-format=emitRemark --mlir-print-local-scope | FileCheck %s
// RUN: tare-opt %s --tare-set-target --tare-normalize-grids --split-input-file --verify-diagnostics --remarks-filter="tare-normalize-grids" --remark-format=emitRemark | FileCheck %s --check-prefix=DATA

!u8 = !quant.uniform<u8:f32, 0.5:130>

// CHECK-LABEL: func.func @unsigned
func.func @unsigned(%x: tensor<1x2xf32>) -> tensor<1x2xf32> {
  // CHECK: quant.qcast %arg0 : tensor<1x2xf32> to tensor<1x2x!quant.uniform<i8:f32, 5.000000e-01:2>>
  // CHECK: quant.dcast %{{.*}} : tensor<1x2x!quant.uniform<i8:f32, 5.000000e-01:2>>
  %0 = quant.qcast %x : tensor<1x2xf32> to tensor<1x2x!u8>
  %1 = quant.dcast %0 : tensor<1x2x!u8> to tensor<1x2xf32>
  return %1 : tensor<1x2xf32>
}

// -----

!w = !quant.uniform<i8:f32, 0.25>
!u = !quant.uniform<u8:f32, 0.5:3>

// CHECK-LABEL: func.func @weights
func.func @weights(%x: tensor<1x2xf32>) -> (tensor<1x2xf32>, tensor<1x2xf32>) {
  // CHECK: qnn.constant dense<1> : tensor<2x2xi8> as tensor<2x2x!quant.uniform<i8:f32:0, {2.500000e-01,2.500000e-01}>>
  %w = qnn.constant dense<1> : tensor<2x2xi8> as tensor<2x2x!w>
  %wd = quant.dcast %w : tensor<2x2x!w> to tensor<2x2xf32>
  %0 = qnn.linear %x, %wd : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32> loc("fc1")
  // Distances from 3 in steps of 0.5: the same numbers on the same scale.
  // CHECK: qnn.constant dense_resource<fc2_weight> : tensor<2x2xi8> as tensor<2x2x!quant.uniform<i8<-127:127>:f32:0, {5.000000e-01,5.000000e-01}>>
  %u = qnn.constant dense<[[5, 3], [0, -126]]> : tensor<2x2xi8> as tensor<2x2x!u>
  %ud = quant.dcast %u : tensor<2x2x!u> to tensor<2x2xf32>
  %1 = qnn.linear %x, %ud : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32> loc("fc2")
  return %0, %1 : tensor<1x2xf32>, tensor<1x2xf32>
}

// 5 - 3, 3 - 3, 0 - 3, 130 - 3
// DATA: fc2_weight: "0x080000000200FD7F"

// -----

!u = !quant.uniform<u8:f32:0, {0.5:128, 0.25:127}>

// A distance of -128 is one of 8 bits, and the grid says that it is there; each channel has its own zero point.
// CHECK-LABEL: func.func @lowest_distance
func.func @lowest_distance(%x: tensor<1x2xf32>) -> tensor<1x2xf32> {
  // CHECK: qnn.constant dense_resource<fc_weight> : tensor<2x2xi8> as tensor<2x2x!quant.uniform<i8:f32:0, {5.000000e-01,2.500000e-01}>>
  %u = qnn.constant dense<[[0, 1], [0, 1]]> : tensor<2x2xi8> as tensor<2x2x!u>
  %ud = quant.dcast %u : tensor<2x2x!u> to tensor<2x2xf32>
  %0 = qnn.linear %x, %ud : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32> loc("fc")
  return %0 : tensor<1x2xf32>
}

// 0 - 128, 1 - 128; 0 - 127, 1 - 127
// DATA: fc_weight: "0x0800000080818182"

// -----

!u = !quant.uniform<u8:f32, 0.5:127>

// One less, and the grid is symmetric.
// CHECK-LABEL: func.func @symmetric_distances
func.func @symmetric_distances(%x: tensor<1x2xf32>) -> tensor<1x1xf32> {
  // CHECK: qnn.constant dense_resource<fc_weight> : tensor<1x2xi8> as tensor<1x2x!quant.uniform<i8<-127:127>:f32:0, {5.000000e-01}>>
  %u = qnn.constant dense<[[0, -2]]> : tensor<1x2xi8> as tensor<1x2x!u>
  %ud = quant.dcast %u : tensor<1x2x!u> to tensor<1x2xf32>
  %0 = qnn.linear %x, %ud : (tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x1xf32> loc("fc")
  return %0 : tensor<1x1xf32>
}

// 0 - 127, 254 - 127
// DATA: fc_weight: "0x08000000817F"

// -----

!u = !quant.uniform<u8:f32, 0.5:3>

// 200 - 3 steps of 0.5 are 127 and 70: the layer reads its input twice. (A43)
// CHECK-LABEL: func.func @far_from_zero_point
func.func @far_from_zero_point(%x: tensor<1x2xf32>) -> tensor<1x2xf32> {
  // CHECK: %[[X:.*]] = qnn.concat %arg0, %arg0 {axis = 1 : i64} : (tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x4xf32>
  // CHECK: %[[W:.*]] = qnn.constant {{.*}} : tensor<2x4xi8> as tensor<2x4x!quant.uniform<i8:f32:0, {5.000000e-01,5.000000e-01}>>
  // CHECK: %[[D:.*]] = quant.dcast %[[W]]
  // CHECK: qnn.linear %[[X]], %[[D]]
  // expected-remark @unknown {{WeightsInTerms | Category:tare-normalize-grids | Layer=fc, Reason="weights up to 197 steps from their zero point", Terms=2}}
  %u = qnn.constant dense<-56> : tensor<2x2xi8> as tensor<2x2x!u>
  %ud = quant.dcast %u : tensor<2x2x!u> to tensor<2x2xf32>
  %0 = qnn.linear %x, %ud : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32> loc("fc")
  return %0 : tensor<1x2xf32>
}

// 197 = 127 + 70
// DATA: fc_weight: "0x080000007F7F46467F7F4646"

// -----

!u = !quant.uniform<u8:f32, 0.5:3>

// Of groups each has its channels once more behind its own.
// CHECK-LABEL: func.func @groups
func.func @groups(%x: tensor<1x4x1x1xf32>) -> tensor<1x2x1x1xf32> {
  // CHECK: %[[G:.*]] = qnn.reshape %arg0 {shape = array<i64: 1, 2, 2, 1, 1>}
  // CHECK: %[[S:.*]] = qnn.slice %[[G]] {sizes = array<i64: 1, 2, 1, 1, 1>, starts = array<i64: 0, 0, 1, 0, 0>
  // CHECK: %[[C:.*]] = qnn.concat %[[G]], %[[S]] {axis = 2 : i64}
  // CHECK: %[[X:.*]] = qnn.reshape %[[C]] {shape = array<i64: 1, 6, 1, 1>}
  // CHECK: qnn.constant dense_resource<{{.*}}> : tensor<2x3x1x1xi8>
  // CHECK: qnn.conv %[[X]]
  // expected-remark @unknown {{WeightsInTerms | Category:tare-normalize-grids | Layer=conv, Reason="weights up to 197 steps from their zero point", Terms=2}}
  %u = qnn.constant dense<[[[[0]], [[-56]]], [[[1]], [[2]]]]> : tensor<2x2x1x1xi8> as tensor<2x2x1x1x!u>
  %ud = quant.dcast %u : tensor<2x2x1x1x!u> to tensor<2x2x1x1xf32>
  %0 = qnn.conv %x, %ud {group = 2 : i64} : (tensor<1x4x1x1xf32>, tensor<2x2x1x1xf32>) -> tensor<1x2x1x1xf32> loc("conv")
  return %0 : tensor<1x2x1x1xf32>
}

// The group of channel 0 has -3 and 197, and 70 for the second again; that of channel 1 has -2, -1 and nothing.
// DATA: conv_weight: "0x08000000FD7F46FEFF00"

// -----

!w = !quant.uniform<i16:f32, 0.001>

// 16 bits are rounded, to 1.27 / 127.
// CHECK-LABEL: func.func @sixteen_bits
func.func @sixteen_bits(%x: tensor<1x2x1x1xf32> {qnn.range = #qnn.range<-1.0, 1.55, calibrated>}) -> tensor<1x2x1x1xf32> {
  // CHECK: qnn.constant {{.*}} : tensor<2x2x1x1xi8> as tensor<2x2x1x1x!quant.uniform<i8<-127:127>:f32:0, {0.0099999997764825821,0.0099999997764825821}>>
  // expected-warning @unknown {{repaired: layer 'wide': weights up to 1270 steps from their zero point do not fit 8 bits and were rounded, at the cost of at most}}
  %w = qnn.constant dense<[[[[1270]], [[4]]], [[[1270]], [[10]]]]> : tensor<2x2x1x1xi16> as tensor<2x2x1x1x!w>
  %wd = quant.dcast %w : tensor<2x2x1x1x!w> to tensor<2x2x1x1xf32>
  %0 = qnn.conv %x, %wd : (tensor<1x2x1x1xf32>, tensor<2x2x1x1xf32>) -> tensor<1x2x1x1xf32> loc("wide")
  return %0 : tensor<1x2x1x1xf32>
}

// 1.27 / 0.01, 0.004 / 0.01; 1.27 / 0.01, 0.01 / 0.01
// DATA: wide_weight: "0x080000007F007F01"

// -----

!w = !quant.uniform<u8:f32, 0.25:128>

// Weights that the model holds in float and quantizes: 0.5 is 130 at zero point 128, and 2 at zero point 0.
// CHECK-LABEL: func.func @float_weights
func.func @float_weights(%x: tensor<1x2xf32>) -> tensor<1x2xf32> {
  // CHECK: qnn.constant dense_resource<{{.*}}> : tensor<2x2xi8> as tensor<2x2x!quant.uniform<i8:f32:0, {2.500000e-01,2.500000e-01}>>
  // CHECK-NOT: quant.qcast
  %w = qnn.constant dense<0.5> : tensor<2x2xf32> as tensor<2x2xf32>
  %wq = quant.qcast %w : tensor<2x2xf32> to tensor<2x2x!w>
  %wd = quant.dcast %wq : tensor<2x2x!w> to tensor<2x2xf32>
  %0 = qnn.linear %x, %wd : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32> loc("fc0")
  return %0 : tensor<1x2xf32>
}

// DATA: "qnn.constant@{{.*}}": "0x0800000002020202"

// -----

!w = !quant.uniform<i8:f32:1, {0.25, 0.5}>

func.func @input_channels(%x: tensor<1x2xf32>) -> tensor<1x2xf32> {
  %w = qnn.constant dense<1> : tensor<2x2xi8> as tensor<2x2x!w>
  %wd = quant.dcast %w : tensor<2x2x!w> to tensor<2x2xf32>
  // CHECK-LABEL: func.func @input_channels
  // CHECK: quant.dcast %{{.*}} : tensor<2x2x!quant.uniform<i8:f32:1, {2.500000e-01,5.000000e-01}>>
  %0 = qnn.linear %x, %wd : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32> loc("fc")
  return %0 : tensor<1x2xf32>
}

// -----

!u = !quant.uniform<u8:f32, 0.5:130>
!h = !quant.uniform<u16:f32, 0.5:7>

// What the model has as unsigned integers at its ends it keeps: the tensors are signed, the ports say so.
// CHECK-LABEL: func.func @ports
// CHECK-SAME: (%arg0: tensor<1x2x!quant.uniform<i8:f32, 5.000000e-01:2>> {qnn.unsigned}, %arg1: tensor<1x2x!quant.uniform<i16:f32, 5.000000e-01:-32761>> {qnn.unsigned}, %arg2: tensor<1x2xf32>)
// CHECK-SAME: -> (tensor<2x1x!quant.uniform<i8:f32, 5.000000e-01:2>> {qnn.unsigned}, tensor<1x2xf32>)
func.func @ports(%x: tensor<1x2x!u>, %y: tensor<1x2x!h>, %z: tensor<1x2xf32>) -> (tensor<2x1x!u>, tensor<1x2xf32>) {
  %0 = qnn.transpose %x {permutation = array<i64: 1, 0>} : (tensor<1x2x!u>) -> tensor<2x1x!u>
  return %0, %z : tensor<2x1x!u>, tensor<1x2xf32>
}
