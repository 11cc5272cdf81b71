// RUN: tare-opt %s --tare-merge-duplicates --split-input-file --mlir-print-local-scope | FileCheck %s
// RUN: tare-opt %s --tare-merge-duplicates --split-input-file --remarks-filter="tare-merge-duplicates" --remark-format=emitRemark -o /dev/null 2>&1 | FileCheck %s --check-prefix=REMARK
// RUN: tare-opt %s --tare-merge-duplicates --split-input-file --mlir-print-local-scope --mlir-print-debuginfo | FileCheck %s --check-prefix=NAME

// REMARK: Merged | Category:tare-merge-duplicates | Layer=second, Remark="into 'first'"
// REMARK: Layer=clip2, Remark="into 'clip1'"
// REMARK: Layer=add2, Remark="into 'add1'"
// REMARK: Layer=given, Remark="into 'inner'"
// REMARK: NotMerged{{.*}}Layer=b{{.*}}both are outputs
// REMARK: NotMerged{{.*}}Layer=b{{.*}}its range is another than that of 'a'
// REMARK: Layer=step2, Remark="into 'step1'"
// REMARK-NOT: remark

// One sigmoid for two readers, as exporters write it that inline functions.
// CHECK-LABEL: func.func @same_operand
// CHECK-NEXT: %[[S:.*]] = qnn.sigmoid %arg0
// CHECK-NEXT: %[[Y:.*]] = qnn.add %[[S]], %[[S]]
// CHECK-NEXT: return %[[Y]]
func.func @same_operand(%x: tensor<1x4xf32>) -> tensor<1x4xf32> {
  %0 = qnn.sigmoid %x : (tensor<1x4xf32>) -> tensor<1x4xf32> loc("first"("a"))
  %1 = qnn.sigmoid %x : (tensor<1x4xf32>) -> tensor<1x4xf32> loc("second"("b"))
  %2 = qnn.add %0, %1 : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32>
  return %2 : tensor<1x4xf32>
}

// -----

// Chains merge from their beginning; equal constants make equal ops, though they are two.
// CHECK-LABEL: func.func @equal_constants
// CHECK: %[[C:.*]] = qnn.constant
// CHECK-NEXT: %[[D:.*]] = qnn.clip %arg0
// CHECK-NEXT: %[[A:.*]] = qnn.add %[[D]], %[[C]]
// CHECK-NEXT: qnn.mul %[[A]], %[[A]]
// CHECK-NEXT: return
func.func @equal_constants(%x: tensor<1x4xf32>) -> tensor<1x4xf32> {
  %c = qnn.constant dense<3.0> : tensor<f32> as tensor<f32>
  %0 = qnn.clip %x {interval = #qnn.clamp<0.0, 6.0>} : (tensor<1x4xf32>) -> tensor<1x4xf32> loc("clip1"("p"))
  %1 = qnn.add %0, %c : (tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xf32> loc("add1"("q"))
  %e = qnn.constant dense<3.0> : tensor<f32> as tensor<f32>
  %2 = qnn.clip %x {interval = #qnn.clamp<0.0, 6.0>} : (tensor<1x4xf32>) -> tensor<1x4xf32> loc("clip2"("r"))
  %3 = qnn.add %2, %e : (tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xf32> loc("add2"("s"))
  %4 = qnn.mul %1, %3 : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32>
  return %4 : tensor<1x4xf32>
}

// -----

// An output keeps its name.
// CHECK-LABEL: func.func @output
// CHECK-NEXT: %[[R:.*]] = qnn.relu %arg0
// CHECK-NEXT: %[[S:.*]] = qnn.sigmoid %[[R]]
// CHECK-NEXT: return %[[S]], %[[R]]
// NAME: qnn.relu {{.*}} loc("given"("y"))
func.func @output(%x: tensor<1x4xf32>) -> (tensor<1x4xf32>, tensor<1x4xf32>) {
  %0 = qnn.relu %x : (tensor<1x4xf32>) -> tensor<1x4xf32> loc("inner"("h"))
  %1 = qnn.sigmoid %0 : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %2 = qnn.relu %x : (tensor<1x4xf32>) -> tensor<1x4xf32> loc("given"("y"))
  return %1, %2 : tensor<1x4xf32>, tensor<1x4xf32>
}

// -----

// CHECK-LABEL: func.func @two_outputs
// CHECK-NEXT: qnn.relu
// CHECK-NEXT: qnn.relu
func.func @two_outputs(%x: tensor<1x4xf32>) -> (tensor<1x4xf32>, tensor<1x4xf32>) {
  %0 = qnn.relu %x : (tensor<1x4xf32>) -> tensor<1x4xf32> loc("a"("a"))
  %1 = qnn.relu %x : (tensor<1x4xf32>) -> tensor<1x4xf32> loc("b"("b"))
  return %0, %1 : tensor<1x4xf32>, tensor<1x4xf32>
}

// -----

// Ranges that differ make two values of them; what is not the same is left.
// CHECK-LABEL: func.func @ranges
// CHECK-COUNT-3: qnn.relu
// CHECK: qnn.clip
func.func @ranges(%x: tensor<1x4xf32>, %z: tensor<1x4xf32>) -> tensor<1x4xf32> {
  %0 = qnn.relu %x {qnn.range = #qnn.range<0.0, 1.0, calibrated>} : (tensor<1x4xf32>) -> tensor<1x4xf32> loc("a"("a"))
  %1 = qnn.relu %x {qnn.range = #qnn.range<0.0, 2.0, calibrated>} : (tensor<1x4xf32>) -> tensor<1x4xf32> loc("b"("b"))
  %2 = qnn.relu %z : (tensor<1x4xf32>) -> tensor<1x4xf32> loc("c"("c"))
  %3 = qnn.clip %x {interval = #qnn.clamp<0.0, 6.0>} : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %4 = qnn.concat %0, %1, %2, %3 {axis = 1 : i64} : (tensor<1x4xf32>, tensor<1x4xf32>, tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x16xf32>
  %5 = qnn.slice %4 {starts = array<i64: 0, 2>, steps = array<i64: 1, 3>, sizes = array<i64: 1, 4>} : (tensor<1x16xf32>) -> tensor<1x4xf32>
  return %5 : tensor<1x4xf32>
}

// -----

// Nothing of a loop is read behind it, and what a loop computes stays in it.
// CHECK-LABEL: func.func @loop
// CHECK: qnn.sigmoid %arg1
// CHECK: qnn.loop_begin
// CHECK: qnn.sigmoid %arg1
// CHECK-NOT: qnn.sigmoid
// CHECK: qnn.loop_end
// CHECK: return
func.func @loop(%x: tensor<5x1x4xf32>, %h: tensor<1x4xf32>) -> (tensor<1x4xf32>, tensor<1x4xf32>) {
  %g = qnn.sigmoid %h : (tensor<1x4xf32>) -> tensor<1x4xf32> loc("outside"("o"))
  %s:3 = qnn.loop_begin 5 sequences(%x) states(%h) : (tensor<5x1x4xf32>, tensor<1x4xf32>) -> (tensor<1xi64>, tensor<1x4xf32>, tensor<1x4xf32>)
  %0 = qnn.sigmoid %h : (tensor<1x4xf32>) -> tensor<1x4xf32> loc("step1"("a"))
  %1 = qnn.sigmoid %h : (tensor<1x4xf32>) -> tensor<1x4xf32> loc("step2"("b"))
  %2 = qnn.add %0, %1 : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32>
  %3 = qnn.add %2, %s#2 : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32>
  %all = qnn.loop_end %s#0 carries(%3) : (tensor<1xi64>, tensor<1x4xf32>) -> tensor<1x4xf32>
  return %all, %g : tensor<1x4xf32>, tensor<1x4xf32>
}
