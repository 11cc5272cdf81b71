// (A68) What is selected from constants, or follows from a comparison, has the range that the model says; what data say of the rest counts.
// RUN: split-file %s %t
// RUN: tare-opt %t/good.mlir --tare-import-ranges=file=%t/ranges.json --mlir-print-local-scope 2>%t/told | FileCheck %t/good.mlir
// RUN: FileCheck %t/good.mlir --check-prefix=TOLD <%t/told
// RUN: not tare-opt %t/infinite.mlir --tare-import-ranges=file=%t/ranges.json 2>&1 | FileCheck %t/infinite.mlir

//--- ranges.json
{
  "version": 1, "method": "min_max", "activations": "int8", "samples": 2,
  "values": {
    "x": {"label": "calibrated", "min": -1.5, "max": 6.0, "seen_min": -1.5, "seen_max": 6.0},
    "row": {"label": "calibrated", "min": -0.5, "max": 0.25, "seen_min": -0.5, "seen_max": 0.25},
    "doubled": {"label": "calibrated", "min": -1.0, "max": 0.5, "seen_min": -1.0, "seen_max": 0.5},
    "moved": {"label": "inherited", "min": -0.5, "max": 0.25, "seen_min": -0.5, "seen_max": 0.25},
    "picked": {"label": "dead", "min": 0.0, "max": 0.0, "seen_min": 0.0, "seen_max": 0.0},
    "chosen": {"label": "calibrated", "min": 0.0, "max": 2.0, "seen_min": 0.0, "seen_max": 2.0},
    "written": {"label": "calibrated", "min": 0.0, "max": 2.0, "seen_min": 0.0, "seen_max": 2.0},
    "summed": {"label": "calibrated", "min": 0.0, "max": 3.0, "seen_min": 0.0, "seen_max": 3.0},
    "best": {"label": "calibrated", "min": 0.0, "max": 5.5, "seen_min": 4.0, "seen_max": 5.5},
    "seen": {"label": "calibrated", "min": 0.0, "max": 1.0, "seen_min": 1.0, "seen_max": 1.0},
    "hidden": {"label": "dead", "min": 0.0, "max": 0.0, "seen_min": 0.0, "seen_max": 0.0},
    "bias": {"label": "dead", "min": 0.0, "max": 0.0, "seen_min": 0.0, "seen_max": 0.0},
    "given": {"label": "calibrated", "min": 0.0, "max": 1.0, "seen_min": 1.0, "seen_max": 1.0},
    "inverted": {"label": "dead", "min": 0.0, "max": 0.0, "seen_min": 0.0, "seen_max": 0.0},
    "x2": {"label": "calibrated", "min": -1.5, "max": 6.0, "seen_min": -1.5, "seen_max": 6.0},
    "filled": {"label": "nan", "min": 0.0, "max": 0.0, "seen_min": -1.0, "seen_max": 2.0},
    "added": {"label": "nan", "min": 0.0, "max": 0.0, "seen_min": -1.0, "seen_max": 2.0}
  }
}

//--- good.mlir
func.func @main(%x: tensor<4x2xf32> {qnn.name = "x"}, %i: tensor<4xi64> {qnn.name = "i"}, %places: tensor<4x2xi64> {qnn.name = "places_in"}, %given: tensor<4x2xf32> {qnn.name = "given"})
    -> (tensor<4x2xf32>, tensor<2x4xf32>, tensor<4x2xf32>, tensor<4x2xf32>, tensor<4x2xf32>, tensor<4x2xf32>, tensor<1x2xf32>, tensor<4xf32>, tensor<4x2xf32>) {
  %table = qnn.constant dense<[[-1.0, 2.0], [8.0, -4.0]]> : tensor<2x2xf32> as tensor<2x2xf32> loc("table")
  %two = qnn.constant dense<2.0> : tensor<f32> as tensor<f32>
  %one = qnn.constant dense<1.0> : tensor<f32> as tensor<f32>
  %far = qnn.constant dense<-1.0e4> : tensor<f32> as tensor<f32>
  %zero = qnn.constant dense<0> : tensor<i64> as tensor<i64>
  %k = qnn.constant dense<1> : tensor<1xi64> as tensor<1xi64>
  // Rows that no sample named are part of the table; so are they of what is the same of each element, and of what is moved.
  // TOLD: 'row': the constants that it selects from hold [-4, 8], of which calibration saw [-0.5, 0.25]: what is computed from the others has ranges of what was seen, and its own grid covers all and is 4.0 bits coarser
  // TOLD-SAME: calibrate on indices as they will come, or take out of the model what is never selected, or keep 16-bit activations
  // CHECK: qnn.gather {{.*}}qnn.range = #qnn.range<-4.000000e+00, 8.000000e+00, implied>
  %0 = qnn.gather %table[%i] {axis = 0 : i64} : (tensor<2x2xf32>, tensor<4xi64>) -> tensor<4x2xf32> loc("gather"("row"))
  // CHECK: qnn.mul {{.*}}qnn.range = #qnn.range<-8.000000e+00, 1.600000e+01, implied>
  %1 = qnn.mul %0, %two : (tensor<4x2xf32>, tensor<f32>) -> tensor<4x2xf32> loc("double"("doubled"))
  // CHECK: qnn.transpose {{.*}}qnn.range = #qnn.range<-4.000000e+00, 8.000000e+00, inherited>
  %2 = qnn.transpose %0 {permutation = array<i64: 1, 0>} : (tensor<4x2xf32>) -> tensor<2x4xf32> loc("move"("moved"))
  // Of an activation, what it may have; where nothing but 0 was picked, too.
  // TOLD-NOT: 'picked'
  // CHECK: qnn.gather {{.*}}qnn.range = #qnn.range<-1.500000e+00, 6.000000e+00, implied>
  %3 = qnn.gather %x[%i] {axis = 0 : i64} : (tensor<4x2xf32>, tensor<4xi64>) -> tensor<4x2xf32> loc("pick"("picked"))
  // CHECK: qnn.host "Equal"
  %c = qnn.host "Equal" opset 19(%i, %zero) : (tensor<4xi64>, tensor<i64>) -> tensor<4xi1> loc("equal"("c"))
  %shape = qnn.constant dense<[4, 1]> : tensor<2xi64> as tensor<2xi64>
  %d = qnn.host "Reshape" opset 13(%c, %shape) : (tensor<4xi1>, tensor<2xi64>) -> tensor<4x1xi1> loc("column"("d"))
  // CHECK: qnn.host "Where" {{.*}}qnn.range = #qnn.range<-1.000000e+04, 6.000000e+00, implied>
  %4 = qnn.host "Where" opset 16(%d, %x, %far) : (tensor<4x1xi1>, tensor<4x2xf32>, tensor<f32>) -> tensor<4x2xf32> loc("where"("chosen"))
  // What is written has elements of both; what is added to has sums, of which data say the range.
  // CHECK: qnn.host "ScatterElements" {{.*}}qnn.range = #qnn.range<-4.000000e+00, 8.000000e+00, implied>
  %5 = qnn.host "ScatterElements" opset 18(%x, %places, %0) : (tensor<4x2xf32>, tensor<4x2xi64>, tensor<4x2xf32>) -> tensor<4x2xf32> loc("write"("written"))
  // CHECK: qnn.host "ScatterElements" {{.*}}qnn.range = #qnn.range<0.000000e+00, 3.000000e+00, calibrated>
  %6 = qnn.host "ScatterElements" opset 18(%x, %places, %0) {parameters = {reduction = "add"}} : (tensor<4x2xf32>, tensor<4x2xi64>, tensor<4x2xf32>) -> tensor<4x2xf32> loc("sum"("summed"))
  // The largest are others than all.
  // CHECK: qnn.host "TopK" {{.*}}qnn.range = #qnn.range<0.000000e+00, 5.500000e+00, calibrated>
  %7:2 = qnn.host "TopK" opset 11(%x, %k) {parameters = {axis = 0}} : (tensor<4x2xf32>, tensor<1xi64>) -> (tensor<1x2xf32>, tensor<1x2xi64>) loc("top"(fused["best", "places"]))
  // A mask of BERT's, of which data had only ones.
  // TOLD-NOT: 'hidden'
  // TOLD-NOT: 'bias'
  // CHECK: qnn.host "Cast" {{.*}}qnn.range = #qnn.range<0.000000e+00, 1.000000e+00, implied>
  %m = qnn.host "Cast" opset 13(%c) {parameters = {to = 1}} : (tensor<4xi1>) -> tensor<4xf32> loc("cast"("seen"))
  // CHECK: qnn.sub {{.*}}qnn.range = #qnn.range<0.000000e+00, 1.000000e+00, implied>
  %n = qnn.sub %one, %m : (tensor<f32>, tensor<4xf32>) -> tensor<4xf32> loc("invert"("hidden"))
  // CHECK: qnn.mul {{.*}}qnn.range = #qnn.range<-1.000000e+04, 0.000000e+00, implied>
  %8 = qnn.mul %n, %far : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32> loc("scale"("bias"))
  // Of a mask that is an input nothing but its ones is known: what can come of 0 is told.
  // TOLD: 'inverted' was never anything but 0 during calibration; it gets the range [0, 1], which is what can come of that of its operand
  // CHECK: qnn.sub {{.*}}qnn.range = #qnn.range<0.000000e+00, 1.000000e+00, implied>
  %9 = qnn.sub %one, %given : (tensor<f32>, tensor<4x2xf32>) -> tensor<4x2xf32> loc("invert_given"("inverted"))
  %y = qnn.mul %9, %x : (tensor<4x2xf32>, tensor<4x2xf32>) -> tensor<4x2xf32> loc("use"("x2"))
  return %1, %2, %3, %4, %5, %6, %7#0, %8, %y : tensor<4x2xf32>, tensor<2x4xf32>, tensor<4x2xf32>, tensor<4x2xf32>, tensor<4x2xf32>, tensor<4x2xf32>, tensor<1x2xf32>, tensor<4xf32>, tensor<4x2xf32>
}

//--- infinite.mlir
// An infinity of the model's is none of the data's, and neither is what is computed from it.
// CHECK: error: node 'fill' puts -inf, a constant of the model, among its elements, and a result depends on it as on a number: an output of the graph; no grid holds it: put a finite number there
// CHECK-NOT: error: NaN or infinity was seen
func.func @main(%x: tensor<4xf32> {qnn.name = "x"}, %c: tensor<4xi1> {qnn.name = "c"}) -> tensor<4xf32> {
  %h = qnn.constant dense<0xFF800000> : tensor<f32> as tensor<f32>
  %0 = qnn.host "Where" opset 16(%c, %x, %h) : (tensor<4xi1>, tensor<4xf32>, tensor<f32>) -> tensor<4xf32> loc("fill"("filled"))
  %1 = qnn.add %0, %x : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32> loc("add"("added"))
  return %1 : tensor<4xf32>
}
