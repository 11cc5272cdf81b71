// RUN: not tare-opt %s --tare-fuse-quantized 2>&1 | FileCheck %s

!a = !quant.uniform<i8:f32, 0.5>

// One error that lists all that is left, and why.
// CHECK: error: 2 operators are left in float:
// CHECK-NEXT: 'relu' (qnn.relu): its operand 'x' is not quantized
// CHECK-NEXT: 'tanh' (qnn.tanh): its result is read in float
func.func @left(%x: tensor<1x2xf32> {qnn.name = "x"}) -> tensor<1x2xf32> {
  %0 = qnn.relu %x : (tensor<1x2xf32>) -> tensor<1x2xf32> loc("relu")
  %1 = quant.qcast %0 : tensor<1x2xf32> to tensor<1x2x!a> loc("relu_quantize")
  %2 = quant.dcast %1 : tensor<1x2x!a> to tensor<1x2xf32> loc("relu_dequantize")
  %3 = qnn.tanh %2 : (tensor<1x2xf32>) -> tensor<1x2xf32> loc("tanh")
  return %3 : tensor<1x2xf32>
}
