// RUN: tare-opt %s --pass-pipeline="builtin.module(func.func(tare-cancel-transposes))" --split-input-file | FileCheck %s
// RUN: tare-opt %s --pass-pipeline="builtin.module(func.func(tare-cancel-transposes))" --split-input-file --remarks-filter="tare-cancel-transposes" 2>&1 -o /dev/null | FileCheck %s --check-prefix=REMARK

// A chain between two channels-last ops runs channels-last.
// CHECK-LABEL: func.func @chain
// CHECK-SAME: (%[[X:.*]]: tensor<1x8x8x4xi8>, %[[TABLE:.*]]: tensor<256xi8>, %[[EXP:.*]]: tensor<256xi32>)
func.func @chain(%x: tensor<1x8x8x4xi8>, %table: tensor<256xi8>, %exp: tensor<256xi32>) -> tensor<1x5x4x2xi8> {
  // CHECK-NEXT: %[[P:.*]] = npu.max_pool %[[X]]
  %p = npu.max_pool %x kernel = [1, 1] strides = [1, 1] pads = [0, 0, 0, 0] dilations = [1, 1] : (tensor<1x8x8x4xi8>) -> tensor<1x8x8x4xi8>
  %0 = npu.transpose %p permutation = [0, 3, 1, 2] : (tensor<1x8x8x4xi8>) -> tensor<1x4x8x8xi8>
  // CHECK-NEXT: %[[R:.*]] = npu.rescale %[[P]]
  %1 = npu.rescale %0 requant = <multipliers = [3], shifts = [2], zero_point = 0, clamp = [-128, 127]> : (tensor<1x4x8x8xi8>) -> tensor<1x4x8x8xi8>
  // CHECK-NEXT: %[[L:.*]] = npu.lookup %[[R]], %[[TABLE]]
  %2 = npu.lookup %1, %table : (tensor<1x4x8x8xi8>, tensor<256xi8>) -> tensor<1x4x8x8xi8>
  // CHECK-NEXT: %[[S:.*]] = npu.slice %[[L]] starts = [0, 1, 3, 0] steps = [1, 1, 1, 2] sizes = [1, 4, 2, 2]
  %3 = npu.slice %2 starts = [0, 0, 1, 3] steps = [1, 2, 1, 1] sizes = [1, 2, 4, 2] : (tensor<1x4x8x8xi8>) -> tensor<1x2x4x2xi8>
  // CHECK-NEXT: %[[D:.*]] = npu.pad %[[S]] low = [0, 1, 0, 2] high = [0, 0, 2, 0]
  %4 = npu.pad %3 low = [0, 2, 1, 0] high = [0, 0, 0, 2] mode = constant value = 7 : (tensor<1x2x4x2xi8>) -> tensor<1x4x5x4xi8>
  // CHECK-NEXT: %[[M:.*]] = npu.softmax %[[D]], %[[EXP]] axis = 3
  %5 = npu.softmax %4, %exp axis = 1 requant = <multipliers = [3], shifts = [9], zero_point = 0, clamp = [-128, 127]> : (tensor<1x4x5x4xi8>, tensor<256xi32>) -> tensor<1x4x5x4xi8>
  %6 = npu.transpose %5 permutation = [0, 2, 3, 1] : (tensor<1x4x5x4xi8>) -> tensor<1x5x4x4xi8>
  // CHECK-NEXT: %[[Y:.*]] = npu.max_pool %[[M]]
  // CHECK-NEXT: npu.slice %[[Y]]
  %7 = npu.max_pool %6 kernel = [1, 1] strides = [1, 1] pads = [0, 0, 0, 0] dilations = [1, 1] : (tensor<1x5x4x4xi8>) -> tensor<1x5x4x4xi8>
  %8 = npu.slice %7 starts = [0, 0, 0, 0] steps = [1, 1, 1, 1] sizes = [1, 5, 4, 2] : (tensor<1x5x4x4xi8>) -> tensor<1x5x4x2xi8>
  return %8 : tensor<1x5x4x2xi8>
}
// REMARK: [Passed] Permuted | Category:tare-cancel-transposes | Layer=npu.rescale
// REMARK: [Analysis] Transposes | Category:tare-cancel-transposes | Function=chain | Bytes=0, BytesBefore=336, Transposes=0, TransposesBefore=2

// -----

// Operands that broadcast: a constant per channel, one of rank 4, and the mean of squeeze-and-excitation.
// CHECK-LABEL: func.func @broadcast
func.func @broadcast(%x: tensor<1x8x8x4xi8>) -> tensor<1x8x8x4xi8> {
  // CHECK-DAG: %[[C:.*]] = npu.constant dense_resource<constant> : tensor<1x1x8x4xi8>
  // CHECK-DAG: %[[B:.*]] = npu.constant dense_resource<constant_1> : tensor<1x1x1x4xi8>
  // CHECK-DAG: %[[P:.*]] = npu.max_pool
  %p = npu.max_pool %x kernel = [1, 1] strides = [1, 1] pads = [0, 0, 0, 0] dilations = [1, 1] : (tensor<1x8x8x4xi8>) -> tensor<1x8x8x4xi8>
  %c = npu.constant dense<[[[1]], [[2]], [[3]], [[4]]]> : tensor<4x1x1xi8>
  %w = npu.constant dense<[[[[1, 2, 3, 4, 5, 6, 7, 8]], [[1, 2, 3, 4, 5, 6, 7, 8]], [[1, 2, 3, 4, 5, 6, 7, 8]], [[1, 2, 3, 4, 5, 6, 7, 8]]]]> : tensor<1x4x1x8xi8>
  %0 = npu.transpose %p permutation = [0, 3, 1, 2] : (tensor<1x8x8x4xi8>) -> tensor<1x4x8x8xi8>
  // CHECK: %[[A:.*]] = npu.add %[[P]], %[[C]] {{.*}} -> tensor<1x8x8x4xi8>
  %1 = npu.add %0, %w multipliers = [3, 2] shift = 4 zero_point = 0 clamp = [-128, 127] : (tensor<1x4x8x8xi8>, tensor<1x4x1x8xi8>) -> tensor<1x4x8x8xi8>
  // CHECK: %[[S:.*]] = npu.mul %[[B]], %[[A]]
  %2 = npu.mul %c, %1 requant = <multipliers = [3], shifts = [2], zero_point = 0, clamp = [-128, 127]> : (tensor<4x1x1xi8>, tensor<1x4x8x8xi8>) -> tensor<1x4x8x8xi8>
  // CHECK: %[[M:.*]] = npu.reduce_mean %[[S]] axes = [1, 2] {{.*}} -> tensor<1x1x1x4xi8>
  %3 = npu.reduce_mean %2 axes = [2, 3] requant = <multipliers = [3], shifts = [9], zero_point = 0, clamp = [-128, 127]> : (tensor<1x4x8x8xi8>) -> tensor<1x4x1x1xi8>
  // CHECK: %[[Y:.*]] = npu.mul %[[S]], %[[M]]
  %4 = npu.mul %2, %3 requant = <multipliers = [3], shifts = [2], zero_point = 0, clamp = [-128, 127]> : (tensor<1x4x8x8xi8>, tensor<1x4x1x1xi8>) -> tensor<1x4x8x8xi8>
  %5 = npu.transpose %4 permutation = [0, 2, 3, 1] : (tensor<1x4x8x8xi8>) -> tensor<1x8x8x4xi8>
  // CHECK: return %[[Y]]
  return %5 : tensor<1x8x8x4xi8>
}

// -----

// A residual block whose input arrives channels-first: its one transpose is shared, also with the addition.
// CHECK-LABEL: func.func @residual
// CHECK-SAME: (%[[X:.*]]: tensor<1x4x8x8xi8>)
func.func @residual(%x: tensor<1x4x8x8xi8>) -> tensor<1x4x1x1xi8> {
  // CHECK-NEXT: %[[T:.*]] = npu.transpose %[[X]] permutation = [0, 2, 3, 1]
  // CHECK-NEXT: %[[P:.*]] = npu.max_pool %[[T]]
  // CHECK-NEXT: %[[A:.*]] = npu.add %[[P]], %[[T]]
  // CHECK-NEXT: %[[M:.*]] = npu.reduce_mean %[[A]] axes = [1, 2]
  // Only dimensions of size 1 move: nothing moves.
  // CHECK-NEXT: npu.reshape %[[M]] shape = [1, 4, 1, 1]
  %0 = npu.transpose %x permutation = [0, 2, 3, 1] : (tensor<1x4x8x8xi8>) -> tensor<1x8x8x4xi8>
  %1 = npu.max_pool %0 kernel = [3, 3] strides = [1, 1] pads = [1, 1, 1, 1] dilations = [1, 1] : (tensor<1x8x8x4xi8>) -> tensor<1x8x8x4xi8>
  %2 = npu.transpose %1 permutation = [0, 3, 1, 2] : (tensor<1x8x8x4xi8>) -> tensor<1x4x8x8xi8>
  %3 = npu.add %2, %x multipliers = [3, 2] shift = 4 zero_point = 0 clamp = [-128, 127] : (tensor<1x4x8x8xi8>, tensor<1x4x8x8xi8>) -> tensor<1x4x8x8xi8>
  %4 = npu.reduce_mean %3 axes = [2, 3] requant = <multipliers = [3], shifts = [9], zero_point = 0, clamp = [-128, 127]> : (tensor<1x4x8x8xi8>) -> tensor<1x4x1x1xi8>
  return %4 : tensor<1x4x1x1xi8>
}

// -----

// The weights' columns take over the transpose in front of a flattened linear layer: columns (c, w) become (w, c).
// CHECK-LABEL: func.func @flatten
func.func @flatten(%x: tensor<1x1x2x3xi8>) -> tensor<1x2xi32> {
  // CHECK: %[[P:.*]] = npu.max_pool
  // CHECK: %[[F:.*]] = npu.reshape %[[P]] shape = [1, 6]
  // CHECK: %[[W:.*]] = npu.constant dense_resource<constant> : tensor<2x6xi8>
  // CHECK: npu.linear %[[F]], %[[W]]
  %p = npu.max_pool %x kernel = [1, 1] strides = [1, 1] pads = [0, 0, 0, 0] dilations = [1, 1] : (tensor<1x1x2x3xi8>) -> tensor<1x1x2x3xi8>
  %w = npu.constant dense<[[1, 2, 3, 4, 5, 6], [7, 8, 9, 10, 11, 12]]> : tensor<2x6xi8>
  %b = npu.constant dense<[1, 2]> : tensor<2xi32>
  %0 = npu.transpose %p permutation = [0, 3, 1, 2] : (tensor<1x1x2x3xi8>) -> tensor<1x3x1x2xi8>
  %1 = npu.reshape %0 shape = [1, 6] : (tensor<1x3x1x2xi8>) -> tensor<1x6xi8>
  %2 = npu.linear %1, %w, %b : (tensor<1x6xi8>, tensor<2x6xi8>, tensor<2xi32>) -> tensor<1x2xi32>
  return %2 : tensor<1x2xi32>
}
// CHECK: constant: "0x0800000001030502040607090B080A0C"
// REMARK: [Passed] ReorderedWeights | Category:tare-cancel-transposes | Layer=npu.linear

// -----

// An int32 tail: of equal choices, the transpose moves to the output.
// CHECK-LABEL: func.func @tail
func.func @tail(%x: tensor<1x8x8x4xi8>) -> tensor<1x2x8x8xf32> {
  %w = npu.constant dense<1> : tensor<2x1x1x4xi8>
  %b = npu.constant dense<1> : tensor<2xi32>
  // CHECK: %[[Y:.*]] = npu.conv
  %0 = npu.conv %x, %w, %b strides = [1, 1] pads = [0, 0, 0, 0] dilations = [1, 1] : (tensor<1x8x8x4xi8>, tensor<2x1x1x4xi8>, tensor<2xi32>) -> tensor<1x8x8x2xi32>
  %1 = npu.transpose %0 permutation = [0, 3, 1, 2] : (tensor<1x8x8x2xi32>) -> tensor<1x2x8x8xi32>
  // CHECK-NEXT: %[[D:.*]] = npu.dequantize %[[Y]] scales = [5.000000e-01, 2.500000e-01] axis = 3
  %2 = npu.dequantize %1 scales = [0.5, 0.25] axis = 1 zero_point = 0 : (tensor<1x2x8x8xi32>) -> tensor<1x2x8x8xf32>
  // CHECK-NEXT: npu.transpose %[[D]] permutation = [0, 3, 1, 2]
  return %2 : tensor<1x2x8x8xf32>
}
// REMARK: [Missed] TransposeStays | Category:tare-cancel-transposes | Bytes=512, {{.*}}Reason="an output has this order of dimensions"

// -----

// An 8-bit one stays in front of the dequantize: behind it there would be four times the bytes.
// CHECK-LABEL: func.func @small_tail
func.func @small_tail(%x: tensor<1x8x8x4xi8>) -> tensor<1x4x8x8xf32> {
  // CHECK-NEXT: npu.max_pool
  // CHECK-NEXT: npu.transpose
  // CHECK-NEXT: npu.dequantize
  %p = npu.max_pool %x kernel = [1, 1] strides = [1, 1] pads = [0, 0, 0, 0] dilations = [1, 1] : (tensor<1x8x8x4xi8>) -> tensor<1x8x8x4xi8>
  %1 = npu.transpose %p permutation = [0, 3, 1, 2] : (tensor<1x8x8x4xi8>) -> tensor<1x4x8x8xi8>
  %2 = npu.dequantize %1 scales = [0.5] axis = 0 zero_point = 0 : (tensor<1x4x8x8xi8>) -> tensor<1x4x8x8xf32>
  return %2 : tensor<1x4x8x8xf32>
}
// REMARK: [Missed] TransposeStays {{.*}}(npu.dequantize) could be passed, but more bytes would be transposed elsewhere"

// -----

// A table per channel needs the channels last; a matrix product its rows and columns. Both are named.
// CHECK-LABEL: func.func @refused
func.func @refused(%x: tensor<1x8x8x4xi8>, %y: tensor<1x4x8x8xi8>, %table: tensor<8x256xi8>) -> (tensor<1x4x8x8xi8>, tensor<1x4x8x8xi32>) {
  // CHECK-NEXT: npu.max_pool
  // CHECK-NEXT: %[[T:.*]] = npu.transpose
  // CHECK-NEXT: npu.lookup %[[T]]
  // CHECK-NEXT: npu.matmul %[[T]]
  %p = npu.max_pool %x kernel = [1, 1] strides = [1, 1] pads = [0, 0, 0, 0] dilations = [1, 1] : (tensor<1x8x8x4xi8>) -> tensor<1x8x8x4xi8>
  %0 = npu.transpose %p permutation = [0, 3, 1, 2] : (tensor<1x8x8x4xi8>) -> tensor<1x4x8x8xi8>
  %1 = npu.transpose %p permutation = [0, 3, 1, 2] : (tensor<1x8x8x4xi8>) -> tensor<1x4x8x8xi8>
  %2 = npu.lookup %0, %table : (tensor<1x4x8x8xi8>, tensor<8x256xi8>) -> tensor<1x4x8x8xi8> loc("gelu"("gelu_out"))
  %3 = npu.matmul %1, %y : (tensor<1x4x8x8xi8>, tensor<1x4x8x8xi8>) -> tensor<1x4x8x8xi32> loc("scores"("scores_out"))
  return %2, %3 : tensor<1x4x8x8xi8>, tensor<1x4x8x8xi32>
}
// REMARK: [Missed] TransposeStays {{.*}}Reason="'{{scores|gelu}}' (npu.{{matmul|lookup}}) {{needs this order of dimensions|has parameters per channel, and the channels would not stay last}}"

// -----

// A channel shuffle between channels-last ops: its own transpose moves inside, the two around it go.
// CHECK-LABEL: func.func @shuffle
// CHECK-SAME: (%[[X:.*]]: tensor<1x8x8x4xi8>)
func.func @shuffle(%x: tensor<1x8x8x4xi8>) -> tensor<1x8x8x4xi8> {
  // CHECK-NEXT: %[[P:.*]] = npu.max_pool %[[X]]
  // CHECK-NEXT: %[[R:.*]] = npu.reshape %[[P]] shape = [1, 8, 8, 2, 2]
  // CHECK-NEXT: %[[T:.*]] = npu.transpose %[[R]] permutation = [0, 1, 2, 4, 3]
  // CHECK-NEXT: %[[M:.*]] = npu.reshape %[[T]] shape = [1, 8, 8, 4]
  // CHECK-NEXT: %[[Y:.*]] = npu.max_pool %[[M]]
  // CHECK-NEXT: return %[[Y]]
  %p = npu.max_pool %x kernel = [1, 1] strides = [1, 1] pads = [0, 0, 0, 0] dilations = [1, 1] : (tensor<1x8x8x4xi8>) -> tensor<1x8x8x4xi8>
  %0 = npu.transpose %p permutation = [0, 3, 1, 2] : (tensor<1x8x8x4xi8>) -> tensor<1x4x8x8xi8>
  %1 = npu.reshape %0 shape = [1, 2, 2, 8, 8] : (tensor<1x4x8x8xi8>) -> tensor<1x2x2x8x8xi8>
  %2 = npu.transpose %1 permutation = [0, 2, 1, 3, 4] : (tensor<1x2x2x8x8xi8>) -> tensor<1x2x2x8x8xi8>
  %3 = npu.reshape %2 shape = [1, 4, 8, 8] : (tensor<1x2x2x8x8xi8>) -> tensor<1x4x8x8xi8>
  %4 = npu.transpose %3 permutation = [0, 2, 3, 1] : (tensor<1x4x8x8xi8>) -> tensor<1x8x8x4xi8>
  %5 = npu.max_pool %4 kernel = [1, 1] strides = [1, 1] pads = [0, 0, 0, 0] dilations = [1, 1] : (tensor<1x8x8x4xi8>) -> tensor<1x8x8x4xi8>
  return %5 : tensor<1x8x8x4xi8>
}

// -----

// What an accumulator's integers mean follows its channels.
// CHECK-LABEL: func.func @grid
func.func @grid(%x: tensor<1x8x8x2xi8>) -> tensor<1x8x4x2xi32> {
  %w = npu.constant dense<1> : tensor<2x1x1x2xi8>
  %b = npu.constant dense<1> : tensor<2xi32>
  %0 = npu.conv %x, %w, %b strides = [1, 1] pads = [0, 0, 0, 0] dilations = [1, 1] : (tensor<1x8x8x2xi8>, tensor<2x1x1x2xi8>, tensor<2xi32>) -> tensor<1x8x8x2xi32>
  %1 = npu.transpose %0 permutation = [0, 3, 1, 2] : (tensor<1x8x8x2xi32>) -> tensor<1x2x8x8xi32>
  // CHECK: npu.slice {{.*}} {npu.grid = !quant.uniform<i32:f32:3, {5.000000e-01,2.500000e-01}>}
  %2 = npu.slice %1 starts = [0, 0, 0, 0] steps = [1, 1, 1, 1] sizes = [1, 2, 8, 4] {npu.grid = !quant.uniform<i32:f32:1, {0.5, 0.25}>} : (tensor<1x2x8x8xi32>) -> tensor<1x2x8x4xi32>
  %3 = npu.transpose %2 permutation = [0, 2, 3, 1] : (tensor<1x2x8x4xi32>) -> tensor<1x8x4x2xi32>
  return %3 : tensor<1x8x4x2xi32>
}

// -----

// A reshape that says what its integers mean has its operand's shape in every layout, dimensions of size 1 or not.
// CHECK-LABEL: func.func @meaning
func.func @meaning(%x: tensor<1x4x1x2xi8>) -> tensor<1x4x1x2xi8> {
  %0 = npu.transpose %x permutation = [0, 3, 1, 2] : (tensor<1x4x1x2xi8>) -> tensor<1x2x4x1xi8>
  // CHECK: npu.reshape {{.*}} {npu.grid = !quant.uniform<i8:f32, 2.500000e-01>} : (tensor<1x4x1x2xi8>) -> tensor<1x4x1x2xi8>
  // CHECK-NOT: npu.transpose
  %1 = npu.reshape %0 shape = [1, 2, 4, 1] {npu.grid = !quant.uniform<i8:f32, 0.25>} : (tensor<1x2x4x1xi8>) -> tensor<1x2x4x1xi8>
  %2 = npu.rescale %1 requant = <multipliers = [1], shifts = [0], zero_point = 0, clamp = [0, 127]> : (tensor<1x2x4x1xi8>) -> tensor<1x2x4x1xi8>
  %3 = npu.transpose %2 permutation = [0, 2, 3, 1] : (tensor<1x2x4x1xi8>) -> tensor<1x4x1x2xi8>
  return %3 : tensor<1x4x1x2xi8>
}
