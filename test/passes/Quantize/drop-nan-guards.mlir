// RUN: tare-opt %s --pass-pipeline="builtin.module(func.func(tare-drop-nan-guards))" --split-input-file --mlir-print-local-scope | FileCheck %s
// RUN: tare-opt %s --pass-pipeline="builtin.module(func.func(tare-drop-nan-guards))" --split-input-file --remarks-filter="tare-drop-nan-guards" --remark-format=emitRemark -o /dev/null 2>&1 | FileCheck %s --check-prefix=REMARK

// REMARK: [Passed] GuardDropped | Category:tare-drop-nan-guards | Layer=guard
// REMARK: [Passed] GuardDropped | Category:tare-drop-nan-guards | Layer=turned
// REMARK: [Missed] GuardKept | Category:tare-drop-nan-guards | Layer=first, Reason="what it guards is no result of integers"
// REMARK: [Missed] GuardKept | Category:tare-drop-nan-guards | Layer=second, Reason="what it guards is no result of integers"
// REMARK-NOT: remark

// As PyTorch writes it.
// CHECK-LABEL: func.func @attention
// CHECK: %[[P:.*]] = qnn.softmax
// CHECK-NEXT: qnn.matmul %[[P]]
func.func @attention(%x: tensor<1x4x4xf32>, %v: tensor<1x4x8xf32>) -> tensor<1x4x8xf32> {
  %zero = qnn.constant dense<0.0> : tensor<f32> as tensor<f32>
  %0 = qnn.softmax %x {axis = 2 : i64} : (tensor<1x4x4xf32>) -> tensor<1x4x4xf32>
  %1 = qnn.host "IsNaN" opset 20(%0) : (tensor<1x4x4xf32>) -> tensor<1x4x4xi1>
  %2 = qnn.host "Where" opset 16(%1, %zero, %0) : (tensor<1x4x4xi1>, tensor<f32>, tensor<1x4x4xf32>) -> tensor<1x4x4xf32> loc("guard"("g"))
  %3 = qnn.matmul %2, %v : (tensor<1x4x4xf32>, tensor<1x4x8xf32>) -> tensor<1x4x8xf32>
  return %3 : tensor<1x4x8xf32>
}

// -----

// The other way round.
// CHECK-LABEL: func.func @negated
// CHECK: %[[Y:.*]] = qnn.sigmoid
// CHECK-NEXT: return %[[Y]]
func.func @negated(%x: tensor<1x4xf32>) -> tensor<1x4xf32> {
  %zero = qnn.constant dense<0.0> : tensor<1x4xf32> as tensor<1x4xf32>
  %0 = qnn.sigmoid %x : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %1 = qnn.host "IsNaN" opset 13(%0) : (tensor<1x4xf32>) -> tensor<1x4xi1>
  %2 = qnn.host "Not" opset 1(%1) : (tensor<1x4xi1>) -> tensor<1x4xi1>
  %3 = qnn.host "Where" opset 16(%2, %0, %zero) : (tensor<1x4xi1>, tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32> loc("turned"("g"))
  return %3 : tensor<1x4xf32>
}

// -----

// A sample may hold what is no number, and so may a result of the host.
// CHECK-LABEL: func.func @kept
// CHECK-COUNT-2: qnn.host "Where"
func.func @kept(%x: tensor<1x4xf32>) -> tensor<1x4xf32> {
  %zero = qnn.constant dense<0.0> : tensor<f32> as tensor<f32>
  %0 = qnn.host "IsNaN" opset 20(%x) : (tensor<1x4xf32>) -> tensor<1x4xi1>
  %1 = qnn.host "Where" opset 16(%0, %zero, %x) : (tensor<1x4xi1>, tensor<f32>, tensor<1x4xf32>) -> tensor<1x4xf32> loc("first"("f"))
  %2 = qnn.host "IsNaN" opset 20(%1) : (tensor<1x4xf32>) -> tensor<1x4xi1>
  %3 = qnn.host "Where" opset 16(%2, %zero, %1) : (tensor<1x4xi1>, tensor<f32>, tensor<1x4xf32>) -> tensor<1x4xf32> loc("second"("s"))
  return %3 : tensor<1x4xf32>
}

// -----

// No guard: what it asks about is not what it gives, and a question that is read elsewhere stays.
// CHECK-LABEL: func.func @other
// CHECK: qnn.host "IsNaN"
// CHECK-NEXT: qnn.host "Where"
func.func @other(%x: tensor<1x4xf32>) -> (tensor<1x4xf32>, tensor<1x4xi1>) {
  %0 = qnn.sigmoid %x : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %1 = qnn.tanh %x : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %2 = qnn.host "IsNaN" opset 20(%0) : (tensor<1x4xf32>) -> tensor<1x4xi1>
  %3 = qnn.host "Where" opset 16(%2, %0, %1) : (tensor<1x4xi1>, tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32>
  return %3, %2 : tensor<1x4xf32>, tensor<1x4xi1>
}
