// RUN: tare-opt %s --tare-set-target --tare-lower-to-npu --verify-diagnostics --split-input-file

!x = !quant.uniform<i8:f32, 0.5>
func.func @without_requantization(%x: tensor<1x2x!x>) -> tensor<1x2x!x> {
  // expected-error @unknown {{layer 'sum': has no 'npu.requant'; run tare-compute-requantization first}}
  // expected-error @unknown {{failed to legalize operation 'qnn.add'}}
  %0 = qnn.add %x, %x : (tensor<1x2x!x>, tensor<1x2x!x>) -> tensor<1x2x!x> loc("sum"("sum_out"))
  return %0 : tensor<1x2x!x>
}

// -----

func.func @left_in_float(%x: tensor<1x2xf32>) -> tensor<1x2xf32> {
  // expected-error @unknown {{layer 'sum': is still in float; quantize and fuse it first}}
  // expected-error @unknown {{failed to legalize operation 'qnn.add'}}
  %0 = qnn.add %x, %x : (tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x2xf32> loc("sum"("sum_out"))
  return %0 : tensor<1x2xf32>
}
