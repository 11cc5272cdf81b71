// RUN: tare-opt %s --pass-pipeline="builtin.module(func.func(tare-strip-io{kinds=quantize,dequantize}))" --split-input-file --verify-diagnostics
// RUN: not tare-opt %s --pass-pipeline="builtin.module(func.func(tare-strip-io{kinds=dequantise}))" --split-input-file -o /dev/null 2>&1 | FileCheck %s
// CHECK: error: cannot strip 'dequantise': expected quantize, dequantize, transpose or concat

// A dequantize in the middle of the network.
func.func @inside(%x: tensor<4xi8>) -> tensor<4xi8> {
  // expected-error @unknown {{'head' cannot be left to the host: it is not next to an output, or not its only user}}
  %0 = npu.dequantize %x scales = [0.5] axis = 0 zero_point = 0 : (tensor<4xi8>) -> tensor<4xf32> loc("head"("head_out"))
  // expected-error @below {{cannot be left to the host: it is not next to an input, or not its only user}}
  %1 = npu.quantize %0 scale = 0.25 zero_point = 0 output = i8 : (tensor<4xf32>) -> tensor<4xi8>
  return %1 : tensor<4xi8>
}

// -----

// An input on two grids.
func.func @two_grids(%x: tensor<4xf32>) -> (tensor<4xi8>, tensor<4xi8>) {
  // expected-error @below {{not next to an input, or not its only user}}
  %0 = npu.quantize %x scale = 0.25 zero_point = 0 output = i8 : (tensor<4xf32>) -> tensor<4xi8>
  // expected-error @below {{not next to an input, or not its only user}}
  %1 = npu.quantize %x scale = 0.5 zero_point = 0 output = i8 : (tensor<4xf32>) -> tensor<4xi8>
  return %0, %1 : tensor<4xi8>, tensor<4xi8>
}

// -----

// Where tails are float, the hardware dequantizes.
module attributes {npu.target = #npu.target<{activations = [{accumulator_bits = 32, symmetric = true, type = "i8"}], multiplier_bits = 15,
                                             name = "board", rounding = "half_up", shift = {max = 31, min = 0}, tail = "f32"}>} {
  func.func @float_tail(%x: tensor<4xi32>) -> tensor<4xf32> {
    // expected-error @unknown {{'head' cannot be left to the host: the tails of target 'board' are float32}}
    %0 = npu.dequantize %x scales = [0.5] axis = 0 zero_point = 0 : (tensor<4xi32>) -> tensor<4xf32> loc("head"("head_out"))
    return %0 : tensor<4xf32>
  }
}
