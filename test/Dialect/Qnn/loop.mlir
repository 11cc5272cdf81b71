// RUN: tare-opt %s --split-input-file --cse --canonicalize | tare-opt --split-input-file | FileCheck %s

// CHECK-LABEL: func @sum
// CHECK: %[[S:.*]]:3 = qnn.loop_begin 5 sequences(%{{.*}}) states(%{{.*}}) : (tensor<5x1x4xf32>, tensor<1x4xf32>) -> (tensor<1xi64>, tensor<1x4xf32>, tensor<1x4xf32>)
// CHECK: %[[H:.*]] = qnn.add %[[S]]#1, %[[S]]#2
// CHECK: qnn.loop_end %[[S]]#0 carries(%[[H]]) collects(%[[H]]) : (tensor<1xi64>, tensor<1x4xf32>, tensor<1x4xf32>) -> (tensor<1x4xf32>, tensor<5x1x4xf32>)
func.func @sum(%x: tensor<5x1x4xf32>, %h0: tensor<1x4xf32>) -> (tensor<1x4xf32>, tensor<5x1x4xf32>) {
  %s:3 = qnn.loop_begin 5 sequences(%x) states(%h0) : (tensor<5x1x4xf32>, tensor<1x4xf32>) -> (tensor<1xi64>, tensor<1x4xf32>, tensor<1x4xf32>)
  %h = qnn.add %s#1, %s#2 : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32>
  %all:2 = qnn.loop_end %s#0 carries(%h) collects(%h) : (tensor<1xi64>, tensor<1x4xf32>, tensor<1x4xf32>) -> (tensor<1x4xf32>, tensor<5x1x4xf32>)
  return %all#0, %all#1 : tensor<1x4xf32>, tensor<5x1x4xf32>
}

// -----

// Reversed, without states; the step's number is a value.
// CHECK-LABEL: func @reversed
// CHECK: qnn.loop_begin 3 sequences(%{{.*}}) {reversed = array<i1: true>}
// CHECK: qnn.loop_end %{{.*}}#0 collects(%{{.*}}#1, %{{.*}}#0) {reversed = array<i1: true, false>}
func.func @reversed(%x: tensor<3x4xf32>) -> (tensor<3x4xf32>, tensor<3x1xi64>) {
  %s:2 = qnn.loop_begin 3 sequences(%x) {reversed = array<i1: true>} : (tensor<3x4xf32>) -> (tensor<1xi64>, tensor<4xf32>)
  %all:2 = qnn.loop_end %s#0 collects(%s#1, %s#0) {reversed = array<i1: true, false>} : (tensor<1xi64>, tensor<4xf32>, tensor<1xi64>) -> (tensor<3x4xf32>, tensor<3x1xi64>)
  return %all#0, %all#1 : tensor<3x4xf32>, tensor<3x1xi64>
}

// -----

// No two loops are one, and a loop that nobody reads is none.
// CHECK-LABEL: func @alike
// CHECK-COUNT-2: qnn.loop_begin 3 sequences
// CHECK-NOT: qnn.loop_begin
func.func @alike(%x: tensor<3x4xf32>) -> (tensor<3x4xf32>, tensor<3x4xf32>) {
  %s:2 = qnn.loop_begin 3 sequences(%x) : (tensor<3x4xf32>) -> (tensor<1xi64>, tensor<4xf32>)
  %a = qnn.loop_end %s#0 collects(%s#1) : (tensor<1xi64>, tensor<4xf32>) -> tensor<3x4xf32>
  %t:2 = qnn.loop_begin 3 sequences(%x) : (tensor<3x4xf32>) -> (tensor<1xi64>, tensor<4xf32>)
  %b = qnn.loop_end %t#0 collects(%t#1) : (tensor<1xi64>, tensor<4xf32>) -> tensor<3x4xf32>
  return %a, %b : tensor<3x4xf32>, tensor<3x4xf32>
}
