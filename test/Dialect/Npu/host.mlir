// Nodes that the host computes: parsed, verified, printed and parsed again; and what the verifier says.
// RUN: tare-opt %s --split-input-file --verify-diagnostics --verify-roundtrip --mlir-print-local-scope | FileCheck %s

// CHECK-LABEL: func.func @topk
func.func @topk(%x: tensor<1x4xf32>) -> (tensor<1x2xf32>, tensor<1x2xi64>) {
  %k = npu.constant dense<2> : tensor<1xi64>
  // CHECK: %{{.*}}:2 = npu.host "TopK" opset 18(%{{.*}}, %{{.*}}) {npu.further_offsets = array<i64: 64>, npu.offset = 0 : i64, parameters = {axis = 1 : i64}, reason = "why"} : (tensor<1x4xf32>, tensor<1xi64>) -> (tensor<1x2xf32>, tensor<1x2xi64>)
  %0:2 = npu.host "TopK" opset 18(%x, %k) {npu.offset = 0 : i64, npu.further_offsets = array<i64: 64>, parameters = {axis = 1 : i64}, reason = "why"} : (tensor<1x4xf32>, tensor<1xi64>) -> (tensor<1x2xf32>, tensor<1x2xi64>)
  return %0#0, %0#1 : tensor<1x2xf32>, tensor<1x2xi64>
}

// CHECK-LABEL: func.func @left_out
func.func @left_out(%x: tensor<4xi32>, %most: tensor<i32>) -> tensor<4xi32> {
  // CHECK: npu.host "Clip" opset 13(%{{.*}}, %{{.*}}) at [0, 2]
  %0 = npu.host "Clip" opset 13(%x, %most) at [0, 2] : (tensor<4xi32>, tensor<i32>) -> tensor<4xi32>
  return %0 : tensor<4xi32>
}

// Bool and unsigned integers, also where they only move.
// CHECK-LABEL: func.func @unsigned
func.func @unsigned(%a: tensor<4xui8>, %c: tensor<4xi1>) -> tensor<2x2xui8> {
  // CHECK: npu.host "Where" opset 18
  %0 = npu.host "Where" opset 18(%c, %a, %a) : (tensor<4xi1>, tensor<4xui8>, tensor<4xui8>) -> tensor<4xui8>
  // CHECK: npu.reshape %{{.*}} shape = [2, 2] : (tensor<4xui8>) -> tensor<2x2xui8>
  %1 = npu.reshape %0 shape = [2, 2] : (tensor<4xui8>) -> tensor<2x2xui8>
  return %1 : tensor<2x2xui8>
}

// -----

func.func @unknown(%x: tensor<4xf32>) {
  // expected-error @+1 {{operator Fft is not supported}}
  %0 = npu.host "Fft" opset 18(%x) : (tensor<4xf32>) -> tensor<4xf32>
  return
}

// -----

func.func @computed_k(%x: tensor<1x4xf32>, %k: tensor<1xi64>) {
  // expected-error @+1 {{must be a constant, found a computed value}}
  %0:2 = npu.host "TopK" opset 18(%x, %k) : (tensor<1x4xf32>, tensor<1xi64>) -> (tensor<1x2xf32>, tensor<1x2xi64>)
  return
}

// -----

func.func @result(%x: tensor<4xf32>) {
  // expected-error @+1 {{result 0 must be 'tensor<4xf32>', found 'tensor<5xf32>'}}
  %0 = npu.host "Relu" opset 14(%x) : (tensor<4xf32>) -> tensor<5xf32>
  return
}

// -----

func.func @offsets(%x: tensor<4xf32>) {
  // expected-error @+1 {{has 'npu.further_offsets' that is not a number of bytes for each result behind the first}}
  %0 = npu.host "Relu" opset 14(%x) {npu.further_offsets = array<i64: 64>} : (tensor<4xf32>) -> tensor<4xf32>
  return
}
