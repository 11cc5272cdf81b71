// RUN: tare-opt %s --tare-normalize-grids --split-input-file --verify-diagnostics --remarks-filter="tare-normalize-grids" --remark-format=emitRemark --mlir-print-local-scope | FileCheck %s

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
  // 5 - 3 steps of 0.5: the same numbers on the same scale.
  // CHECK: qnn.constant dense{{.*}} : tensor<2x2xi8> as tensor<2x2x!quant.uniform<i8<-127:127>:f32:0, {5.000000e-01,5.000000e-01}>>
  %u = qnn.constant dense<5> : tensor<2x2xi8> as tensor<2x2x!u>
  %ud = quant.dcast %u : tensor<2x2x!u> to tensor<2x2xf32>
  %1 = qnn.linear %x, %ud : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32> loc("fc2")
  return %0, %1 : tensor<1x2xf32>, tensor<1x2xf32>
}

// -----

!u = !quant.uniform<u8:f32, 0.5:3>

// 200 - 3 steps of 0.5 do not fit: rounded to 98.5 / 127.
// CHECK-LABEL: func.func @far_from_zero_point
func.func @far_from_zero_point(%x: tensor<1x2xf32>) -> tensor<1x2xf32> {
  // CHECK: qnn.constant {{.*}} : tensor<2x2xi8> as tensor<2x2x!quant.uniform<i8<-127:127>:f32:0, {0.77559053897857666,0.77559053897857666}>>
  // expected-remark @unknown {{WeightsRequantized | Category:tare-normalize-grids | Layer=fc, Reason="some are more than 127 steps from their zero point"}}
  %u = qnn.constant dense<-56> : tensor<2x2xi8> as tensor<2x2x!u>
  %ud = quant.dcast %u : tensor<2x2x!u> to tensor<2x2xf32>
  %0 = qnn.linear %x, %ud : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32> loc("fc")
  return %0 : tensor<1x2xf32>
}

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

// -----

!w = !quant.uniform<i8:f32:1, {0.25, 0.5}>

func.func @input_channels(%x: tensor<1x2xf32>) -> tensor<1x2xf32> {
  %w = qnn.constant dense<1> : tensor<2x2xi8> as tensor<2x2x!w>
  %wd = quant.dcast %w : tensor<2x2x!w> to tensor<2x2xf32>
  // expected-error @unknown {{'qnn.linear' op of layer 'fc' has weights with one scale per index of axis 1; an accumulator can have one per output channel only (axis 0)}}
  %0 = qnn.linear %x, %wd : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32> loc("fc")
  return %0 : tensor<1x2xf32>
}
