// RUN: tare-opt %s --tare-set-target --tare-unify-widths --split-input-file --verify-diagnostics --remarks-filter="tare-unify-widths" --remark-format=emitRemark --mlir-print-local-scope | FileCheck %s

!narrow = !quant.uniform<i8:f32, 0.5:3>
!wide = !quant.uniform<i16<-32767:32767>:f32, 0.001>

// Each integer of 8 bits is 128 of 16: 0.5 / 128.
// CHECK-LABEL: func.func @operand
func.func @operand(%a: tensor<1x2x!narrow>, %b: tensor<1x2x!wide>) -> tensor<1x2xf32> {
  // CHECK: %[[A:.*]] = quant.dcast %arg0
  // CHECK: %[[B:.*]] = quant.dcast %arg1
  %0 = quant.dcast %a : tensor<1x2x!narrow> to tensor<1x2xf32>
  %1 = quant.dcast %b : tensor<1x2x!wide> to tensor<1x2xf32>
  // CHECK: %[[Q:.*]] = quant.qcast %[[A]] : tensor<1x2xf32> to tensor<1x2x!quant.uniform<i16<-32767:32767>:f32, 3.906250e-03>>
  // CHECK: %[[D:.*]] = quant.dcast %[[Q]]
  // CHECK: qnn.add %[[D]], %[[B]]
  // expected-remark @unknown {{OperandWidened | Category:tare-unify-widths | Layer=add}}
  %2 = qnn.add %0, %1 : (tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x2xf32> loc("add")
  %3 = quant.qcast %2 : tensor<1x2xf32> to tensor<1x2x!wide>
  %4 = quant.dcast %3 : tensor<1x2x!wide> to tensor<1x2xf32>
  return %4 : tensor<1x2xf32>
}

// -----

!narrow = !quant.uniform<i8:f32, 0.5:3>
!wide = !quant.uniform<i16<-32767:32767>:f32, 0.001>

// The result of 16 bits has 64 steps in each of 8, and reaches twice as far.
// CHECK-LABEL: func.func @result
func.func @result(%a: tensor<1x2x!wide>) -> tensor<1x2xf32> {
  %0 = quant.dcast %a : tensor<1x2x!wide> to tensor<1x2xf32>
  // CHECK: %[[Y:.*]] = qnn.sigmoid
  // CHECK: %[[Q:.*]] = quant.qcast %[[Y]] : tensor<1x2xf32> to tensor<1x2x!quant.uniform<i16<-32767:32767>:f32, 7.812500e-03>>
  // CHECK: %[[D:.*]] = quant.dcast %[[Q]]
  // CHECK: quant.qcast %[[D]] : tensor<1x2xf32> to tensor<1x2x!quant.uniform<i8:f32, 5.000000e-01:3>>
  // expected-remark @unknown {{ResultWidened | Category:tare-unify-widths | Layer=s}}
  %1 = qnn.sigmoid %0 : (tensor<1x2xf32>) -> tensor<1x2xf32> loc("s")
  %2 = quant.qcast %1 : tensor<1x2xf32> to tensor<1x2x!narrow>
  %3 = quant.dcast %2 : tensor<1x2x!narrow> to tensor<1x2xf32>
  return %3 : tensor<1x2xf32>
}

// -----

!narrow = !quant.uniform<i8:f32, 0.5:3>
!wide = !quant.uniform<i16<-32767:32767>:f32, 0.001>
!w = !quant.uniform<i8<-127:127>:f32:0, {0.5}>

// Sums keep the scale, which is the bias's too. What keeps its operand's grid is requantized when it is fused.
// CHECK-LABEL: func.func @sums
func.func @sums(%a: tensor<1x2x!narrow>) -> tensor<1x1xf32> {
  %0 = quant.dcast %a : tensor<1x2x!narrow> to tensor<1x2xf32>
  %k = qnn.constant dense<1> : tensor<1x2xi8> as tensor<1x2x!w>
  %w = quant.dcast %k : tensor<1x2x!w> to tensor<1x2xf32>
  // CHECK: quant.qcast %{{.*}} : tensor<1x2xf32> to tensor<1x2x!quant.uniform<i16<-32767:32767>:f32, 5.000000e-01>>
  // expected-remark @unknown {{OperandWidened | Category:tare-unify-widths | Layer=fc}}
  %1 = qnn.linear %0, %w : (tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x1xf32> loc("fc")
  %2 = quant.qcast %1 : tensor<1x1xf32> to tensor<1x1x!wide>
  %3 = quant.dcast %2 : tensor<1x1x!wide> to tensor<1x1xf32>
  // CHECK: %[[T:.*]] = qnn.transpose %{{.*}}
  // CHECK-NEXT: quant.qcast %[[T]]
  %4 = qnn.transpose %3 {permutation = array<i64: 1, 0>} : (tensor<1x1xf32>) -> tensor<1x1xf32>
  %5 = quant.qcast %4 : tensor<1x1xf32> to tensor<1x1x!narrow>
  %6 = quant.dcast %5 : tensor<1x1x!narrow> to tensor<1x1xf32>
  return %6 : tensor<1x1xf32>
}
