// RUN: tare-opt %s --tare-set-target --tare-drop-rounds --split-input-file --verify-diagnostics --remarks-filter="tare-drop-rounds" --remark-format=emitRemark --mlir-print-local-scope | FileCheck %s
// RUN: tare-opt %s --tare-set-target=target=i16x8 --tare-drop-rounds --split-input-file --remarks-filter="tare-drop-rounds" --remark-format=emitRemark -o /dev/null 2>&1 | FileCheck %s --check-prefix=WIDE

// What the rounding kept apart is fused.
// CHECK-LABEL: @fused
// CHECK: qnn.linear {{.*}}clamp = #qnn.clamp<0.000000e+00, inf>
// CHECK-NOT: qnn.round
// CHECK-NOT: qnn.relu
// WIDE: NotRounded{{.*}}is finer than float16's
func.func @fused(%x: tensor<1x2xf32>) -> tensor<1x2xf32> {
  %w = qnn.constant dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32> as tensor<2x2xf32>
  %0 = qnn.linear %x, %w {qnn.range = #qnn.range<-3.0, 3.0, calibrated>} : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32> loc("fc"("y"))
  // expected-remark @unknown {{Dropped | Category:tare-drop-rounds | Layer=cast, Reason="the grid's step 2.35e-02 is no finer than float16's 1.95e-03"}}
  %1 = qnn.round %0 {format = #qnn.float_format<f16>} : (tensor<1x2xf32>) -> tensor<1x2xf32> loc("cast"("r"))
  %2 = qnn.relu %1 {qnn.range = #qnn.range<0.0, 3.0, calibrated>} : (tensor<1x2xf32>) -> tensor<1x2xf32> loc("relu"("z"))
  return %2 : tensor<1x2xf32>
}

// -----

// An asymmetric grid of 8 bits is finer than bfloat16 near the ends of its range.
// CHECK-LABEL: @finer
func.func @finer(%x: tensor<1x2xf32> {qnn.range = #qnn.range<0.0, 1.0, calibrated>}) -> tensor<1x2xf32> {
  // expected-remark @unknown {{NotRounded | Category:tare-drop-rounds | Layer=near, Reason="the grid's step 3.92e-03 is finer than bfloat16's 7.81e-03}}
  %0 = qnn.round %x {format = #qnn.float_format<bf16>} : (tensor<1x2xf32>) -> tensor<1x2xf32> loc("near"("r"))
  return %0 : tensor<1x2xf32>
}

// -----

// CHECK-LABEL: @beyond
func.func @beyond(%x: tensor<1x2xf32> {qnn.range = #qnn.range<-7.0e4, 1.0, calibrated>}) -> tensor<1x2xf32> {
  // expected-remark @unknown {{Dropped | Category:tare-drop-rounds | Layer=far}}
  // expected-warning @unknown {{layer 'far': casts to float16, which ends at 65504, but calibration saw 70000: the model gives infinity there}}
  %0 = qnn.round %x {format = #qnn.float_format<f16>} : (tensor<1x2xf32>) -> tensor<1x2xf32> loc("far"("r"))
  return %0 : tensor<1x2xf32>
}
