// RUN: tare-opt %s --tare-set-target=target=i16x8 --tare-conform-grids --split-input-file --verify-diagnostics --mlir-print-local-scope | FileCheck %s
// RUN: not tare-opt %s --tare-set-target=target=i16x8 --tare-conform-grids=repair=false --split-input-file -o /dev/null 2>&1 | FileCheck %s --check-prefix=REFUSED
// RUN: tare-opt %s --tare-set-target=target=i16x8 --tare-conform-grids --split-input-file --remarks-filter=tare-conform-grids -o /dev/null 2>&1 | FileCheck %s --check-prefix=TOLD

// TOLD: remark: [Passed] LeastIntegerLost | Category:tare-conform-grids | Layer=quant.qcast@{{.*}}, Reason="'arg0' begins at -32767 now"
// TOLD: [Passed] LeastIntegerLost | Category:tare-conform-grids | Layer=q, Reason="'x' begins at -32767 now"

!given = !quant.uniform<i16:f32, 0.5:100>

// The integers that leave stay the model's; those that a layer reads have zero point 0: 0.5 * 32868 / 32767.
// CHECK-LABEL: func.func @zero_point
// REFUSED: target 'i16x8' has symmetric activations, zero point 0, but the model quantizes to others: value 'x' of node 'q' (zero point 100); do without --no-repair
func.func @zero_point(%x: tensor<1x2xf32> {qnn.name = "x"}) -> (tensor<1x2xf32>, tensor<1x2x!given>) {
  // CHECK: %[[Q:.*]] = quant.qcast %arg0 : tensor<1x2xf32> to tensor<1x2x!quant.uniform<i16<-32767:32767>:f32, 0.501541197299957{{.*}}>>
  // CHECK: %[[OUT:.*]] = quant.qcast %{{.*}} : tensor<1x2xf32> to tensor<1x2x!quant.uniform<i16:f32, 5.000000e-01:100>>
  // CHECK: return %{{.*}}, %[[OUT]]
  // expected-warning @unknown {{repaired: value 'x' has the zero point 100, but target 'i16x8' has symmetric activations: its scale 5.000e-01 is now 5.015e-01 with zero point 0, which costs at most 0.5 LSB of the new grid}}
  %0 = quant.qcast %x : tensor<1x2xf32> to tensor<1x2x!given> loc("q")
  %1 = quant.dcast %0 : tensor<1x2x!given> to tensor<1x2xf32>
  %2 = qnn.relu %1 : (tensor<1x2xf32>) -> tensor<1x2xf32>
  return %2, %0 : tensor<1x2xf32>, tensor<1x2x!given>
}

// -----

!given = !quant.uniform<i16:f32, 0.5>

// CHECK-LABEL: func.func @least_integer
func.func @least_integer(%x: tensor<1x2xf32>) -> tensor<1x2xf32> {
  // CHECK: quant.qcast %arg0 : tensor<1x2xf32> to tensor<1x2x!quant.uniform<i16<-32767:32767>:f32, 5.000000e-01>>
  %0 = quant.qcast %x : tensor<1x2xf32> to tensor<1x2x!given>
  %1 = quant.dcast %0 : tensor<1x2x!given> to tensor<1x2xf32>
  %2 = qnn.relu %1 : (tensor<1x2xf32>) -> tensor<1x2xf32>
  return %2 : tensor<1x2xf32>
}

// -----

!given = !quant.uniform<i16:f32, 0.5:100>

// No layer reads these: what enters leaves as the model says.
// CHECK-LABEL: func.func @unread
// CHECK: quant.qcast %arg0 : tensor<1x2xf32> to tensor<1x2x!quant.uniform<i16:f32, 5.000000e-01:100>>
// CHECK: quant.dcast
// CHECK-NOT: quant.qcast
func.func @unread(%x: tensor<1x2xf32>) -> (tensor<1x2xf32>, tensor<1x2x!given>) {
  %0 = quant.qcast %x : tensor<1x2xf32> to tensor<1x2x!given>
  %1 = quant.dcast %0 : tensor<1x2x!given> to tensor<1x2xf32>
  return %1, %0 : tensor<1x2xf32>, tensor<1x2x!given>
}

// -----

!a = !quant.uniform<i16<-32767:32767>:f32, 0.5>
!k = !quant.uniform<i8:f32:0, {0.5, 0.25}>

// A number per channel: a convolution of each channel with itself; along the last axis, of an image made for it.
// CHECK-LABEL: func.func @product
func.func @product(%q: tensor<1x2x3x3x!a>, %r: tensor<3x2x!a>) -> (tensor<1x2x3x3xf32>, tensor<3x2xf32>) {
  %x = quant.dcast %q : tensor<1x2x3x3x!a> to tensor<1x2x3x3xf32>
  %y = quant.dcast %r : tensor<3x2x!a> to tensor<3x2xf32>
  // CHECK-DAG: %[[X:.*]] = quant.dcast %arg0
  // CHECK-DAG: %[[Y:.*]] = quant.dcast %arg1
  %i = qnn.constant dense<[[[4]], [[5]]]> : tensor<2x1x1xi8> as tensor<2x1x1x!k>
  %k = quant.dcast %i : tensor<2x1x1x!k> to tensor<2x1x1xf32>
  // CHECK: %[[K:.*]] = quant.dcast %{{.*}} : tensor<2x1x1x1x!quant.uniform<i8<-127:127>:f32:0, {5.000000e-01,2.500000e-01}>>
  // CHECK: %[[P:.*]] = qnn.conv %[[X]], %[[K]] {group = 2 : i64}
  %0 = qnn.mul %x, %k : (tensor<1x2x3x3xf32>, tensor<2x1x1xf32>) -> tensor<1x2x3x3xf32> loc("m"("p"))
  %j = qnn.constant dense<[4, 5]> : tensor<2xi8> as tensor<2x!k>
  %l = quant.dcast %j : tensor<2x!k> to tensor<2xf32>
  // CHECK: %[[IMAGE:.*]] = qnn.reshape %[[Y]] {shape = array<i64: 3, 2, 1>}
  // CHECK: %[[C:.*]] = qnn.conv %[[IMAGE]], %{{.*}} {group = 2 : i64} : (tensor<3x2x1xf32>, tensor<2x1x1xf32>) -> tensor<3x2x1xf32>
  // CHECK: %[[R:.*]] = qnn.reshape %[[C]] {shape = array<i64: 3, 2>}
  // CHECK: return %[[P]], %[[R]]
  %1 = qnn.mul %l, %y : (tensor<2xf32>, tensor<3x2xf32>) -> tensor<3x2xf32> loc("n"("r"))
  return %0, %1 : tensor<1x2x3x3xf32>, tensor<3x2xf32>
}

// -----

!a = !quant.uniform<i16<-32767:32767>:f32, 0.5>
!k = !quant.uniform<i8:f32:0, {0.5, 0.3}>
!l = !quant.uniform<i8:f32:0, {0.5, 0.31}>

// 0.5 * 3 and 0.3 * 5 are one number, which is 2^14 steps; 0.5 * 3 and 0.31 * 4 have no step in common.
// CHECK-LABEL: func.func @sum
// REFUSED: layer 'b' reads the constant 'l', which has a scale per index of axis 0, but an activation of target 'i16x8' has not; do without --no-repair
func.func @sum(%q: tensor<1x2x!a>) -> (tensor<1x2xf32>, tensor<1x2xf32>) {
  %x = quant.dcast %q : tensor<1x2x!a> to tensor<1x2xf32>
  %i = qnn.constant dense<[3, 5]> : tensor<2xi8> as tensor<2x!k>
  %k = quant.dcast %i : tensor<2x!k> to tensor<2xf32> loc("k")
  // CHECK: qnn.constant dense_resource<{{.*}}> : tensor<2xi16> as tensor<2x!quant.uniform<i16<-32767:32767>:f32, 9.1552734375E-5>>
  %0 = qnn.add %x, %k : (tensor<1x2xf32>, tensor<2xf32>) -> tensor<1x2xf32> loc("a")
  %j = qnn.constant dense<[3, 4]> : tensor<2xi8> as tensor<2x!l>
  %l = quant.dcast %j : tensor<2x!l> to tensor<2xf32> loc("l")
  // CHECK: qnn.constant dense_resource<{{.*}}> : tensor<2xi16> as tensor<2x!quant.uniform<i16<-32767:32767>:f32, 4.57{{.*}}E-5>>
  // expected-warning @unknown {{repaired: layer 'b' reads the constant 'l', which has a scale per index of axis 0, but an activation of target 'i16x8' has not: it was rounded to one grid of 16 bits and scale 4.578e-05, which its numbers are off by at most}}
  %1 = qnn.add %x, %l : (tensor<1x2xf32>, tensor<2xf32>) -> tensor<1x2xf32> loc("b")
  return %0, %1 : tensor<1x2xf32>, tensor<1x2xf32>
}

// -----

!a = !quant.uniform<i16<-32767:32767>:f32, 0.5>
!w = !quant.uniform<i8:f32:1, {0.5, 0.25}>
!v = !quant.uniform<i16:f32, 0.5>

// CHECK-LABEL: func.func @weights
// REFUSED: layer 'fc' has weights with a scale per index of axis 1, but a sum has one for each output channel (axis 0); do without --no-repair
func.func @weights(%q: tensor<1x2x!a>) -> (tensor<1x1xf32>, tensor<1x1xf32>) {
  %x = quant.dcast %q : tensor<1x2x!a> to tensor<1x2xf32>
  // CHECK: qnn.constant {{.*}} : tensor<1x2xf32> as tensor<1x2xf32>
  %w = qnn.constant dense<[[4, 127]]> : tensor<1x2xi8> as tensor<1x2x!w>
  %wd = quant.dcast %w : tensor<1x2x!w> to tensor<1x2xf32>
  // expected-warning @unknown {{repaired: layer 'fc' has weights with a scale per index of axis 1, but a sum has one for each output channel (axis 0): they were rounded to 8 bits with a scale per output channel, at the cost of at most}}
  %0 = qnn.linear %x, %wd : (tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x1xf32> loc("fc")
  %v = qnn.constant dense<[[400, 12700]]> : tensor<1x2xi16> as tensor<1x2x!v>
  %vd = quant.dcast %v : tensor<1x2x!v> to tensor<1x2xf32>
  // As good as an activation: exact.
  // CHECK: qnn.matmul %{{.*}}, %{{.*}} : (tensor<1x2xf32>, tensor<2x1xf32>) -> tensor<1x1xf32>
  %1 = qnn.linear %x, %vd : (tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x1xf32> loc("wide")
  return %0, %1 : tensor<1x1xf32>, tensor<1x1xf32>
}

// -----

!given = !quant.uniform<i16:f32, 0.5>

// Calibration saw the integer -32768, which is the one that symmetric activations lack.
// CHECK-LABEL: func.func @seen_least_integer
// REFUSED: target 'i16x8' has symmetric activations, without the least integer, but the model quantizes to it: value 'x' of node 'q' (-1.638e+04, the integer -32768); do without --no-repair
func.func @seen_least_integer(%x: tensor<1x2xf32> {qnn.name = "x", qnn.range = #qnn.range<-16384.0, 9.0, calibrated>}) -> tensor<1x2xf32> {
  // CHECK: quant.qcast %arg0 : tensor<1x2xf32> to tensor<1x2x!quant.uniform<i16<-32767:32767>:f32, 5.000000e-01>>
  // expected-warning @unknown {{value 'x' goes down to -1.638e+04, integer -32768 of the model's, but on target 'i16x8', whose activations are symmetric, it ends at -32767: what is less is a step off}}
  %0 = quant.qcast %x : tensor<1x2xf32> to tensor<1x2x!given> loc("q")
  %1 = quant.dcast %0 : tensor<1x2x!given> to tensor<1x2xf32>
  %2 = qnn.add %1, %1 : (tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x2xf32>
  return %2 : tensor<1x2xf32>
}

// -----

!a = !quant.uniform<i16<-32767:32767>:f32, 0.0004>
!b = !quant.uniform<i16<-32767:32767>:f32, 0.0001>

// A float constant whose numbers lie far apart: a scale for each.
// CHECK-LABEL: func.func @wide_constant
func.func @wide_constant(%q: tensor<1x2x3x3x!a>) -> tensor<1x2x3x3x!b> {
  %x = quant.dcast %q : tensor<1x2x3x3x!a> to tensor<1x2x3x3xf32>
  %k = qnn.constant dense<[[[0.000045]], [[1.0]]]> : tensor<2x1x1xf32> as tensor<2x1x1xf32>
  // CHECK: qnn.conv %{{.*}}, %{{.*}} {group = 2 : i64} : (tensor<1x2x3x3xf32>, tensor<2x1x1x1xf32>) -> tensor<1x2x3x3xf32>
  %0 = qnn.mul %x, %k : (tensor<1x2x3x3xf32>, tensor<2x1x1xf32>) -> tensor<1x2x3x3xf32> loc("m"("p"))
  %1 = quant.qcast %0 : tensor<1x2x3x3xf32> to tensor<1x2x3x3x!b>
  return %1 : tensor<1x2x3x3x!b>
}
