// RUN: sed -e 's/mean_multiplier_bits: 15/mean_multiplier_bits: 1/' %S/../../../targets/shift_only.yaml > %t.shift.yaml
// RUN: tare-opt %s --pass-pipeline="builtin.module(func.func(tare-place-missing{target=%t.shift.yaml}))" | FileCheck %s --check-prefix=SHIFT
// RUN: sed -e 's/accumulator_bits: 32/accumulator_bits: 20/' %S/../../../targets/generic.yaml > %t.sum.yaml
// RUN: tare-opt %s --pass-pipeline="builtin.module(func.func(tare-place-missing{target=%t.sum.yaml}))" | FileCheck %s --check-prefix=SUM
// RUN: tare-opt %s --pass-pipeline="builtin.module(func.func(tare-place-missing{target=%t.sum.yaml activations=i16}))" | FileCheck %s --check-prefix=ALL
// RUN: tare-opt %s --pass-pipeline="builtin.module(func.func(tare-place-missing{target=shift_only}))" | FileCheck %s --check-prefix=ALL
// RUN: sed -e '/^layout/a product_bits: 20' %S/../../../targets/generic.yaml > %t.product.yaml
// RUN: tare-opt %s --pass-pipeline="builtin.module(func.func(tare-place-missing{target=%t.product.yaml}))" | FileCheck %s --check-prefix=PRODUCT

// ALL-NOT: qnn.host

// A shift divides by 4, and by 9 it does not.
// SHIFT-LABEL: func.func @means
// SHIFT: qnn.average_pool
// SHIFT: qnn.host "AveragePool" {{.*}}reason = "the target has no multiplier for means (mean_multiplier_bits: 1), and 9 elements are no power of two"
// SUM-LABEL: func.func @means
// SUM-NOT: qnn.host
func.func @means(%x: tensor<1x1x4x4xf32>) -> tensor<1x1x1x1xf32> {
  %0 = qnn.average_pool %x {kernel = array<i64: 2, 2>} : (tensor<1x1x4x4xf32>) -> tensor<1x1x3x3xf32>
  %1 = qnn.average_pool %0 {kernel = array<i64: 3, 3>} : (tensor<1x1x3x3xf32>) -> tensor<1x1x1x1xf32>
  return %1 : tensor<1x1x1x1xf32>
}

// 32 * 127^2 is 2^19 or less, 33 * 127^2 is more.
// SUM-LABEL: func.func @products
// SUM: qnn.matmul
// SUM: qnn.host "MatMul" {{.*}}reason = "its accumulator needs 21 bits or more, and the target has 20"
// PRODUCT-LABEL: func.func @products
// PRODUCT: qnn.matmul
// PRODUCT: qnn.host "MatMul" {{.*}}reason = "the product of its accumulator and a multiplier needs 21 bits or more, and the target has 20"
func.func @products(%a: tensor<1x32xf32>, %b: tensor<32x1xf32>, %c: tensor<1x33xf32>, %d: tensor<33x1xf32>) -> (tensor<1x1xf32>, tensor<1x1xf32>) {
  %0 = qnn.matmul %a, %b : (tensor<1x32xf32>, tensor<32x1xf32>) -> tensor<1x1xf32>
  %1 = qnn.matmul %c, %d : (tensor<1x33xf32>, tensor<33x1xf32>) -> tensor<1x1xf32>
  return %0, %1 : tensor<1x1xf32>, tensor<1x1xf32>
}
