// RUN: tare-opt %s --tare-set-target --tare-unify-widths --split-input-file --mlir-print-local-scope | FileCheck %s

// (A49) How fine a wide grid is follows from how far the narrow one reaches from its zero point: 127, 128, 131 or 255 steps.

// CHECK-LABEL: func.func @results
// CHECK: quant.qcast {{.*}} to tensor<1x2x!quant.uniform<i16<-32767:32767>:f32, 3.906250e-03>>
// CHECK: quant.qcast {{.*}} to tensor<1x2x!quant.uniform<i8<-127:127>:f32, 5.000000e-01>>
// CHECK: quant.qcast {{.*}} to tensor<1x2x!quant.uniform<i16<-32767:32767>:f32, 7.812500e-03>>
// CHECK: quant.qcast {{.*}} to tensor<1x2x!quant.uniform<i8:f32, 5.000000e-01>>
// CHECK: quant.qcast {{.*}} to tensor<1x2x!quant.uniform<i16<-32767:32767>:f32, 7.812500e-03>>
// CHECK: quant.qcast {{.*}} to tensor<1x2x!quant.uniform<i8:f32, 5.000000e-01:-128>>
!wide = !quant.uniform<i16<-32767:32767>:f32, 0.001>
!symmetric = !quant.uniform<i8<-127:127>:f32, 0.5>
!centered = !quant.uniform<i8:f32, 0.5>
!low = !quant.uniform<i8:f32, 0.5:-128>
func.func @results(%a: tensor<1x2x!wide>) -> (tensor<1x2x!symmetric>, tensor<1x2x!centered>, tensor<1x2x!low>) {
  %0 = quant.dcast %a : tensor<1x2x!wide> to tensor<1x2xf32>
  %1 = qnn.tanh %0 : (tensor<1x2xf32>) -> tensor<1x2xf32> loc("s")
  %2 = quant.qcast %1 : tensor<1x2xf32> to tensor<1x2x!symmetric>
  %3 = qnn.tanh %0 : (tensor<1x2xf32>) -> tensor<1x2xf32> loc("t")
  %4 = quant.qcast %3 : tensor<1x2xf32> to tensor<1x2x!centered>
  %5 = qnn.tanh %0 : (tensor<1x2xf32>) -> tensor<1x2xf32> loc("u")
  %6 = quant.qcast %5 : tensor<1x2xf32> to tensor<1x2x!low>
  return %2, %4, %6 : tensor<1x2x!symmetric>, tensor<1x2x!centered>, tensor<1x2x!low>
}

// -----

// An operand has 128 steps in each, if that is within 16 bits; of a sum of products it keeps its steps.
// CHECK-LABEL: func.func @operands
// CHECK: %[[A:.*]] = quant.dcast %arg0
// CHECK: %[[L:.*]] = quant.dcast %arg1
// CHECK: %[[AQ:.*]] = quant.qcast %[[A]] {{.*}}!quant.uniform<i16<-32767:32767>:f32, 3.906250e-03>>
// CHECK: %[[LQ:.*]] = quant.qcast %[[L]] {{.*}}!quant.uniform<i16<-32767:32767>:f32, 3.906250e-03>>
// CHECK: qnn.add
// CHECK: quant.qcast %[[A]] {{.*}}!quant.uniform<i16<-32767:32767>:f32, 5.000000e-01>>
// CHECK: qnn.linear
!wide = !quant.uniform<i16<-32767:32767>:f32, 0.001>
!symmetric = !quant.uniform<i8<-127:127>:f32, 0.5>
!low = !quant.uniform<i8:f32, 0.5:-128>
!weight = !quant.uniform<i8<-127:127>:f32, 1.0>
func.func @operands(%a: tensor<1x2x!symmetric>, %l: tensor<1x2x!low>) -> (tensor<1x2x!wide>, tensor<1x2x!wide>) {
  %0 = quant.dcast %a : tensor<1x2x!symmetric> to tensor<1x2xf32>
  %1 = quant.dcast %l : tensor<1x2x!low> to tensor<1x2xf32>
  %2 = qnn.add %0, %1 : (tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x2xf32> loc("add")
  %3 = quant.qcast %2 : tensor<1x2xf32> to tensor<1x2x!wide>
  %w = qnn.constant dense<1> : tensor<2x2xi8> as tensor<2x2x!weight>
  %wd = quant.dcast %w : tensor<2x2x!weight> to tensor<2x2xf32>
  %4 = qnn.linear %0, %wd : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32> loc("fc")
  %5 = quant.qcast %4 : tensor<1x2xf32> to tensor<1x2x!wide>
  return %3, %5 : tensor<1x2x!wide>, tensor<1x2x!wide>
}
