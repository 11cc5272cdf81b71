// RUN: tare-opt %s --pass-pipeline="builtin.module(func.func(tare-strip-io{kinds=quantize,dequantize,transpose}))" --split-input-file | FileCheck %s --check-prefixes=CHECK,ALL
// RUN: tare-opt %s --pass-pipeline="builtin.module(func.func(tare-strip-io{kinds=quantize,dequantize}))" --split-input-file | FileCheck %s --check-prefixes=CHECK,CASTS
// RUN: tare-opt %s --pass-pipeline="builtin.module(func.func(tare-strip-io{kinds=transpose}))" --split-input-file | FileCheck %s --check-prefix=TRANSPOSE
// RUN: tare-opt %s --pass-pipeline="builtin.module(func.func(tare-strip-io{kinds=transpose}))" --split-input-file --remarks-filter="tare-strip-io" 2>&1 -o /dev/null | FileCheck %s --check-prefix=REMARK

// The host's steps stand in the order in which it takes them.
// CHECK-LABEL: func.func @both_ends
// ALL-SAME: (%[[X:.*]]: tensor<1x8x8x4xi8> {npu.host_steps = [#npu.quantize_step<scale = 5.000000e-01 : f32, zero_point = 3, output = i8>, #npu.transpose_step<permutation = [0, 2, 3, 1]>], qnn.name = "x"})
// ALL-SAME: -> (tensor<1x8x8x2xi32> {npu.host_steps = [#npu.dequantize_step<scales = [5.000000e-01, 2.500000e-01], axis = 3, zero_point = 0>, #npu.transpose_step<permutation = [0, 3, 1, 2]>]})
// CASTS-SAME: (%[[X:.*]]: tensor<1x4x8x8xi8> {npu.host_steps = [#npu.quantize_step<{{[^>]*}}>], qnn.name = "x"})
// The axis follows the transpose that stays in the program.
// CASTS-SAME: -> (tensor<1x2x8x8xi32> {npu.host_steps = [#npu.dequantize_step<scales = [5.000000e-01, 2.500000e-01], axis = 1, zero_point = 0>]})
// TRANSPOSE-LABEL: func.func @both_ends
// TRANSPOSE-SAME: (%{{.*}}: tensor<1x4x8x8xf32> {qnn.name = "x"}) -> (tensor<1x8x8x2xf32> {npu.host_steps = [#npu.transpose_step<permutation = [0, 3, 1, 2]>]})
func.func @both_ends(%x: tensor<1x4x8x8xf32> {qnn.name = "x"}) -> tensor<1x2x8x8xf32> {
  // CHECK-DAG: npu.constant
  %w = npu.constant dense<1> : tensor<2x1x1x4xi8>
  %b = npu.constant dense<1> : tensor<2xi32>
  %0 = npu.quantize %x scale = 0.5 zero_point = 3 output = i8 : (tensor<1x4x8x8xf32>) -> tensor<1x4x8x8xi8>
  %1 = npu.transpose %0 permutation = [0, 2, 3, 1] : (tensor<1x4x8x8xi8>) -> tensor<1x8x8x4xi8>
  // ALL: %[[Y:.*]] = npu.conv %[[X]]
  // ALL-NEXT: return %[[Y]]
  // CASTS: %[[T:.*]] = npu.transpose %[[X]] permutation = [0, 2, 3, 1]
  // CASTS: %[[Y:.*]] = npu.conv %[[T]]
  // CASTS-NEXT: %[[O:.*]] = npu.transpose %[[Y]] permutation = [0, 3, 1, 2] {{.*}} -> tensor<1x2x8x8xi32>
  // CASTS-NEXT: return %[[O]]
  %2 = npu.conv %1, %w, %b strides = [1, 1] pads = [0, 0, 0, 0] dilations = [1, 1] : (tensor<1x8x8x4xi8>, tensor<2x1x1x4xi8>, tensor<2xi32>) -> tensor<1x8x8x2xi32>
  %3 = npu.dequantize %2 scales = [0.5, 0.25] axis = 3 zero_point = 0 : (tensor<1x8x8x2xi32>) -> tensor<1x8x8x2xf32>
  %4 = npu.transpose %3 permutation = [0, 3, 1, 2] : (tensor<1x8x8x2xf32>) -> tensor<1x2x8x8xf32>
  return %4 : tensor<1x2x8x8xf32>
}

// -----

// Casts behind transposes and reshapes are brought to the border.
// CHECK-LABEL: func.func @behind_movements
// CASTS-SAME: (%[[X:.*]]: tensor<1x4x1x8xi8> {npu.host_steps = [#npu.quantize_step
// CASTS-SAME: axis = 1
func.func @behind_movements(%x: tensor<1x4x1x8xf32>) -> tensor<1x4x8xf32> {
  // CASTS-NEXT: %[[T:.*]] = npu.transpose %[[X]] permutation = [0, 2, 3, 1] : (tensor<1x4x1x8xi8>)
  // CASTS-NEXT: %[[R:.*]] = npu.reshape %[[T]] shape = [8, 4]
  // CASTS-NEXT: %[[P:.*]] = npu.rescale %[[R]]
  // CASTS-NEXT: %[[U:.*]] = npu.transpose %[[P]] permutation = [1, 0] : (tensor<8x4xi8>)
  // CASTS-NEXT: %[[O:.*]] = npu.reshape %[[U]] shape = [1, 4, 8] : (tensor<4x8xi8>)
  // CASTS-NEXT: return %[[O]]
  %0 = npu.transpose %x permutation = [0, 2, 3, 1] : (tensor<1x4x1x8xf32>) -> tensor<1x1x8x4xf32>
  %1 = npu.reshape %0 shape = [8, 4] : (tensor<1x1x8x4xf32>) -> tensor<8x4xf32>
  %2 = npu.quantize %1 scale = 0.5 zero_point = 3 output = i8 : (tensor<8x4xf32>) -> tensor<8x4xi8>
  %3 = npu.rescale %2 requant = <multipliers = [3], shifts = [2], zero_point = 0, clamp = [-128, 127]> : (tensor<8x4xi8>) -> tensor<8x4xi8>
  %4 = npu.dequantize %3 scales = [0.5, 0.25, 0.5, 0.25] axis = 1 zero_point = 0 : (tensor<8x4xi8>) -> tensor<8x4xf32>
  %5 = npu.transpose %4 permutation = [1, 0] : (tensor<8x4xf32>) -> tensor<4x8xf32>
  %6 = npu.reshape %5 shape = [1, 4, 8] : (tensor<4x8xf32>) -> tensor<1x4x8xf32>
  return %6 : tensor<1x4x8xf32>
}

// -----

// A transpose inside stays; what leaves twice is stripped twice.
// CHECK-LABEL: func.func @two_outputs
// CHECK-SAME: -> (tensor<4xi8> {npu.host_steps = [#npu.dequantize_step<{{.*}}>]}, tensor<4xi8> {npu.host_steps = [#npu.dequantize_step<{{.*}}>]})
func.func @two_outputs(%x: tensor<2x2xi8>) -> (tensor<4xf32>, tensor<4xf32>) {
  // CHECK: npu.transpose
  // REMARK: [Missed] LeftToHost | {{.*}}Reason="is not next to an input or output"
  %0 = npu.rescale %x requant = <multipliers = [3], shifts = [2], zero_point = 0, clamp = [-128, 127]> : (tensor<2x2xi8>) -> tensor<2x2xi8>
  %1 = npu.transpose %0 permutation = [1, 0] : (tensor<2x2xi8>) -> tensor<2x2xi8>
  %2 = npu.reshape %1 shape = [4] : (tensor<2x2xi8>) -> tensor<4xi8>
  %3 = npu.dequantize %2 scales = [0.5] axis = 0 zero_point = 0 : (tensor<4xi8>) -> tensor<4xf32>
  return %3, %3 : tensor<4xf32>, tensor<4xf32>
}
