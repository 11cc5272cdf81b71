// RUN: tare-opt %s --tare-bound-ranges --split-input-file --verify-diagnostics --mlir-print-local-scope | FileCheck %s

// An op without a range has that of its operand, whatever stands before it.
// CHECK-LABEL: @inherits
// CHECK: qnn.reshape {{.*}}qnn.range = #qnn.range<-2.000000e+00, 3.000000e+00, calibrated>
// CHECK: qnn.transpose {{.*}}qnn.range = #qnn.range<-2.000000e+00, 3.000000e+00, inherited>
func.func @inherits(%x: tensor<2x3xf32> {qnn.range = #qnn.range<-2.0, 3.0, calibrated>}) -> tensor<2x3xf32> {
  %0 = qnn.reshape %x {shape = array<i64: 3, 2>, qnn.range = #qnn.range<-2.0, 3.0, calibrated>} : (tensor<2x3xf32>) -> tensor<3x2xf32>
  %1 = qnn.transpose %0 {permutation = array<i64: 1, 0>} : (tensor<3x2xf32>) -> tensor<2x3xf32>
  return %1 : tensor<2x3xf32>
}

// -----

// (A53) A border that the pooling can do itself.
// CHECK-LABEL: @absorbed
// CHECK-NOT: qnn.pad
// CHECK: qnn.max_pool %arg0 {{.*}}pads = array<i64: 1, 2, 1, 0>
func.func @absorbed(%x: tensor<1x1x6x6xf32> {qnn.range = #qnn.range<-2.0, 3.0, calibrated>}) -> tensor<1x1x6x6xf32> {
  %0 = qnn.pad %x {low = array<i64: 0, 0, 1, 1>, high = array<i64: 0, 0, 1, 0>, value = -1.0e4 : f64, qnn.range = #qnn.range<-1.0e4, 3.0, inherited>} : (tensor<1x1x6x6xf32>) -> tensor<1x1x8x7xf32>
  %1 = qnn.max_pool %0 {kernel = array<i64: 3, 3>, pads = array<i64: 0, 1, 0, 0>, qnn.range = #qnn.range<-1.0e4, 3.0, inherited>} : (tensor<1x1x8x7xf32>) -> tensor<1x1x6x6xf32>
  return %1 : tensor<1x1x6x6xf32>
}

// -----

// A border may win against what is lower: it stays.
// CHECK-LABEL: @within
// CHECK: qnn.pad {{.*}}value = -1.000000e+00
func.func @within(%x: tensor<1x1x6x6xf32> {qnn.range = #qnn.range<-2.0, 3.0, calibrated>}) -> tensor<1x1x6x6xf32> {
  %0 = qnn.pad %x {low = array<i64: 0, 0, 1, 1>, high = array<i64: 0, 0, 1, 1>, value = -1.0 : f64, qnn.range = #qnn.range<-2.0, 3.0, inherited>} : (tensor<1x1x6x6xf32>) -> tensor<1x1x8x8xf32>
  %1 = qnn.max_pool %0 {kernel = array<i64: 3, 3>, qnn.range = #qnn.range<-2.0, 3.0, inherited>} : (tensor<1x1x8x8xf32>) -> tensor<1x1x6x6xf32>
  return %1 : tensor<1x1x6x6xf32>
}

// -----

// Behind a transpose the border is raised to the least of what it surrounds.
// CHECK-LABEL: @raised
// CHECK: qnn.pad {{.*}}qnn.range = #qnn.range<-2.000000e+00, 3.000000e+00, inherited>{{.*}}value = -2.000000e+00
// CHECK: qnn.transpose {{.*}}qnn.range = #qnn.range<-2.000000e+00, 3.000000e+00, inherited>
func.func @raised(%x: tensor<1x1x6x6xf32> {qnn.range = #qnn.range<-2.0, 3.0, calibrated>}) -> tensor<1x1x6x6xf32> {
  %0 = qnn.pad %x {low = array<i64: 0, 0, 1, 1>, high = array<i64: 0, 0, 1, 1>, value = -1.0e4 : f64, qnn.range = #qnn.range<-1.0e4, 3.0, inherited>} : (tensor<1x1x6x6xf32>) -> tensor<1x1x8x8xf32>
  %1 = qnn.transpose %0 {permutation = array<i64: 0, 1, 3, 2>, qnn.range = #qnn.range<-1.0e4, 3.0, inherited>} : (tensor<1x1x8x8xf32>) -> tensor<1x1x8x8xf32>
  %2 = qnn.max_pool %1 {kernel = array<i64: 3, 3>, qnn.range = #qnn.range<-1.0e4, 3.0, inherited>} : (tensor<1x1x8x8xf32>) -> tensor<1x1x6x6xf32>
  return %2 : tensor<1x1x6x6xf32>
}

// -----

// A clip tells apart what is above its lower end alone.
// CHECK-LABEL: @clipped
// CHECK: qnn.pad {{.*}}value = -5.000000e+00
func.func @clipped(%x: tensor<1x4xf32> {qnn.range = #qnn.range<-2.0, 3.0, calibrated>}) -> tensor<1x6xf32> {
  %0 = qnn.pad %x {low = array<i64: 0, 1>, high = array<i64: 0, 1>, value = -1.0e4 : f64, qnn.range = #qnn.range<-1.0e4, 3.0, inherited>} : (tensor<1x4xf32>) -> tensor<1x6xf32>
  %1 = qnn.clip %0 {interval = #qnn.clamp<-5.0, 6.0>} : (tensor<1x6xf32>) -> tensor<1x6xf32>
  return %1 : tensor<1x6xf32>
}

// -----

// One reader is the output: nothing is raised, and the cost is told.
// CHECK-LABEL: @told
// CHECK: qnn.pad {{.*}}value = -1.000000e+04
func.func @told(%x: tensor<1x4xf32> {qnn.name = "x", qnn.range = #qnn.range<-2.0, 3.0, calibrated>}) -> (tensor<1x6xf32>, tensor<1x6xf32>) {
  // expected-warning @unknown {{layer 'border': pads with -10000 what lies in [-2, 3]; 'relu', an output of the graph may take that, so the grid of 'x' covers both and is 11.0 bits coarser}}
  %0 = qnn.pad %x {low = array<i64: 0, 1>, high = array<i64: 0, 1>, value = -1.0e4 : f64, qnn.range = #qnn.range<-1.0e4, 3.0, inherited>} : (tensor<1x4xf32>) -> tensor<1x6xf32> loc("border")
  %1 = qnn.relu %0 : (tensor<1x6xf32>) -> tensor<1x6xf32> loc("relu")
  return %0, %1 : tensor<1x6xf32>, tensor<1x6xf32>
}

// -----

func.func @infinite(%x: tensor<1x4xf32> {qnn.range = #qnn.range<-2.0, 3.0, calibrated>}) -> tensor<1x6xf32> {
  // expected-error @unknown {{layer 'border': pads with -inf, which reaches an output of the graph, and no grid holds it; pad with a finite number}}
  %0 = qnn.pad %x {low = array<i64: 0, 1>, high = array<i64: 0, 1>, value = 0xFFF0000000000000 : f64} : (tensor<1x4xf32>) -> tensor<1x6xf32> loc("border")
  return %0 : tensor<1x6xf32>
}

// -----

// What a softmax turns into zeros is no lower than that takes: ln(131070) below the least that a row's largest score can be.
// CHECK-LABEL: @mask
// CHECK: qnn.constant {{.*}}_raised{{.*}}qnn.range = #qnn.range<-19.78{{[0-9]*}}, 0.000000e+00, constant>
// CHECK: qnn.add {{.*}}qnn.range = #qnn.range<-15.78{{[0-9]*}}, 4.000000e+00, calibrated>
func.func @mask(%x: tensor<1x2xf32> {qnn.range = #qnn.range<-4.0, 4.0, calibrated>}) -> tensor<1x2xf32> {
  %m = qnn.constant dense<[[0.0, -1.0e4]]> : tensor<1x2xf32> as tensor<1x2xf32>
  %0 = qnn.add %x, %m {qnn.range = #qnn.range<-1.0004e4, 4.0, calibrated>} : (tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x2xf32>
  %1 = qnn.softmax %0 {axis = 1 : i64} : (tensor<1x2xf32>) -> tensor<1x2xf32>
  return %1 : tensor<1x2xf32>
}

// -----

// A slice that cuts the border away needs none; a padding around a padding is the pooling's, too.
// CHECK-LABEL: @cut_away
// CHECK-NOT: qnn.pad
// CHECK: qnn.slice %arg0 {{.*}}starts = array<i64: 0, 1>
// CHECK: qnn.max_pool %arg1 {{.*}}pads = array<i64: 2, 2>
func.func @cut_away(%x: tensor<1x4xf32> {qnn.range = #qnn.range<-2.0, 3.0, calibrated>}, %i: tensor<1x1x8xf32> {qnn.range = #qnn.range<-2.0, 3.0, calibrated>}) -> (tensor<1x2xf32>, tensor<1x1x8xf32>) {
  %0 = qnn.pad %x {low = array<i64: 0, 1>, high = array<i64: 0, 1>, value = -1.0e4 : f64, qnn.range = #qnn.range<-1.0e4, 3.0, inherited>} : (tensor<1x4xf32>) -> tensor<1x6xf32>
  %1 = qnn.slice %0 {starts = array<i64: 0, 2>, steps = array<i64: 1, 2>, sizes = array<i64: 1, 2>, qnn.range = #qnn.range<-1.0e4, 3.0, inherited>} : (tensor<1x6xf32>) -> tensor<1x2xf32>
  %2 = qnn.pad %i {low = array<i64: 0, 0, 1>, high = array<i64: 0, 0, 1>, value = -1.0e4 : f64, qnn.range = #qnn.range<-1.0e4, 3.0, inherited>} : (tensor<1x1x8xf32>) -> tensor<1x1x10xf32>
  %3 = qnn.pad %2 {low = array<i64: 0, 0, 1>, high = array<i64: 0, 0, 1>, value = -1.0e4 : f64, qnn.range = #qnn.range<-1.0e4, 3.0, inherited>} : (tensor<1x1x10xf32>) -> tensor<1x1x12xf32>
  %4 = qnn.max_pool %3 {kernel = array<i64: 5>, qnn.range = #qnn.range<-1.0e4, 3.0, inherited>} : (tensor<1x1x12xf32>) -> tensor<1x1x8xf32>
  return %1, %4 : tensor<1x2xf32>, tensor<1x1x8xf32>
}

// -----

// A mask that is subtracted.
// CHECK-LABEL: @subtracted
// CHECK: qnn.constant {{.*}}_raised{{.*}}qnn.range = #qnn.range<-19.78{{[0-9]*}}, 0.000000e+00, constant>
// CHECK: qnn.add {{.*}}qnn.range = #qnn.range<-15.78{{[0-9]*}}, 4.000000e+00, calibrated>
func.func @subtracted(%x: tensor<1x2xf32> {qnn.range = #qnn.range<-4.0, 4.0, calibrated>}) -> tensor<1x2xf32> {
  %m = qnn.constant dense<[[0.0, 1.0e4]]> : tensor<1x2xf32> as tensor<1x2xf32>
  %0 = qnn.sub %x, %m {qnn.range = #qnn.range<-1.0004e4, 4.0, calibrated>} : (tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x2xf32>
  %1 = qnn.softmax %0 {axis = 1 : i64} : (tensor<1x2xf32>) -> tensor<1x2xf32>
  return %1 : tensor<1x2xf32>
}

// -----

// What a leaky relu makes of the border is lower than the pooling's least result, -2 * 0.25: -2 is low enough.
// CHECK-LABEL: @leaky
// CHECK: qnn.pad {{.*}}value = -2.000000e+00
func.func @leaky(%x: tensor<1x1x6x6xf32> {qnn.range = #qnn.range<-2.0, 3.0, calibrated>}) -> tensor<1x1x6x6xf32> {
  %0 = qnn.pad %x {low = array<i64: 0, 0, 1, 1>, high = array<i64: 0, 0, 1, 1>, value = -1.0e4 : f64, qnn.range = #qnn.range<-1.0e4, 3.0, inherited>} : (tensor<1x1x6x6xf32>) -> tensor<1x1x8x8xf32>
  %1 = qnn.leaky_relu %0 {alpha = 0.25 : f64, qnn.range = #qnn.range<-2500.0, 3.0, calibrated>} : (tensor<1x1x8x8xf32>) -> tensor<1x1x8x8xf32>
  %2 = qnn.max_pool %1 {kernel = array<i64: 3, 3>, qnn.range = #qnn.range<-2500.0, 3.0, inherited>} : (tensor<1x1x8x8xf32>) -> tensor<1x1x6x6xf32>
  return %2 : tensor<1x1x6x6xf32>
}

// -----

// A hard swish gives 0 below -3, which may win: any such number will do.
// CHECK-LABEL: @hard_swish
// CHECK: qnn.pad {{.*}}value = -5.000000e+00
func.func @hard_swish(%x: tensor<1x1x6x6xf32> {qnn.range = #qnn.range<-5.0, 3.0, calibrated>}) -> tensor<1x1x8x8xf32> {
  %0 = qnn.pad %x {low = array<i64: 0, 0, 1, 1>, high = array<i64: 0, 0, 1, 1>, value = -1.0e4 : f64, qnn.range = #qnn.range<-1.0e4, 3.0, inherited>} : (tensor<1x1x6x6xf32>) -> tensor<1x1x8x8xf32>
  %1 = qnn.hard_swish %0 {qnn.range = #qnn.range<-0.375, 3.0, calibrated>} : (tensor<1x1x8x8xf32>) -> tensor<1x1x8x8xf32>
  return %1 : tensor<1x1x8x8xf32>
}

// -----

// (A53) What a clip cuts off from above.
// CHECK-LABEL: @clipped_above
// CHECK: qnn.pad {{.*}}qnn.range = #qnn.range<-2.000000e+00, 6.000000e+00, inherited>{{.*}}value = 6.000000e+00
func.func @clipped_above(%x: tensor<1x4xf32> {qnn.range = #qnn.range<-2.0, 3.0, calibrated>}) -> tensor<1x6xf32> {
  %0 = qnn.pad %x {low = array<i64: 0, 1>, high = array<i64: 0, 1>, value = 1.0e4 : f64, qnn.range = #qnn.range<-2.0, 1.0e4, inherited>} : (tensor<1x4xf32>) -> tensor<1x6xf32>
  %1 = qnn.clip %0 {interval = #qnn.clamp<-5.0, 6.0>} : (tensor<1x6xf32>) -> tensor<1x6xf32>
  return %1 : tensor<1x6xf32>
}

// -----

// From ln(131069) on a sigmoid is nearer to 1 than half of the finest step.
// CHECK-LABEL: @saturated
// CHECK: qnn.pad {{.*}}value = 11.78{{[0-9]*}}
func.func @saturated(%x: tensor<1x4xf32> {qnn.range = #qnn.range<-2.0, 3.0, calibrated>}) -> tensor<1x6xf32> {
  %0 = qnn.pad %x {low = array<i64: 0, 1>, high = array<i64: 0, 1>, value = 1.0e4 : f64, qnn.range = #qnn.range<-2.0, 1.0e4, inherited>} : (tensor<1x4xf32>) -> tensor<1x6xf32>
  %1 = qnn.sigmoid %0 {qnn.range = #qnn.range<0.0, 1.0, calibrated>} : (tensor<1x6xf32>) -> tensor<1x6xf32>
  return %1 : tensor<1x6xf32>
}

// -----

// A smallest element is a largest one behind a negation: a border of 10000 is as good as the greatest number beside it.
// CHECK-LABEL: @min_pool
// CHECK: qnn.pad {{.*}}value = 3.000000e+00
// CHECK: qnn.mul {{.*}}qnn.range = #qnn.range<-3.000000e+00, 2.000000e+00, calibrated>
// CHECK: qnn.max_pool {{.*}}qnn.range = #qnn.range<-3.000000e+00, 2.000000e+00, inherited>
func.func @min_pool(%x: tensor<1x1x6x6xf32> {qnn.range = #qnn.range<-2.0, 3.0, calibrated>}) -> tensor<1x1x6x6xf32> {
  %k = qnn.constant dense<-1.0> : tensor<f32> as tensor<f32>
  %0 = qnn.pad %x {low = array<i64: 0, 0, 1, 1>, high = array<i64: 0, 0, 1, 1>, value = 1.0e4 : f64, qnn.range = #qnn.range<-2.0, 1.0e4, inherited>} : (tensor<1x1x6x6xf32>) -> tensor<1x1x8x8xf32>
  %1 = qnn.mul %0, %k {qnn.range = #qnn.range<-1.0e4, 2.0, calibrated>} : (tensor<1x1x8x8xf32>, tensor<f32>) -> tensor<1x1x8x8xf32>
  %2 = qnn.max_pool %1 {kernel = array<i64: 3, 3>, qnn.range = #qnn.range<-1.0e4, 2.0, inherited>} : (tensor<1x1x8x8xf32>) -> tensor<1x1x6x6xf32>
  return %2 : tensor<1x1x6x6xf32>
}

// -----

// A mask of 10000 whose sum a fused clip cuts off: 6 more than the least that it is added to.
// CHECK-LABEL: @mask_above
// CHECK: qnn.constant {{.*}}_lowered{{.*}}qnn.range = #qnn.range<0.000000e+00, 1.000000e+01, constant>
func.func @mask_above(%x: tensor<1x2xf32> {qnn.range = #qnn.range<-4.0, 4.0, calibrated>}) -> tensor<1x2xf32> {
  %m = qnn.constant dense<[[0.0, 1.0e4]]> : tensor<1x2xf32> as tensor<1x2xf32>
  %0 = qnn.add %x, %m {clamp = #qnn.clamp<-1.0, 6.0>, qnn.range = #qnn.range<-1.0, 6.0, calibrated>} : (tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x2xf32>
  return %0 : tensor<1x2xf32>
}

// -----

// Nothing saturates: the cost is told, as of a low border.
func.func @told_above(%x: tensor<1x4xf32> {qnn.name = "x", qnn.range = #qnn.range<-2.0, 3.0, calibrated>}) -> tensor<1x6xf32> {
  // expected-warning @unknown {{layer 'border': pads with 10000 what lies in [-2, 3]; an output of the graph may take that, so the grid of 'x' covers both and is 11.0 bits coarser}}
  %0 = qnn.pad %x {low = array<i64: 0, 1>, high = array<i64: 0, 1>, value = 1.0e4 : f64, qnn.range = #qnn.range<-2.0, 1.0e4, inherited>} : (tensor<1x4xf32>) -> tensor<1x6xf32> loc("border")
  return %0 : tensor<1x6xf32>
}

// -----

func.func @infinite_above(%x: tensor<1x4xf32> {qnn.range = #qnn.range<-2.0, 3.0, calibrated>}) -> tensor<1x6xf32> {
  // expected-error @unknown {{layer 'border': pads with inf, which reaches an output of the graph, and no grid holds it; pad with a finite number}}
  %0 = qnn.pad %x {low = array<i64: 0, 1>, high = array<i64: 0, 1>, value = 0x7FF0000000000000 : f64} : (tensor<1x4xf32>) -> tensor<1x6xf32> loc("border")
  return %0 : tensor<1x6xf32>
}

// -----

func.func @around_zeros(%x: tensor<1x4xf32> {qnn.name = "x", qnn.range = #qnn.range<0.0, 0.0, calibrated>}) -> tensor<1x6xf32> {
  // expected-warning @unknown {{layer 'border': pads with -1000 what was never anything but 0 during calibration, so the grid of 'x' is the border's alone; calibrate on data that exercises it}}
  %0 = qnn.pad %x {low = array<i64: 0, 1>, high = array<i64: 0, 1>, value = -1.0e3 : f64, qnn.range = #qnn.range<-1.0e3, 0.0, inherited>} : (tensor<1x4xf32>) -> tensor<1x6xf32> loc("border")
  return %0 : tensor<1x6xf32>
}

// -----

// (A53) A mask that a bias holds: no input brings channel 1 back to where the softmax looks, -12.78 and more.
// CHECK-LABEL: @bias
// CHECK: qnn.constant {{.*}}_bounded
// CHECK: qnn.linear {{.*}}qnn.range = #qnn.range<-12.78{{[0-9]*}}, 9.000000e+00, calibrated>
func.func @bias(%x: tensor<1x2xf32> {qnn.range = #qnn.range<-4.0, 4.0, calibrated>}) -> tensor<1x3xf32> {
  %w = qnn.constant dense<[[1.0, -1.0], [1.0, 1.0], [0.5, 1.0]]> : tensor<3x2xf32> as tensor<3x2xf32>
  %b = qnn.constant dense<[0.0, -1.0e9, 0.5]> : tensor<3xf32> as tensor<3xf32>
  %0 = qnn.linear %x, %w, %b {qnn.range = #qnn.range<-1.0e9, 9.0, calibrated>} : (tensor<1x2xf32>, tensor<3x2xf32>, tensor<3xf32>) -> tensor<1x3xf32>
  %1 = qnn.softmax %0 {axis = 1 : i64, qnn.least_row_maximum = -1.0 : f64} : (tensor<1x3xf32>) -> tensor<1x3xf32>
  return %1 : tensor<1x3xf32>
}

// -----

// The same before a sigmoid; channel 0 is as it is.
// CHECK-LABEL: @bias_of_sigmoid
// CHECK: qnn.constant {{.*}}_bounded
// CHECK: qnn.linear {{.*}}qnn.range = #qnn.range<-11.78{{[0-9]*}}, 9.000000e+00, calibrated>
func.func @bias_of_sigmoid(%x: tensor<1x2xf32> {qnn.range = #qnn.range<-4.0, 4.0, calibrated>}) -> tensor<1x2xf32> {
  %w = qnn.constant dense<[[1.0, -1.0], [1.0, 1.0]]> : tensor<2x2xf32> as tensor<2x2xf32>
  %b = qnn.constant dense<[1.0, -1.0e4]> : tensor<2xf32> as tensor<2xf32>
  %0 = qnn.linear %x, %w, %b {qnn.range = #qnn.range<-1.0e4, 9.0, calibrated>} : (tensor<1x2xf32>, tensor<2x2xf32>, tensor<2xf32>) -> tensor<1x2xf32>
  %1 = qnn.sigmoid %0 {qnn.range = #qnn.range<0.0, 1.0, calibrated>} : (tensor<1x2xf32>) -> tensor<1x2xf32>
  return %1 : tensor<1x2xf32>
}

// -----

// An output wants the sums as they are.
// CHECK-LABEL: @bias_that_leaves
// CHECK: qnn.constant dense<[1.000000e+00, -1.000000e+04]>
// CHECK: qnn.linear {{.*}}qnn.range = #qnn.range<-1.000000e+04, 9.000000e+00, calibrated>
func.func @bias_that_leaves(%x: tensor<1x2xf32> {qnn.range = #qnn.range<-4.0, 4.0, calibrated>}) -> (tensor<1x2xf32>, tensor<1x2xf32>) {
  %w = qnn.constant dense<[[1.0, -1.0], [1.0, 1.0]]> : tensor<2x2xf32> as tensor<2x2xf32>
  %b = qnn.constant dense<[1.0, -1.0e4]> : tensor<2xf32> as tensor<2xf32>
  %0 = qnn.linear %x, %w, %b {qnn.range = #qnn.range<-1.0e4, 9.0, calibrated>} : (tensor<1x2xf32>, tensor<2x2xf32>, tensor<2xf32>) -> tensor<1x2xf32>
  %1 = qnn.sigmoid %0 {qnn.range = #qnn.range<0.0, 1.0, calibrated>} : (tensor<1x2xf32>) -> tensor<1x2xf32>
  return %0, %1 : tensor<1x2xf32>, tensor<1x2xf32>
}

// -----

// A mask that is computed: its number, -1e9, is no lower than a step of what it multiplies needs it, which stays.
// CHECK-LABEL: @computed
// CHECK-SAME: %arg1: tensor<1x2xf32> {qnn.range = #qnn.range<0.000000e+00, 1.000000e+00, calibrated>}
// CHECK: qnn.constant {{.*}}_raised{{.*}}qnn.range = #qnn.range<-4279.{{[0-9]*}}, 0.000000e+00, constant>
// CHECK: qnn.mul {{.*}}qnn.range = #qnn.range<-16.78{{[0-9]*}}, {{-?}}0.000000e+00, calibrated>
// CHECK: qnn.add {{.*}}qnn.range = #qnn.range<-12.78{{[0-9]*}}, 4.000000e+00, calibrated>
func.func @computed(%x: tensor<1x2xf32> {qnn.range = #qnn.range<-4.0, 4.0, calibrated>}, %hidden: tensor<1x2xf32> {qnn.range = #qnn.range<0.0, 1.0, calibrated>}) -> tensor<1x2xf32> {
  %k = qnn.constant dense<-1.0e9> : tensor<f32> as tensor<f32>
  %m = qnn.mul %hidden, %k {qnn.range = #qnn.range<-1.0e9, 0.0, calibrated>} : (tensor<1x2xf32>, tensor<f32>) -> tensor<1x2xf32>
  %0 = qnn.add %x, %m {qnn.range = #qnn.range<-1.0e9, 4.0, calibrated>} : (tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x2xf32>
  %1 = qnn.softmax %0 {axis = 1 : i64, qnn.least_row_maximum = -1.0 : f64} : (tensor<1x2xf32>) -> tensor<1x2xf32>
  return %1 : tensor<1x2xf32>
}

// -----

// Who wants the sum as it is has one of its own, with a mask of its own. An input is a mask as well, and is noted
// as one, so that nobody is told of what is cut off.
// CHECK-LABEL: @read_twice
// CHECK-SAME: %arg2: tensor<1x2xf32> {qnn.range = #qnn.range<-{{[12][0-9.]*}}, 0.000000e+00, calibrated>, qnn.told_apart = array<f64: -{{[12][0-9.]*}}, {{.*}}>}
// CHECK: %[[MASK:.*]] = qnn.mul {{.*}}#qnn.range<-16.78{{[0-9]*}}, 0.000000e+00, calibrated>
// CHECK: %[[WHOLE_MASK:.*]] = qnn.mul {{.*}}#qnn.range<-1.000000e+09
// CHECK: %[[SUM:.*]] = qnn.add %arg0, %[[MASK]] {{.*}}#qnn.range<-{{1[0-9.]*}},
// CHECK: %[[WHOLE:.*]] = qnn.add %arg0, %[[WHOLE_MASK]] {{.*}}#qnn.range<-1.000000e+09
// CHECK: qnn.add %[[SUM]], %arg2
// CHECK: return {{.*}}%[[WHOLE]]
func.func @read_twice(%x: tensor<1x2xf32> {qnn.range = #qnn.range<-4.0, 4.0, calibrated>}, %hidden: tensor<1x2xf32> {qnn.range = #qnn.range<0.0, 1.0, calibrated>}, %n: tensor<1x2xf32> {qnn.range = #qnn.range<-1.0e9, 0.0, calibrated>}) -> (tensor<1x2xf32>, tensor<1x2xf32>) {
  %k = qnn.constant dense<-1.0e9> : tensor<f32> as tensor<f32>
  %m = qnn.mul %hidden, %k {qnn.range = #qnn.range<-1.0e9, 0.0, calibrated>} : (tensor<1x2xf32>, tensor<f32>) -> tensor<1x2xf32>
  %0 = qnn.add %x, %m {qnn.range = #qnn.range<-1.0e9, 4.0, calibrated>} : (tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x2xf32>
  %1 = qnn.add %0, %n {qnn.range = #qnn.range<-2.0e9, 4.0, calibrated>} : (tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x2xf32>
  %2 = qnn.softmax %1 {axis = 1 : i64, qnn.least_row_maximum = -1.0 : f64} : (tensor<1x2xf32>) -> tensor<1x2xf32>
  return %2, %0 : tensor<1x2xf32>, tensor<1x2xf32>
}
