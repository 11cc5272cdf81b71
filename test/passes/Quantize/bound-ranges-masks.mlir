// RUN: tare-opt %s --tare-bound-ranges --split-input-file --verify-diagnostics --mlir-print-local-scope | FileCheck %s

// (A68) A mask that no sample had: the scores' sum goes down to where a softmax tells nothing apart, below the least that was seen, and so does the mask.
// CHECK-LABEL: @masked
// CHECK-SAME: %arg1: tensor<1x4xf32> {{{.*}}qnn.range = #qnn.range<-18.78{{[0-9]*}}, 0.000000e+00, implied>
// CHECK: qnn.add {{.*}}qnn.range = #qnn.range<-13.78{{[0-9]*}}, 5.000000e+00, calibrated>
func.func @masked(%x: tensor<1x4xf32> {qnn.range = #qnn.range<-2.0, 5.0, calibrated>}, %m: tensor<1x4xf32> {qnn.range = #qnn.range<-1.0e4, 0.0, implied>}) -> tensor<1x4xf32> {
  %0 = qnn.add %x, %m {qnn.range = #qnn.range<-2.0, 5.0, calibrated>} : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32>
  %1 = qnn.softmax %0 {axis = 1 : i64} : (tensor<1x4xf32>) -> tensor<1x4xf32>
  return %1 : tensor<1x4xf32>
}

// -----

// An operand that cannot bring all of it there is none, nor is one whose reader tells all numbers apart.
// CHECK-LABEL: @others
// CHECK: qnn.add %arg0, %arg1 {qnn.range = #qnn.range<-2.000000e+00, 5.000000e+00, calibrated>}
// CHECK: qnn.add %arg0, %arg2 {qnn.range = #qnn.range<-2.000000e+00, 5.000000e+00, calibrated>}
func.func @others(%x: tensor<1x4xf32> {qnn.range = #qnn.range<-2.0, 5.0, calibrated>}, %y: tensor<1x4xf32> {qnn.range = #qnn.range<-17.0, 0.0, calibrated>},
                  %m: tensor<1x4xf32> {qnn.range = #qnn.range<-1.0e4, 0.0, implied>}) -> (tensor<1x4xf32>, tensor<1x4xf32>) {
  %0 = qnn.add %x, %y {qnn.range = #qnn.range<-2.0, 5.0, calibrated>} : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32>
  %1 = qnn.softmax %0 {axis = 1 : i64} : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %2 = qnn.add %x, %m {qnn.range = #qnn.range<-2.0, 5.0, calibrated>} : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32>
  return %1, %2 : tensor<1x4xf32>, tensor<1x4xf32>
}

// -----

// What a node fills so far below before a softmax costs the grid no more than that floor. Of an output it is told.
// CHECK-LABEL: @filled
// CHECK: qnn.host "Where" {{.*}}qnn.range = #qnn.range<-13.78{{[0-9]*}}, 5.000000e+00, implied>
// CHECK: qnn.host "Where" {{.*}}qnn.range = #qnn.range<-1.000000e+04, 5.000000e+00, implied>
// CHECK: qnn.host "Where" {{.*}}qnn.range = #qnn.range<-4.000000e+00, 5.000000e+00, implied>
func.func @filled(%c: tensor<4xi1>, %x: tensor<1x4xf32> {qnn.range = #qnn.range<-2.0, 5.0, calibrated>}) -> (tensor<1x4xf32>, tensor<1x2xf32>, tensor<1x2xf32>) {
  %far = qnn.constant dense<-1.0e4> : tensor<f32> as tensor<f32>
  %near = qnn.constant dense<-4.0> : tensor<f32> as tensor<f32>
  %w = qnn.constant dense<0.5> : tensor<2x4xf32> as tensor<2x4xf32>
  %0 = qnn.host "Where" opset 16(%c, %x, %far) {qnn.range = #qnn.range<-1.0e4, 5.0, implied>} : (tensor<4xi1>, tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xf32>
  %1 = qnn.softmax %0 {axis = 1 : i64, qnn.least_row_maximum = -2.0 : f64} : (tensor<1x4xf32>) -> tensor<1x4xf32>
  // expected-warning@below {{puts numbers of [-10000, 5] among what lies in [-2, 5]; what reads it may take both, so the grid of}}
  %2 = qnn.host "Where" opset 16(%c, %x, %far) {qnn.range = #qnn.range<-1.0e4, 5.0, implied>} : (tensor<4xi1>, tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xf32>
  %3 = qnn.linear %2, %w : (tensor<1x4xf32>, tensor<2x4xf32>) -> tensor<1x2xf32>
  %4 = qnn.host "Where" opset 16(%c, %x, %near) {qnn.range = #qnn.range<-4.0, 5.0, implied>} : (tensor<4xi1>, tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xf32>
  %5 = qnn.linear %4, %w : (tensor<1x4xf32>, tensor<2x4xf32>) -> tensor<1x2xf32>
  return %1, %3, %5 : tensor<1x4xf32>, tensor<1x2xf32>, tensor<1x2xf32>
}
