// RUN: tare-opt %s --tare-set-target --tare-insert-quant-dequant=activations=i16 --mlir-print-local-scope | FileCheck %s --check-prefix=I16
// RUN: tare-opt %s --tare-set-target=target=%S/Inputs/symmetric.yaml --tare-insert-quant-dequant --mlir-print-local-scope | FileCheck %s --check-prefix=SYMMETRIC
// RUN: not tare-opt %s --tare-set-target=target=%S/Inputs/symmetric.yaml --tare-insert-quant-dequant=activations=i16 2>&1 | FileCheck %s --check-prefix=NONE
// RUN: not tare-opt %s --tare-set-target --tare-insert-quant-dequant=activations=i4 2>&1 | FileCheck %s --check-prefix=I4

// The target says whether activations are symmetric, and whether a tail keeps its accumulator.
// I4: error: activations must be i8 or i16, found 'i4'
// NONE: error: target 'symmetric' has no i16 activations
func.func @main(%x: tensor<1x1x2x2xf32> {qnn.name = "x", qnn.range = #qnn.range<-0.5, 2.54, calibrated>}) -> (tensor<1x2x2x2xf32>, tensor<1x1x2x2xf32>) {
  // I16: quant.qcast %arg0 : {{.*}} tensor<1x1x2x2x!quant.uniform<i16<-32767:32767>:f32, 7.7517011959571391E-5>>
  // SYMMETRIC: quant.qcast %arg0 : {{.*}} tensor<1x1x2x2x!quant.uniform<i8<-127:127>:f32, 0.019999999552965164>>
  %w = qnn.constant dense<1.0> : tensor<2x1x1x1xf32> as tensor<2x1x1x1xf32>
  // I16: %[[Y:.*]] = qnn.conv
  // A 48-bit accumulator does not fit a tail.
  // I16: quant.qcast %[[Y]] : {{.*}}!quant.uniform<i16<-32767:32767>:f32, 1.2207403779029846E-4>>
  // SYMMETRIC: %[[Y:.*]] = qnn.conv
  // SYMMETRIC: quant.qcast %[[Y]] : {{.*}} tensor<1x2x2x2x!quant.uniform<i8<-127:127>:f32, 0.031496062874794006>>
  %y = qnn.conv %x, %w {qnn.range = #qnn.range<-4.0, 2.0, calibrated>} : (tensor<1x1x2x2xf32>, tensor<2x1x1x1xf32>) -> tensor<1x2x2x2xf32> loc("conv"("y"))
  // I16: %[[S:.*]] = qnn.softmax
  // I16: quant.qcast %[[S]] : {{.*}}!quant.uniform<i16<-32767:32767>:f32, 3.0517578125E-5>>
  // SYMMETRIC: %[[S:.*]] = qnn.softmax
  // SYMMETRIC: quant.qcast %[[S]] : {{.*}}!quant.uniform<i8<-127:127>:f32, 7.812500e-03>>
  %s = qnn.softmax %x {axis = 3 : i64} : (tensor<1x1x2x2xf32>) -> tensor<1x1x2x2xf32> loc("softmax")
  return %y, %s : tensor<1x2x2x2xf32>, tensor<1x1x2x2xf32>
}
