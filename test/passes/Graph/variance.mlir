// The difference of a mean of squares and the square of the mean becomes a mean of squared differences.
// RUN: tare-opt %s --tare-canonicalize-graph --mlir-print-local-scope --mlir-print-debuginfo | FileCheck %s

// CHECK-LABEL: func.func @layer_norm
func.func @layer_norm(%x: tensor<2x8xf32>) -> tensor<2x1xf32> {
  // CHECK: %[[MEAN:.*]] = qnn.reduce_mean %arg0 {axes = array<i64: 1>, keep_dims}
  // CHECK: %[[CENTERED:.*]] = qnn.sub %arg0, %[[MEAN]] : {{.*}} loc("variance_centered"("v_centered"))
  // CHECK: %[[SQUARE:.*]] = qnn.mul %[[CENTERED]], %[[CENTERED]] :
  // CHECK: %[[V:.*]] = qnn.reduce_mean %[[SQUARE]] {axes = array<i64: 1>, keep_dims} : {{.*}} loc("variance"("v"))
  // CHECK: return %[[V]]
  %0 = qnn.mul %x, %x : (tensor<2x8xf32>, tensor<2x8xf32>) -> tensor<2x8xf32>
  %1 = qnn.reduce_mean %0 {axes = array<i64: 1>, keep_dims} : (tensor<2x8xf32>) -> tensor<2x1xf32>
  %2 = qnn.reduce_mean %x {axes = array<i64: 1>, keep_dims} : (tensor<2x8xf32>) -> tensor<2x1xf32>
  %3 = qnn.pow %2 {exponent = 2.0 : f64} : (tensor<2x1xf32>) -> tensor<2x1xf32>
  %4 = qnn.sub %1, %3 : (tensor<2x1xf32>, tensor<2x1xf32>) -> tensor<2x1xf32> loc("variance"("v"))
  return %4 : tensor<2x1xf32>
}

// Without the axes: the mean is taken again with ones for them.
// CHECK-LABEL: func.func @dropped_axes
func.func @dropped_axes(%x: tensor<2x8xf32>) -> tensor<2xf32> {
  // CHECK: %[[MEAN:.*]] = qnn.reduce_mean %arg0 {axes = array<i64: 1>, keep_dims} : (tensor<2x8xf32>) -> tensor<2x1xf32>
  // CHECK: qnn.sub %arg0, %[[MEAN]]
  // CHECK: qnn.reduce_mean %{{.*}} {axes = array<i64: 1>} : (tensor<2x8xf32>) -> tensor<2xf32>
  %0 = qnn.mul %x, %x : (tensor<2x8xf32>, tensor<2x8xf32>) -> tensor<2x8xf32>
  %1 = qnn.reduce_mean %0 {axes = array<i64: 1>} : (tensor<2x8xf32>) -> tensor<2xf32>
  %2 = qnn.reduce_mean %x {axes = array<i64: 1>} : (tensor<2x8xf32>) -> tensor<2xf32>
  %3 = qnn.mul %2, %2 : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  %4 = qnn.sub %1, %3 : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  return %4 : tensor<2xf32>
}

// Means of different values, or along different axes, are no variance.
// CHECK-LABEL: func.func @others
func.func @others(%x: tensor<2x8xf32>, %y: tensor<2x8xf32>) -> tensor<2x1xf32> {
  // CHECK-COUNT-2: qnn.reduce_mean
  // CHECK: qnn.sub
  // CHECK-NOT: qnn.reduce_mean
  %0 = qnn.mul %x, %x : (tensor<2x8xf32>, tensor<2x8xf32>) -> tensor<2x8xf32>
  %1 = qnn.reduce_mean %0 {axes = array<i64: 1>, keep_dims} : (tensor<2x8xf32>) -> tensor<2x1xf32>
  %2 = qnn.reduce_mean %y {axes = array<i64: 1>, keep_dims} : (tensor<2x8xf32>) -> tensor<2x1xf32>
  %3 = qnn.mul %2, %2 : (tensor<2x1xf32>, tensor<2x1xf32>) -> tensor<2x1xf32>
  %4 = qnn.sub %1, %3 : (tensor<2x1xf32>, tensor<2x1xf32>) -> tensor<2x1xf32>
  return %4 : tensor<2x1xf32>
}
