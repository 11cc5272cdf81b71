// RUN: not tare-opt %s --tare-fuse-quantized 2>&1 | FileCheck %s

!a = !quant.uniform<i8:f32, 0.5>
!b = !quant.uniform<i8:f32, 0.25>

// One error that lists all that is left, and why.
// CHECK: error: 3 operators are left in float:
// CHECK-SAME: 'relu' (qnn.relu): its operand 'x' is not quantized,
// CHECK-SAME: 'tanh' (qnn.tanh): its result is read in float,
// CHECK-SAME: 'abs' (qnn.relu): its result is quantized to several grids, and each rounds what the op computes (tare-split-grids);
// CHECK-SAME: calibrate so that all values have ranges
func.func @left(%x: tensor<1x2xf32> {qnn.name = "x"}) -> (tensor<1x2xf32>, tensor<1x2xf32>, tensor<1x2xf32>) {
  %0 = qnn.relu %x : (tensor<1x2xf32>) -> tensor<1x2xf32> loc("relu")
  %1 = quant.qcast %0 : tensor<1x2xf32> to tensor<1x2x!a> loc("relu_quantize")
  %2 = quant.dcast %1 : tensor<1x2x!a> to tensor<1x2xf32> loc("relu_dequantize")
  %3 = qnn.tanh %2 : (tensor<1x2xf32>) -> tensor<1x2xf32> loc("tanh")
  %4 = qnn.relu %2 : (tensor<1x2xf32>) -> tensor<1x2xf32> loc("abs")
  %5 = quant.qcast %4 : tensor<1x2xf32> to tensor<1x2x!a>
  %6 = quant.dcast %5 : tensor<1x2x!a> to tensor<1x2xf32>
  %7 = quant.qcast %4 : tensor<1x2xf32> to tensor<1x2x!b>
  %8 = quant.dcast %7 : tensor<1x2x!b> to tensor<1x2xf32>
  return %3, %6, %8 : tensor<1x2xf32>, tensor<1x2xf32>, tensor<1x2xf32>
}
