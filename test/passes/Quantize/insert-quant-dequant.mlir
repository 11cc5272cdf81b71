// RUN: tare-opt %s --tare-set-target --tare-insert-quant-dequant --split-input-file --verify-diagnostics --remarks-filter="tare-insert-quant-dequant" --remark-format=emitRemark --mlir-print-local-scope | FileCheck %s

// The activation's scale is (max - min) / 255; max |w| = 1.27 gives 0.01, in float32; the accumulator's scales are products.
// CHECK-LABEL: func.func @tail
func.func @tail(%x: tensor<1x1x2x2xf32> {qnn.name = "x", qnn.range = #qnn.range<-0.5, 2.05, calibrated>}) -> tensor<1x2x2x2xf32> {
  // CHECK: quant.qcast %arg0 : tensor<1x1x2x2xf32> to tensor<1x1x2x2x!quant.uniform<i8:f32, 0.0099999997764825821:-78>>
  %w = qnn.constant dense<[[[[-1.27]]], [[[0.0]]]]> : tensor<2x1x1x1xf32> as tensor<2x1x1x1xf32>
  %b = qnn.constant dense<[1.0, 2.0]> : tensor<2xf32> as tensor<2xf32>
  // CHECK: quant.qcast %{{.*}} : tensor<2x1x1x1xf32> to tensor<2x1x1x1x!quant.uniform<i8<-127:127>:f32:0, {0.0099999997764825821,0.0099999997764825821}>>
  // CHECK: quant.qcast %{{.*}} : tensor<2xf32> to tensor<2x!quant.uniform<i32:f32:0, {9.9999995529651691E-5,9.9999995529651691E-5}>>
  // CHECK: %[[Y:.*]] = qnn.conv
  // CHECK: quant.qcast %[[Y]] : tensor<1x2x2x2xf32> to tensor<1x2x2x2x!quant.uniform<i32:f32:1, {9.9999995529651691E-5,9.9999995529651691E-5}>>
  // expected-remark @unknown {{AccumulatorKept | Category:tare-insert-quant-dequant | Layer=conv}}
  %y = qnn.conv %x, %w, %b {qnn.range = #qnn.range<-4.0, 2.0, calibrated>} : (tensor<1x1x2x2xf32>, tensor<2x1x1x1xf32>, tensor<2xf32>) -> tensor<1x2x2x2xf32> loc("conv"("y"))
  return %y : tensor<1x2x2x2xf32>
}

// -----

// Rearrangements behind the accumulator stay in float; an activation, or another reader, keeps it from leaving.
// CHECK-LABEL: func.func @tails
func.func @tails(%x: tensor<1x2xf32> {qnn.name = "x", qnn.range = #qnn.range<-1.0, 1.0, calibrated>}) -> (tensor<2x1xf32>, tensor<1x2xf32>, tensor<1x2xf32>, tensor<1x2xf32>) {
  %w = qnn.constant dense<1.0> : tensor<2x2xf32> as tensor<2x2xf32>
  // CHECK: %[[A:.*]] = qnn.linear
  // CHECK-NEXT: %[[AQ:.*]] = quant.qcast %[[A]] : {{.*}}!quant.uniform<i32:f32:1
  // CHECK-NEXT: %[[AD:.*]] = quant.dcast %[[AQ]]
  // CHECK-NEXT: %[[R:.*]] = qnn.reshape %[[AD]]
  // CHECK-NEXT: qnn.transpose %[[R]]
  // expected-remark @unknown {{AccumulatorKept | Category:tare-insert-quant-dequant | Layer=fc1}}
  %a = qnn.linear %x, %w : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32> loc("fc1")
  %r = qnn.reshape %a {shape = array<i64: 1, 2>} : (tensor<1x2xf32>) -> tensor<1x2xf32> loc("reshape")
  %t = qnn.transpose %r {permutation = array<i64: 1, 0>} : (tensor<1x2xf32>) -> tensor<2x1xf32> loc("transpose")
  // CHECK: %[[B:.*]] = qnn.linear
  // CHECK-NEXT: quant.qcast %[[B]] : {{.*}}!quant.uniform<i8:f32
  // expected-remark @unknown {{AccumulatorNotKept | Category:tare-insert-quant-dequant | Layer=fc2, Reason="an activation is fused into it"}}
  %b = qnn.linear %x, %w {clamp = #qnn.clamp<0.0, inf>, qnn.range = #qnn.range<0.0, 1.0, calibrated>} : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32> loc("fc2")
  // CHECK: %[[C:.*]] = qnn.linear
  // CHECK-NEXT: quant.qcast %[[C]] : {{.*}}!quant.uniform<i8:f32
  // expected-remark @unknown {{AccumulatorNotKept | Category:tare-insert-quant-dequant | Layer=fc3, Reason="'softmax' reads its result too"}}
  %c = qnn.linear %x, %w {qnn.range = #qnn.range<0.0, 1.0, calibrated>} : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32> loc("fc3")
  // A function with a bounded image, of which calibration saw nothing.
  // CHECK: %[[S:.*]] = qnn.softmax
  // CHECK-NEXT: quant.qcast %[[S]] : {{.*}}!quant.uniform<i8:f32, 3.906250e-03:-128>
  %s = qnn.softmax %c {axis = 1 : i64} : (tensor<1x2xf32>) -> tensor<1x2xf32> loc("softmax")
  return %t, %b, %c, %s : tensor<2x1xf32>, tensor<1x2xf32>, tensor<1x2xf32>, tensor<1x2xf32>
}

// -----

// (A28) A softmax gets the range that calibration saw, within its image, and no finer a step than 2^-15.
// CHECK-LABEL: func.func @softmax
func.func @softmax(%x: tensor<1x2xf32> {qnn.name = "x", qnn.range = #qnn.range<-4.0, 4.0, calibrated>}) -> (tensor<1x2xf32>, tensor<1x2xf32>, tensor<1x2xf32>, tensor<1x2xf32>) {
  // CHECK: %[[A:.*]] = qnn.softmax
  // CHECK-NEXT: quant.qcast %[[A]] : {{.*}}!quant.uniform<i8:f32, 9.765625E-4:-128>
  %a = qnn.softmax %x {axis = 1 : i64, qnn.range = #qnn.range<0.0, 0.2490234375, calibrated>} : (tensor<1x2xf32>) -> tensor<1x2xf32> loc("a")
  // CHECK: %[[B:.*]] = qnn.softmax
  // CHECK-NEXT: quant.qcast %[[B]] : {{.*}}!quant.uniform<i8:f32, 0.0039215688593685627:-128>
  %b = qnn.softmax %x {axis = 1 : i64, qnn.range = #qnn.range<-3.0, 5.0, calibrated>} : (tensor<1x2xf32>) -> tensor<1x2xf32> loc("b")
  // CHECK: %[[C:.*]] = qnn.softmax
  // CHECK-NEXT: quant.qcast %[[C]] : {{.*}}!quant.uniform<i8:f32, 3.0517578125E-5:-128>
  %c = qnn.softmax %x {axis = 1 : i64, qnn.range = #qnn.range<0.0, 0.001, calibrated>} : (tensor<1x2xf32>) -> tensor<1x2xf32> loc("c")
  // expected-warning @unknown {{layer 'd': the largest value of 'd' that calibration saw is 1.00e-04, only 3.3 steps of 2^-15, the finest that the hardware computes there}}
  %d = qnn.softmax %x {axis = 1 : i64, qnn.range = #qnn.range<0.0, 0.0001, calibrated>} : (tensor<1x2xf32>) -> tensor<1x2xf32> loc("d")
  return %a, %b, %c, %d : tensor<1x2xf32>, tensor<1x2xf32>, tensor<1x2xf32>, tensor<1x2xf32>
}

// -----

// A same-grid op's result has its operand's grid. Operands of a concatenation get the result's where nobody else reads them.
// CHECK-LABEL: func.func @groups
func.func @groups(%x: tensor<1x2x4x4xf32> {qnn.name = "x", qnn.range = #qnn.range<0.0, 255.0, calibrated>}) -> tensor<1x6x2x2xf32> {
  // CHECK: %[[P:.*]] = qnn.max_pool
  // CHECK-NEXT: %[[PQ:.*]] = quant.qcast %[[P]] : {{.*}}!quant.uniform<i8:f32, 1.000000e+00:-128>
  // CHECK-NEXT: %[[PD:.*]] = quant.dcast %[[PQ]]
  %p = qnn.max_pool %x {kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>} : (tensor<1x2x4x4xf32>) -> tensor<1x2x2x2xf32> loc("pool")
  // Read by the concatenation alone: takes the union, [0, 510].
  // CHECK: %[[A:.*]] = qnn.add
  // CHECK-NEXT: quant.qcast %[[A]] : {{.*}}!quant.uniform<i8:f32, 2.000000e+00:-128>
  %a = qnn.add %p, %p {qnn.range = #qnn.range<0.0, 510.0, calibrated>} : (tensor<1x2x2x2xf32>, tensor<1x2x2x2xf32>) -> tensor<1x2x2x2xf32> loc("add")
  // A constant is quantized to the union.
  %c = qnn.constant dense<1.0> : tensor<1x2x2x2xf32> as tensor<1x2x2x2xf32>
  // CHECK: quant.qcast %[[PD]] : {{.*}}!quant.uniform<i8:f32, 2.000000e+00:-128>
  // CHECK: quant.qcast %cst : {{.*}}!quant.uniform<i8:f32, 2.000000e+00:-128>
  // expected-remark @unknown {{OperandRequantized | Category:tare-insert-quant-dequant | Layer=concat, Reason="'pool' has other readers, which need its finer grid"}}
  %y = qnn.concat %p, %a, %c {axis = 1 : i64} : (tensor<1x2x2x2xf32>, tensor<1x2x2x2xf32>, tensor<1x2x2x2xf32>) -> tensor<1x6x2x2xf32> loc("concat")
  %z = qnn.relu %y {qnn.range = #qnn.range<0.0, 510.0, calibrated>} : (tensor<1x6x2x2xf32>) -> tensor<1x6x2x2xf32> loc("relu")
  return %z : tensor<1x6x2x2xf32>
}

// -----

// (A55) The sigmoid tells nothing below -7 apart: no steps are spent there. What something else reads, too, keeps all of its range.
// CHECK-LABEL: func.func @flat
func.func @flat(%x: tensor<1x2xf32> {qnn.name = "x", qnn.range = #qnn.range<-20.0, 2.0, calibrated>}, %y: tensor<1x2xf32> {qnn.name = "y", qnn.range = #qnn.range<-20.0, 2.0, calibrated>}) -> (tensor<1x2xf32>, tensor<1x2xf32>, tensor<1x2xf32>) {
  // CHECK-DAG: quant.qcast %arg0 : tensor<1x2xf32> to tensor<1x2x!quant.uniform<i8:f32, 0.035{{[0-9]*}}:71>>
  // CHECK-DAG: quant.qcast %arg1 : tensor<1x2xf32> to tensor<1x2x!quant.uniform<i8:f32, 0.086{{[0-9]*}}:104>>
  %r = qnn.reshape %x {shape = array<i64: 1, 2>} : (tensor<1x2xf32>) -> tensor<1x2xf32> loc("reshape")
  %0 = qnn.sigmoid %r {qnn.range = #qnn.range<0.0, 0.88, calibrated>} : (tensor<1x2xf32>) -> tensor<1x2xf32> loc("one")
  %1 = qnn.sigmoid %y {qnn.range = #qnn.range<0.0, 0.88, calibrated>} : (tensor<1x2xf32>) -> tensor<1x2xf32> loc("other")
  %2 = qnn.add %y, %y {qnn.range = #qnn.range<-30.0, 3.0, calibrated>} : (tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x2xf32> loc("add")
  return %0, %1, %2 : tensor<1x2xf32>, tensor<1x2xf32>, tensor<1x2xf32>
}

// -----

// What is joined on the way out has a grid for each part: accumulators, an activation, a constant that stays real.
// CHECK-LABEL: func.func @joined_outputs
func.func @joined_outputs(%x: tensor<1x2xf32> {qnn.name = "x", qnn.range = #qnn.range<-1.0, 1.0, calibrated>}) -> (tensor<1x8xf32>, tensor<1x1xf32>) {
  %w = qnn.constant dense<1.0> : tensor<2x2xf32> as tensor<2x2xf32>
  // CHECK-DAG: %[[C:.*]] = qnn.constant dense<3.000000e+02>
  %c = qnn.constant dense<300.0> : tensor<1x2xf32> as tensor<1x2xf32>
  // CHECK: %[[A:.*]] = qnn.linear
  // CHECK-NEXT: %[[AQ:.*]] = quant.qcast %[[A]] : {{.*}}!quant.uniform<i32:f32:1
  // CHECK-NEXT: %[[AD:.*]] = quant.dcast %[[AQ]]
  // expected-remark @unknown {{AccumulatorKept | Category:tare-insert-quant-dequant | Layer=boxes}}
  %a = qnn.linear %x, %w : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32> loc("boxes")
  // CHECK: %[[S:.*]] = qnn.sigmoid
  // CHECK-NEXT: %[[SQ:.*]] = quant.qcast %[[S]] : {{.*}}!quant.uniform<i8:f32, 0.0039215688593685627:-128>
  // CHECK-NEXT: %[[SD:.*]] = quant.dcast %[[SQ]]
  %s = qnn.sigmoid %x {qnn.range = #qnn.range<0.0, 1.0, calibrated>} : (tensor<1x2xf32>) -> tensor<1x2xf32> loc("scores")
  // CHECK: %[[J:.*]] = qnn.concat %[[AD]], %[[SD]] {axis = 1 : i64} : (tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x4xf32>
  // CHECK-NEXT: %[[Y:.*]] = qnn.concat %[[J]], %[[C]], %{{.*}} {axis = 1 : i64} : (tensor<1x4xf32>, tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x8xf32>
  // CHECK-NEXT: %[[P:.*]] = qnn.slice %[[J]]
  // CHECK-NEXT: return %[[Y]], %[[P]]
  %j = qnn.concat %a, %s {axis = 1 : i64} : (tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x4xf32> loc("both")
  %y = qnn.concat %j, %c, %x {axis = 1 : i64} : (tensor<1x4xf32>, tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x8xf32> loc("all")
  %p = qnn.slice %j {starts = array<i64: 0, 1>, steps = array<i64: 1, 1>, sizes = array<i64: 1, 1>} : (tensor<1x4xf32>) -> tensor<1x1xf32> loc("part")
  return %y, %p : tensor<1x8xf32>, tensor<1x1xf32>
}

// -----

// What is read inside, too, is joined twice: on one grid for the network, at the cost that is told; and for the output with a grid for each part.
// CHECK-LABEL: func.func @joined_twice
func.func @joined_twice(%x: tensor<1x2xf32> {qnn.name = "x", qnn.range = #qnn.range<0.0, 300.0, calibrated>}) -> (tensor<1x4xf32>, tensor<1x4xf32>) {
  // CHECK: %[[XD:.*]] = quant.dcast
  // CHECK: %[[S:.*]] = qnn.tanh %[[XD]]
  // CHECK-NEXT: quant.qcast %[[S]] : {{.*}}!quant.uniform<i8:f32, 0.0039215688593685627:-128>
  // CHECK-NEXT: %[[SD:.*]] = quant.dcast
  %s = qnn.tanh %x {qnn.range = #qnn.range<0.0, 1.0, calibrated>} : (tensor<1x2xf32>) -> tensor<1x2xf32> loc("small")
  // CHECK: %[[Y:.*]] = qnn.concat %arg0, %[[SD]]
  // CHECK: quant.qcast %[[SD]] : {{.*}}!quant.uniform<i8:f32, 1.1764706373214722:-128>
  // CHECK: %[[J:.*]] = qnn.concat
  // CHECK-NEXT: quant.qcast %[[J]] : {{.*}}!quant.uniform<i8:f32, 1.1764706373214722:-128>
  // expected-warning @unknown {{'joined' reads 'small' in steps of 1.18e+00 instead of 3.92e-03 (50 dB), so that hardly one is left of it beside the larger ones that share its grid; keep 16-bit activations (--activations i16), or scale the operands alike in the model}}
  // expected-remark @unknown {{CommonGrid | Category:tare-insert-quant-dequant | Layer=joined, Reason="'joined' reads 'small' in steps of 1.18e+00 instead of 3.92e-03 (50 dB)"}}
  // expected-remark @unknown {{OperandRequantized | Category:tare-insert-quant-dequant | Layer=joined, Reason="'small' has other readers, which need its finer grid"}}
  %y = qnn.concat %x, %s {axis = 1 : i64} : (tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x4xf32> loc("joined")
  // CHECK: %[[Z:.*]] = qnn.relu
  %z = qnn.relu %y {qnn.range = #qnn.range<0.0, 300.0, calibrated>} : (tensor<1x4xf32>) -> tensor<1x4xf32> loc("relu")
  // CHECK: return %[[Y]], %{{.*}}
  return %y, %z : tensor<1x4xf32>, tensor<1x4xf32>
}

// -----

// What the model quantizes itself keeps its grid; the transpose's operand takes it over.
// CHECK-LABEL: func.func @already
func.func @already(%x: tensor<1x2xf32>) -> tensor<2x1xf32> {
  // CHECK: quant.qcast %arg0 : tensor<1x2xf32> to tensor<1x2x!quant.uniform<i8:f32, 2.500000e-01:3>>
  // CHECK: quant.qcast %{{.*}} : tensor<2x1xf32> to tensor<2x1x!quant.uniform<i8:f32, 2.500000e-01:3>>
  // CHECK-NOT: quant.qcast
  %t = qnn.transpose %x {permutation = array<i64: 1, 0>} : (tensor<1x2xf32>) -> tensor<2x1xf32> loc("transpose")
  %q = quant.qcast %t : tensor<2x1xf32> to tensor<2x1x!quant.uniform<i8:f32, 0.25:3>>
  %d = quant.dcast %q : tensor<2x1x!quant.uniform<i8:f32, 0.25:3>> to tensor<2x1xf32>
  return %d : tensor<2x1xf32>
}

// -----

// Constants that ops read like activations.
// CHECK-LABEL: func.func @constants
func.func @constants(%x: tensor<1x2xf32> {qnn.name = "x", qnn.range = #qnn.range<0.0, 1.0, calibrated>}) -> tensor<1x2xf32> {
  // CHECK: quant.qcast %cst : tensor<1x2xf32> to tensor<1x2x!quant.uniform<i8:f32, 1.000000e+00:-128>>
  %c = qnn.constant dense<[[255.0, 1.0]]> : tensor<1x2xf32> as tensor<1x2xf32>
  %y = qnn.mul %x, %c {qnn.range = #qnn.range<0.0, 255.0, calibrated>} : (tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x2xf32> loc("mul")
  return %y : tensor<1x2xf32>
}

// -----

// Channels of nearly zero weights: a bias that needs a coarser grid, and a multiplier that would have no bits left.
// CHECK-LABEL: func.func @fine
func.func @fine(%x: tensor<1x1xf32> {qnn.name = "x", qnn.range = #qnn.range<0.0, 255.0, calibrated>}) -> tensor<1x3xf32> {
  %w = qnn.constant dense<[[1.27], [1.0e-20], [1.27e-8]]> : tensor<3x1xf32> as tensor<3x1xf32>
  %b = qnn.constant dense<[0.0, 1.0, 0.0]> : tensor<3xf32> as tensor<3xf32>
  // CHECK: quant.qcast %{{.*}} : tensor<3x1xf32> to tensor<3x1x!quant.uniform<i8<-127:127>:f32:0, {0.0099999997764825821,9.3132257461547852E-10,4.65{{[0-9]*}}E-10}>>
  // expected-warning @unknown {{repaired: layer 'fine_fc', channel 1: weight scales that were too fine for the bias were raised, at the cost of at most}}
  // expected-warning @unknown {{repaired: layer 'fine_fc', channel 2: weight scales that the multiplier and the shifts do not hit were moved, at the cost of at most}}
  // expected-remark @unknown {{Layer=fine_fc, Remark="channel 1 from 7.87e-23 to 9.31e-10, at the cost of 2.55e-18 output steps at most"}}
  // expected-remark @unknown {{Layer=fine_fc, Remark="channel 2 from 1.00e-10 to 4.6}}
  %y = qnn.linear %x, %w, %b {qnn.range = #qnn.range<0.0, 255.0, calibrated>} : (tensor<1x1xf32>, tensor<3x1xf32>, tensor<3xf32>) -> tensor<1x3xf32> loc("fine_fc")
  %z = qnn.relu %y {qnn.range = #qnn.range<0.0, 255.0, calibrated>} : (tensor<1x3xf32>) -> tensor<1x3xf32> loc("relu")
  return %z : tensor<1x3xf32>
}

// -----

// A padding's constant must be on the grid that its operand shares.
// CHECK-LABEL: func.func @padding
func.func @padding(%x: tensor<1x4xf32> {qnn.name = "x", qnn.range = #qnn.range<0.0, 1.0, calibrated>}) -> tensor<1x6xf32> {
  // CHECK: quant.qcast %arg0 : {{.*}}!quant.uniform<i8:f32, 1.000000e+00:-128>
  // CHECK: %[[P:.*]] = qnn.pad
  // CHECK-NEXT: quant.qcast %[[P]] : {{.*}}!quant.uniform<i8:f32, 1.000000e+00:-128>
  %0 = qnn.pad %x {low = array<i64: 0, 1>, high = array<i64: 0, 1>, mode = #qnn.pad_mode<constant>, value = 255.0 : f64} : (tensor<1x4xf32>) -> tensor<1x6xf32> loc("pad")
  return %0 : tensor<1x6xf32>
}

// -----

!given = !quant.uniform<i8:f32, 0.125>

// A step that the model has no value for: 16 bits over the range that its operands imply, 32; what follows is as narrow as before.
// CHECK-LABEL: func.func @intermediate
func.func @intermediate(%x: tensor<1x4x!given>, %y: tensor<1x4x!given>) -> tensor<1x4xf32> {
  %0 = quant.dcast %x : tensor<1x4x!given> to tensor<1x4xf32>
  %1 = quant.dcast %y : tensor<1x4x!given> to tensor<1x4xf32>
  // CHECK: %[[STEP:.*]] = qnn.add {{.*}}qnn.range = #qnn.range<-3.200000e+01, 3.175000e+01, implied>
  // CHECK: quant.qcast %[[STEP]] : tensor<1x4xf32> to tensor<1x4x!quant.uniform<i16<-32767:32767>:f32, 9.7659{{.*}}E-4>>
  %2 = qnn.add %0, %1 {qnn.intermediate} : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32> loc("sum"("s/sum1"))
  // CHECK: %[[SUM:.*]] = qnn.add
  // CHECK: quant.qcast %[[SUM]] : tensor<1x4xf32> to tensor<1x4x!quant.uniform<i8:f32
  %3 = qnn.add %2, %1 {qnn.range = #qnn.range<-3.0, 3.0, calibrated>} : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32> loc("sum"("s"))
  return %3 : tensor<1x4xf32>
}

// -----

!given = !quant.uniform<i8:f32, 0.125>

// Calibration at 8 bits cuts off a little of operands that are integers of the model, and of the step. The integers are not cut off.
// CHECK-LABEL: func.func @intermediate_of_given_integers
func.func @intermediate_of_given_integers(%x: tensor<1x4x!given>, %y: tensor<1x4x!given>) -> tensor<1x4xf32> {
  %0 = quant.dcast %x {qnn.range = #qnn.range<-15.98, 15.7, calibrated>} : tensor<1x4x!given> to tensor<1x4xf32>
  %1 = quant.dcast %y {qnn.range = #qnn.range<-15.98, 15.7, calibrated>} : tensor<1x4x!given> to tensor<1x4xf32>
  // CHECK: %[[STEP:.*]] = qnn.add {{.*}}qnn.range = #qnn.range<-3.200000e+01, 3.175000e+01, implied>
  %2 = qnn.add %0, %1 {qnn.intermediate, qnn.range = #qnn.range<-31.9, 31.4, calibrated>} : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32> loc("sum"("s/sum1"))
  %3 = qnn.add %2, %1 {qnn.range = #qnn.range<-3.0, 3.0, calibrated>} : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32> loc("sum"("s"))
  return %3 : tensor<1x4xf32>
}
