// RUN: tare-opt %s --tare-quantize=narrow-states --tare-fuse --split-input-file --mlir-print-local-scope | FileCheck %s
// RUN: tare-opt %s --tare-quantize --tare-fuse --split-input-file --mlir-print-local-scope | FileCheck %s --check-prefix=WIDE
// RUN: tare-opt %s --tare-quantize --split-input-file -o /dev/null 2>&1 | FileCheck %s --check-prefix=TOLD

// (A70) A state is on one grid as a call begins and as it ends, of the union of both ranges; so is what is only moved into it. What else leaves has grids of its own.
// CHECK-LABEL: func.func @main
// CHECK-DAG: quant.qcast %arg1 : tensor<1x4xf32> to tensor<1x4x!quant.uniform<i8:f32, [[STATE:0.0156[0-9]*:-1]]>>
// CHECK: %[[T:.*]] = qnn.tanh {{.*}} -> tensor<1x4x!quant.uniform<i8:f32, [[STATE]]>>
// CHECK: quant.dcast %[[T]]
// A state has 16 bits where the target has them.
// WIDE-LABEL: func.func @main
// WIDE-DAG: quant.qcast %arg1 : tensor<1x4xf32> to tensor<1x4x!quant.uniform<i16<-32767:32767>:f32, [[STATE:[0-9.E-]+]]>>
// WIDE: qnn.tanh {{.*}} -> tensor<1x4x!quant.uniform<i16<-32767:32767>:f32, [[STATE]]>>
// TOLD-NOT: warning
func.func @main(%x: tensor<1x4xf32> {qnn.range = #qnn.range<-1.0, 1.0, calibrated>, qnn.name = "x"},
                %h: tensor<1x4xf32> {qnn.range = #qnn.range<-2.0, 2.0, calibrated>, qnn.name = "h", qnn.next_state = "h_out"}) -> (tensor<1x4xf32> {qnn.name = "h_out"}) {
  %a = qnn.add %x, %h {qnn.range = #qnn.range<-3.0, 3.0, calibrated>} : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32>
  %t = qnn.tanh %a {qnn.range = #qnn.range<-1.0, 1.0, calibrated>} : (tensor<1x4xf32>) -> tensor<1x4xf32>
  return %t : tensor<1x4xf32>
}

// -----

// An accumulator is no state: what the next call begins with is rounded. Without the attribute it leaves as it is.
// CHECK-LABEL: func.func @main
// CHECK-DAG: quant.qcast %arg0 : tensor<1x4xf32> to tensor<1x4x!quant.uniform<i8:f32, [[STATE:[0-9.e:-]+]]>>
// CHECK: qnn.linear {{.*}} -> tensor<1x4x!quant.uniform<i8:f32, [[STATE]]>>
// CHECK: qnn.linear {{.*}} -> tensor<1x4x!quant.uniform<i32:f32
func.func @main(%h: tensor<1x4xf32> {qnn.range = #qnn.range<-2.0, 2.0, calibrated>, qnn.name = "h", qnn.next_state = "h_out"}) -> (tensor<1x4xf32> {qnn.name = "h_out"}, tensor<1x4xf32> {qnn.name = "y"}) {
  %w = qnn.constant dense<[[0.5, 0.1, 0.2, 0.3], [0.1, 0.5, -0.1, 0.2], [0.3, 0.2, 0.5, 0.1], [0.1, 0.1, 0.1, 0.5]]> : tensor<4x4xf32> as tensor<4x4xf32>
  %n = qnn.linear %h, %w {qnn.range = #qnn.range<-2.5, 2.5, calibrated>} : (tensor<1x4xf32>, tensor<4x4xf32>) -> tensor<1x4xf32>
  %y = qnn.linear %h, %w {qnn.range = #qnn.range<-2.5, 2.5, calibrated>} : (tensor<1x4xf32>, tensor<4x4xf32>) -> tensor<1x4xf32>
  return %n, %y : tensor<1x4xf32>, tensor<1x4xf32>
}

// -----

// The model says two grids.
// TOLD: warning: state 'h': the model rounds it to one grid, and 'h_out', which it is at the next step, to another
func.func @main(%h: tensor<1x4xf32> {qnn.range = #qnn.range<-2.0, 2.0, calibrated>, qnn.name = "h", qnn.next_state = "h_out"}) -> (tensor<1x4xf32> {qnn.name = "h_out"}) {
  %q = quant.qcast %h : tensor<1x4xf32> to tensor<1x4x!quant.uniform<i8:f32, 0.5>>
  %d = quant.dcast %q : tensor<1x4x!quant.uniform<i8:f32, 0.5>> to tensor<1x4xf32>
  %t = qnn.tanh %d {qnn.range = #qnn.range<-1.0, 1.0, calibrated>} : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %u = quant.qcast %t : tensor<1x4xf32> to tensor<1x4x!quant.uniform<i8:f32, 0.0078125>>
  %v = quant.dcast %u : tensor<1x4x!quant.uniform<i8:f32, 0.0078125>> to tensor<1x4xf32>
  return %v : tensor<1x4xf32>
}
