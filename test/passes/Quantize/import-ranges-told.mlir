// RUN: split-file %s %t
// RUN: tare-opt %t/model.mlir --tare-import-ranges=file=%t/ranges.json --mlir-print-local-scope 2> %t/said | FileCheck %t/model.mlir
// RUN: FileCheck %s --check-prefix=SAID --input-file %t/said --implicit-check-not=warning:
// RUN: sed s/int8/int16/ %t/ranges.json > %t/wide.json
// RUN: tare-opt %t/model.mlir --tare-import-ranges=file=%t/wide.json -o /dev/null 2>&1 | FileCheck %s --check-prefix=WIDE --implicit-check-not=warning:
// RUN: not tare-opt %t/model.mlir --tare-import-ranges=file=%t/nan.json -o /dev/null 2>&1 | FileCheck %s --check-prefix=NAN
// RUN: not tare-opt %t/model.mlir --tare-import-ranges=file=%t/nan_input.json -o /dev/null 2>&1 | FileCheck %s --check-prefix=INPUT

// What calibration found is told once for each value that needs its range: outliers, but not of a function with two ends or where the
// model has a grid; data that grow; what was never anything but 0; names of nothing.

// SAID: warning: {{.*}}'far': 990 of 1000 values (99.0 %) share one step of its grid of 8 bits, that of 0, as the largest, up to 1.00e+03, take all others: the range is [-1.00e+03, 5.00e+02], a step 5.88e+00; keep 16-bit activations (--activations i16), of which a step is 2.29e-02, or cut the outliers off (--percentile 97.80)
// SAID: warning: {{.*}}'farther': 400 of 1000 values (40.0 %) share one step{{.*}}a step is {{[^,]*$}}
// SAID: warning: {{.*}}'grows': of 2 samples calibration saw [-1, 1], and its ends still grew from sample to sample: what other data have beyond the range, [-2, 2], becomes its end, which is expected to leave 10 dB; calibrate on more samples
// SAID: warning: {{.*}}'nothing' was never anything but 0 during calibration; it gets the range [0, 1]; calibrate on data that exercises it
// SAID: warning: {{.*}}the ranges name 'gros', which is no value of the model: it is ignored; did you mean 'grows'?; correct the name

// Of 16 bits fewer steps are left than 8 have, and 20 dB are too few.
// WIDE: warning: {{.*}}'far': 990 of 1000 values (99.0 %) lie within 64 of the 65535 steps of its grid of 16 bits, around 0, as the largest, up to 1.00e+03, take all others: the range is [-1.00e+03, 5.00e+02], a step 2.29e-02; cut the outliers off (--percentile 97.80)
// WIDE: warning: {{.*}}'farther': 400 of 1000 values (40.0 %) lie within 64 {{.*}}; clip the outliers in the model, or in its data
// WIDE: warning: {{.*}}'grows': {{.*}}is expected to leave 10 dB
// WIDE: warning: {{.*}}'grew': {{.*}}is expected to leave 20 dB
// WIDE: warning: {{.*}}'nothing' was never anything but 0
// WIDE: warning: {{.*}}the ranges name 'gros'

// NAN: error: {{.*}}NaN or infinity was seen during calibration in 'far' of node 'mul' (first in sample 0), 'grows' of node 'mul3'; give data as the model takes them, or keep the first of these finite in the model (no division by 0, no logarithm of 0 or less)
// INPUT: error: {{.*}}NaN or infinity was seen during calibration in 'x' (first in sample 3); take such numbers out of the data (numpy.isfinite finds them)

//--- ranges.json
{
  "version": 1, "method": "min_max", "activations": "int8", "samples": 2,
  "values": {
    "x": {"label": "calibrated", "min": -1, "max": 1},
    "far": {"label": "calibrated", "min": -1000, "max": 500, "seen_min": -1000, "seen_max": 500, "flattened": 990, "flattened_of": 1000},
    "farther": {"label": "calibrated", "min": -2000, "max": 500, "seen_min": -2000, "seen_max": 500, "flattened": 400, "flattened_of": 1000},
    "shares": {"label": "calibrated", "min": 0, "max": 1, "flattened": 990, "flattened_of": 1000},
    "on_a_grid": {"label": "calibrated", "min": -1, "max": 1, "flattened": 990, "flattened_of": 1000},
    "grows": {"label": "calibrated", "min": -2, "max": 2, "seen_min": -1, "seen_max": 1, "beyond": 0.1},
    "grew": {"label": "calibrated", "min": -2, "max": 2, "seen_min": -1, "seen_max": 1, "beyond": 0.01},
    "nothing": {"label": "dead", "min": 0, "max": 0},
    "scores": {"label": "calibrated", "min": -8, "max": 8, "least_row_maximum": 2.5},
    "host": {"label": "calibrated", "min": -3, "max": 3},
    "gros": {"label": "calibrated", "min": 0, "max": 1}
  }
}

//--- nan.json
{
  "version": 1, "samples": 2,
  "values": {
    "x": {"label": "calibrated", "min": -1, "max": 1},
    "far": {"label": "nan", "min": 0, "max": 0, "non_finite": 2, "non_finite_sample": 0},
    "farther": {"label": "calibrated", "min": -2000, "max": 500},
    "shares": {"label": "calibrated", "min": 0, "max": 1},
    "grows": {"label": "nan", "min": 0, "max": 0, "non_finite": 2},
    "grew": {"label": "calibrated", "min": -2, "max": 2},
    "nothing": {"label": "dead", "min": 0, "max": 0},
    "scores": {"label": "calibrated", "min": -8, "max": 8},
    "host": {"label": "calibrated", "min": -3, "max": 3}
  }
}

//--- nan_input.json
{
  "version": 1, "samples": 4,
  "values": {
    "x": {"label": "nan", "min": 0, "max": 0, "non_finite": 2, "non_finite_sample": 3},
    "far": {"label": "calibrated", "min": -2000, "max": 500},
    "farther": {"label": "calibrated", "min": -2000, "max": 500},
    "shares": {"label": "calibrated", "min": 0, "max": 1},
    "grows": {"label": "calibrated", "min": -2, "max": 2},
    "grew": {"label": "calibrated", "min": -2, "max": 2},
    "nothing": {"label": "dead", "min": 0, "max": 0},
    "scores": {"label": "calibrated", "min": -8, "max": 8},
    "host": {"label": "calibrated", "min": -3, "max": 3}
  }
}

//--- model.mlir
!given = !quant.uniform<i8:f32, 0.125>
// CHECK-LABEL: func.func @main
func.func @main(%x: tensor<1x4xf32> {qnn.name = "x"}) -> tensor<1x4xf32> {
  // CHECK: qnn.mul {{.*}}qnn.range = #qnn.range<-1.000000e+03, 5.000000e+02, calibrated>
  %far = qnn.mul %x, %x : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32> loc("mul"("far"))
  %farther = qnn.mul %far, %x : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32> loc("mul2"("farther"))
  // CHECK: qnn.sigmoid {{.*}}qnn.range = #qnn.range<0.000000e+00, 1.000000e+00, calibrated>
  %shares = qnn.sigmoid %farther : (tensor<1x4xf32>) -> tensor<1x4xf32> loc("sigmoid"("shares"))
  %product = qnn.mul %shares, %x : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32> loc("mul5"("on_a_grid"))
  %q = quant.qcast %product : tensor<1x4xf32> to tensor<1x4x!given>
  %d = quant.dcast %q : tensor<1x4x!given> to tensor<1x4xf32>
  // CHECK: qnn.mul {{.*}}qnn.range = #qnn.range<-2.000000e+00, 2.000000e+00, calibrated>
  %grows = qnn.mul %d, %x : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32> loc("mul3"("grows"))
  %grew = qnn.mul %grows, %x : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32> loc("mul4"("grew"))
  %nothing = qnn.mul %grew, %x : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32> loc("mul6"("nothing"))
  // CHECK: qnn.host {{.*}}qnn.range = #qnn.range<-3.000000e+00, 3.000000e+00, calibrated>
  %host = qnn.host "Round" opset 13(%nothing) : (tensor<1x4xf32>) -> tensor<1x4xf32> loc("round"("host"))
  %scores = qnn.mul %host, %x : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32> loc("mul7"("scores"))
  // CHECK: qnn.softmax {{.*}}2.500000e+00
  %y = qnn.softmax %scores {axis = 1 : i64} : (tensor<1x4xf32>) -> tensor<1x4xf32> loc("softmax"("y"))
  return %y : tensor<1x4xf32>
}
