// An infinity that hides an element, in the end before a softmax or what gives a number there, is a large number; elsewhere it stays.
// RUN: tare-opt %s --pass-pipeline='builtin.module(func.func(tare-canonicalize-graph))' --mlir-print-local-scope --mlir-print-elementsattrs-with-hex-if-larger=-1 | FileCheck %s

// CHECK-LABEL: func.func @hidden
func.func @hidden(%c: tensor<2xi1>, %x: tensor<1x2xf32>) -> tensor<1x2xf32> {
  %h = qnn.constant dense<0xFF800000> : tensor<f32> as tensor<f32>
  %k = qnn.constant dense<0.125> : tensor<f32> as tensor<f32>
  // CHECK: %[[LOW:.*]] = qnn.constant dense_resource<{{.*}}finite{{.*}}> : tensor<f32>
  // CHECK: qnn.host "Where" opset 17(%arg0, %arg1, %[[LOW]])
  %0 = qnn.host "Where" opset 17(%c, %x, %h) : (tensor<2xi1>, tensor<1x2xf32>, tensor<f32>) -> tensor<1x2xf32>
  %1 = qnn.mul %0, %k : (tensor<1x2xf32>, tensor<f32>) -> tensor<1x2xf32>
  %2 = qnn.add %x, %1 : (tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x2xf32>
  %3 = qnn.softmax %2 {axis = 1 : i64} : (tensor<1x2xf32>) -> tensor<1x2xf32>
  return %3 : tensor<1x2xf32>
}

// What is subtracted, and multiplied by a number below 0, is the other infinity.
// CHECK-LABEL: func.func @turned
func.func @turned(%c: tensor<2xi1>, %x: tensor<1x2xf32>) -> tensor<1x2xf32> {
  %h = qnn.constant dense<0x7F800000> : tensor<f32> as tensor<f32>
  // CHECK: qnn.constant dense_resource<{{.*}}finite
  %0 = qnn.host "Where" opset 17(%c, %x, %h) : (tensor<2xi1>, tensor<1x2xf32>, tensor<f32>) -> tensor<1x2xf32>
  %1 = qnn.sub %x, %0 : (tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x2xf32>
  %2 = qnn.sigmoid %1 : (tensor<1x2xf32>) -> tensor<1x2xf32>
  return %2 : tensor<1x2xf32>
}

// CHECK-LABEL: func.func @told_apart
func.func @told_apart(%c: tensor<2xi1>, %x: tensor<1x2xf32>) -> (tensor<1x2xf32>, tensor<1x2xf32>, tensor<1x2xf32>, tensor<1x2xi1>) {
  // CHECK: %[[INF:.*]] = qnn.constant dense<0xFF800000>
  %h = qnn.constant dense<0xFF800000> : tensor<f32> as tensor<f32>
  // An output is what it is, of a softmax that reads it beside, too.
  // CHECK: qnn.host "Where" opset 17(%arg0, %arg1, %[[INF]])
  %0 = qnn.host "Where" opset 17(%c, %x, %h) : (tensor<2xi1>, tensor<1x2xf32>, tensor<f32>) -> tensor<1x2xf32>
  %1 = qnn.softmax %0 {axis = 1 : i64} : (tensor<1x2xf32>) -> tensor<1x2xf32>
  // So is what is multiplied by a number that is computed, and may be 0.
  // CHECK: qnn.host "Where" opset 17(%arg0, %[[INF]], %arg1)
  %2 = qnn.host "Where" opset 17(%c, %h, %x) : (tensor<2xi1>, tensor<f32>, tensor<1x2xf32>) -> tensor<1x2xf32>
  %3 = qnn.mul %2, %x : (tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x2xf32>
  %4 = qnn.sigmoid %3 : (tensor<1x2xf32>) -> tensor<1x2xf32>
  // Who asks for infinities gets them.
  // CHECK: qnn.host "Where" opset 16(%arg0, %[[INF]], %arg1)
  %5 = qnn.host "Where" opset 16(%c, %h, %x) : (tensor<2xi1>, tensor<f32>, tensor<1x2xf32>) -> tensor<1x2xf32>
  %6 = qnn.host "IsInf" opset 20(%5) : (tensor<1x2xf32>) -> tensor<1x2xi1>
  return %0, %1, %4, %6 : tensor<1x2xf32>, tensor<1x2xf32>, tensor<1x2xf32>, tensor<1x2xi1>
}

// The lowest number adds up to infinity, where -1e9 does not.
// CHECK-LABEL: func.func @finite
func.func @finite(%c: tensor<2xi1>, %x: tensor<1x2xf32>) -> tensor<1x2xf32> {
  %lowest = qnn.constant dense<-3.40282347E+38> : tensor<f32> as tensor<f32>
  // CHECK: %[[FAR:.*]] = qnn.constant dense<-1.000000e+09>
  %far = qnn.constant dense<-1.0e9> : tensor<f32> as tensor<f32>
  // CHECK: %[[LOW:.*]] = qnn.constant dense_resource<{{.*}}finite
  // CHECK: qnn.host "Where" opset 17(%arg0, %arg1, %[[LOW]])
  %0 = qnn.host "Where" opset 17(%c, %x, %lowest) : (tensor<2xi1>, tensor<1x2xf32>, tensor<f32>) -> tensor<1x2xf32>
  // CHECK: qnn.host "Where" opset 17(%arg0, %arg1, %[[FAR]])
  %1 = qnn.host "Where" opset 17(%c, %x, %far) : (tensor<2xi1>, tensor<1x2xf32>, tensor<f32>) -> tensor<1x2xf32>
  %2 = qnn.add %0, %1 : (tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x2xf32>
  %3 = qnn.softmax %2 {axis = 1 : i64} : (tensor<1x2xf32>) -> tensor<1x2xf32>
  return %3 : tensor<1x2xf32>
}

// Of two numbers that are put among the elements, the second one may be the infinite one; both may be.
// CHECK-LABEL: func.func @second
func.func @second(%c: tensor<2xi1>) -> tensor<2xf32> {
  // CHECK-DAG: %[[ONE:.*]] = qnn.constant dense<1.000000e+00>
  %one = qnn.constant dense<1.0> : tensor<f32> as tensor<f32>
  // CHECK-DAG: %[[LOW:.*]] = qnn.constant dense_resource<{{.*}}finite
  %h = qnn.constant dense<0xFF800000> : tensor<f32> as tensor<f32>
  // CHECK: qnn.host "Where" opset 17(%arg0, %[[ONE]], %[[LOW]])
  %0 = qnn.host "Where" opset 17(%c, %one, %h) : (tensor<2xi1>, tensor<f32>, tensor<f32>) -> tensor<2xf32>
  %1 = qnn.sigmoid %0 : (tensor<2xf32>) -> tensor<2xf32>
  return %1 : tensor<2xf32>
}

// Factors above 0 leave an infinity what it is, those below 0 turn it, and of both kinds one is told from the other.
// CHECK-LABEL: func.func @factors
func.func @factors(%c: tensor<2xi1>, %x: tensor<2xf32>) -> (tensor<2xf32>, tensor<2xf32>) {
  %up = qnn.constant dense<0x7F800000> : tensor<f32> as tensor<f32>
  %below = qnn.constant dense<[-1.0, -0.5]> : tensor<2xf32> as tensor<2xf32>
  %both = qnn.constant dense<[-1.0, 0.5]> : tensor<2xf32> as tensor<2xf32>
  // CHECK-DAG: %[[INF:.*]] = qnn.constant dense<0x7F800000>
  // CHECK-DAG: %[[HIGH:.*]] = qnn.constant dense_resource<{{.*}}finite
  // CHECK: qnn.host "Where" opset 17(%arg0, %arg1, %[[HIGH]])
  %0 = qnn.host "Where" opset 17(%c, %x, %up) : (tensor<2xi1>, tensor<2xf32>, tensor<f32>) -> tensor<2xf32>
  %1 = qnn.mul %0, %below : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  %2 = qnn.softmax %1 {axis = 0 : i64} : (tensor<2xf32>) -> tensor<2xf32>
  // CHECK: qnn.host "Where" opset 17(%arg0, %arg1, %[[INF]])
  %3 = qnn.host "Where" opset 17(%c, %x, %up) : (tensor<2xi1>, tensor<2xf32>, tensor<f32>) -> tensor<2xf32>
  %4 = qnn.mul %3, %both : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  %5 = qnn.softmax %4 {axis = 0 : i64} : (tensor<2xf32>) -> tensor<2xf32>
  return %2, %5 : tensor<2xf32>, tensor<2xf32>
}
