// RUN: tare-opt %s | FileCheck %s
// RUN: tare-opt %s | tare-opt | FileCheck %s

// Long lists stand before the module, short ones where they are used.
// CHECK-DAG: #requant = #npu.requant<multipliers = [1, 2, 3, 4, 5, 6, 7, 8, 9],
// CHECK-DAG: #scales = array<f64: 1.000000e-01, 2.000000e-01,
// CHECK-LABEL: func.func @long
func.func @long(%x: tensor<1x9xi8>) -> tensor<1x9xf32> {
  %w = npu.constant dense<1> : tensor<9x9xi8>
  %b = npu.constant dense<1> : tensor<9xi32>
  // CHECK: npu.linear %{{.*}} requant = #requant :
  %0 = npu.linear %x, %w, %b requant = <multipliers = [1, 2, 3, 4, 5, 6, 7, 8, 9], shifts = [1, 2, 3, 4, 5, 6, 7, 8, 9], zero_point = 0, clamp = [-128, 127]>
     : (tensor<1x9xi8>, tensor<9x9xi8>, tensor<9xi32>) -> tensor<1x9xi8>
  // CHECK: npu.dequantize %{{.*}} scales = #scales axis = 1
  %1 = npu.dequantize %0 scales = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9] axis = 1 zero_point = 0 : (tensor<1x9xi8>) -> tensor<1x9xf32>
  return %1 : tensor<1x9xf32>
}
