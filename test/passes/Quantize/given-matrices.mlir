// RUN: tare-opt %s --tare-set-target=target=generic --tare-conform-grids --split-input-file --mlir-print-local-scope --mlir-print-debuginfo | FileCheck %s
// RUN: tare-opt %s --tare-set-target=target=generic --tare-conform-grids --split-input-file | FileCheck %s --check-prefix=BLOB

// Weights of 16 bits are a matrix of activations, turned; a bias is added behind the product, which reaches as far as the result without it.
// CHECK-LABEL: func.func @transposed
// CHECK: %[[W:.*]] = quant.dcast %{{.*}} : tensor<3x2x!quant.uniform<i16<-32767:32767>:f32, 2.500000e-01>>
// CHECK: %[[P:.*]] = qnn.matmul %{{.*}}, %[[W]] {qnn.intermediate, qnn.range = #qnn.range<-1.000000e+01, 1.200000e+02, implied>} : {{.*}} loc("fc_product"("fc_product"))
// CHECK: qnn.add %[[P]], %{{.*}} {clamp = #qnn.clamp<0.000000e+00, inf>, qnn.range = #qnn.range<0.000000e+00, 1.000000e+02, calibrated>} : {{.*}} loc("fc"("y"))
// BLOB-LABEL: func.func @transposed
// BLOB: w: "0x08000000010004000200050003000600"
// BLOB: fc_bias: "0x08000000000020410000A0C1"
!x = !quant.uniform<i16<-32767:32767>:f32, 0.5>
!w = !quant.uniform<i16<-32767:32767>:f32, 0.25>
func.func @transposed(%q: tensor<1x3x!x>) -> tensor<1x2xf32> {
  %x = quant.dcast %q : tensor<1x3x!x> to tensor<1x3xf32>
  %w = qnn.constant dense<[[1, 2, 3], [4, 5, 6]]> : tensor<2x3xi16> as tensor<2x3x!w> loc("w")
  %d = quant.dcast %w : tensor<2x3x!w> to tensor<2x3xf32> loc("w")
  %b = qnn.constant dense<[10.0, -20.0]> : tensor<2xf32> as tensor<2xf32> loc("b")
  %y = qnn.linear %x, %d, %b {clamp = #qnn.clamp<0.0, inf>, qnn.range = #qnn.range<0.0, 100.0, calibrated>} : (tensor<1x3xf32>, tensor<2x3xf32>, tensor<2xf32>) -> tensor<1x2xf32> loc("fc"("y"))
  %z = qnn.tanh %y : (tensor<1x2xf32>) -> tensor<1x2xf32> loc("tanh")
  return %z : tensor<1x2xf32>
}

// -----

// CHECK-LABEL: func.func @without_bias
// CHECK: qnn.matmul %{{.*}} {clamp = #qnn.clamp<0.000000e+00, inf>, qnn.range = #qnn.range<0.000000e+00, 1.000000e+02, calibrated>} : {{.*}} loc("fc"("y"))
// CHECK-NOT: qnn.add
// BLOB-LABEL: func.func @without_bias
// BLOB: w: "0x08000000010004000200050003000600"
!x = !quant.uniform<i16<-32767:32767>:f32, 0.5>
!w = !quant.uniform<i16<-32767:32767>:f32, 0.25>
func.func @without_bias(%q: tensor<1x3x!x>) -> tensor<1x2xf32> {
  %x = quant.dcast %q : tensor<1x3x!x> to tensor<1x3xf32>
  %w = qnn.constant dense<[[1, 2, 3], [4, 5, 6]]> : tensor<2x3xi16> as tensor<2x3x!w> loc("w")
  %d = quant.dcast %w : tensor<2x3x!w> to tensor<2x3xf32> loc("w")
  %y = qnn.linear %x, %d {clamp = #qnn.clamp<0.0, inf>, qnn.range = #qnn.range<0.0, 100.0, calibrated>} : (tensor<1x3xf32>, tensor<2x3xf32>) -> tensor<1x2xf32> loc("fc"("y"))
  %z = qnn.tanh %y : (tensor<1x2xf32>) -> tensor<1x2xf32> loc("tanh")
  return %z : tensor<1x2xf32>
}
