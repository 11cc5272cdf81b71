// RUN: tare-opt %s --pass-pipeline="builtin.module(func.func(tare-place-host))" --split-input-file --mlir-print-local-scope | FileCheck %s
// RUN: tare-opt %s --pass-pipeline="builtin.module(func.func(tare-place-host{tail=true}))" --split-input-file --mlir-print-local-scope | FileCheck %s --check-prefix=TAIL

// Between two host ops, and behind the last: no integers for the sake of one op. A fused limit is a Clip.
// CHECK-LABEL: func.func @between
// CHECK: qnn.host "Hardmax"
// CHECK-NEXT: qnn.host "Add" opset 14(%{{.*}}, %{{.*}}) {reason = "it stands between what the host computes and what the host reads"}
// CHECK: qnn.host "Clip" opset 13
// CHECK-NEXT: qnn.host "Hardmax"
// CHECK-NEXT: qnn.host "Sigmoid" opset 22
// CHECK-NEXT: qnn.reshape
// CHECK-NEXT: return
func.func @between(%x: tensor<1x4xf32>) -> tensor<4xf32> {
  %0 = qnn.host "Hardmax" opset 13(%x) {parameters = {axis = 1}} : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %1 = qnn.add %0, %0 {clamp = #qnn.clamp<0.0, 6.0>} : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32> loc("sum"("s"))
  %2 = qnn.host "Hardmax" opset 13(%1) {parameters = {axis = 1}} : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %3 = qnn.sigmoid %2 : (tensor<1x4xf32>) -> tensor<1x4xf32> loc("last"("y"))
  %4 = qnn.reshape %3 {shape = array<i64: 4>} : (tensor<1x4xf32>) -> tensor<4xf32>
  return %4 : tensor<4xf32>
}

// -----

// Whatever reads something else too, or is read by an integer layer, stays what it is: in a chain of such, all.
// CHECK-LABEL: func.func @mixed
// CHECK: qnn.host "Hardmax"
// CHECK-NEXT: qnn.add
// CHECK-NEXT: qnn.sigmoid
// CHECK-NEXT: qnn.tanh
// CHECK-NEXT: qnn.conv
func.func @mixed(%x: tensor<1x1x2x2xf32>, %w: tensor<1x1x1x1xf32>) -> tensor<1x1x2x2xf32> {
  %0 = qnn.host "Hardmax" opset 13(%x) : (tensor<1x1x2x2xf32>) -> tensor<1x1x2x2xf32>
  %1 = qnn.add %0, %x : (tensor<1x1x2x2xf32>, tensor<1x1x2x2xf32>) -> tensor<1x1x2x2xf32>
  %2 = qnn.sigmoid %0 : (tensor<1x1x2x2xf32>) -> tensor<1x1x2x2xf32>
  %3 = qnn.tanh %2 : (tensor<1x1x2x2xf32>) -> tensor<1x1x2x2xf32>
  %4 = qnn.conv %3, %w : (tensor<1x1x2x2xf32>, tensor<1x1x1x1xf32>) -> tensor<1x1x2x2xf32>
  %5 = qnn.add %4, %1 : (tensor<1x1x2x2xf32>, tensor<1x1x2x2xf32>) -> tensor<1x1x2x2xf32>
  return %5 : tensor<1x1x2x2xf32>
}

// -----

// Without a host op nothing is on the host, but for a tail.
// CHECK-LABEL: func.func @tail
// CHECK-NOT: qnn.host
// TAIL-LABEL: func.func @tail
// TAIL: qnn.sigmoid
// TAIL-NEXT: qnn.conv
// TAIL-NEXT: qnn.reshape
// TAIL-NEXT: qnn.host "Softmax" opset 13(%{{.*}}) {parameters = {axis = 1 : i64}, reason = "--host-tail: it stands behind the last product with weights"}
func.func @tail(%x: tensor<1x1x2x2xf32>, %w: tensor<1x1x1x1xf32>) -> tensor<1x4xf32> {
  %0 = qnn.sigmoid %x : (tensor<1x1x2x2xf32>) -> tensor<1x1x2x2xf32>
  %1 = qnn.conv %0, %w : (tensor<1x1x2x2xf32>, tensor<1x1x1x1xf32>) -> tensor<1x1x2x2xf32>
  %2 = qnn.reshape %1 {shape = array<i64: 1, 4>} : (tensor<1x1x2x2xf32>) -> tensor<1x4xf32>
  %3 = qnn.softmax %2 {axis = 1 : i64} : (tensor<1x4xf32>) -> tensor<1x4xf32>
  return %3 : tensor<1x4xf32>
}
