// RUN: tare-opt %s --tare-set-target --tare-bound-ranges --split-input-file --mlir-print-local-scope | FileCheck %s
// RUN: tare-opt %s --tare-set-target --tare-bound-ranges --split-input-file | FileCheck %s --check-prefix=BLOB
// RUN: tare-opt %s --tare-set-target --tare-bound-ranges --split-input-file --remarks-filter=tare-bound-ranges -o /dev/null 2>&1 | FileCheck %s --check-prefix=TOLD

// TOLD: BorderAbsorbed | Category:tare-bound-ranges | Layer=pool, Reason="-2 is never the largest"
// TOLD: BorderAbsorbed {{.*}}Reason="-20 is never the largest"
// TOLD-NOT: BorderAbsorbed
// TOLD: BorderCutAway | Category:tare-bound-ranges | Layer=slice{{$}}
// TOLD-NOT: BorderCutAway
// TOLD: MaskShifted | Category:tare-bound-ranges | Layer=add, Reason="rows that are masked from end to end"
// TOLD: RangeBounded {{.*}}Layer=mask_shifted, Reason="from [-50, 0] to [-16.7835, 0]: no result tells apart what is
// TOLD: ConstantRaised {{.*}}Layer=add, Reason="'mask_shifted' to -16.7835: no result tells lower elements apart"
// TOLD: RangeRaised {{.*}}Layer=add, Reason="from -52 to -13.7835"
// TOLD: MaskShifted
// TOLD-NOT: MaskShifted
// TOLD: BorderAbsorbed {{.*}}Reason="-10000 is never the largest"

// A border that is no higher than all that it surrounds is the pooling's own.
// CHECK-LABEL: func.func @absorbed
// CHECK-NOT: qnn.pad
// CHECK: qnn.max_pool %arg0 {kernel = array<i64: 3, 3>, pads = array<i64: 1, 0, 0, 1>, qnn.range = #qnn.range<-2.000000e+00, 3.000000e+00, inherited>
func.func @absorbed(%x: tensor<1x2x4x4xf32> {qnn.name = "x", qnn.range = #qnn.range<-2.0, 3.0, calibrated>}) -> tensor<1x2x3x3xf32> {
  %p = qnn.pad %x {low = array<i64: 0, 0, 1, 0>, high = array<i64: 0, 0, 0, 1>, value = -2.0 : f64} : (tensor<1x2x4x4xf32>) -> tensor<1x2x5x5xf32> loc("pad"("p"))
  %y = qnn.max_pool %p {kernel = array<i64: 3, 3>} : (tensor<1x2x5x5xf32>) -> tensor<1x2x3x3xf32> loc("pool"("y"))
  return %y : tensor<1x2x3x3xf32>
}

// -----

// CHECK-LABEL: func.func @pads_add_up
// CHECK-NOT: qnn.pad
// CHECK: qnn.max_pool %arg0 {kernel = array<i64: 3, 3>, pads = array<i64: 2, 1, 1, 2>, qnn.range = #qnn.range<-2.000000e+00, 3.000000e+00, inherited>
func.func @pads_add_up(%x: tensor<1x2x4x4xf32> {qnn.name = "x", qnn.range = #qnn.range<-2.0, 3.0, calibrated>}) -> tensor<1x2x5x5xf32> {
  %p = qnn.pad %x {low = array<i64: 0, 0, 1, 0>, high = array<i64: 0, 0, 0, 1>, value = -20.0 : f64} : (tensor<1x2x4x4xf32>) -> tensor<1x2x5x5xf32> loc("pad"("p"))
  %y = qnn.max_pool %p {kernel = array<i64: 3, 3>, pads = array<i64: 1, 1, 1, 1>} : (tensor<1x2x5x5xf32>) -> tensor<1x2x5x5xf32> loc("pool"("y"))
  return %y : tensor<1x2x5x5xf32>
}

// -----

// CHECK-LABEL: func.func @border_may_win
// CHECK: qnn.pad
// CHECK: qnn.max_pool %{{[0-9]+}} {kernel = array<i64: 3, 3>, qnn.range = #qnn.range<-2.000000e+00, 3.000000e+00, inherited>
func.func @border_may_win(%x: tensor<1x2x4x4xf32> {qnn.name = "x", qnn.range = #qnn.range<-2.0, 3.0, calibrated>}) -> tensor<1x2x3x3xf32> {
  %p = qnn.pad %x {low = array<i64: 0, 0, 1, 0>, high = array<i64: 0, 0, 0, 1>, value = -1.99 : f64} : (tensor<1x2x4x4xf32>) -> tensor<1x2x5x5xf32> loc("pad"("p"))
  %y = qnn.max_pool %p {kernel = array<i64: 3, 3>} : (tensor<1x2x5x5xf32>) -> tensor<1x2x3x3xf32> loc("pool"("y"))
  return %y : tensor<1x2x3x3xf32>
}

// -----

// CHECK-LABEL: func.func @channels_are_padded
// CHECK: qnn.pad
// CHECK: qnn.max_pool %{{[0-9]+}} {kernel = array<i64: 3, 3>, qnn.range = #qnn.range<-2.000000e+00, 3.000000e+00, inherited>
func.func @channels_are_padded(%x: tensor<1x2x4x4xf32> {qnn.name = "x", qnn.range = #qnn.range<-2.0, 3.0, calibrated>}) -> tensor<1x3x2x2xf32> {
  %p = qnn.pad %x {low = array<i64: 0, 1, 0, 0>, high = array<i64: 0, 0, 0, 0>, value = -2.0 : f64} : (tensor<1x2x4x4xf32>) -> tensor<1x3x4x4xf32> loc("pad"("p"))
  %y = qnn.max_pool %p {kernel = array<i64: 3, 3>} : (tensor<1x3x4x4xf32>) -> tensor<1x3x2x2xf32> loc("pool"("y"))
  return %y : tensor<1x3x2x2xf32>
}

// -----

// A slice that takes nothing of the border, from its first element to its last.
// CHECK-LABEL: func.func @cut_away
// CHECK-NOT: qnn.pad
// CHECK: qnn.slice %arg0 {qnn.range = #qnn.range<-2.000000e+00, 3.000000e+00, inherited>, sizes = array<i64: 1, 2>, starts = array<i64: 0, 3>, steps = array<i64: 1, -3>}
func.func @cut_away(%x: tensor<1x4xf32> {qnn.name = "x", qnn.range = #qnn.range<-2.0, 3.0, calibrated>}) -> tensor<1x2xf32> {
  %p = qnn.pad %x {low = array<i64: 0, 2>, high = array<i64: 0, 1>, value = -9.0 : f64} : (tensor<1x4xf32>) -> tensor<1x7xf32> loc("pad"("p"))
  %y = qnn.slice %p {starts = array<i64: 0, 5>, steps = array<i64: 1, -3>, sizes = array<i64: 1, 2>} : (tensor<1x7xf32>) -> tensor<1x2xf32> loc("slice"("y"))
  return %y : tensor<1x2xf32>
}

// -----

// CHECK-LABEL: func.func @one_of_the_border
// CHECK: %[[P:.*]] = qnn.pad
// CHECK: qnn.slice %[[P]] {{.*}}starts = array<i64: 0, 1>
// CHECK: qnn.slice %[[P]] {{.*}}starts = array<i64: 0, 5>
func.func @one_of_the_border(%x: tensor<1x4xf32> {qnn.name = "x", qnn.range = #qnn.range<-2.0, 3.0, calibrated>}) -> (tensor<1x2xf32>, tensor<1x2xf32>) {
  %p = qnn.pad %x {low = array<i64: 0, 2>, high = array<i64: 0, 1>, value = -9.0 : f64} : (tensor<1x4xf32>) -> tensor<1x7xf32> loc("pad"("p"))
  %y = qnn.slice %p {starts = array<i64: 0, 1>, steps = array<i64: 1, 1>, sizes = array<i64: 1, 2>} : (tensor<1x7xf32>) -> tensor<1x2xf32> loc("slice"("y"))
  %z = qnn.slice %p {starts = array<i64: 0, 5>, steps = array<i64: 1, 1>, sizes = array<i64: 1, 2>} : (tensor<1x7xf32>) -> tensor<1x2xf32> loc("slice2"("z"))
  return %y, %z : tensor<1x2xf32>, tensor<1x2xf32>
}

// -----

// A mask that is subtracted is added, where it makes the result as low as the operand is wide.
// CHECK-LABEL: func.func @negated
// CHECK: %[[M:.*]] = qnn.constant {{.*}}{qnn.range = #qnn.range<-5.000000e+00, 0.000000e+00, constant>}
// CHECK: qnn.add %arg0, %[[M]] {qnn.range = #qnn.range<-7.000000e+00, 3.000000e+00, calibrated>}
// BLOB-LABEL: func.func @negated
// BLOB: mask_negated: "0x080000000000A0C000000080"
func.func @negated(%x: tensor<1x2xf32> {qnn.name = "x", qnn.range = #qnn.range<-2.0, 3.0, calibrated>}) -> tensor<1x2xf32> {
  %m = qnn.constant dense<[[5.0, 0.0]]> : tensor<1x2xf32> as tensor<1x2xf32> loc("mask")
  %y = qnn.sub %x, %m {qnn.range = #qnn.range<-7.0, 3.0, calibrated>} : (tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x2xf32> loc("sub"("y"))
  return %y : tensor<1x2xf32>
}

// -----

// CHECK-LABEL: func.func @not_negated
// CHECK-NOT: qnn.add
// CHECK: qnn.sub
func.func @not_negated(%x: tensor<1x2xf32> {qnn.name = "x", qnn.range = #qnn.range<-2.0, 3.0, calibrated>}) -> tensor<1x2xf32> {
  %m = qnn.constant dense<[[4.9, 0.0]]> : tensor<1x2xf32> as tensor<1x2xf32> loc("mask")
  %y = qnn.sub %x, %m {qnn.range = #qnn.range<-7.0, 3.0, calibrated>} : (tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x2xf32> loc("sub"("y"))
  return %y : tensor<1x2xf32>
}

// -----

// A row that is masked from end to end loses its mask's largest element; along any axis, from either side.
// CHECK-LABEL: func.func @masked_row
// CHECK: %[[M:.*]] = qnn.constant {{.*}}qnn.range = #qnn.range<-16.78{{[0-9]*}}, 0.000000e+00, constant>
// CHECK: qnn.add %arg0, %[[M]] {qnn.range = #qnn.range<-13.78{{[0-9]*}}, 3.000000e+00, calibrated>}
// BLOB-LABEL: func.func @masked_row
// BLOB: mask_shifted_raised: "0x080000000000000000000000954486C1000020C100000000954486C1"
func.func @masked_row(%x: tensor<2x3xf32> {qnn.name = "x", qnn.range = #qnn.range<-2.0, 3.0, calibrated>}) -> tensor<2x3xf32> {
  %m = qnn.constant dense<[[0.0, 0.0, -50.0], [-50.0, -40.0, -60.0]]> : tensor<2x3xf32> as tensor<2x3xf32> loc("mask")
  %a = qnn.add %x, %m {qnn.range = #qnn.range<-62.0, 3.0, calibrated>} : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32> loc("add"("a"))
  %y = qnn.softmax %a {axis = 1 : i64} : (tensor<2x3xf32>) -> tensor<2x3xf32> loc("softmax"("y"))
  return %y : tensor<2x3xf32>
}

// -----

// CHECK-LABEL: func.func @masked_column
// CHECK: %[[M:.*]] = qnn.constant {{.*}}qnn.range = #qnn.range<-16.78{{[0-9]*}}, 0.000000e+00, constant>
// CHECK: qnn.add %[[M]], %arg0 {qnn.range = #qnn.range<-13.78{{[0-9]*}}, 3.000000e+00, calibrated>}
// BLOB-LABEL: func.func @masked_column
// BLOB: mask_shifted_raised: "0x0800000000000000000020C10000000000000000954486C1954486C1"
func.func @masked_column(%x: tensor<3x2xf32> {qnn.name = "x", qnn.range = #qnn.range<-2.0, 3.0, calibrated>}) -> tensor<3x2xf32> {
  %m = qnn.constant dense<[[0.0, -50.0], [0.0, -40.0], [-50.0, -60.0]]> : tensor<3x2xf32> as tensor<3x2xf32> loc("mask")
  %a = qnn.add %m, %x {qnn.range = #qnn.range<-62.0, 3.0, calibrated>} : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x2xf32> loc("add"("a"))
  %y = qnn.softmax %a {axis = 0 : i64} : (tensor<3x2xf32>) -> tensor<3x2xf32> loc("softmax"("y"))
  return %y : tensor<3x2xf32>
}

// -----

// Where float32 adds nothing to the mask, all of the row is the same, and stays so.
// CHECK-LABEL: func.func @absorbed_row
// CHECK: qnn.constant dense_resource<mask_raised> {{.*}}qnn.range = #qnn.range<-14.78{{[0-9]*}}, 0.000000e+00, constant>
// CHECK-NOT: mask_shifted
// CHECK: qnn.softmax
func.func @absorbed_row(%x: tensor<2x3xf32> {qnn.name = "x", qnn.range = #qnn.range<-2.0, 3.0, calibrated>}) -> tensor<2x3xf32> {
  %m = qnn.constant dense<-1.0e30> : tensor<2x3xf32> as tensor<2x3xf32> loc("mask")
  %a = qnn.add %x, %m {qnn.range = #qnn.range<-1.0e30, 0.0, calibrated>} : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32> loc("add"("a"))
  %y = qnn.softmax %a {axis = 1 : i64} : (tensor<2x3xf32>) -> tensor<2x3xf32> loc("softmax"("y"))
  return %y : tensor<2x3xf32>
}

// -----

// A row that some element escapes, or a fused activation limits, stays.
// CHECK-LABEL: func.func @limited_row
// CHECK: qnn.add {{.*}}clamp<-5.500000e+01, inf>
// CHECK-NOT: mask_shifted
func.func @limited_row(%x: tensor<1x3xf32> {qnn.name = "x", qnn.range = #qnn.range<-2.0, 3.0, calibrated>}) -> tensor<1x3xf32> {
  %m = qnn.constant dense<[[-50.0, -40.0, -60.0]]> : tensor<1x3xf32> as tensor<1x3xf32> loc("mask")
  %a = qnn.add %x, %m {clamp = #qnn.clamp<-55.0, inf>, qnn.range = #qnn.range<-55.0, 0.0, calibrated>} : (tensor<1x3xf32>, tensor<1x3xf32>) -> tensor<1x3xf32> loc("add"("a"))
  %y = qnn.softmax %a {axis = 1 : i64} : (tensor<1x3xf32>) -> tensor<1x3xf32> loc("softmax"("y"))
  return %y : tensor<1x3xf32>
}

// -----

// A function of each channel comes behind the pooling, which then takes the border; its range is what its operand's ends give, and no more than was seen.
// CHECK-LABEL: func.func @pooled_first
// CHECK-NOT: qnn.pad
// CHECK: %[[P:.*]] = qnn.max_pool %arg0 {{.*}}pads = array<i64: 1, 0, 0, 1>, qnn.range = #qnn.range<-2.000000e+00, 3.000000e+00, inherited>
// CHECK: qnn.prelu %[[P]] {{.*}}qnn.range = #qnn.range<-1.000000e+00, 2.500000e+00, calibrated>
func.func @pooled_first(%x: tensor<1x2x4x4xf32> {qnn.name = "x", qnn.range = #qnn.range<-2.0, 3.0, calibrated>}) -> tensor<1x2x3x3xf32> {
  %p = qnn.pad %x {low = array<i64: 0, 0, 1, 0>, high = array<i64: 0, 0, 0, 1>, value = -1.0e4 : f64} : (tensor<1x2x4x4xf32>) -> tensor<1x2x5x5xf32> loc("pad"("p"))
  %f = qnn.prelu %p {slope = array<f64: 0.25, 0.5>, qnn.range = #qnn.range<-5000.0, 2.5, calibrated>} : (tensor<1x2x5x5xf32>) -> tensor<1x2x5x5xf32> loc("prelu"("f"))
  %y = qnn.max_pool %f {kernel = array<i64: 3, 3>} : (tensor<1x2x5x5xf32>) -> tensor<1x2x3x3xf32> loc("pool"("y"))
  return %y : tensor<1x2x3x3xf32>
}
