// RUN: tare-opt %s --tare-set-target --tare-place-host --tare-insert-quant-dequant --tare-fuse-quantized --split-input-file --mlir-print-local-scope | FileCheck %s

// (A76) A table is on the grid of what is chosen from it, whose range is all of the table (A68): nothing is rounded between, and the host computes nothing.
// CHECK-LABEL: func.func @embedding
// CHECK: %[[T:.*]] = qnn.constant {{.*}} as tensor<3x2x!quant.uniform<i8:f32, 0.0078{{[0-9]*}}:-1>>
// CHECK: %[[E:.*]] = qnn.gather %[[T]][%arg0] {axis = 0 : i64{{.*}}} : {{.*}} -> tensor<1x4x2x!quant.uniform<i8:f32, 0.0078{{[0-9]*}}:-1>>
// CHECK-NEXT: qnn.add %[[E]], %{{.*}} -> tensor<1x4x2x!quant.uniform<i8
func.func @embedding(%ids: tensor<1x4xi64> {qnn.name = "ids"}, %places: tensor<1x4x2xf32> {qnn.name = "places", qnn.range = #qnn.range<-1.0, 1.0, calibrated>}) -> tensor<1x4x2xf32> {
  %table = qnn.constant dense<[[1.0, -1.0], [0.25, 0.5], [0.0, 0.125]]> : tensor<3x2xf32> as tensor<3x2xf32> loc("table")
  %e = qnn.gather %table[%ids] {axis = 0 : i64, qnn.range = #qnn.range<-1.0, 1.0, implied>} : (tensor<3x2xf32>, tensor<1x4xi64>) -> tensor<1x4x2xf32> loc("embed"("e"))
  %y = qnn.add %e, %places {qnn.range = #qnn.range<-2.0, 2.0, calibrated>} : (tensor<1x4x2xf32>, tensor<1x4x2xf32>) -> tensor<1x4x2xf32> loc("sum"("y"))
  return %y : tensor<1x4x2xf32>
}

// -----

// Of an activation, on its grid; indices that a host op computes.
// CHECK-LABEL: func.func @rows
// CHECK: %[[I:.*]] = qnn.host "ArgMax"
// CHECK: %[[A:.*]] = qnn.relu {{.*}} -> tensor<3x2x!quant.uniform<i8:f32, [[G:.*]]>>
// CHECK: qnn.gather %[[A]][%[[I]]] {{.*}} -> tensor<1x2x!quant.uniform<i8:f32, [[G]]>>
func.func @rows(%x: tensor<3x2xf32> {qnn.name = "x", qnn.range = #qnn.range<-1.0, 1.0, calibrated>}, %s: tensor<1x3xf32> {qnn.name = "s"}) -> tensor<1x2xf32> {
  %i = qnn.host "ArgMax" opset 13(%s) {parameters = {axis = 1, keepdims = 0}} : (tensor<1x3xf32>) -> tensor<1xi64> loc("best"("i"))
  %a = qnn.relu %x {qnn.range = #qnn.range<0.0, 1.0, calibrated>} : (tensor<3x2xf32>) -> tensor<3x2xf32> loc("relu"("a"))
  %e = qnn.gather %a[%i] {axis = 0 : i64, qnn.range = #qnn.range<0.0, 1.0, implied>} : (tensor<3x2xf32>, tensor<1xi64>) -> tensor<1x2xf32> loc("pick"("e"))
  %y = qnn.add %e, %e {qnn.range = #qnn.range<0.0, 2.0, calibrated>} : (tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x2xf32> loc("sum"("y"))
  return %y : tensor<1x2xf32>
}

// -----

// A table that the model has as integers keeps its grid.
// CHECK-LABEL: func.func @stored
// CHECK: qnn.gather {{.*}} -> tensor<4x2x!quant.uniform<i8:f32, 5.000000e-01:3>>
// CHECK-NEXT: qnn.add
func.func @stored(%ids: tensor<4xi32> {qnn.name = "ids"}) -> tensor<4x2xf32> {
  %table = qnn.constant dense<[[1, -1], [5, 3]]> : tensor<2x2xi8> as tensor<2x2x!quant.uniform<i8:f32, 0.5:3>> loc("table")
  %reals = quant.dcast %table : tensor<2x2x!quant.uniform<i8:f32, 0.5:3>> to tensor<2x2xf32>
  %e = qnn.gather %reals[%ids] {axis = 0 : i64, qnn.range = #qnn.range<-2.0, 1.0, implied>} : (tensor<2x2xf32>, tensor<4xi32>) -> tensor<4x2xf32> loc("embed"("e"))
  %y = qnn.add %e, %e {qnn.range = #qnn.range<-4.0, 2.0, calibrated>} : (tensor<4x2xf32>, tensor<4x2xf32>) -> tensor<4x2xf32> loc("sum"("y"))
  return %y : tensor<4x2xf32>
}

// -----

// What is only chosen for whoever takes the result stays what it is: real numbers, to which no grid is due.
// CHECK-LABEL: func.func @leaves
// CHECK-NOT: quant
// CHECK: qnn.gather {{.*}} : (tensor<2x2xf32>, tensor<4xi64>) -> tensor<4x2xf32>
// CHECK-NOT: quant
func.func @leaves(%ids: tensor<4xi64> {qnn.name = "ids"}) -> tensor<4x2xf32> {
  %table = qnn.constant dense<[[1.0, -1.0], [0.25, 0.5]]> : tensor<2x2xf32> as tensor<2x2xf32> loc("table")
  %e = qnn.gather %table[%ids] {axis = 0 : i64, qnn.range = #qnn.range<-1.0, 1.0, implied>} : (tensor<2x2xf32>, tensor<4xi64>) -> tensor<4x2xf32> loc("embed"("e"))
  return %e : tensor<4x2xf32>
}
