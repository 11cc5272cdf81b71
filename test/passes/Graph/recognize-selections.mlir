// RUN: tare-opt %s --tare-recognize-functions --split-input-file | FileCheck %s

// Functions that are written out in comparisons and selections, which the host would compute.

// PyTorch's softplus is the number itself beyond a threshold, and mish is made of it.
// CHECK-LABEL: func.func @softplus
// CHECK-NEXT: %[[A:.*]] = qnn.softplus %arg0
// CHECK-NEXT: %[[B:.*]] = qnn.mish %arg0
// CHECK-NEXT: return %[[A]], %[[B]]
func.func @softplus(%x: tensor<1x4xf32>) -> (tensor<1x4xf32>, tensor<1x4xf32>) {
  %c0 = qnn.constant dense<1.0> : tensor<f32> as tensor<f32>
  %c1 = qnn.constant dense<20.0> : tensor<f32> as tensor<f32>
  %0 = qnn.mul %x, %c0 : (tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xf32>
  %1 = qnn.host "Greater" opset 18(%0, %c1) : (tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xi1>
  %2 = qnn.softplus %0 : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %3 = qnn.div %2, %c0 : (tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xf32>
  %4 = qnn.host "Where" opset 18(%1, %x, %3) : (tensor<1x4xi1>, tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32>
  %5 = qnn.tanh %4 : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %6 = qnn.mul %x, %5 : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32>
  return %4, %6 : tensor<1x4xf32>, tensor<1x4xf32>
}

// -----

// Both shrinks, in TorchScript's spelling.
// CHECK-LABEL: func.func @shrinks
// CHECK-NEXT: %[[A:.*]] = qnn.shrink %arg0 {lambd = 0.69999998{{.*}}
// CHECK-NEXT: %[[B:.*]] = qnn.shrink %arg0 {bias = 0.30000001{{.*}}, lambd = 0.30000001{{.*}}
// CHECK-NEXT: return %[[A]], %[[B]]
func.func @shrinks(%x: tensor<1x4xf32>) -> (tensor<1x4xf32>, tensor<1x4xf32>) {
  %zero = qnn.constant dense<0.0> : tensor<f32> as tensor<f32>
  %c0 = qnn.constant dense<0.7> : tensor<f32> as tensor<f32>
  %c1 = qnn.constant dense<-0.7> : tensor<f32> as tensor<f32>
  %c2 = qnn.constant dense<0.3> : tensor<f32> as tensor<f32>
  %c3 = qnn.constant dense<-0.3> : tensor<f32> as tensor<f32>
  %0 = qnn.host "Greater" opset 13(%x, %c0) : (tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xi1>
  %1 = qnn.host "Less" opset 13(%x, %c1) : (tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xi1>
  %2 = qnn.host "Or" opset 13(%0, %1) : (tensor<1x4xi1>, tensor<1x4xi1>) -> tensor<1x4xi1>
  %3 = qnn.host "Where" opset 13(%2, %x, %zero) : (tensor<1x4xi1>, tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xf32>
  %4 = qnn.host "Greater" opset 13(%x, %c2) : (tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xi1>
  %5 = qnn.sub %x, %c2 : (tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xf32>
  %6 = qnn.host "Where" opset 13(%4, %5, %zero) : (tensor<1x4xi1>, tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xf32>
  %7 = qnn.host "Less" opset 13(%x, %c3) : (tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xi1>
  %8 = qnn.add %x, %c2 : (tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xf32>
  %9 = qnn.host "Where" opset 13(%7, %8, %zero) : (tensor<1x4xi1>, tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xf32>
  %10 = qnn.add %6, %9 : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32>
  return %3, %10 : tensor<1x4xf32>, tensor<1x4xf32>
}

// -----

// Ramps by selections, by a truth that is made a number, and by one that is turned around.
// CHECK-LABEL: func.func @ramps
// CHECK-NEXT: %[[A:.*]] = qnn.leaky_relu %arg0
// CHECK-NEXT: %[[B:.*]] = qnn.elu %arg0
// CHECK-NEXT: %[[C:.*]] = qnn.relu %arg0
// CHECK-NEXT: %[[D:.*]] = qnn.thresholded_relu %arg0 {alpha = 2.5{{.*}}
// CHECK-NEXT: return %[[A]], %[[B]], %[[C]], %[[D]]
func.func @ramps(%x: tensor<1x4xf32>) -> (tensor<1x4xf32>, tensor<1x4xf32>, tensor<1x4xf32>, tensor<1x4xf32>) {
  %zero = qnn.constant dense<0.0> : tensor<f32> as tensor<f32>
  %one = qnn.constant dense<1.0> : tensor<f32> as tensor<f32>
  %slope = qnn.constant dense<0.2> : tensor<f32> as tensor<f32>
  %start = qnn.constant dense<2.5> : tensor<f32> as tensor<f32>
  %0 = qnn.host "GreaterOrEqual" opset 16(%x, %zero) : (tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xi1>
  %1 = qnn.mul %x, %slope : (tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xf32>
  %2 = qnn.host "Where" opset 16(%0, %x, %1) : (tensor<1x4xi1>, tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32>
  %3 = qnn.exp %x : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %4 = qnn.sub %3, %one : (tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xf32>
  %5 = qnn.host "Where" opset 16(%0, %x, %4) : (tensor<1x4xi1>, tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32>
  %6 = qnn.host "Cast" opset 16(%0) {parameters = {to = 1}} : (tensor<1x4xi1>) -> tensor<1x4xf32>
  %7 = qnn.mul %x, %6 : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32>
  %8 = qnn.host "LessOrEqual" opset 16(%x, %start) : (tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xi1>
  %9 = qnn.host "Not" opset 16(%8) : (tensor<1x4xi1>) -> tensor<1x4xi1>
  %10 = qnn.host "Where" opset 16(%9, %x, %zero) : (tensor<1x4xi1>, tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xf32>
  return %2, %5, %7, %10 : tensor<1x4xf32>, tensor<1x4xf32>, tensor<1x4xf32>, tensor<1x4xf32>
}

// -----

// What is chosen by another number, by a mask that is given, or by a number for each element, is no function of one number; nor is a
// threshold with a value of its own among the functions.
// CHECK-LABEL: func.func @others
// CHECK-COUNT-4: qnn.host "Where"
// CHECK: return
func.func @others(%x: tensor<1x4xf32>, %z: tensor<1x4xf32>, %mask: tensor<1x4xi1>)
    -> (tensor<1x4xf32>, tensor<1x4xf32>, tensor<1x4xf32>, tensor<1x4xf32>) {
  %zero = qnn.constant dense<0.0> : tensor<f32> as tensor<f32>
  %each = qnn.constant dense<[[0.0, 1.0, 2.0, 3.0]]> : tensor<1x4xf32> as tensor<1x4xf32>
  %value = qnn.constant dense<0.4> : tensor<f32> as tensor<f32>
  %0 = qnn.host "Greater" opset 16(%z, %zero) : (tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xi1>
  %1 = qnn.host "Where" opset 16(%0, %x, %zero) : (tensor<1x4xi1>, tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xf32>
  %2 = qnn.host "Where" opset 16(%mask, %x, %zero) : (tensor<1x4xi1>, tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xf32>
  %3 = qnn.host "Greater" opset 16(%x, %each) : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xi1>
  %4 = qnn.host "Where" opset 16(%3, %x, %zero) : (tensor<1x4xi1>, tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xf32>
  %5 = qnn.host "Greater" opset 16(%x, %zero) : (tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xi1>
  %6 = qnn.host "Where" opset 16(%5, %x, %value) : (tensor<1x4xi1>, tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xf32>
  return %1, %2, %4, %6 : tensor<1x4xf32>, tensor<1x4xf32>, tensor<1x4xf32>, tensor<1x4xf32>
}
