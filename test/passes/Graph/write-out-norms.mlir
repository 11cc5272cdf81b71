// RUN: sed -e '/^layout/a ops: [conv, linear, add, mul, lookup, reduce_mean]' %S/../../../targets/generic.yaml > %t.yaml
// RUN: tare-opt %s --pass-pipeline="builtin.module(func.func(tare-write-out-norms{target=%t.yaml}))" --mlir-print-local-scope --mlir-print-debuginfo | FileCheck %s
// RUN: tare-opt %s --tare-write-out-norms | FileCheck %s --check-prefix=HAS
// RUN: tare-opt %s --pass-pipeline="builtin.module(func.func(tare-write-out-norms{activations=i16}))" | FileCheck %s --check-prefix=WIDE

// CHECK-LABEL: func.func @norm
// CHECK: %[[MEAN:.*]] = qnn.reduce_mean %arg0 {axes = array<i64: 2>, keep_dims} : {{.*}} loc("norm"("y_mean"))
// CHECK: %[[D:.*]] = qnn.sub %arg0, %[[MEAN]]
// CHECK: %[[S:.*]] = qnn.mul %[[D]], %[[D]]
// CHECK: %[[V:.*]] = qnn.reduce_mean %[[S]] {axes = array<i64: 2>, keep_dims}
// CHECK: %[[E:.*]] = qnn.add %[[V]], %{{.*}} : (tensor<1x2x1xf32>, tensor<f32>)
// CHECK: %[[R:.*]] = qnn.sqrt %[[E]]
// CHECK: %[[N:.*]] = qnn.div %[[D]], %[[R]]
// CHECK: %[[G:.*]] = qnn.mul %[[N]], %{{.*}} : (tensor<1x2x4xf32>, tensor<2x1xf32>)
// CHECK: %[[Y:.*]] = qnn.add %[[G]], %{{.*}} {clamp = #qnn.clamp<0.0{{.*}}>} : (tensor<1x2x4xf32>, tensor<2x1xf32>) {{.*}} loc("norm"("y"))
// CHECK: return %[[Y]]
// HAS-LABEL: func.func @norm
// HAS-NEXT: qnn.normalize
// HAS-NEXT: return
func.func @norm(%x: tensor<1x2x4xf32>) -> tensor<1x2x4xf32> {
  %0 = qnn.normalize %x {axes = array<i64: 2>, axis = 1 : i64, epsilon = 1.0e-5 : f64, gamma = array<f64: 3.0, 4.0>, beta = array<f64: 1.0, 2.0>, clamp = #qnn.clamp<0.0, 6.0>} : (tensor<1x2x4xf32>) -> tensor<1x2x4xf32> loc("norm"("y"))
  return %0 : tensor<1x2x4xf32>
}

// (A71) 2^16 elements and one of 16 bits are more than the integers hold, of 8 bits not.
// WIDE-LABEL: func.func @norm
// WIDE: qnn.normalize
// WIDE-LABEL: func.func @many
// WIDE-NOT: qnn.normalize
// WIDE: qnn.div
// HAS-LABEL: func.func @many
// HAS: qnn.normalize
func.func @many(%x: tensor<1x65537xf32>) -> tensor<1x65537xf32> {
  %0 = qnn.normalize %x {axes = array<i64: 1>, epsilon = 1.0e-5 : f64, keep_mean} : (tensor<1x65537xf32>) -> tensor<1x65537xf32> loc("many"("y"))
  return %0 : tensor<1x65537xf32>
}
