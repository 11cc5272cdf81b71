// RUN: not tare-opt %s --tare-set-target --tare-lower-to-npu --split-input-file 2>&1 | FileCheck %s

!x = !quant.uniform<i8:f32, 0.5>
func.func @without_requantization(%x: tensor<1x2x!x>) -> tensor<1x2x!x> {
  // CHECK: layer 'sum': has no 'npu.requant'; run tare-compute-requantization first
  %0 = qnn.add %x, %x : (tensor<1x2x!x>, tensor<1x2x!x>) -> tensor<1x2x!x> loc("sum"("sum_out"))
  return %0 : tensor<1x2x!x>
}

// -----

func.func @left_in_float(%x: tensor<1x2xf32>) -> tensor<1x2xf32> {
  // CHECK: layer 'sum': is still in float; quantize and fuse it first
  %0 = qnn.add %x, %x : (tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x2xf32> loc("sum"("sum_out"))
  return %0 : tensor<1x2xf32>
}
