// RUN: tare-opt %s --tare-set-target --tare-insert-quant-dequant --split-input-file --mlir-print-local-scope --mlir-print-debuginfo | FileCheck %s

// A group with other readers joins a wider one that costs its grid a twentieth at most.
// CHECK-LABEL: func.func @joins_at_5_percent
// CHECK: qcast {{.*}}f32, 1.0499999523162842:-128>> loc("p_quantize"
// CHECK: qcast %cst {{.*}}f32, 1.0499999523162842:-128>> loc("concat_operand1_quantize"
// CHECK-NOT: concat_operand0_quantize
// CHECK: qcast {{.*}}f32, 1.0499999523162842:-128>> loc("concat_quantize"
func.func @joins_at_5_percent(%x: tensor<1x2xf32> {qnn.name = "x", qnn.range = #qnn.range<0.0, 255.0, calibrated>}) -> (tensor<1x4xf32>, tensor<1x2xf32>) {
  %p = qnn.relu %x {qnn.range = #qnn.range<0.0, 255.0, calibrated>} : (tensor<1x2xf32>) -> tensor<1x2xf32> loc("p")
  %c = qnn.constant dense<267.75> : tensor<1x2xf32> as tensor<1x2xf32>
  %y = qnn.concat %p, %c {axis = 1 : i64} : (tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x4xf32> loc("concat")
  %z = qnn.relu %y {qnn.range = #qnn.range<0.0, 510.0, calibrated>} : (tensor<1x4xf32>) -> tensor<1x4xf32> loc("z")
  %w = qnn.tanh %p {qnn.range = #qnn.range<0.0, 1.0, calibrated>} : (tensor<1x2xf32>) -> tensor<1x2xf32> loc("w")
  return %z, %w : tensor<1x4xf32>, tensor<1x2xf32>
}

// -----

// CHECK-LABEL: func.func @not_at_6_percent
// CHECK: qcast {{.*}}f32, 1.000000e+00:-128>> loc("p_quantize"
// CHECK: qcast {{.*}}f32, 1.059999942779541:-128>> loc("concat_operand0_quantize"
// CHECK: qcast %cst {{.*}}f32, 1.059999942779541:-128>> loc("concat_operand1_quantize"
// CHECK: qcast {{.*}}f32, 1.059999942779541:-128>> loc("concat_quantize"
func.func @not_at_6_percent(%x: tensor<1x2xf32> {qnn.name = "x", qnn.range = #qnn.range<0.0, 255.0, calibrated>}) -> (tensor<1x4xf32>, tensor<1x2xf32>) {
  %p = qnn.relu %x {qnn.range = #qnn.range<0.0, 255.0, calibrated>} : (tensor<1x2xf32>) -> tensor<1x2xf32> loc("p")
  %c = qnn.constant dense<270.3> : tensor<1x2xf32> as tensor<1x2xf32>
  %y = qnn.concat %p, %c {axis = 1 : i64} : (tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x4xf32> loc("concat")
  %z = qnn.relu %y {qnn.range = #qnn.range<0.0, 510.0, calibrated>} : (tensor<1x4xf32>) -> tensor<1x4xf32> loc("z")
  %w = qnn.tanh %p {qnn.range = #qnn.range<0.0, 1.0, calibrated>} : (tensor<1x2xf32>) -> tensor<1x2xf32> loc("w")
  return %z, %w : tensor<1x4xf32>, tensor<1x2xf32>
}

// -----

// A border may lie half a step beyond the grid of what it is put around, at either end; from there on the result has a grid of its own.
// CHECK-LABEL: func.func @border_within_half_a_step
// CHECK: qcast {{.*}}f32, 5.000000e-01>> loc("pad_quantize"
!given = !quant.uniform<i8:f32, 0.5>
func.func @border_within_half_a_step(%q: tensor<1x2x!given>) -> tensor<1x3xf32> {
  %d = quant.dcast %q : tensor<1x2x!given> to tensor<1x2xf32>
  %p = qnn.pad %d {low = array<i64: 0, 1>, high = array<i64: 0, 0>, value = -64.25 : f64} : (tensor<1x2xf32>) -> tensor<1x3xf32> loc("pad"("p"))
  %z = qnn.relu %p {qnn.range = #qnn.range<0.0, 51.0, calibrated>} : (tensor<1x3xf32>) -> tensor<1x3xf32> loc("z")
  return %z : tensor<1x3xf32>
}

// -----

// CHECK-LABEL: func.func @border_above
// CHECK: qcast {{.*}}f32, 5.000000e-01>> loc("pad_quantize"
!given = !quant.uniform<i8:f32, 0.5>
func.func @border_above(%q: tensor<1x2x!given>) -> tensor<1x3xf32> {
  %d = quant.dcast %q : tensor<1x2x!given> to tensor<1x2xf32>
  %p = qnn.pad %d {low = array<i64: 0, 1>, high = array<i64: 0, 0>, value = 63.75 : f64} : (tensor<1x2xf32>) -> tensor<1x3xf32> loc("pad"("p"))
  %z = qnn.relu %p {qnn.range = #qnn.range<0.0, 51.0, calibrated>} : (tensor<1x3xf32>) -> tensor<1x3xf32> loc("z")
  return %z : tensor<1x3xf32>
}

// -----

// CHECK-LABEL: func.func @border_beyond_half_a_step
// CHECK-NOT: f32, 5.000000e-01>> loc("pad_quantize"
// CHECK: qcast {{.*}}loc("pad_quantize"
!given = !quant.uniform<i8:f32, 0.5>
func.func @border_beyond_half_a_step(%q: tensor<1x2x!given>) -> tensor<1x3xf32> {
  %d = quant.dcast %q : tensor<1x2x!given> to tensor<1x2xf32>
  %p = qnn.pad %d {low = array<i64: 0, 1>, high = array<i64: 0, 0>, value = -64.3 : f64} : (tensor<1x2xf32>) -> tensor<1x3xf32> loc("pad"("p"))
  %z = qnn.relu %p {qnn.range = #qnn.range<0.0, 51.0, calibrated>} : (tensor<1x3xf32>) -> tensor<1x3xf32> loc("z")
  return %z : tensor<1x3xf32>
}

// -----

// CHECK-LABEL: func.func @border_beyond_it
// CHECK: qcast {{.*}}f32, 1.000000e+00:-64>> loc("pad_quantize"
!given = !quant.uniform<i8:f32, 0.5>
func.func @border_beyond_it(%q: tensor<1x2x!given>) -> tensor<1x3xf32> {
  %d = quant.dcast %q : tensor<1x2x!given> to tensor<1x2xf32>
  %p = qnn.pad %d {low = array<i64: 0, 1>, high = array<i64: 0, 0>, value = 191.0 : f64} : (tensor<1x2xf32>) -> tensor<1x3xf32> loc("pad"("p"))
  %z = qnn.relu %p {qnn.range = #qnn.range<0.0, 51.0, calibrated>} : (tensor<1x3xf32>) -> tensor<1x3xf32> loc("z")
  return %z : tensor<1x3xf32>
}

// -----

// Operands on the model's own grids: the first one's, which all have, or which the others get.
// CHECK-LABEL: func.func @agreeing_grids
// CHECK-NOT: operand{{[01]}}_quantize
// CHECK: qcast {{.*}}f32, 5.000000e-01>> loc("concat_quantize"
!given = !quant.uniform<i8:f32, 0.5>
!other = !quant.uniform<i8:f32, 0.25>
func.func @agreeing_grids(%q: tensor<1x2x!given>, %r: tensor<1x2x!given>) -> tensor<1x4xf32> {
  %a = quant.dcast %q : tensor<1x2x!given> to tensor<1x2xf32>
  %b = quant.dcast %r : tensor<1x2x!given> to tensor<1x2xf32>
  %y = qnn.concat %a, %b {axis = 1 : i64} : (tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x4xf32> loc("concat"("y"))
  %z = qnn.relu %y {qnn.range = #qnn.range<0.0, 51.0, calibrated>} : (tensor<1x4xf32>) -> tensor<1x4xf32> loc("z")
  return %z : tensor<1x4xf32>
}

// -----

// CHECK-LABEL: func.func @other_grids
// CHECK-NOT: operand0_quantize
// CHECK: qcast {{.*}}f32, 5.000000e-01>> loc("concat_operand1_quantize"
// CHECK: qcast {{.*}}f32, 5.000000e-01>> loc("concat_quantize"
!given = !quant.uniform<i8:f32, 0.5>
!other = !quant.uniform<i8:f32, 0.25>
func.func @other_grids(%q: tensor<1x2x!given>, %r: tensor<1x2x!other>) -> tensor<1x4xf32> {
  %a = quant.dcast %q : tensor<1x2x!given> to tensor<1x2xf32>
  %b = quant.dcast %r : tensor<1x2x!other> to tensor<1x2xf32>
  %y = qnn.concat %a, %b {axis = 1 : i64} : (tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x4xf32> loc("concat"("y"))
  %z = qnn.relu %y {qnn.range = #qnn.range<0.0, 51.0, calibrated>} : (tensor<1x4xf32>) -> tensor<1x4xf32> loc("z")
  return %z : tensor<1x4xf32>
}

// -----

// The grid that the model says behind a movement is its operand's, too, where nobody else reads that; not where an interpolation would be computed from what is cut off.
// CHECK-LABEL: func.func @adopts
// CHECK: qcast {{.*}}f32, 2.500000e-01>> loc("p_quantize"
!given = !quant.uniform<i8:f32, 0.25>
func.func @adopts(%x: tensor<1x2xf32> {qnn.name = "x", qnn.range = #qnn.range<0.0, 255.0, calibrated>}) -> tensor<2x1xf32> {
  %p = qnn.relu %x {qnn.range = #qnn.range<0.0, 255.0, calibrated>} : (tensor<1x2xf32>) -> tensor<1x2xf32> loc("p")
  %t = qnn.transpose %p {permutation = array<i64: 1, 0>} : (tensor<1x2xf32>) -> tensor<2x1xf32> loc("t")
  %q = quant.qcast %t : tensor<2x1xf32> to tensor<2x1x!given>
  %d = quant.dcast %q : tensor<2x1x!given> to tensor<2x1xf32>
  %z = qnn.tanh %d {qnn.range = #qnn.range<0.0, 1.0, calibrated>} : (tensor<2x1xf32>) -> tensor<2x1xf32> loc("z")
  return %z : tensor<2x1xf32>
}

// -----

// CHECK-LABEL: func.func @has_another_reader
// CHECK: qcast {{.*}}f32, 1.000000e+00:-128>> loc("p_quantize"
!given = !quant.uniform<i8:f32, 0.25>
func.func @has_another_reader(%x: tensor<1x2xf32> {qnn.name = "x", qnn.range = #qnn.range<0.0, 255.0, calibrated>}) -> (tensor<2x1xf32>, tensor<1x2xf32>) {
  %p = qnn.relu %x {qnn.range = #qnn.range<0.0, 255.0, calibrated>} : (tensor<1x2xf32>) -> tensor<1x2xf32> loc("p")
  %t = qnn.transpose %p {permutation = array<i64: 1, 0>} : (tensor<1x2xf32>) -> tensor<2x1xf32> loc("t")
  %q = quant.qcast %t : tensor<2x1xf32> to tensor<2x1x!given>
  %d = quant.dcast %q : tensor<2x1x!given> to tensor<2x1xf32>
  %z = qnn.tanh %d {qnn.range = #qnn.range<0.0, 1.0, calibrated>} : (tensor<2x1xf32>) -> tensor<2x1xf32> loc("z")
  %w = qnn.tanh %p {qnn.range = #qnn.range<0.0, 1.0, calibrated>} : (tensor<1x2xf32>) -> tensor<1x2xf32> loc("w")
  return %z, %w : tensor<2x1xf32>, tensor<1x2xf32>
}

// -----

// CHECK-LABEL: func.func @interpolated_is_not_cut
// CHECK: qcast {{.*}}f32, 1.000000e+00:-128>> loc("p_quantize"
!given = !quant.uniform<i8:f32, 0.25>
func.func @interpolated_is_not_cut(%x: tensor<1x1x2xf32> {qnn.name = "x", qnn.range = #qnn.range<0.0, 255.0, calibrated>}) -> tensor<1x1x4xf32> {
  %p = qnn.relu %x {qnn.range = #qnn.range<0.0, 255.0, calibrated>} : (tensor<1x1x2xf32>) -> tensor<1x1x2xf32> loc("p")
  %t = qnn.resize %p {mode = #qnn.resize_mode<linear>, coordinates = #qnn.coordinate_mode<half_pixel>, rounding = #qnn.nearest_mode<floor>, scales = array<f64: 2.0>, sizes = array<i64: 4>} : (tensor<1x1x2xf32>) -> tensor<1x1x4xf32> loc("t")
  %q = quant.qcast %t : tensor<1x1x4xf32> to tensor<1x1x4x!given>
  %d = quant.dcast %q : tensor<1x1x4x!given> to tensor<1x1x4xf32>
  %z = qnn.tanh %d {qnn.range = #qnn.range<0.0, 1.0, calibrated>} : (tensor<1x1x4xf32>) -> tensor<1x1x4xf32> loc("z")
  return %z : tensor<1x1x4xf32>
}
