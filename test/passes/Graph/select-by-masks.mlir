// Where with a constant condition becomes products and a sum; a number alone is masked when compiling (test_written_out.py has the numbers).
// RUN: tare-opt %s --pass-pipeline='builtin.module(func.func(tare-select-by-masks))' --mlir-print-local-scope --mlir-print-debuginfo | FileCheck %s

// CHECK-LABEL: func.func @activations
func.func @activations(%a: tensor<1x2xf32>, %b: tensor<1x2xf32>) -> tensor<1x2xf32> {
  %c = qnn.constant dense<[true, false]> : tensor<2xi1> as tensor<2xi1>
  // CHECK-DAG: %[[M:.*]] = qnn.constant {{.*}} as tensor<2xf32> loc("pick_then_mask"("y_then_mask"))
  // CHECK-DAG: %[[N:.*]] = qnn.constant {{.*}} as tensor<2xf32> loc("pick_else_mask"("y_else_mask"))
  // CHECK-DAG: %[[A:.*]] = qnn.mul %arg0, %[[M]] : (tensor<1x2xf32>, tensor<2xf32>) -> tensor<1x2xf32> loc("pick_then"("y_then"))
  // CHECK-DAG: %[[B:.*]] = qnn.mul %arg1, %[[N]] : (tensor<1x2xf32>, tensor<2xf32>) -> tensor<1x2xf32> loc("pick_else"("y_else"))
  // CHECK: qnn.add %[[A]], %[[B]] : {{.*}} loc("pick"("y"))
  %0 = qnn.host "Where" opset 17(%c, %a, %b) : (tensor<2xi1>, tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x2xf32> loc("pick"("y"))
  return %0 : tensor<1x2xf32>
}

// CHECK-LABEL: func.func @hidden_scores
func.func @hidden_scores(%a: tensor<1x2xf32>) -> tensor<1x2xf32> {
  %c = qnn.constant dense<[true, false]> : tensor<2xi1> as tensor<2xi1>
  %h = qnn.constant dense<0xFF800000> : tensor<f32> as tensor<f32>
  // CHECK: qnn.mul {{.*}} loc("mask_then"("y_then"))
  // CHECK: %[[HIDDEN:.*]] = qnn.constant {{.*}} as tensor<2xf32> loc("mask_else"("y_else"))
  // CHECK: qnn.add %{{.*}}, %[[HIDDEN]] :
  %0 = qnn.host "Where" opset 17(%c, %a, %h) : (tensor<2xi1>, tensor<1x2xf32>, tensor<f32>) -> tensor<1x2xf32> loc("mask"("y"))
  return %0 : tensor<1x2xf32>
}

// What is computed, and what is no float, stays.
// CHECK-LABEL: func.func @others
func.func @others(%c: tensor<2xi1>, %a: tensor<1x2xf32>, %i: tensor<2xi64>) -> (tensor<1x2xf32>, tensor<2xi64>) {
  %k = qnn.constant dense<[true, false]> : tensor<2xi1> as tensor<2xi1>
  // CHECK: qnn.host "Where"
  %0 = qnn.host "Where" opset 17(%c, %a, %a) : (tensor<2xi1>, tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x2xf32>
  // CHECK: qnn.host "Where"
  %1 = qnn.host "Where" opset 17(%k, %i, %i) : (tensor<2xi1>, tensor<2xi64>, tensor<2xi64>) -> tensor<2xi64>
  return %0, %1 : tensor<1x2xf32>, tensor<2xi64>
}
