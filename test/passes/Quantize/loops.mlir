// RUN: tare-opt %s --tare-quantize=narrow-states --tare-fuse --split-input-file --mlir-print-local-scope | FileCheck %s
// RUN: tare-opt %s --tare-quantize=narrow-states --tare-fuse --tare-lower --split-input-file --mlir-print-local-scope | FileCheck %s --check-prefix=NPU
// RUN: tare-opt %s --tare-quantize --tare-fuse --split-input-file --mlir-print-local-scope | FileCheck %s --check-prefix=WIDE

// (A70) A state is on one grid at all steps, as it begins, as it is carried on and behind the last step; what enters a step is on the
// sequence's grid, and a sequence on that of its elements. A constant that a state begins with goes to that grid, too.
// CHECK-LABEL: func.func @main
// CHECK-DAG: %[[H0:.*]] = qnn.constant {{.*}} as tensor<1x4x!quant.uniform<i8:f32, 0.0078{{[0-9]*}}:-1>>
// CHECK-DAG: %[[X:.*]] = quant.qcast %arg0 : tensor<5x1x4xf32> to tensor<5x1x4x!quant.uniform<i8:f32, 0.0156{{[0-9]*}}:-1>>
// CHECK: %[[S:.*]]:3 = qnn.loop_begin 5 sequences(%[[X]]) states(%[[H0]]) {{.*}} -> (tensor<1xi64>, tensor<1x4x!quant.uniform<i8:f32, 0.0156{{[0-9]*}}:-1>>, tensor<1x4x!quant.uniform<i8:f32, 0.0078{{[0-9]*}}:-1>>)
// CHECK-NEXT: %[[A:.*]] = qnn.add %[[S]]#1, %[[S]]#2
// CHECK-NEXT: %[[H:.*]] = qnn.tanh %[[A]] {{.*}} -> tensor<1x4x!quant.uniform<i8:f32, 0.0078{{[0-9]*}}:-1>>
// CHECK-NEXT: %[[E:.*]]:2 = qnn.loop_end %[[S]]#0 carries(%[[H]]) collects(%[[H]]) {{.*}} -> (tensor<1x4x!quant.uniform<i8:f32, 0.0078{{[0-9]*}}:-1>>, tensor<5x1x4x!quant.uniform<i8:f32, 0.0078{{[0-9]*}}:-1>>)
// CHECK-DAG: quant.dcast %[[E]]#0
// CHECK-DAG: quant.dcast %[[E]]#1

// A state has 16 bits where the target has them beside 8; what leaves the loop has 8 again.
// WIDE-LABEL: func.func @main
// WIDE: %[[S:.*]]:3 = qnn.loop_begin {{.*}} -> (tensor<1xi64>, tensor<1x4x!quant.uniform<i8:f32, {{[^>]*}}>>, tensor<1x4x!quant.uniform<i16<-32767:32767>:f32, [[STATE:[0-9.E-]+]]>>)
// WIDE: %[[H:.*]] = qnn.tanh {{.*}} -> tensor<1x4x!quant.uniform<i16<-32767:32767>:f32, [[STATE]]>>
// WIDE: %[[N:.*]] = qnn.requantize %[[H]] {{.*}} -> tensor<1x4x!quant.uniform<i8:
// WIDE: %[[E:.*]]:2 = qnn.loop_end %[[S]]#0 carries(%[[H]]) collects(%[[N]])
// WIDE: qnn.requantize %[[E]]#0 {{.*}} -> tensor<1x4x!quant.uniform<i8:

// What a loop reads keeps its place to the last step, a sequence that it gives has one from the beginning on.
// NPU-LABEL: func.func @main
// NPU: %[[X:.*]] = npu.quantize {{.*}} npu.offset = 128 : i64
// NPU: npu.loop_begin 5 sequences(%[[X]]) states({{.*}}) {npu.further_offsets = array<i64: 64, 192>, npu.grids = [unit, !quant.uniform<i8:f32, 0.0156{{[0-9]*}}:-1>, !quant.uniform<i8:f32, 0.0078{{[0-9]*}}:-1>], npu.offset = 0 : i64}
// NPU: npu.add {{.*}} npu.offset = 320 : i64
// NPU: npu.lookup {{.*}} npu.offset = 384 : i64
// NPU: npu.loop_end {{.*}} {npu.further_offsets = array<i64: 256>, npu.grids = [{{.*}}], npu.offset = 320 : i64}
func.func @main(%x: tensor<5x1x4xf32> {qnn.range = #qnn.range<-2.0, 2.0, calibrated>}) -> (tensor<1x4xf32>, tensor<5x1x4xf32>) {
  %h0 = qnn.constant dense<0.0> : tensor<1x4xf32> as tensor<1x4xf32>
  %s:3 = qnn.loop_begin 5 sequences(%x) states(%h0) {"qnn.range.1" = #qnn.range<-2.0, 2.0, calibrated>, "qnn.range.2" = #qnn.range<-1.0, 1.0, calibrated>} : (tensor<5x1x4xf32>, tensor<1x4xf32>) -> (tensor<1xi64>, tensor<1x4xf32>, tensor<1x4xf32>)
  %a = qnn.add %s#1, %s#2 {qnn.range = #qnn.range<-3.0, 3.0, calibrated>} : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32>
  %h = qnn.tanh %a {qnn.range = #qnn.range<-1.0, 1.0, calibrated>} : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %all:2 = qnn.loop_end %s#0 carries(%h) collects(%h) {qnn.range = #qnn.range<-1.0, 1.0, calibrated>, "qnn.range.1" = #qnn.range<-1.0, 1.0, calibrated>} : (tensor<1xi64>, tensor<1x4xf32>, tensor<1x4xf32>) -> (tensor<1x4xf32>, tensor<5x1x4xf32>)
  return %all#0, %all#1 : tensor<1x4xf32>, tensor<5x1x4xf32>
}

// -----

// A value that is carried on the model's own grid, another one than the state's, is requantized there: the state has one grid.
// CHECK-LABEL: func.func @main
// CHECK: %[[S:.*]]:2 = qnn.loop_begin 3 states
// CHECK: %[[R:.*]] = qnn.requantize {{.*}} : (tensor<1x4x!quant.uniform<i8:f32, 5.000000e-01>>) -> tensor<1x4x!quant.uniform<i8:f32, [[STATE:[0-9.e:-]+]]>>
// CHECK: qnn.loop_end %[[S]]#0 carries(%[[R]]) {{.*}} -> tensor<1x4x!quant.uniform<i8:f32, [[STATE]]>>
// NPU-LABEL: func.func @main
// NPU: npu.rescale
// NPU: npu.loop_end
func.func @main(%x: tensor<1x4xf32> {qnn.range = #qnn.range<-200.0, 200.0, calibrated>}) -> tensor<1x4xf32> {
  %s:2 = qnn.loop_begin 3 states(%x) {"qnn.range.1" = #qnn.range<-200.0, 200.0, calibrated>} : (tensor<1x4xf32>) -> (tensor<1xi64>, tensor<1x4xf32>)
  %a = qnn.relu %s#1 {qnn.range = #qnn.range<0.0, 200.0, calibrated>} : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %q = quant.qcast %a : tensor<1x4xf32> to tensor<1x4x!quant.uniform<i8:f32, 0.5>>
  %d = quant.dcast %q : tensor<1x4x!quant.uniform<i8:f32, 0.5>> to tensor<1x4xf32>
  %last = qnn.loop_end %s#0 carries(%d) {qnn.range = #qnn.range<-200.0, 200.0, calibrated>} : (tensor<1xi64>, tensor<1x4xf32>) -> tensor<1x4xf32>
  return %last : tensor<1x4xf32>
}
