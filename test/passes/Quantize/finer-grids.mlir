// RUN: tare-opt %s --tare-set-target=target=shift_only --tare-conform-grids --split-input-file --mlir-print-local-scope --mlir-print-debuginfo | FileCheck %s
// RUN: tare-opt %s --tare-set-target=target=shift_only --tare-conform-grids --split-input-file --remarks-filter=tare-conform-grids -o /dev/null 2>&1 | FileCheck %s --check-prefix=TOLD

// TOLD-COUNT-3: ShiftedLeft | Category:tare-conform-grids | Layer=finer, Reason="a finer grid than 'quant.dcast@{{[0-9:]+}}' has: a zero is added"
// TOLD: ShiftedLeft {{.*}}Layer=same
// TOLD-NOT: ShiftedLeft

// A grid that is finer: a zero on it is added, which shifts to the left.
// CHECK-LABEL: func.func @finer
// CHECK: %[[Q:.*]] = quant.dcast %arg0
// CHECK: %[[Z:.*]] = quant.dcast %{{.*}} : tensor<1x1x!quant.uniform<i8<-127:127>:f32, 1.250000e-01>>
// CHECK: %[[S:.*]] = qnn.add %[[Q]], %[[Z]] : {{.*}} loc("finer_shift"("finer_shift"))
// CHECK: quant.qcast %[[S]] : {{.*}}f32, 1.250000e-01>> loc("finer")
!a = !quant.uniform<i8<-127:127>:f32, 1.0>
!b = !quant.uniform<i8<-127:127>:f32, 0.125>
func.func @finer(%q: tensor<1x4x!a>) -> tensor<1x4xf32> {
  %d = quant.dcast %q : tensor<1x4x!a> to tensor<1x4xf32>
  %r = quant.qcast %d : tensor<1x4xf32> to tensor<1x4x!b> loc("finer")
  %e = quant.dcast %r : tensor<1x4x!b> to tensor<1x4xf32>
  %t = qnn.tanh %e : (tensor<1x4xf32>) -> tensor<1x4xf32> loc("tanh")
  return %t : tensor<1x4xf32>
}

// -----

// What is moved and limited on the way is so once more, before and within the sum.
// CHECK-LABEL: func.func @moved_and_limited
// CHECK: %[[Q:.*]] = quant.dcast %arg0
// CHECK: %[[T:.*]] = qnn.transpose %[[Q]]
// CHECK: %[[S:.*]] = qnn.add %[[T]], %{{.*}} {clamp = #qnn.clamp<0.000000e+00, inf>} : {{.*}} loc("finer_shift"("finer_shift"))
// CHECK: quant.qcast %[[S]] : {{.*}}f32, 1.250000e-01>> loc("finer")
!a = !quant.uniform<i8<-127:127>:f32, 1.0>
!b = !quant.uniform<i8<-127:127>:f32, 0.125>
func.func @moved_and_limited(%q: tensor<1x4x!a>) -> tensor<4x1xf32> {
  %d = quant.dcast %q : tensor<1x4x!a> to tensor<1x4xf32>
  %l = qnn.relu %d : (tensor<1x4xf32>) -> tensor<1x4xf32> loc("relu")
  %m = qnn.transpose %l {permutation = array<i64: 1, 0>} : (tensor<1x4xf32>) -> tensor<4x1xf32> loc("turn")
  %r = quant.qcast %m : tensor<4x1xf32> to tensor<4x1x!b> loc("finer")
  %e = quant.dcast %r : tensor<4x1x!b> to tensor<4x1xf32>
  %t = qnn.tanh %e : (tensor<4x1xf32>) -> tensor<4x1xf32> loc("tanh")
  return %t : tensor<4x1xf32>
}

// -----

// A coarser one is a shift to the right.
// CHECK-LABEL: func.func @as_fine
// CHECK-NOT: qnn.add
// CHECK: quant.qcast {{.*}}f32, 2.000000e+00>> loc("same")
// CHECK-NOT: qnn.add
// CHECK: return
!a = !quant.uniform<i8<-127:127>:f32, 1.0>
!b = !quant.uniform<i8<-127:127>:f32, 2.0>
func.func @as_fine(%q: tensor<1x4x!a>) -> tensor<1x4xf32> {
  %d = quant.dcast %q : tensor<1x4x!a> to tensor<1x4xf32>
  %r = quant.qcast %d : tensor<1x4xf32> to tensor<1x4x!b> loc("same")
  %e = quant.dcast %r : tensor<1x4x!b> to tensor<1x4xf32>
  %t = qnn.tanh %e : (tensor<1x4xf32>) -> tensor<1x4xf32> loc("tanh")
  return %t : tensor<1x4xf32>
}

// -----

// One sum shifts by 22 bits at most.
// CHECK-LABEL: func.func @far_finer
// CHECK: %[[S1:.*]] = qnn.add %{{.*}} loc("finer_shift_1"("finer_shift_1"))
// CHECK: %[[Q1:.*]] = quant.qcast %[[S1]] : {{.*}}f32, 2.384185791015625E-7>>
// CHECK: %[[D1:.*]] = quant.dcast %[[Q1]]
// CHECK: %[[S2:.*]] = qnn.add %[[D1]], %{{.*}} loc("finer_shift"("finer_shift"))
// CHECK-NOT: qnn.add
// CHECK: quant.qcast %[[S2]] : {{.*}}f32, 9.3132257461547852E-10>> loc("finer")
!a = !quant.uniform<i8<-127:127>:f32, 1.0>
!b = !quant.uniform<i8<-127:127>:f32, 9.313225746154785e-10>
func.func @far_finer(%q: tensor<1x4x!a>) -> tensor<1x4xf32> {
  %d = quant.dcast %q : tensor<1x4x!a> to tensor<1x4xf32>
  %r = quant.qcast %d : tensor<1x4xf32> to tensor<1x4x!b> loc("finer")
  %e = quant.dcast %r : tensor<1x4x!b> to tensor<1x4xf32>
  %t = qnn.tanh %e : (tensor<1x4xf32>) -> tensor<1x4xf32> loc("tanh")
  return %t : tensor<1x4xf32>
}

// -----

// CHECK-LABEL: func.func @twice_as_fine
// CHECK: qnn.add
// CHECK: quant.qcast {{.*}}f32, 5.000000e-01>> loc("same")
!a = !quant.uniform<i8<-127:127>:f32, 1.0>
!b = !quant.uniform<i8<-127:127>:f32, 0.5>
func.func @twice_as_fine(%q: tensor<1x4x!a>) -> tensor<1x4xf32> {
  %d = quant.dcast %q : tensor<1x4x!a> to tensor<1x4xf32>
  %r = quant.qcast %d : tensor<1x4xf32> to tensor<1x4x!b> loc("same")
  %e = quant.dcast %r : tensor<1x4x!b> to tensor<1x4xf32>
  %t = qnn.tanh %e : (tensor<1x4xf32>) -> tensor<1x4xf32> loc("tanh")
  return %t : tensor<1x4xf32>
}

// -----

!tiny = !quant.uniform<i8<-127:127>:f32, 4.6566128730773926E-10>
!small = !quant.uniform<i8<-127:127>:f32, 3.906250e-03>

// Grids 2^23 apart: no sum shifts that far to the left, and of the finer operand next to nothing is left beside the other.
// CHECK-LABEL: func.func @far_apart
func.func @far_apart(%x: tensor<1x4x!tiny>, %y: tensor<1x4x!small>) -> tensor<1x4x!small> {
  %0 = quant.dcast %x : tensor<1x4x!tiny> to tensor<1x4xf32>
  %1 = quant.dcast %y : tensor<1x4x!small> to tensor<1x4xf32>
  // CHECK: %[[Y:.*]] = quant.dcast %arg1
  // CHECK: %[[Q:.*]] = quant.qcast {{.*}}!quant.uniform<i8<-127:127>:f32, [[SCALE:[0-9.E-]+]]>
  // CHECK: %[[X:.*]] = quant.dcast %[[Q]]
  // CHECK: qnn.sub %[[X]], %[[Y]]
  %2 = qnn.sub %0, %1 : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32> loc("sub"("s"))
  %3 = quant.qcast %2 : tensor<1x4xf32> to tensor<1x4x!small>
  return %3 : tensor<1x4x!small>
}
