// RUN: tare-opt %s --tare-set-target --tare-insert-quant-dequant --tare-unify-widths --split-input-file --verify-diagnostics --remarks-filter="tare-insert-quant-dequant" --remark-format=emitRemark --mlir-print-local-scope | FileCheck %s

// (A65) Calibration saw [-2, 2]; a quarter more on both sides is [-3, 3]. The result's grid ends at swish(2) = 1.76, where x ends: [-3, 2].
// 307 of 512 lines are below 0: z = 128 * 307 - 32768.
// CHECK-LABEL: func.func @silu
func.func @silu(%x: tensor<1x2xf32> {qnn.name = "x", qnn.range = #qnn.range<-1.0, 1.0, calibrated>}) -> tensor<1x2xf32> {
  %w = qnn.constant dense<1.0> : tensor<2x2xf32> as tensor<2x2xf32>
  // CHECK: %[[A:.*]] = qnn.linear {{.*}} {qnn.in_layer,
  // CHECK-NEXT: %[[AQ:.*]] = quant.qcast %[[A]] : {{.*}}!quant.uniform<i16:f32, {{7.6[0-9]*E-5}}:6528>>
  // CHECK-NEXT: %[[AD:.*]] = quant.dcast %[[AQ]]
  // CHECK-NEXT: %[[Y:.*]] = qnn.swish %[[AD]] {qnn.in_layer,
  // CHECK-NEXT: quant.qcast %[[Y]] : {{.*}}!quant.uniform<i8:f32,
  %a = qnn.linear %x, %w {qnn.range = #qnn.range<-2.0, 2.0, calibrated>} : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32> loc("fc")
  // expected-remark-re @unknown {{FunctionInLayer | Category:tare-insert-quant-dequant | Layer=swish, {{.*}}behind the accumulators of 'fc', in 16 bits of step 7.6{{.*}}; off by 0.51 LSB at most}}
  %y = qnn.swish %a {qnn.range = #qnn.range<-0.28, 1.7616, calibrated>} : (tensor<1x2xf32>) -> tensor<1x2xf32> loc("swish")
  return %y : tensor<1x2xf32>
}

// -----

// Somebody else reads the accumulators: 8 bits, and a table behind.
// CHECK-LABEL: func.func @readers
func.func @readers(%x: tensor<1x2xf32> {qnn.name = "x", qnn.range = #qnn.range<-1.0, 1.0, calibrated>}) -> (tensor<1x2xf32>, tensor<1x2xf32>) {
  %w = qnn.constant dense<1.0> : tensor<2x2xf32> as tensor<2x2xf32>
  // CHECK-NOT: qnn.in_layer
  // CHECK: %[[A:.*]] = qnn.linear
  // CHECK-NEXT: quant.qcast %[[A]] : {{.*}}!quant.uniform<i8:f32,
  %a = qnn.linear %x, %w {qnn.range = #qnn.range<-2.0, 2.0, calibrated>} : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32> loc("fc")
  %y = qnn.swish %a {qnn.range = #qnn.range<-0.28, 1.7616, calibrated>} : (tensor<1x2xf32>) -> tensor<1x2xf32> loc("swish")
  %z = qnn.abs %a {qnn.range = #qnn.range<0.0, 2.0, calibrated>} : (tensor<1x2xf32>) -> tensor<1x2xf32> loc("abs")
  return %y, %z : tensor<1x2xf32>, tensor<1x2xf32>
}

// -----

// A pole between two entries: no line is near it.
// CHECK-LABEL: func.func @pole
func.func @pole(%x: tensor<1x2xf32> {qnn.name = "x", qnn.range = #qnn.range<-1.0, 1.0, calibrated>}) -> tensor<1x2xf32> {
  %w = qnn.constant dense<1.0> : tensor<2x2xf32> as tensor<2x2xf32>
  // CHECK-NOT: qnn.in_layer
  %a = qnn.linear %x, %w {qnn.range = #qnn.range<-2.0, 2.0, calibrated>} : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32> loc("fc")
  // expected-remark-re @unknown {{FunctionInLayer | Category:tare-insert-quant-dequant | Layer=reciprocal, Reason="its interpolated table would be off by {{.*}} LSB"}}
  %y = qnn.reciprocal %a {qnn.range = #qnn.range<-50.0, 50.0, calibrated>} : (tensor<1x2xf32>) -> tensor<1x2xf32> loc("reciprocal")
  return %y : tensor<1x2xf32>
}
