// RUN: split-file %s %t
// RUN: tare-opt %t/good.mlir --tare-import-ranges=file=%t/ranges.json | FileCheck %t/good.mlir
// RUN: tare-opt %t/given.mlir --tare-import-ranges=file=%t/ranges.json | FileCheck %t/given.mlir --check-prefix=CHECK-GIVEN
// RUN: not tare-opt %t/missing.mlir --tare-import-ranges=file=%t/ranges.json 2>&1 | FileCheck %t/missing.mlir
// RUN: not tare-opt %t/good.mlir --tare-import-ranges=file=%t/none.json 2>&1 | FileCheck %s --check-prefix=NONE

// NONE: error: {{.*}}none.json

//--- ranges.json
{
  "version": 1,
  "method": "min_max",
  "activations": "int8",
  "samples": 2,
  "values": {
    "x": {"label": "calibrated", "min": -1.5, "max": 6.0, "seen_min": -1.5, "seen_max": 6.0},
    "sum": {"label": "calibrated", "min": 0.0, "max": 3e-7, "seen_min": 0.0, "seen_max": 3e-7},
    "flat": {"label": "dead", "min": 0.0, "max": 0.0, "seen_min": 0.0, "seen_max": 0.0},
    "broken": {"label": "nan", "min": 0.0, "max": 1.0, "seen_min": 0.0, "seen_max": 1.0}
  }
}

//--- good.mlir
// What an ONNX model would find when it runs is static now.
// CHECK: func.func @main(%arg0: tensor<1x2xf32> {qnn.name = "x", qnn.range = #qnn.range<-1.500000e+00, 6.000000e+00, calibrated>})
// CHECK-NOT: run_time_ranges
// CHECK-SAME: {
func.func @main(%x: tensor<1x2xf32> {qnn.name = "x"}) -> (tensor<1x8xf32>, tensor<1x2xf32>, tensor<1x2xf32>) attributes {qnn.run_time_ranges = {operands = ["x"], results = ["sum"]}} {
  // CHECK: qnn.constant {{.*}} {qnn.range = #qnn.range<-2.000000e+00, 0.000000e+00, constant>}
  %c = qnn.constant dense<[[-2.0, -1.0]]> : tensor<1x2xf32> as tensor<1x2xf32>
  // CHECK: qnn.transpose %arg0 {{.*}}qnn.range = #qnn.range<-1.500000e+00, 6.000000e+00, inherited>
  %t = qnn.transpose %x {permutation = array<i64: 1, 0>} : (tensor<1x2xf32>) -> tensor<2x1xf32> loc("transpose")
  %r = qnn.reshape %t {shape = array<i64: 1, 2>} : (tensor<2x1xf32>) -> tensor<1x2xf32> loc("reshape")
  // CHECK: qnn.add {{.*}}qnn.range = #qnn.range<0.000000e+00, 3.000000e-07, calibrated>
  %s = qnn.add %r, %c : (tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x2xf32> loc("add"("sum"))
  // CHECK: qnn.mul {{.*}}qnn.range = #qnn.range<0.000000e+00, 0.000000e+00, dead>
  %d = qnn.mul %s, %s : (tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x2xf32> loc("mul"("flat"))
  // CHECK: qnn.concat {{.*}}qnn.range = #qnn.range<-2.000000e+00, 6.000000e+00, inherited>
  %k = qnn.concat %r, %s, %c, %d {axis = 1 : i64} : (tensor<1x2xf32>, tensor<1x2xf32>, tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x8xf32> loc("concat")
  // Neither a fixed image nor a kept accumulator needs a range.
  // CHECK: qnn.softmax %{{[0-9]+}} {axis = 1 : i64} :
  %m = qnn.softmax %s {axis = 1 : i64} : (tensor<1x2xf32>) -> tensor<1x2xf32> loc("softmax")
  %w = qnn.constant dense<1.0> : tensor<2x2xf32> as tensor<2x2xf32>
  // CHECK: qnn.linear %{{[^{]*}} : (
  %y = qnn.linear %s, %w : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32> loc("fc")
  return %k, %m, %y : tensor<1x8xf32>, tensor<1x2xf32>, tensor<1x2xf32>
}

//--- given.mlir
// Of values on the model's own grids calibration says what is used of them, and what a padding adds; where it says nothing, the grids do.
!given = !quant.uniform<i8:f32, 0.125>
func.func @main(%x: tensor<1x2x!given> {qnn.name = "xq"}) -> (tensor<1x4xf32>, tensor<1x3xf32>, tensor<2x1xf32>) {
  %0 = quant.dcast %x : tensor<1x2x!given> to tensor<1x2xf32> loc("x_dequantize"("x"))
  // CHECK-GIVEN: qnn.concat {{.*}}qnn.range = #qnn.range<0.000000e+00, 3.000000e-07, inherited>
  %1 = qnn.concat %0, %0 {axis = 1 : i64} : (tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x4xf32> loc("concat"("sum"))
  // CHECK-GIVEN: qnn.pad {{.*}}qnn.range = #qnn.range<-2.000000e+00, 3.000000e-07, inherited>
  %2 = qnn.pad %0 {low = array<i64: 0, 1>, high = array<i64: 0, 0>, value = -2.0 : f64} : (tensor<1x2xf32>) -> tensor<1x3xf32> loc("pad"("sum"))
  // CHECK-GIVEN: qnn.transpose {{.*}}qnn.range = #qnn.range<-1.600000e+01, 1.587500e+01, inherited>
  %3 = qnn.transpose %0 {permutation = array<i64: 1, 0>} : (tensor<1x2xf32>) -> tensor<2x1xf32> loc("transpose"("t"))
  return %1, %2, %3 : tensor<1x4xf32>, tensor<1x3xf32>, tensor<2x1xf32>
}

//--- missing.mlir
// CHECK: error: the ranges say nothing of 'a', 'c'; calibrate this model again, with the same options
// CHECK: error: NaN or infinity was seen during calibration in 'broken'
func.func @main(%x: tensor<1x2xf32> {qnn.name = "x"}) -> tensor<1x2xf32> {
  %a = qnn.add %x, %x : (tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x2xf32> loc("a")
  %b = qnn.add %a, %x : (tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x2xf32> loc("b"("broken"))
  %c = qnn.add %b, %x : (tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x2xf32> loc("c")
  return %c : tensor<1x2xf32>
}
