// RUN: tare-opt %s --pass-pipeline="builtin.module(func.func(tare-plan-memory))" | FileCheck %s

// Each result of a host op has memory of its own, for as long as somebody reads it; one that nobody reads is still written.
// CHECK-LABEL: func.func @topk
// CHECK-SAME: %{{.*}}: tensor<1x32xf32> {npu.offset = 0 : i64}
// CHECK-SAME: npu.arena_bytes = 256 : i64
// CHECK: npu.host "TopK" opset 18({{.*}}) {npu.further_offsets = array<i64: 192>, npu.offset = 128 : i64, parameters = {axis = 1 : i64}}
// CHECK: npu.host "Tile" opset 13({{.*}}) {npu.offset = 0 : i64}
func.func @topk(%x: tensor<1x32xf32>) -> (tensor<1x16xf32>, tensor<1x2xi64>) {
  %k8 = npu.constant dense<[1, 8]> : tensor<2xi64>
  %k = npu.constant dense<2> : tensor<1xi64>
  %0:2 = npu.host "TopK" opset 18(%x, %k) {parameters = {axis = 1}} : (tensor<1x32xf32>, tensor<1xi64>) -> (tensor<1x2xf32>, tensor<1x2xi64>)
  %1 = npu.host "Tile" opset 13(%0#0, %k8) : (tensor<1x2xf32>, tensor<2xi64>) -> tensor<1x16xf32>
  return %1, %0#1 : tensor<1x16xf32>, tensor<1x2xi64>
}
