// RUN: tare-opt %s --tare-set-target=target=i16x8 --tare-bound-ranges --mlir-print-local-scope | FileCheck %s --check-prefixes=CHECK,SYMMETRIC
// RUN: tare-opt %s --tare-set-target=target=generic --tare-bound-ranges --mlir-print-local-scope | FileCheck %s --check-prefixes=CHECK,ASYMMETRIC

// (A53) A symmetric grid goes on below the floor of a masked sum, which is clamped there; one that ends there saturates by itself.
// CHECK-LABEL: @masked
// SYMMETRIC: qnn.add {{.*}}clamp = #qnn.clamp<-18.32{{[0-9]*}}, inf>, qnn.range = #qnn.range<-18.32{{[0-9]*}}, 4.000000e+00, calibrated>
// ASYMMETRIC-NOT: clamp
func.func @masked(%x: tensor<1x2xf32> {qnn.range = #qnn.range<-4.0, 4.0, calibrated>}, %m: tensor<1x2xf32> {qnn.range = #qnn.range<-1.0e9, 0.0, calibrated>}) -> tensor<1x2xf32> {
  %0 = qnn.add %x, %m {qnn.range = #qnn.range<-1.0e9, 4.0, calibrated>} : (tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x2xf32>
  %1 = qnn.softmax %0 {axis = 1 : i64, qnn.least_row_maximum = -1.0 : f64} : (tensor<1x2xf32>) -> tensor<1x2xf32>
  return %1 : tensor<1x2xf32>
}
