// RUN: tare-opt %s --tare-canonicalize-graph --split-input-file | FileCheck %s

// What divides a vector was expanded to the vector's shape, of more axes than it has.
// CHECK-LABEL: func.func @expanded
// CHECK-NEXT: qnn.div %arg0, %arg1 : (tensor<2x3x4xf32>, tensor<3x1xf32>) -> tensor<2x3x4xf32>
func.func @expanded(%x: tensor<2x3x4xf32>, %v: tensor<3x1xf32>) -> tensor<2x3x4xf32> {
  %all = qnn.concat %v, %v, %v, %v {axis = 1 : i64} : (tensor<3x1xf32>, tensor<3x1xf32>, tensor<3x1xf32>, tensor<3x1xf32>) -> tensor<3x4xf32>
  %y = qnn.div %x, %all : (tensor<2x3x4xf32>, tensor<3x4xf32>) -> tensor<2x3x4xf32>
  return %y : tensor<2x3x4xf32>
}

// -----

// Along two axes, on the left; the limit of the sum stays.
// CHECK-LABEL: func.func @twice
// CHECK-NEXT: qnn.add %arg1, %arg0 {clamp = #qnn.clamp<0.0{{.*}}, 6.0{{.*}}>} : (tensor<1x1xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
func.func @twice(%x: tensor<2x2xf32>, %v: tensor<1x1xf32>) -> tensor<2x2xf32> {
  %row = qnn.concat %v, %v {axis = 1 : i64} : (tensor<1x1xf32>, tensor<1x1xf32>) -> tensor<1x2xf32>
  %all = qnn.concat %row, %row {axis = 0 : i64} : (tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<2x2xf32>
  %y = qnn.add %all, %x {clamp = #qnn.clamp<0.0, 6.0>} : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  return %y : tensor<2x2xf32>
}

// -----

// Along one axis in two steps.
// CHECK-LABEL: func.func @steps
// CHECK-NEXT: qnn.mul %arg0, %arg1 : (tensor<2x4xf32>, tensor<2x1xf32>) -> tensor<2x4xf32>
func.func @steps(%x: tensor<2x4xf32>, %v: tensor<2x1xf32>) -> tensor<2x4xf32> {
  %two = qnn.concat %v, %v {axis = 1 : i64} : (tensor<2x1xf32>, tensor<2x1xf32>) -> tensor<2x2xf32>
  %four = qnn.concat %two, %two {axis = 1 : i64} : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x4xf32>
  %y = qnn.mul %x, %four : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  return %y : tensor<2x4xf32>
}

// -----

// Where the other operand broadcasts itself, the repetition makes the result's shape.
// CHECK-LABEL: func.func @outer
// CHECK: qnn.concat
// CHECK: qnn.mul
func.func @outer(%x: tensor<2x1xf32>, %v: tensor<2x1xf32>) -> tensor<2x2xf32> {
  %all = qnn.concat %v, %v {axis = 1 : i64} : (tensor<2x1xf32>, tensor<2x1xf32>) -> tensor<2x2xf32>
  %y = qnn.mul %x, %all : (tensor<2x1xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  return %y : tensor<2x2xf32>
}

// -----

// Repeated as a whole, not an element; two values; another operator.
// CHECK-LABEL: func.func @others
// CHECK-COUNT-3: qnn.concat
func.func @others(%x: tensor<4xf32>, %v: tensor<2xf32>, %a: tensor<1xf32>, %b: tensor<1xf32>) -> (tensor<4xf32>, tensor<2xf32>, tensor<2xf32>) {
  %pairs = qnn.concat %v, %v {axis = 0 : i64} : (tensor<2xf32>, tensor<2xf32>) -> tensor<4xf32>
  %y = qnn.sub %x, %pairs : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %both = qnn.concat %a, %b {axis = 0 : i64} : (tensor<1xf32>, tensor<1xf32>) -> tensor<2xf32>
  %z = qnn.sub %v, %both : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  %again = qnn.concat %a, %a {axis = 0 : i64} : (tensor<1xf32>, tensor<1xf32>) -> tensor<2xf32>
  %w = qnn.exp %again : (tensor<2xf32>) -> tensor<2xf32>
  return %y, %z, %w : tensor<4xf32>, tensor<2xf32>, tensor<2xf32>
}

// -----

// On a grid it is an operand as it stands.
!q = !quant.uniform<i8:f32, 0.1>
// CHECK-LABEL: func.func @quantized
// CHECK: qnn.concat
func.func @quantized(%x: tensor<2x!q>, %v: tensor<1x!q>) -> tensor<2x!q> {
  %all = qnn.concat %v, %v {axis = 0 : i64} : (tensor<1x!q>, tensor<1x!q>) -> tensor<2x!q>
  %y = qnn.add %x, %all : (tensor<2x!q>, tensor<2x!q>) -> tensor<2x!q>
  return %y : tensor<2x!q>
}
