// RUN: tare-opt %s --canonicalize | FileCheck %s

// CHECK-LABEL: func.func @transposes
// CHECK-SAME: (%[[X:.*]]: tensor<1x8x6x4xi8>)
func.func @transposes(%x: tensor<1x8x6x4xi8>) -> (tensor<1x8x6x4xi8>, tensor<1x6x4x8xi8>, tensor<1x8x6x4xi8>) {
  %0 = npu.transpose %x permutation = [0, 3, 1, 2] : (tensor<1x8x6x4xi8>) -> tensor<1x4x8x6xi8>
  %1 = npu.transpose %0 permutation = [0, 2, 3, 1] : (tensor<1x4x8x6xi8>) -> tensor<1x8x6x4xi8>
  // CHECK-NEXT: %[[T:.*]] = npu.transpose %[[X]] permutation = [0, 2, 3, 1]
  %2 = npu.transpose %0 permutation = [0, 3, 1, 2] : (tensor<1x4x8x6xi8>) -> tensor<1x6x4x8xi8>
  %3 = npu.transpose %x permutation = [0, 1, 2, 3] : (tensor<1x8x6x4xi8>) -> tensor<1x8x6x4xi8>
  // CHECK-NEXT: return %[[X]], %[[T]], %[[X]]
  return %1, %2, %3 : tensor<1x8x6x4xi8>, tensor<1x6x4x8xi8>, tensor<1x8x6x4xi8>
}

// CHECK-LABEL: func.func @reshapes
// CHECK-SAME: (%[[X:.*]]: tensor<2x6xi8>)
func.func @reshapes(%x: tensor<2x6xi8>) -> (tensor<3x4xi8>, tensor<2x6xi8>) {
  %0 = npu.reshape %x shape = [12] : (tensor<2x6xi8>) -> tensor<12xi8>
  // CHECK-NEXT: %[[R:.*]] = npu.reshape %[[X]] shape = [3, 4]
  %1 = npu.reshape %0 shape = [3, 4] : (tensor<12xi8>) -> tensor<3x4xi8>
  %2 = npu.reshape %0 shape = [2, 6] : (tensor<12xi8>) -> tensor<2x6xi8>
  // CHECK-NEXT: return %[[R]], %[[X]]
  return %1, %2 : tensor<3x4xi8>, tensor<2x6xi8>
}

// CHECK-LABEL: func.func @identities
// CHECK-SAME: (%[[X:.*]]: tensor<2x6xi8>)
func.func @identities(%x: tensor<2x6xi8>) -> (tensor<2x6xi8>, tensor<2x6xi8>, tensor<2x6xi8>, tensor<2x6xi8>) {
  %0 = npu.slice %x starts = [0, 0] steps = [1, 1] sizes = [2, 6] : (tensor<2x6xi8>) -> tensor<2x6xi8>
  %1 = npu.pad %x low = [0, 0] high = [0, 0] mode = constant value = 3 : (tensor<2x6xi8>) -> tensor<2x6xi8>
  %2 = npu.concat %x axis = 1 : (tensor<2x6xi8>) -> tensor<2x6xi8>
  // A reversal has the operand's type, and moves.
  // CHECK-NEXT: %[[S:.*]] = npu.slice %[[X]] starts = [1, 0] steps = [-1, 1]
  %3 = npu.slice %x starts = [1, 0] steps = [-1, 1] sizes = [2, 6] : (tensor<2x6xi8>) -> tensor<2x6xi8>
  // CHECK-NEXT: return %[[X]], %[[X]], %[[X]], %[[S]]
  return %0, %1, %2, %3 : tensor<2x6xi8>, tensor<2x6xi8>, tensor<2x6xi8>, tensor<2x6xi8>
}

// So does a padding by as much as is cut off: the shape alone says nothing.
// CHECK-LABEL: func.func @shift
func.func @shift(%x: tensor<6xi8>) -> tensor<6xi8> {
  // CHECK: npu.pad
  %0 = npu.pad %x low = [1] high = [0] mode = constant : (tensor<6xi8>) -> tensor<7xi8>
  // CHECK: npu.slice
  %1 = npu.slice %0 starts = [0] steps = [1] sizes = [6] : (tensor<7xi8>) -> tensor<6xi8>
  return %1 : tensor<6xi8>
}

// Each rescale rounds: two are two.
// CHECK-LABEL: func.func @rescales
func.func @rescales(%x: tensor<6xi8>) -> tensor<6xi8> {
  // CHECK-COUNT-2: npu.rescale
  %0 = npu.rescale %x requant = <multipliers = [3], shifts = [2], zero_point = 0, clamp = [-128, 127]> : (tensor<6xi8>) -> tensor<6xi8>
  %1 = npu.rescale %0 requant = <multipliers = [3], shifts = [2], zero_point = 0, clamp = [-128, 127]> : (tensor<6xi8>) -> tensor<6xi8>
  return %1 : tensor<6xi8>
}

// Data movement on constants is computed, on resources too.
// CHECK-LABEL: func.func @constants
func.func @constants() -> (tensor<3x2xi8>, tensor<6xi8>, tensor<4x2xi8>, tensor<1x2xi8>, tensor<2x2xi16>) {
  %c = npu.constant dense<[[1, 2, 3], [4, 5, 6]]> : tensor<2x3xi8>
  %d = npu.constant dense<[[7, 8]]> : tensor<1x2xi8>
  %r = npu.constant dense_resource<weights> : tensor<2x2xi16>
  // CHECK-DAG: npu.constant dense_resource<constant> : tensor<3x2xi8>
  %0 = npu.transpose %c permutation = [1, 0] : (tensor<2x3xi8>) -> tensor<3x2xi8>
  // CHECK-DAG: npu.constant dense<[1, 2, 3, 4, 5, 6]> : tensor<6xi8>
  %1 = npu.reshape %c shape = [6] : (tensor<2x3xi8>) -> tensor<6xi8>
  // CHECK-DAG: npu.constant dense_resource<constant_1> : tensor<4x2xi8>
  %2 = npu.concat %0, %d axis = 0 : (tensor<3x2xi8>, tensor<1x2xi8>) -> tensor<4x2xi8>
  // CHECK-DAG: npu.constant dense_resource<constant_{{[0-9]}}> : tensor<1x2xi8>
  %3 = npu.slice %c starts = [1, 2] steps = [1, -2] sizes = [1, 2] : (tensor<2x3xi8>) -> tensor<1x2xi8>
  // CHECK-DAG: npu.constant dense_resource<weights_1> : tensor<2x2xi16>
  %4 = npu.transpose %r permutation = [1, 0] : (tensor<2x2xi16>) -> tensor<2x2xi16>
  return %0, %1, %2, %3, %4 : tensor<3x2xi8>, tensor<6xi8>, tensor<4x2xi8>, tensor<1x2xi8>, tensor<2x2xi16>
}

// Fewer elements are made real where only parts are read; not where somebody reads all.
// CHECK-LABEL: func.func @slices_of_real
// CHECK-SAME: (%[[X:.*]]: tensor<2x4xi32>)
func.func @slices_of_real(%x: tensor<2x4xi32>) -> (tensor<2x2xf32>, tensor<1x4xf32>, tensor<2x4xf32>, tensor<2x1xf32>) {
  %0 = npu.dequantize %x scales = [1.0, 2.0, 3.0, 4.0] axis = 1 zero_point = 0 : (tensor<2x4xi32>) -> tensor<2x4xf32>
  // CHECK: %[[A:.*]] = npu.slice %[[X]] starts = [0, 3] steps = [1, -2] sizes = [2, 2] : (tensor<2x4xi32>) -> tensor<2x2xi32>
  // CHECK-NEXT: %[[AD:.*]] = npu.dequantize %[[A]] scales = [4.000000e+00, 2.000000e+00] axis = 1 zero_point = 0
  %1 = npu.slice %0 starts = [0, 3] steps = [1, -2] sizes = [2, 2] : (tensor<2x4xf32>) -> tensor<2x2xf32>
  // CHECK-NEXT: %[[B:.*]] = npu.slice %[[X]] starts = [1, 0] steps = [1, 1] sizes = [1, 4]
  // CHECK-NEXT: %[[BD:.*]] = npu.dequantize %[[B]] scales = [1.000000e+00, 2.000000e+00, 3.000000e+00, 4.000000e+00] axis = 1 zero_point = 0
  %2 = npu.slice %0 starts = [1, 0] steps = [1, 1] sizes = [1, 4] : (tensor<2x4xf32>) -> tensor<1x4xf32>
  // CHECK-NEXT: %[[C:.*]] = npu.dequantize %[[X]]
  // CHECK-NEXT: %[[D:.*]] = npu.slice %[[C]]
  // CHECK-NEXT: return %[[AD]], %[[BD]], %[[C]], %[[D]]
  %3 = npu.dequantize %x scales = [0.5] axis = 0 zero_point = 1 : (tensor<2x4xi32>) -> tensor<2x4xf32>
  %4 = npu.slice %3 starts = [0, 0] steps = [1, 1] sizes = [2, 1] : (tensor<2x4xf32>) -> tensor<2x1xf32>
  return %1, %2, %3, %4 : tensor<2x2xf32>, tensor<1x4xf32>, tensor<2x4xf32>, tensor<2x1xf32>
}

// One that says what its integers mean stays as it is: to the shape that there is already, and behind another.
// CHECK-LABEL: func.func @meaning
func.func @meaning(%x: tensor<2x6xi8>) -> tensor<3x4xi8> {
  // CHECK: npu.reshape %{{.*}} shape = [3, 4] : (tensor<2x6xi8>) -> tensor<3x4xi8>
  // CHECK-NEXT: npu.reshape %{{.*}} shape = [3, 4] {npu.grid = {{.*}}} : (tensor<3x4xi8>) -> tensor<3x4xi8>
  %0 = npu.reshape %x shape = [3, 4] : (tensor<2x6xi8>) -> tensor<3x4xi8>
  %1 = npu.reshape %0 shape = [3, 4] {npu.grid = !quant.uniform<i8:f32, 0.25>} : (tensor<3x4xi8>) -> tensor<3x4xi8>
  return %1 : tensor<3x4xi8>
}

{-#
  dialect_resources: {
    builtin: {
      weights: "0x080000000100020003000400"
    }
  }
#-}

// CHECK-DAG: constant: "0x08000000010402050306"
// CHECK-DAG: weights_1: "0x080000000100030002000400"
