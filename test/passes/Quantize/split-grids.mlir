// RUN: tare-opt %s --tare-set-target --tare-split-grids --split-input-file --verify-diagnostics --remarks-filter="tare-split-grids" --remark-format=emitRemark --mlir-print-local-scope --mlir-print-debuginfo | FileCheck %s

!narrow = !quant.uniform<i8:f32, 0.02>
!wide = !quant.uniform<i8:f32, 0.1>

// Two quantizers, one of them behind a reshape: a copy of all that lies before them. Both copies read the same operands.
// CHECK-LABEL: func.func @two_grids
func.func @two_grids(%x: tensor<1x2xf32>, %w: tensor<2x2xf32>) -> (tensor<1x2xf32>, tensor<2x1xf32>) {
  // CHECK: %[[A:.*]] = qnn.linear %arg0, %arg1 {{.*}} loc("fc"("yq"))
  // CHECK: %[[B:.*]] = qnn.linear %arg0, %arg1 {{.*}} loc("fc"("v:1"))
  // CHECK: quant.qcast %[[A]] : tensor<1x2xf32> to tensor<1x2x!quant.uniform<i8:f32, 2.000000e-02>>
  // CHECK: %[[R:.*]] = qnn.reshape %[[B]]
  // CHECK: quant.qcast %[[R]] : tensor<2x1xf32> to tensor<2x1x!quant.uniform<i8:f32, 1.000000e-01>>
  // expected-remark @unknown {{ComputedPerGrid | Category:tare-split-grids | Layer=fc, Multiplications=8, Remark="2 times: its readers want as many grids"}}
  %v = qnn.linear %x, %w : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32> loc("fc"("v"))
  %yq = quant.qcast %v : tensor<1x2xf32> to tensor<1x2x!narrow> loc("q1"("yq"))
  %y = quant.dcast %yq : tensor<1x2x!narrow> to tensor<1x2xf32>
  %r = qnn.reshape %v {shape = array<i64: 2, 1>} : (tensor<1x2xf32>) -> tensor<2x1xf32> loc("shape"("r"))
  %zq = quant.qcast %r : tensor<2x1xf32> to tensor<2x1x!wide> loc("q2"("zq"))
  %z = quant.dcast %zq : tensor<2x1x!wide> to tensor<2x1xf32>
  return %y, %z : tensor<1x2xf32>, tensor<2x1xf32>
}

// -----

!wide = !quant.uniform<i8:f32, 0.1>

// One grid is no reason for copies: who moves elements reads the rounded value.
// CHECK-LABEL: func.func @one_grid
func.func @one_grid(%x: tensor<1x2xf32>, %w: tensor<2x2xf32>) -> (tensor<1x2xf32>, tensor<2x1xf32>) {
  // CHECK: %[[V:.*]] = qnn.linear
  // CHECK-NEXT: %[[Q:.*]] = quant.qcast %[[V]] {{.*}} loc("fc_quantize"("v"))
  // CHECK-NEXT: %[[D:.*]] = quant.dcast %[[Q]]
  // CHECK-NEXT: quant.qcast %[[V]]
  // CHECK: qnn.reshape %[[D]]
  // CHECK-NOT: qnn.linear
  %v = qnn.linear %x, %w : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32> loc("fc"("v"))
  %yq = quant.qcast %v : tensor<1x2xf32> to tensor<1x2x!wide>
  %y = quant.dcast %yq : tensor<1x2x!wide> to tensor<1x2xf32>
  %r = qnn.reshape %v {shape = array<i64: 2, 1>} : (tensor<1x2xf32>) -> tensor<2x1xf32> loc("shape"("r"))
  %zq = quant.qcast %r : tensor<2x1xf32> to tensor<2x1x!wide>
  %z = quant.dcast %zq : tensor<2x1x!wide> to tensor<2x1xf32>
  return %y, %z : tensor<1x2xf32>, tensor<2x1xf32>
}

// -----

!narrow = !quant.uniform<i8:f32, 0.02>
!wide = !quant.uniform<i8:f32, 0.1>

// A reader without a quantizer shares the grid that holds the value; the remark is of the other.
// CHECK-LABEL: func.func @served
func.func @served(%x: tensor<1x2xf32>, %w: tensor<2x2xf32>) -> (tensor<1x2xf32>, tensor<1x2xf32>, tensor<1x2xf32>) {
  // CHECK: %[[A:.*]] = qnn.linear
  // CHECK: %[[B:.*]] = qnn.linear
  // CHECK: %[[Q:.*]] = quant.qcast %[[B]] : tensor<1x2xf32> to tensor<1x2x!quant.uniform<i8:f32, 1.000000e-01>>
  // CHECK: %[[D:.*]] = quant.dcast %[[Q]]
  // CHECK: qnn.sigmoid %[[D]]
  // CHECK-NOT: qnn.linear
  // expected-remark @unknown {{ComputedPerGrid | Category:tare-split-grids | Layer=fc2, Multiplications=8, Remark="2 times: its readers want as many grids"}}
  %v = qnn.linear %x, %w {qnn.range = #qnn.range<-12.0, 12.0, calibrated>} : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32> loc("fc2"("v"))
  %yq = quant.qcast %v : tensor<1x2xf32> to tensor<1x2x!narrow>
  %y = quant.dcast %yq : tensor<1x2x!narrow> to tensor<1x2xf32>
  %zq = quant.qcast %v : tensor<1x2xf32> to tensor<1x2x!wide>
  %z = quant.dcast %zq : tensor<1x2x!wide> to tensor<1x2xf32>
  %s = qnn.sigmoid %v : (tensor<1x2xf32>) -> tensor<1x2xf32> loc("sigmoid"("s"))
  return %y, %z, %s : tensor<1x2xf32>, tensor<1x2xf32>, tensor<1x2xf32>
}

// -----

!narrow = !quant.uniform<i8:f32, 0.02>
!coarse = !quant.uniform<i8:f32, 1.0>

// Where the grids cut the value off, or are too coarse for it, it is computed for the reader without a quantizer; so it is for
// one that leaves the graph, whose accumulator needs no range.
// CHECK-LABEL: func.func @not_served
func.func @not_served(%x: tensor<1x2xf32>, %w: tensor<2x2xf32>) -> (tensor<1x2xf32>, tensor<1x2xf32>, tensor<1x2xf32>, tensor<2x1xf32>, tensor<1x2xf32>) {
  // CHECK: qnn.linear {{.*}} loc("fc3"("yq"))
  // CHECK: qnn.linear {{.*}} loc("fc3"("zq"))
  // CHECK: %[[V:.*]] = qnn.linear {{.*}} loc("fc3"("v"))
  // CHECK: qnn.sigmoid %[[V]]
  // expected-remark @unknown {{ComputedPerGrid | Category:tare-split-grids | Layer=fc3, Multiplications=12, Remark="3 times: its readers want as many grids"}}
  %v = qnn.linear %x, %w {qnn.range = #qnn.range<-12.0, 12.0, calibrated>} : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32> loc("fc3"("v"))
  %yq = quant.qcast %v : tensor<1x2xf32> to tensor<1x2x!narrow> loc("q1"("yq"))
  %y = quant.dcast %yq : tensor<1x2x!narrow> to tensor<1x2xf32>
  %zq = quant.qcast %v : tensor<1x2xf32> to tensor<1x2x!coarse> loc("q2"("zq"))
  %z = quant.dcast %zq : tensor<1x2x!coarse> to tensor<1x2xf32>
  %s = qnn.sigmoid %v : (tensor<1x2xf32>) -> tensor<1x2xf32> loc("sigmoid"("s"))
  // CHECK: qnn.linear {{.*}} loc("tail"("tq"))
  // CHECK: %[[T:.*]] = qnn.linear {{.*}} loc("tail"("t"))
  // CHECK: %[[R:.*]] = qnn.reshape %[[T]]
  // expected-remark @unknown {{ComputedPerGrid | Category:tare-split-grids | Layer=tail, Multiplications=8, Remark="2 times: its readers want as many grids"}}
  %t = qnn.linear %x, %w : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32> loc("tail"("t"))
  %tq = quant.qcast %t : tensor<1x2xf32> to tensor<1x2x!narrow> loc("q3"("tq"))
  %td = quant.dcast %tq : tensor<1x2x!narrow> to tensor<1x2xf32>
  %r = qnn.reshape %t {shape = array<i64: 2, 1>} : (tensor<1x2xf32>) -> tensor<2x1xf32> loc("shape"("r"))
  return %y, %z, %s, %r, %td : tensor<1x2xf32>, tensor<1x2xf32>, tensor<1x2xf32>, tensor<2x1xf32>, tensor<1x2xf32>
}

// -----

!narrow = !quant.uniform<i8:f32, 0.02>
!wide = !quant.uniform<i8:f32, 0.1>

// CHECK-LABEL: func.func @no_range
// expected-warning @unknown {{no range is known for 'v': who reads it without a quantizer gets the widest grid of the other readers' quantizers, which may cut off values; give --calibration for a grid of their own}}
func.func @no_range(%x: tensor<1x2xf32>) -> (tensor<1x2xf32>, tensor<1x2xf32>, tensor<1x2xf32>) {
  // CHECK: qnn.tanh
  // CHECK: %[[V:.*]] = qnn.tanh
  // CHECK: %[[Q:.*]] = quant.qcast %[[V]] : tensor<1x2xf32> to tensor<1x2x!quant.uniform<i8:f32, 1.000000e-01>>
  // CHECK: %[[D:.*]] = quant.dcast %[[Q]]
  // CHECK: qnn.sigmoid %[[D]]
  // expected-remark @unknown {{ComputedPerGrid | Category:tare-split-grids | Layer=tanh, Multiplications=0, Remark="2 times: its readers want as many grids"}}
  %v = qnn.tanh %x : (tensor<1x2xf32>) -> tensor<1x2xf32> loc("tanh"("v"))
  %yq = quant.qcast %v : tensor<1x2xf32> to tensor<1x2x!narrow>
  %y = quant.dcast %yq : tensor<1x2x!narrow> to tensor<1x2xf32>
  %zq = quant.qcast %v : tensor<1x2xf32> to tensor<1x2x!wide>
  %z = quant.dcast %zq : tensor<1x2x!wide> to tensor<1x2xf32>
  %s = qnn.sigmoid %v : (tensor<1x2xf32>) -> tensor<1x2xf32> loc("sigmoid"("s"))
  return %y, %z, %s : tensor<1x2xf32>, tensor<1x2xf32>, tensor<1x2xf32>
} loc("main")

// -----

!narrow = !quant.uniform<i8:f32, 0.02>
!wide = !quant.uniform<i8:f32, 0.1>

// An input is quantized for each grid, in front of what moves its elements. Integers are requantized: the model's own chain.
// CHECK-LABEL: func.func @inputs
func.func @inputs(%x: tensor<1x2xf32>) -> (tensor<1x2xf32>, tensor<2x1xf32>, tensor<1x2xf32>) {
  // CHECK: %[[Q:.*]] = quant.qcast %arg0 : tensor<1x2xf32> to tensor<1x2x!quant.uniform<i8:f32, 1.000000e-01>>
  // CHECK: %[[D:.*]] = quant.dcast %[[Q]]
  // CHECK: %[[YQ:.*]] = quant.qcast %arg0 : tensor<1x2xf32> to tensor<1x2x!quant.uniform<i8:f32, 2.000000e-02>>
  // CHECK: %[[Y:.*]] = quant.dcast %[[YQ]]
  // CHECK: qnn.reshape %[[D]]
  // CHECK: quant.qcast %[[Y]] : tensor<1x2xf32> to tensor<1x2x!quant.uniform<i8:f32, 1.000000e-01>>
  %yq = quant.qcast %x : tensor<1x2xf32> to tensor<1x2x!narrow>
  %y = quant.dcast %yq : tensor<1x2x!narrow> to tensor<1x2xf32>
  %r = qnn.reshape %x {shape = array<i64: 2, 1>} : (tensor<1x2xf32>) -> tensor<2x1xf32> loc("shape"("r"))
  %zq = quant.qcast %r : tensor<2x1xf32> to tensor<2x1x!wide>
  %z = quant.dcast %zq : tensor<2x1x!wide> to tensor<2x1xf32>
  %cq = quant.qcast %y : tensor<1x2xf32> to tensor<1x2x!wide>
  %c = quant.dcast %cq : tensor<1x2x!wide> to tensor<1x2xf32>
  return %y, %z, %c : tensor<1x2xf32>, tensor<2x1xf32>, tensor<1x2xf32>
}


// -----

!given = !quant.uniform<i8:f32, 0.125>
!narrow = !quant.uniform<i8:f32, 0.02>

// What is joined, or padded, has the range of its operands' own grids: no reader without a quantizer gets the narrow one.
// CHECK-LABEL: func.func @known_by_grids
func.func @known_by_grids(%x: tensor<1x2x4x4x!given>) -> (tensor<1x4x4x4x!narrow>, tensor<1x4x4x4xf32>, tensor<1x2x6x6x!narrow>, tensor<1x2x6x6xf32>) {
  %0 = quant.dcast %x : tensor<1x2x4x4x!given> to tensor<1x2x4x4xf32>
  // CHECK: %[[NARROW:.*]] = qnn.concat {{.*}}qnn.range = #qnn.range<-1.600000e+01, 1.587500e+01, inherited>
  // CHECK: %[[JOINED:.*]] = qnn.concat {{.*}}qnn.range = #qnn.range<-1.600000e+01, 1.587500e+01, inherited>
  // CHECK: quant.qcast %[[NARROW]]
  // CHECK: qnn.tanh %[[JOINED]]
  // expected-remark @unknown {{ComputedPerGrid | Category:tare-split-grids | Layer=concat, Multiplications=0, Remark="2 times: its readers want as many grids"}}
  %1 = qnn.concat %0, %0 {axis = 1 : i64} : (tensor<1x2x4x4xf32>, tensor<1x2x4x4xf32>) -> tensor<1x4x4x4xf32> loc("concat"("c"))
  %2 = quant.qcast %1 : tensor<1x4x4x4xf32> to tensor<1x4x4x4x!narrow>
  %3 = qnn.tanh %1 : (tensor<1x4x4x4xf32>) -> tensor<1x4x4x4xf32>
  // CHECK: %[[PADDED:.*]] = qnn.pad {{.*}}qnn.range = #qnn.range<-2.000000e+01, 1.587500e+01, inherited>{{.*}} loc("pad"("p"))
  // CHECK: qnn.tanh %[[PADDED]]
  // expected-remark @unknown {{ComputedPerGrid | Category:tare-split-grids | Layer=pad, Multiplications=0, Remark="2 times: its readers want as many grids"}}
  %4 = qnn.pad %0 {low = array<i64: 0, 0, 1, 1>, high = array<i64: 0, 0, 1, 1>, value = -20.0 : f64} : (tensor<1x2x4x4xf32>) -> tensor<1x2x6x6xf32> loc("pad"("p"))
  %5 = quant.qcast %4 : tensor<1x2x6x6xf32> to tensor<1x2x6x6x!narrow>
  %6 = qnn.tanh %4 : (tensor<1x2x6x6xf32>) -> tensor<1x2x6x6xf32>
  return %2, %3, %5, %6 : tensor<1x4x4x4x!narrow>, tensor<1x4x4x4xf32>, tensor<1x2x6x6x!narrow>, tensor<1x2x6x6xf32>
}
