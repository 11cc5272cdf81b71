// Nodes in the model's own types: as described, parsed, verified, printed and parsed again; and what the verifier says.
// RUN: tare-opt %s --split-input-file --verify-diagnostics --verify-roundtrip --mlir-print-local-scope | FileCheck %s

// CHECK-LABEL: func.func @topk
func.func @topk(%x: tensor<1x4xf32>) -> (tensor<1x2xf32>, tensor<1x2xi64>) {
  %k = qnn.constant dense<2> : tensor<1xi64> as tensor<1xi64>
  // CHECK: %{{.*}}:2 = qnn.host "TopK" opset 18(%{{.*}}, %{{.*}}) {parameters = {axis = 1 : i64}} : (tensor<1x4xf32>, tensor<1xi64>) -> (tensor<1x2xf32>, tensor<1x2xi64>)
  %0:2 = qnn.host "TopK" opset 18(%x, %k) {parameters = {axis = 1 : i64}} : (tensor<1x4xf32>, tensor<1xi64>) -> (tensor<1x2xf32>, tensor<1x2xi64>)
  return %0#0, %0#1 : tensor<1x2xf32>, tensor<1x2xi64>
}

// CHECK-LABEL: func.func @left_out
func.func @left_out(%x: tensor<4xi32>, %most: tensor<i32>) -> tensor<4xi32> {
  // CHECK: qnn.host "Clip" opset 13(%{{.*}}, %{{.*}}) at [0, 2]
  %0 = qnn.host "Clip" opset 13(%x, %most) at [0, 2] : (tensor<4xi32>, tensor<i32>) -> tensor<4xi32>
  return %0 : tensor<4xi32>
}

// CHECK-LABEL: func.func @unsigned
func.func @unsigned(%a: tensor<4xui8>, %c: tensor<4xi1>) -> tensor<4xui8> {
  // CHECK: qnn.host "Where" opset 18
  %0 = qnn.host "Where" opset 18(%c, %a, %a) : (tensor<4xi1>, tensor<4xui8>, tensor<4xui8>) -> tensor<4xui8>
  return %0 : tensor<4xui8>
}

// -----

func.func @unknown(%x: tensor<4xf32>) {
  // expected-error @+1 {{operator Fft is not supported}}
  %0 = qnn.host "Fft" opset 18(%x) : (tensor<4xf32>) -> tensor<4xf32>
  return
}

// -----

func.func @computed_k(%x: tensor<1x4xf32>, %k: tensor<1xi64>) {
  // expected-error @+1 {{must be a constant, found a computed value}}
  %0:2 = qnn.host "TopK" opset 18(%x, %k) : (tensor<1x4xf32>, tensor<1xi64>) -> (tensor<1x2xf32>, tensor<1x2xi64>)
  return
}

// -----

func.func @wrong_type(%x: tensor<4xf32>) {
  // expected-error @+1 {{result 0 must be 'tensor<4xi1>', found 'tensor<4xf32>'}}
  %0 = qnn.host "IsNaN" opset 18(%x) : (tensor<4xf32>) -> tensor<4xf32>
  return
}

// -----

func.func @positions(%x: tensor<4xf32>) {
  // expected-error @+1 {{has 2 positions, expected one for each of its 1 inputs}}
  %0 = qnn.host "Clip" opset 13(%x) at [0, 2] : (tensor<4xf32>) -> tensor<4xf32>
  return
}

// -----

func.func @far_positions(%x: tensor<4xf32>) {
  // expected-error @+1 {{positions must ascend from 0, found 99999999999 behind -1}}
  %0 = qnn.host "Clip" opset 13(%x) at [99999999999] : (tensor<4xf32>) -> tensor<4xf32>
  return
}

// -----

func.func @parameter(%x: tensor<4xf32>) {
  // expected-error @+1 {{parameter 'axis' must be a number, a text, a list of one of these, or a tensor, found unit}}
  %0 = qnn.host "Hardmax" opset 13(%x) {parameters = {axis}} : (tensor<4xf32>) -> tensor<4xf32>
  return
}

// -----

func.func @opset(%x: tensor<4xf32>) {
  // expected-error @+1 {{is of opset -3, expected 1 or more}}
  %0 = qnn.host "Neg" opset -3(%x) : (tensor<4xf32>) -> tensor<4xf32>
  return
}

// -----

func.func @no_result(%x: tensor<4xf32>) {
  // expected-error @+1 {{has no results, expected those of its node}}
  qnn.host "Neg" opset 13(%x) : (tensor<4xf32>) -> ()
  return
}

// -----

func.func @much_of_one(%x: tensor<4xf32>) {
  // expected-error @+1 {{parameter 'value' must be a number, a text, a list of one of these, or a tensor, found dense}}
  %0 = qnn.host "ConstantOfShape" opset 13(%x) {parameters = {value = dense<1.0> : tensor<999999999xf32>}} : (tensor<4xf32>) -> tensor<4xf32>
  return
}

// -----

func.func @quantized(%x: tensor<4x!quant.uniform<i8:f32, 0.5>>) {
  // expected-error @+1 {{must be variadic of statically shaped tensor of 32-bit float or integer values}}
  %0 = qnn.host "Neg" opset 13(%x) : (tensor<4x!quant.uniform<i8:f32, 0.5>>) -> tensor<4xf32>
  return
}

// -----

// A resource is a constant's: of another's nobody asks how long it is.
func.func @resource(%x: tensor<4xf32>) {
  // expected-error @+1 {{parameter 'value' must be a number, a text, a list of one of these, or a tensor, found dense_resource<short>}}
  %0 = qnn.host "Neg" opset 13(%x) {parameters = {value = dense_resource<short> : tensor<1000xf32>}} : (tensor<4xf32>) -> tensor<4xf32>
  return
}
{-# dialect_resources: { builtin: { short: "0x080000000000803F" } } #-}

// -----

func.func @sparse(%x: tensor<4xf32>) {
  // expected-error @+1 {{parameter 'value' must be a number, a text, a list of one of these, or a tensor, found sparse<0, 1.0}}
  %0 = qnn.host "Neg" opset 13(%x) {parameters = {value = sparse<0, 1.0> : tensor<4xf32>}} : (tensor<4xf32>) -> tensor<4xf32>
  return
}

// -----

func.func @half(%x: tensor<4xf32>) {
  // expected-error @+1 {{parameter 'value' must be a number, a text, a list of one of these, or a tensor, found dense<1.0}}
  %0 = qnn.host "Neg" opset 13(%x) {parameters = {value = dense<1.0> : tensor<4xf16>}} : (tensor<4xf32>) -> tensor<4xf32>
  return
}

// -----

func.func @index(%x: tensor<4xf32>) {
  // expected-error @+1 {{parameter 'value' must be a number, a text, a list of one of these, or a tensor, found dense<1>}}
  %0 = qnn.host "Neg" opset 13(%x) {parameters = {value = dense<1> : tensor<4xindex>}} : (tensor<4xf32>) -> tensor<4xf32>
  return
}

// -----

func.func @nibbles(%x: tensor<4xf32>) {
  // expected-error @+1 {{parameter 'value' must be a number, a text, a list of one of these, or a tensor, found dense<1>}}
  %0 = qnn.host "Neg" opset 13(%x) {parameters = {value = dense<1> : vector<4xi4>}} : (tensor<4xf32>) -> tensor<4xf32>
  return
}

// -----

// Bools are bytes on the host, and in its tensors.
// CHECK-LABEL: func.func @bools
func.func @bools(%x: tensor<4xf32>) -> tensor<4xf32> {
  // CHECK: parameters = {flags = dense<[true, false, true]> : tensor<3xi1>}
  %0 = qnn.host "Neg" opset 13(%x) {parameters = {flags = dense<[true, false, true]> : tensor<3xi1>}} : (tensor<4xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}
