// RUN: tare-opt %s --tare-set-target=target=generic --tare-conform-grids --split-input-file --mlir-print-local-scope --mlir-print-debuginfo | FileCheck %s
// RUN: tare-opt %s --tare-set-target=target=generic --tare-conform-grids --split-input-file | FileCheck %s --check-prefix=BLOB

// A product with a number per channel is a convolution of each channel with itself, where the target has such: its integers are the
// constant's without their zero points, over [what is before the axis, it, what is behind].

// CHECK-LABEL: func.func @image
// CHECK:   %[[W:.*]] = quant.dcast %{{.*}} : tensor<3x1x1x1x!quant.uniform<i8<-127:127>:f32:0, {5.000000e-01,2.500000e-01,1.250000e-01}>>
// CHECK:   %[[Y:.*]] = qnn.conv %arg0, %[[W]] {group = 3 : i64, qnn.range = #qnn.range<-4.000000e+00, 4.000000e+00, calibrated>} : (tensor<2x3x4x5xf32>
// CHECK:   return %[[Y]]
// BLOB-LABEL: func.func @image
// BLOB: factors: "0x0800000005F909"
func.func @image(%x: tensor<2x3x4x5xf32>) -> tensor<2x3x4x5xf32> {
  %k = qnn.constant dense<[[[5]], [[-7]], [[9]]]> : tensor<3x1x1xi8> as tensor<3x1x1x!quant.uniform<i8:f32:0, {0.5,0.25,0.125}>>
  %d = quant.dcast %k : tensor<3x1x1x!quant.uniform<i8:f32:0, {0.5,0.25,0.125}>> to tensor<3x1x1xf32>
  %y = qnn.mul %x, %d {qnn.range = #qnn.range<-4.0, 4.0, calibrated>} : (tensor<2x3x4x5xf32>, tensor<3x1x1xf32>) -> tensor<2x3x4x5xf32> loc("mul"("y"))
  return %y : tensor<2x3x4x5xf32>
}

// -----

// CHECK-LABEL: func.func @row
// CHECK:   %[[W:.*]] = quant.dcast %{{.*}} : tensor<3x1x1x!quant.uniform<i8<-127:127>:f32:0, {5.000000e-01,2.500000e-01,1.250000e-01}>>
// CHECK:   %[[Y:.*]] = qnn.conv %arg0, %[[W]] {group = 3 : i64, qnn.range = #qnn.range<-4.000000e+00, 4.000000e+00, calibrated>} : (tensor<2x3x4xf32>
// CHECK:   return %[[Y]]
// BLOB-LABEL: func.func @row
// BLOB: factors: "0x0800000005F909"
func.func @row(%x: tensor<2x3x4xf32>) -> tensor<2x3x4xf32> {
  %k = qnn.constant dense<[[[5], [-7], [9]]]> : tensor<1x3x1xi8> as tensor<1x3x1x!quant.uniform<i8:f32:1, {0.5,0.25,0.125}>>
  %d = quant.dcast %k : tensor<1x3x1x!quant.uniform<i8:f32:1, {0.5,0.25,0.125}>> to tensor<1x3x1xf32>
  %y = qnn.mul %x, %d {qnn.range = #qnn.range<-4.0, 4.0, calibrated>} : (tensor<2x3x4xf32>, tensor<1x3x1xf32>) -> tensor<2x3x4xf32> loc("mul"("y"))
  return %y : tensor<2x3x4xf32>
}

// -----

// CHECK-LABEL: func.func @last_axis
// CHECK:   %[[W:.*]] = quant.dcast %{{.*}} : tensor<3x1x1x!quant.uniform<i8<-127:127>:f32:0, {5.000000e-01,2.500000e-01,1.250000e-01}>>
// CHECK:   %[[X:.*]] = qnn.reshape %arg0 {{.*}}-> tensor<8x3x1xf32> loc("mul/image"("y/image"))
// CHECK:   %[[Y:.*]] = qnn.conv %[[X]], %[[W]] {group = 3 : i64, qnn.range = #qnn.range<-4.000000e+00, 4.000000e+00, calibrated>} : {{.*}}-> tensor<8x3x1xf32> loc("mul"("y/channels"))
// CHECK:   %[[R:.*]] = qnn.reshape %[[Y]] {{.*}}-> tensor<2x4x3xf32> loc("mul"("y"))
// CHECK:   return %[[R]]
// BLOB-LABEL: func.func @last_axis
// BLOB: factors: "0x0800000005F909"
func.func @last_axis(%x: tensor<2x4x3xf32>) -> tensor<2x4x3xf32> {
  %k = qnn.constant dense<[5, -7, 9]> : tensor<3xi8> as tensor<3x!quant.uniform<i8:f32:0, {0.5,0.25,0.125}>>
  %d = quant.dcast %k : tensor<3x!quant.uniform<i8:f32:0, {0.5,0.25,0.125}>> to tensor<3xf32>
  %y = qnn.mul %d, %x {qnn.range = #qnn.range<-4.0, 4.0, calibrated>} : (tensor<3xf32>, tensor<2x4x3xf32>) -> tensor<2x4x3xf32> loc("mul"("y"))
  return %y : tensor<2x4x3xf32>
}

// -----

// CHECK-LABEL: func.func @first_axis
// CHECK:   %[[W:.*]] = quant.dcast %{{.*}} : tensor<3x1x1x!quant.uniform<i8<-127:127>:f32:0, {5.000000e-01,2.500000e-01,1.250000e-01}>>
// CHECK:   %[[X:.*]] = qnn.reshape %arg0 {{.*}}-> tensor<1x3x8xf32> loc("mul/image"("y/image"))
// CHECK:   %[[Y:.*]] = qnn.conv %[[X]], %[[W]] {group = 3 : i64, qnn.range = #qnn.range<-4.000000e+00, 4.000000e+00, calibrated>} : {{.*}}-> tensor<1x3x8xf32> loc("mul"("y/channels"))
// CHECK:   %[[R:.*]] = qnn.reshape %[[Y]] {{.*}}-> tensor<3x2x4xf32> loc("mul"("y"))
// CHECK:   return %[[R]]
// BLOB-LABEL: func.func @first_axis
// BLOB: factors: "0x0800000005F909"
func.func @first_axis(%x: tensor<3x2x4xf32>) -> tensor<3x2x4xf32> {
  %k = qnn.constant dense<[[[5]], [[-7]], [[9]]]> : tensor<3x1x1xi8> as tensor<3x1x1x!quant.uniform<i8:f32:0, {0.5,0.25,0.125}>>
  %d = quant.dcast %k : tensor<3x1x1x!quant.uniform<i8:f32:0, {0.5,0.25,0.125}>> to tensor<3x1x1xf32>
  %y = qnn.mul %x, %d {qnn.range = #qnn.range<-4.0, 4.0, calibrated>} : (tensor<3x2x4xf32>, tensor<3x1x1xf32>) -> tensor<3x2x4xf32> loc("mul"("y"))
  return %y : tensor<3x2x4xf32>
}

// -----

// CHECK-LABEL: func.func @matrix
// CHECK:   %[[W:.*]] = quant.dcast %{{.*}} : tensor<3x1x1x!quant.uniform<i8<-127:127>:f32:0, {5.000000e-01,2.500000e-01,1.250000e-01}>>
// CHECK:   %[[X:.*]] = qnn.reshape %arg0 {{.*}}-> tensor<2x3x1xf32> loc("mul/image"("y/image"))
// CHECK:   %[[Y:.*]] = qnn.conv %[[X]], %[[W]] {group = 3 : i64, qnn.range = #qnn.range<-4.000000e+00, 4.000000e+00, calibrated>} : {{.*}}-> tensor<2x3x1xf32> loc("mul"("y/channels"))
// CHECK:   %[[R:.*]] = qnn.reshape %[[Y]] {{.*}}-> tensor<2x3xf32> loc("mul"("y"))
// CHECK:   return %[[R]]
// BLOB-LABEL: func.func @matrix
// BLOB: factors: "0x0800000005F909"
func.func @matrix(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %k = qnn.constant dense<[5, -7, 9]> : tensor<3xi8> as tensor<3x!quant.uniform<i8:f32:0, {0.5,0.25,0.125}>>
  %d = quant.dcast %k : tensor<3x!quant.uniform<i8:f32:0, {0.5,0.25,0.125}>> to tensor<3xf32>
  %y = qnn.mul %x, %d {qnn.range = #qnn.range<-4.0, 4.0, calibrated>} : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32> loc("mul"("y"))
  return %y : tensor<2x3xf32>
}

// -----

// CHECK-LABEL: func.func @axis_of_five
// CHECK:   %[[W:.*]] = quant.dcast %{{.*}} : tensor<3x1x1x!quant.uniform<i8<-127:127>:f32:0, {5.000000e-01,2.500000e-01,1.250000e-01}>>
// CHECK:   %[[X:.*]] = qnn.reshape %arg0 {{.*}}-> tensor<2x3x120xf32> loc("mul/image"("y/image"))
// CHECK:   %[[Y:.*]] = qnn.conv %[[X]], %[[W]] {group = 3 : i64, qnn.range = #qnn.range<-4.000000e+00, 4.000000e+00, calibrated>} : {{.*}}-> tensor<2x3x120xf32> loc("mul"("y/channels"))
// CHECK:   %[[R:.*]] = qnn.reshape %[[Y]] {{.*}}-> tensor<2x3x4x5x6xf32> loc("mul"("y"))
// CHECK:   return %[[R]]
// BLOB-LABEL: func.func @axis_of_five
// BLOB: factors: "0x0800000005F909"
func.func @axis_of_five(%x: tensor<2x3x4x5x6xf32>) -> tensor<2x3x4x5x6xf32> {
  %k = qnn.constant dense<[[[[5]]], [[[-7]]], [[[9]]]]> : tensor<3x1x1x1xi8> as tensor<3x1x1x1x!quant.uniform<i8:f32:0, {0.5,0.25,0.125}>>
  %d = quant.dcast %k : tensor<3x1x1x1x!quant.uniform<i8:f32:0, {0.5,0.25,0.125}>> to tensor<3x1x1x1xf32>
  %y = qnn.mul %x, %d {qnn.range = #qnn.range<-4.0, 4.0, calibrated>} : (tensor<2x3x4x5x6xf32>, tensor<3x1x1x1xf32>) -> tensor<2x3x4x5x6xf32> loc("mul"("y"))
  return %y : tensor<2x3x4x5x6xf32>
}

// -----

// CHECK-LABEL: func.func @lone_channel
// CHECK:   %[[W:.*]] = quant.dcast %{{.*}} : tensor<3x1x1x!quant.uniform<i8<-127:127>:f32:0, {5.000000e-01,2.500000e-01,1.250000e-01}>>
// CHECK:   %[[Y:.*]] = qnn.conv %arg0, %[[W]] {qnn.range = #qnn.range<-4.000000e+00, 4.000000e+00, calibrated>} : (tensor<2x1x4xf32>, tensor<3x1x1xf32>) -> tensor<2x3x4xf32>
// BLOB-LABEL: func.func @lone_channel
// BLOB: factors: "0x0800000005F909"
func.func @lone_channel(%x: tensor<2x1x4xf32>) -> tensor<2x3x4xf32> {
  %k = qnn.constant dense<[[5], [-7], [9]]> : tensor<3x1xi8> as tensor<3x1x!quant.uniform<i8:f32:0, {0.5,0.25,0.125}>>
  %d = quant.dcast %k : tensor<3x1x!quant.uniform<i8:f32:0, {0.5,0.25,0.125}>> to tensor<3x1xf32>
  %y = qnn.mul %x, %d {qnn.range = #qnn.range<-4.0, 4.0, calibrated>} : (tensor<2x1x4xf32>, tensor<3x1xf32>) -> tensor<2x3x4xf32> loc("mul"("y"))
  return %y : tensor<2x3x4xf32>
}

// -----

// CHECK-LABEL: func.func @lone_last_axis
// CHECK:   %[[W:.*]] = quant.dcast %{{.*}} : tensor<3x1x1x!quant.uniform<i8<-127:127>:f32:0, {5.000000e-01,2.500000e-01,1.250000e-01}>>
// CHECK:   %[[X:.*]] = qnn.reshape %arg0 {{.*}}-> tensor<8x1x1xf32> loc("mul/image"("y/image"))
// CHECK:   %[[Y:.*]] = qnn.conv %[[X]], %[[W]] {qnn.range = #qnn.range<-4.000000e+00, 4.000000e+00, calibrated>} : {{.*}}-> tensor<8x3x1xf32> loc("mul"("y/channels"))
// CHECK:   %[[R:.*]] = qnn.reshape %[[Y]] {{.*}}-> tensor<2x4x3xf32> loc("mul"("y"))
// CHECK:   return %[[R]]
// BLOB-LABEL: func.func @lone_last_axis
// BLOB: factors: "0x0800000005F909"
func.func @lone_last_axis(%x: tensor<2x4x1xf32>) -> tensor<2x4x3xf32> {
  %k = qnn.constant dense<[5, -7, 9]> : tensor<3xi8> as tensor<3x!quant.uniform<i8:f32:0, {0.5,0.25,0.125}>>
  %d = quant.dcast %k : tensor<3x!quant.uniform<i8:f32:0, {0.5,0.25,0.125}>> to tensor<3xf32>
  %y = qnn.mul %x, %d {qnn.range = #qnn.range<-4.0, 4.0, calibrated>} : (tensor<2x4x1xf32>, tensor<3xf32>) -> tensor<2x4x3xf32> loc("mul"("y"))
  return %y : tensor<2x4x3xf32>
}

// -----

// CHECK-LABEL: func.func @zero_points
// CHECK:   %[[W:.*]] = quant.dcast %{{.*}} : tensor<3x1x1x!quant.uniform<i8<-127:127>:f32:0, {5.000000e-01,2.500000e-01,1.250000e-01}>>
// BLOB-LABEL: func.func @zero_points
// BLOB: factors: "0x08000000817F7F"
func.func @zero_points(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %k = qnn.constant dense<[-120, 99, 9]> : tensor<3xi8> as tensor<3x!quant.uniform<i8:f32:0, {0.5:7,0.25:-28,0.125:-118}>>
  %d = quant.dcast %k : tensor<3x!quant.uniform<i8:f32:0, {0.5:7,0.25:-28,0.125:-118}>> to tensor<3xf32>
  %y = qnn.mul %x, %d {qnn.range = #qnn.range<-4.0, 4.0, calibrated>} : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32> loc("mul"("y"))
  return %y : tensor<2x3xf32>
}

// -----

// CHECK-LABEL: func.func @zero_point_too_far_below
// CHECK:   qnn.mul
// CHECK-NOT: qnn.conv
// CHECK:   return
func.func @zero_point_too_far_below(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %k = qnn.constant dense<[-120, 99, 9]> : tensor<3xi8> as tensor<3x!quant.uniform<i8:f32:0, {0.5:8,0.25:-28,0.125:-118}>>
  %d = quant.dcast %k : tensor<3x!quant.uniform<i8:f32:0, {0.5:8,0.25:-28,0.125:-118}>> to tensor<3xf32>
  %y = qnn.mul %x, %d {qnn.range = #qnn.range<-4.0, 4.0, calibrated>} : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32> loc("mul"("y"))
  return %y : tensor<2x3xf32>
}

// -----

// CHECK-LABEL: func.func @zero_point_too_far_above
// CHECK:   qnn.mul
// CHECK-NOT: qnn.conv
// CHECK:   return
func.func @zero_point_too_far_above(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %k = qnn.constant dense<[-120, 99, 9]> : tensor<3xi8> as tensor<3x!quant.uniform<i8:f32:0, {0.5:7,0.25:-29,0.125:-118}>>
  %d = quant.dcast %k : tensor<3x!quant.uniform<i8:f32:0, {0.5:7,0.25:-29,0.125:-118}>> to tensor<3xf32>
  %y = qnn.mul %x, %d {qnn.range = #qnn.range<-4.0, 4.0, calibrated>} : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32> loc("mul"("y"))
  return %y : tensor<2x3xf32>
}

// -----

// CHECK-LABEL: func.func @other_axis_is_repeated
// CHECK:   qnn.mul
// CHECK-NOT: qnn.conv
// CHECK:   return
func.func @other_axis_is_repeated(%x: tensor<1x3xf32>) -> tensor<2x3xf32> {
  %k = qnn.constant dense<[[5, -7, 9], [5, -7, 9]]> : tensor<2x3xi8> as tensor<2x3x!quant.uniform<i8:f32:1, {0.5,0.25,0.125}>>
  %d = quant.dcast %k : tensor<2x3x!quant.uniform<i8:f32:1, {0.5,0.25,0.125}>> to tensor<2x3xf32>
  %y = qnn.mul %x, %d {qnn.range = #qnn.range<-4.0, 4.0, calibrated>} : (tensor<1x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32> loc("mul"("y"))
  return %y : tensor<2x3xf32>
}

// -----

// CHECK-LABEL: func.func @rest_is_repeated
// CHECK:   qnn.mul
// CHECK-NOT: qnn.conv
// CHECK:   return
func.func @rest_is_repeated(%x: tensor<2x3x1xf32>) -> tensor<2x3x4xf32> {
  %k = qnn.constant dense<[[5, -7, 9, 1], [5, -7, 9, 1], [5, -7, 9, 1]]> : tensor<3x4xi8> as tensor<3x4x!quant.uniform<i8:f32:1, {0.5,0.25,0.125,1.0}>>
  %d = quant.dcast %k : tensor<3x4x!quant.uniform<i8:f32:1, {0.5,0.25,0.125,1.0}>> to tensor<3x4xf32>
  %y = qnn.mul %x, %d {qnn.range = #qnn.range<-4.0, 4.0, calibrated>} : (tensor<2x3x1xf32>, tensor<3x4xf32>) -> tensor<2x3x4xf32> loc("mul"("y"))
  return %y : tensor<2x3x4xf32>
}

// -----

// CHECK-LABEL: func.func @activation_is_repeated
// CHECK:   qnn.conv %{{.*}} : (tensor<1x1x12xf32>, tensor<2x1x1xf32>) -> tensor<1x2x12xf32>
func.func @activation_is_repeated(%x: tensor<1x3x4xf32>) -> tensor<2x3x4xf32> {
  %k = qnn.constant dense<[[[5]], [[-7]]]> : tensor<2x1x1xi8> as tensor<2x1x1x!quant.uniform<i8:f32:0, {0.5,0.25}>>
  %d = quant.dcast %k : tensor<2x1x1x!quant.uniform<i8:f32:0, {0.5,0.25}>> to tensor<2x1x1xf32>
  %y = qnn.mul %x, %d {qnn.range = #qnn.range<-4.0, 4.0, calibrated>} : (tensor<1x3x4xf32>, tensor<2x1x1xf32>) -> tensor<2x3x4xf32> loc("mul"("y"))
  return %y : tensor<2x3x4xf32>
}

// -----

// CHECK-LABEL: func.func @numbers_of_three_axes
// CHECK:   %[[X:.*]] = qnn.reshape %{{.*}}-> tensor<1x12x4xf32>
// CHECK:   qnn.conv %[[X]], %{{.*}} {group = 12 : i64, {{.*}}(tensor<1x12x4xf32>, tensor<12x1x1xf32>)
// BLOB-LABEL: func.func @numbers_of_three_axes
// BLOB: k: "0x080000000000C8420AD7233C000040400000C8420AD7233C00004040000048C20AD7A33C00008040000048C20AD7A33C00008040"
func.func @numbers_of_three_axes(%a: tensor<2x2x3x4xf32>) -> tensor<2x2x3x4xf32> {
  %x = qnn.relu %a {qnn.range = #qnn.range<0.0, 1.0, calibrated>} : (tensor<2x2x3x4xf32>) -> tensor<2x2x3x4xf32> loc("relu"("x"))
  %k = qnn.constant dense<[[[[100.0], [0.01], [3.0]]], [[[-50.0], [0.02], [4.0]]]]> : tensor<2x1x3x1xf32> as tensor<2x1x3x1xf32> loc("k")
  %y = qnn.mul %x, %k {qnn.range = #qnn.range<-4.0, 4.0, calibrated>} : (tensor<2x2x3x4xf32>, tensor<2x1x3x1xf32>) -> tensor<2x2x3x4xf32> loc("mul"("y"))
  return %y : tensor<2x2x3x4xf32>
}

// -----

// CHECK-LABEL: func.func @numbers_of_an_inner_axis
// CHECK:   %[[X:.*]] = qnn.reshape %{{.*}}-> tensor<4x3x4xf32>
// CHECK:   qnn.conv %[[X]], %{{.*}} {group = 3 : i64, {{.*}}(tensor<4x3x4xf32>, tensor<3x1x1xf32>)
// BLOB-LABEL: func.func @numbers_of_an_inner_axis
// BLOB: k: "0x080000000000C8420AD7233C00004040"
func.func @numbers_of_an_inner_axis(%a: tensor<2x2x3x4xf32>) -> tensor<2x2x3x4xf32> {
  %x = qnn.relu %a {qnn.range = #qnn.range<0.0, 1.0, calibrated>} : (tensor<2x2x3x4xf32>) -> tensor<2x2x3x4xf32> loc("relu"("x"))
  %k = qnn.constant dense<[[[[100.0], [0.01], [3.0]]]]> : tensor<1x1x3x1xf32> as tensor<1x1x3x1xf32> loc("k")
  %y = qnn.mul %x, %k {qnn.range = #qnn.range<-4.0, 4.0, calibrated>} : (tensor<2x2x3x4xf32>, tensor<1x1x3x1xf32>) -> tensor<2x2x3x4xf32> loc("mul"("y"))
  return %y : tensor<2x2x3x4xf32>
}

// -----

// CHECK-LABEL: func.func @numbers_of_two_axes
// CHECK:   %[[X:.*]] = qnn.reshape %{{.*}}-> tensor<2x6x1xf32>
// CHECK:   qnn.conv %[[X]], %{{.*}} {group = 6 : i64, {{.*}}(tensor<2x6x1xf32>, tensor<6x1x1xf32>)
// BLOB-LABEL: func.func @numbers_of_two_axes
// BLOB: k: "0x080000000000C8420AD7233C00004040000048C20AD7A33C00008040"
func.func @numbers_of_two_axes(%a: tensor<2x2x3xf32>) -> tensor<2x2x3xf32> {
  %x = qnn.relu %a {qnn.range = #qnn.range<0.0, 1.0, calibrated>} : (tensor<2x2x3xf32>) -> tensor<2x2x3xf32> loc("relu"("x"))
  %k = qnn.constant dense<[[100.0, 0.01, 3.0], [-50.0, 0.02, 4.0]]> : tensor<2x3xf32> as tensor<2x3xf32> loc("k")
  %y = qnn.mul %x, %k {qnn.range = #qnn.range<-4.0, 4.0, calibrated>} : (tensor<2x2x3xf32>, tensor<2x3xf32>) -> tensor<2x2x3xf32> loc("mul"("y"))
  return %y : tensor<2x2x3xf32>
}

// -----

// CHECK-LABEL: func.func @numbers_alike
// CHECK:   qnn.mul
// CHECK-NOT: qnn.conv
func.func @numbers_alike(%a: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %x = qnn.relu %a {qnn.range = #qnn.range<0.0, 1.0, calibrated>} : (tensor<2x3xf32>) -> tensor<2x3xf32> loc("relu"("x"))
  %k = qnn.constant dense<[1.0, 1.1, 0.9]> : tensor<3xf32> as tensor<3xf32> loc("k")
  %y = qnn.mul %x, %k {qnn.range = #qnn.range<0.0, 2.0, calibrated>} : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32> loc("mul"("y"))
  return %y : tensor<2x3xf32>
}
