// RUN: tare-opt %s --tare-hoist-from-loops --split-input-file | FileCheck %s
// RUN: tare-opt %s --tare-hoist-from-loops --cse --split-input-file | FileCheck %s --check-prefix=ONE

// Two loops read the same layer of a value before them: it is one, and nothing of a loop is read behind it.
// CHECK-LABEL: func.func @two_loops
// CHECK: %[[A:.*]] = npu.lookup %arg0
// CHECK-NEXT: %[[S:.*]]:2 = npu.loop_begin
// CHECK-NOT: npu.lookup
// CHECK: npu.loop_end %[[S]]#0 carries(%[[A]])
// CHECK: %[[B:.*]] = npu.lookup %arg0
// CHECK-NEXT: %[[T:.*]]:2 = npu.loop_begin
// CHECK: npu.loop_end %[[T]]#0 carries(%[[B]])
// ONE-LABEL: func.func @two_loops
// ONE: npu.lookup
// ONE-NOT: npu.lookup
// ONE: return
func.func @two_loops(%x: tensor<1x4xi8>, %h: tensor<1x4xi8>, %table: tensor<256xi8>) -> (tensor<1x4xi8>, tensor<1x4xi8>) {
  %s:2 = npu.loop_begin 5 states(%h) : (tensor<1x4xi8>) -> (tensor<1xi64>, tensor<1x4xi8>)
  %0 = npu.lookup %x, %table : (tensor<1x4xi8>, tensor<256xi8>) -> tensor<1x4xi8>
  %1 = npu.loop_end %s#0 carries(%0) : (tensor<1xi64>, tensor<1x4xi8>) -> tensor<1x4xi8>
  %t:2 = npu.loop_begin 3 states(%h) : (tensor<1x4xi8>) -> (tensor<1xi64>, tensor<1x4xi8>)
  %2 = npu.lookup %x, %table : (tensor<1x4xi8>, tensor<256xi8>) -> tensor<1x4xi8>
  %3 = npu.loop_end %t#0 carries(%2) : (tensor<1xi64>, tensor<1x4xi8>) -> tensor<1x4xi8>
  return %1, %3 : tensor<1x4xi8>, tensor<1x4xi8>
}

// -----

// Out of all loops, or not at all: what reads a state stays, and what reads that.
// CHECK-LABEL: func.func @nested
// CHECK-NEXT: %[[A:.*]] = npu.lookup %arg0
// CHECK-NEXT: %[[OUTER:.*]]:2 = npu.loop_begin
// CHECK-NEXT: %[[INNER:.*]]:2 = npu.loop_begin
// CHECK-NEXT: npu.lookup %[[OUTER]]#1
// CHECK-NEXT: %[[C:.*]] = npu.lookup %[[INNER]]#1
// CHECK-NEXT: npu.lookup %[[C]]
// CHECK: npu.loop_end %[[INNER]]#0
// CHECK: npu.loop_end %[[OUTER]]#0
func.func @nested(%x: tensor<1x4xi8>, %h: tensor<1x4xi8>, %table: tensor<256xi8>) -> (tensor<1x4xi8>, tensor<1x4xi8>, tensor<1x4xi8>) {
  %s:2 = npu.loop_begin 5 states(%h) : (tensor<1x4xi8>) -> (tensor<1xi64>, tensor<1x4xi8>)
  %t:2 = npu.loop_begin 3 states(%h) : (tensor<1x4xi8>) -> (tensor<1xi64>, tensor<1x4xi8>)
  %0 = npu.lookup %x, %table : (tensor<1x4xi8>, tensor<256xi8>) -> tensor<1x4xi8>
  %1 = npu.lookup %s#1, %table : (tensor<1x4xi8>, tensor<256xi8>) -> tensor<1x4xi8>
  %2 = npu.lookup %t#1, %table : (tensor<1x4xi8>, tensor<256xi8>) -> tensor<1x4xi8>
  %3 = npu.lookup %2, %table : (tensor<1x4xi8>, tensor<256xi8>) -> tensor<1x4xi8>
  %4:3 = npu.loop_end %t#0 carries(%3) collects(%0, %1) : (tensor<1xi64>, tensor<1x4xi8>, tensor<1x4xi8>, tensor<1x4xi8>) -> (tensor<1x4xi8>, tensor<3x1x4xi8>, tensor<3x1x4xi8>)
  %5 = npu.loop_end %s#0 carries(%4#0) : (tensor<1xi64>, tensor<1x4xi8>) -> tensor<1x4xi8>
  return %5, %5, %5 : tensor<1x4xi8>, tensor<1x4xi8>, tensor<1x4xi8>
}
