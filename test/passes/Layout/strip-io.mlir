// RUN: tare-opt %s --pass-pipeline="builtin.module(func.func(tare-strip-io{kinds=quantize,dequantize,transpose}))" --split-input-file | FileCheck %s --check-prefixes=CHECK,ALL
// RUN: tare-opt %s --pass-pipeline="builtin.module(func.func(tare-strip-io{kinds=quantize,dequantize}))" --split-input-file | FileCheck %s --check-prefixes=CHECK,CASTS
// RUN: tare-opt %s --pass-pipeline="builtin.module(func.func(tare-strip-io{kinds=transpose}))" --split-input-file | FileCheck %s --check-prefix=TRANSPOSE
// RUN: tare-opt %s --pass-pipeline="builtin.module(func.func(tare-strip-io{kinds=concat}))" --split-input-file | FileCheck %s --check-prefix=CONCAT
// RUN: tare-opt %s --pass-pipeline="builtin.module(func.func(tare-strip-io{kinds=transpose}))" --split-input-file --remarks-filter="tare-strip-io" 2>&1 -o /dev/null | FileCheck %s --check-prefix=REMARK
// RUN: tare-opt %s --pass-pipeline="builtin.module(func.func(tare-strip-io{kinds=quantize,dequantize,transpose}))" --split-input-file --remarks-filter="tare-strip-io" 2>&1 -o /dev/null | FileCheck %s --check-prefix=LEFT

// LEFT: remark: [Passed] LeftToHost | Category:tare-strip-io | Layer=npu.quantize
// LEFT: remark: [Passed] LeftToHost | Category:tare-strip-io | Layer=npu.transpose
// LEFT: remark: [Passed] LeftToHost | Category:tare-strip-io | Layer=npu.dequantize
// LEFT: remark: [Passed] LeftToHost | Category:tare-strip-io | Layer=npu.transpose

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

// -----

// A reshape that splits the channels: the scales run along the axis before it, and it is the host's.
// CHECK-LABEL: func.func @reshape_splits_channels
// ALL-SAME: -> (tensor<1x2x2x6xi32> {npu.host_steps = [#npu.dequantize_step<scales = [1.000000e+00, 2.000000e+00, 3.000000e+00, 4.000000e+00, 5.000000e+00, 6.000000e+00], axis = 3, zero_point = 0>, #npu.reshape_step<shape = [1, 8, 3]>]})
// CASTS-SAME: -> (tensor<1x2x2x6xi32> {npu.host_steps = [#npu.dequantize_step<{{.*}} axis = 3, zero_point = 0>, #npu.reshape_step<shape = [1, 8, 3]>]})
func.func @reshape_splits_channels(%x: tensor<1x2x2x6xi32>) -> tensor<1x8x3xf32> {
  // CHECK-NEXT: return %{{.*}}
  %0 = npu.dequantize %x scales = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0] axis = 3 zero_point = 0 : (tensor<1x2x2x6xi32>) -> tensor<1x2x2x6xf32>
  %1 = npu.reshape %0 shape = [1, 8, 3] : (tensor<1x2x2x6xf32>) -> tensor<1x8x3xf32>
  return %1 : tensor<1x8x3xf32>
}

// -----

// Parts of different grids become outputs of their own, named after their values; the last one completes the model's.
// CHECK-LABEL: func.func @joined
// CHECK-SAME: -> (tensor<2x3xi8> {npu.host_steps = [#npu.dequantize_step<scales = [5.000000e-01], axis = 0, zero_point = 1>], qnn.name = "a"},
// CHECK-SAME:     tensor<2x1xi32> {npu.host_steps = [#npu.dequantize_step<scales = [2.500000e-01], axis = 0, zero_point = 0>, #npu.concat_step<axis = 1, count = 2>, #npu.reshape_step<shape = [8]>], npu.model_output = "y", qnn.name = "b"},
// CHECK-SAME:     tensor<2x3xi8> {npu.host_steps = [#npu.dequantize_step<scales = [5.000000e-01], axis = 0, zero_point = 1>], qnn.name = "z"})
func.func @joined(%a: tensor<2x3xi8> {qnn.name = "a"}, %b: tensor<2x1xi32> {qnn.name = "b"}) -> (tensor<8xf32> {qnn.name = "y"}, tensor<2x3xf32> {qnn.name = "z"}) {
  // CHECK-NEXT: return %arg0, %arg1, %arg0
  %0 = npu.dequantize %a scales = [0.5] axis = 0 zero_point = 1 : (tensor<2x3xi8>) -> tensor<2x3xf32>
  %1 = npu.dequantize %b scales = [0.25] axis = 0 zero_point = 0 : (tensor<2x1xi32>) -> tensor<2x1xf32>
  %2 = npu.concat %0, %1 axis = 1 : (tensor<2x3xf32>, tensor<2x1xf32>) -> tensor<2x4xf32>
  %3 = npu.reshape %2 shape = [8] : (tensor<2x4xf32>) -> tensor<8xf32>
  return %3, %0 : tensor<8xf32>, tensor<2x3xf32>
}

// -----

// Where one list of scales can say it, the concatenation stays, on integers: along the axis of the scales they are joined, too.
// CHECK-LABEL: func.func @joined_scales
// CHECK-SAME: -> (tensor<2x5xi32> {npu.host_steps = [#npu.dequantize_step<scales = [1.000000e+00, 2.000000e+00, 3.000000e+00, 3.000000e+00, 3.000000e+00], axis = 1, zero_point = 0>]}, tensor<2x2xi32> {npu.host_steps = [#npu.dequantize_step<scales = [2.000000e+00, 3.000000e+00], axis = 1, zero_point = 0>]})
func.func @joined_scales(%a: tensor<2x2xi32>, %b: tensor<2x3xi32>) -> (tensor<2x5xf32>, tensor<2x2xf32>) {
  // CHECK: %[[Y:.*]] = npu.concat %arg0, %arg1 axis = 1
  // CHECK: %[[P:.*]] = npu.slice %{{.*}} starts = [0, 1] steps = [1, 1] sizes = [2, 2]
  // CHECK: return %[[Y]], %[[P]]
  %0 = npu.dequantize %a scales = [1.0, 2.0] axis = 1 zero_point = 0 : (tensor<2x2xi32>) -> tensor<2x2xf32>
  %1 = npu.dequantize %b scales = [3.0] axis = 0 zero_point = 0 : (tensor<2x3xi32>) -> tensor<2x3xf32>
  %2 = npu.concat %0, %1 axis = 1 : (tensor<2x2xf32>, tensor<2x3xf32>) -> tensor<2x5xf32>
  %3 = npu.slice %2 starts = [0, 1] steps = [1, 1] sizes = [2, 2] : (tensor<2x5xf32>) -> tensor<2x2xf32>
  return %2, %3 : tensor<2x5xf32>, tensor<2x2xf32>
}

// -----

// What moves elements behind a concatenation that is the host's is the host's too; what the hardware dequantizes leaves as real numbers.
// CONCAT-LABEL: func.func @concat_alone
// CONCAT-SAME: -> (tensor<2xf32> {qnn.name = "a_real"}, tensor<3xf32> {npu.host_steps = [#npu.concat_step<axis = 0, count = 2>, #npu.reshape_step<shape = [1, 5]>], npu.model_output = "y", qnn.name = "b_real"})
func.func @concat_alone(%a: tensor<2xi8>, %b: tensor<3xi8>) -> (tensor<1x5xf32> {qnn.name = "y"}) {
  // CONCAT: npu.dequantize
  // CONCAT: npu.dequantize
  // CONCAT-NEXT: return
  %0 = npu.dequantize %a scales = [0.5] axis = 0 zero_point = 1 : (tensor<2xi8>) -> tensor<2xf32> loc("a_dequantize"("a_real"))
  %1 = npu.dequantize %b scales = [0.25] axis = 0 zero_point = 0 : (tensor<3xi8>) -> tensor<3xf32> loc("b_dequantize"("b_real"))
  %2 = npu.concat %0, %1 axis = 0 : (tensor<2xf32>, tensor<3xf32>) -> tensor<5xf32>
  %3 = npu.reshape %2 shape = [1, 5] : (tensor<5xf32>) -> tensor<1x5xf32>
  return %3 : tensor<1x5xf32>
}
