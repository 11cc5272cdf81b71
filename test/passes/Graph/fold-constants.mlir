// RUN: tare-opt %s --tare-fold-constants=max-bytes=16 --verify-diagnostics --remarks-filter="tare-fold-constants" --remark-format=emitRemark | FileCheck %s

!w = !quant.uniform<i8:f32, 0.25>

// CHECK-LABEL: func.func @main
func.func @main(%x: tensor<1x4xf32>) -> (tensor<1x4xf32>, tensor<5xf32>, tensor<2xf32>) {
  %a = qnn.constant dense<[1.0, 2.0, 3.0, 4.0]> : tensor<4xf32> as tensor<4xf32>
  // A chain; what it was made of goes.
  // CHECK-NOT: qnn.add
  // expected-remark @unknown {{Folded | Category:tare-fold-constants | Layer=add}}
  %0 = qnn.add %a, %a : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32> loc("add"("sum"))
  // expected-remark @unknown {{Folded | Category:tare-fold-constants | Layer=mul}}
  %1 = qnn.mul %0, %a : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32> loc("mul"("product"))
  // CHECK: %[[C:.*]] = qnn.constant dense_resource<product>
  // CHECK: qnn.mul %arg0, %[[C]]
  %2 = qnn.mul %x, %1 : (tensor<1x4xf32>, tensor<4xf32>) -> tensor<1x4xf32> loc("scale")
  // Larger than the limit.
  // CHECK: qnn.concat
  %b = qnn.constant dense<1.0> : tensor<1xf32> as tensor<1xf32>
  // expected-remark @unknown {{NotFolded | Category:tare-fold-constants | Layer=concat, Reason="the result has 20 bytes, more than the limit of 16"}}
  %3 = qnn.concat %a, %b {axis = 0 : i64} : (tensor<4xf32>, tensor<1xf32>) -> tensor<5xf32> loc("concat")
  // Quantized weights are what the model means.
  // CHECK: quant.dcast
  %w = qnn.constant dense<1> : tensor<2xi8> as tensor<2x!w>
  %wd = quant.dcast %w : tensor<2x!w> to tensor<2xf32>
  return %2, %3, %wd : tensor<1x4xf32>, tensor<5xf32>, tensor<2xf32>
}

// 2 * 1, 4 * 2, 6 * 3, 8 * 4
// CHECK: product: "0x{{[0-9A-F]*}}00000040000000410000904100000042"
