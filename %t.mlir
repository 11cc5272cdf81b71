// RUN: tare-opt %s --tare-check-scales --split-input-file --verify-diagnostics | FileCheck %s
// RUN: sed 's/expected-warning/expected-warning/; s///' %s > %t.mlir
// RUN: tare-opt %t.mlir --tare-check-scales=allow-uncalibrated --split-input-file --verify-diagnostics -o /dev/null

// What somebody calibrated is left as it is.
// CHECK-LABEL: @calibrated
// CHECK: quant.qcast
!i8 = !quant.uniform<i8:f32, 0.5>
!pixels = !quant.uniform<i8:f32, 1.0:-128>
func.func @calibrated(%x: tensor<1x4xf32>, %p: tensor<1x4xf32>) -> (tensor<1x4x!i8>, tensor<1x4x!pixels>) {
  %0 = quant.qcast %x : tensor<1x4xf32> to tensor<1x4x!i8>
  %1 = quant.qcast %p : tensor<1x4xf32> to tensor<1x4x!pixels>
  return %0, %1 : tensor<1x4x!i8>, tensor<1x4x!pixels>
}

// -----

// The range that was seen fills the grid.
// CHECK-LABEL: @confirmed
!i8 = !quant.uniform<i8:f32, 1.0>
func.func @confirmed(%x: tensor<1x4xf32> {qnn.range = #qnn.range<-127.0, 127.0, calibrated>}) -> tensor<1x4x!i8> {
  %0 = quant.qcast %x : tensor<1x4xf32> to tensor<1x4x!i8>
  return %0 : tensor<1x4x!i8>
}

// -----

// A quarter of 255 steps is enough, wherever it lies.
// CHECK-LABEL: @confirmed_by_a_quarter
!i8 = !quant.uniform<i8:f32, 1.0>
func.func @confirmed_by_a_quarter(%x: tensor<1x4xf32> {qnn.range = #qnn.range<-31.875, 31.875, calibrated>},
                                  %y: tensor<1x4xf32> {qnn.range = #qnn.range<-63.75, 0.0, calibrated>}) -> (tensor<1x4x!i8>, tensor<1x4x!i8>) {
  %0 = quant.qcast %x : tensor<1x4xf32> to tensor<1x4x!i8>
  %1 = quant.qcast %y : tensor<1x4xf32> to tensor<1x4x!i8>
  return %0, %1 : tensor<1x4x!i8>, tensor<1x4x!i8>
}

// -----

!i8 = !quant.uniform<i8:f32, 1.0>
// expected-warning@+1 {{the values 'x', 'y';}}
func.func @less_than_a_quarter(%x: tensor<1x4xf32> {qnn.name = "x", qnn.range = #qnn.range<-31.875, 31.75, calibrated>},
                               %y: tensor<1x4xf32> {qnn.name = "y", qnn.range = #qnn.range<0.0, 63.5, calibrated>}) -> (tensor<1x4x!i8>, tensor<1x4x!i8>) {
  %0 = quant.qcast %x : tensor<1x4xf32> to tensor<1x4x!i8>
  %1 = quant.qcast %y : tensor<1x4xf32> to tensor<1x4x!i8>
  return %0, %1 : tensor<1x4x!i8>, tensor<1x4x!i8>
}

// -----

// Integers that enter the graph are what the model says they are.
// CHECK-LABEL: @integers
!i8 = !quant.uniform<i8:f32, 1.0>
func.func @integers(%x: tensor<1x4x!i8>) -> tensor<1x4xf32> {
  %0 = quant.dcast %x : tensor<1x4x!i8> to tensor<1x4xf32>
  return %0 : tensor<1x4xf32>
}

// -----

!i8 = !quant.uniform<i8:f32, 1.0>
// expected-warning@+1 {{suspicious scales: scale 1 exactly, the default of an observer that never ran, have the values 'x', 'h'; calibrate again before exporting, or remove these quantizations and calibrate here}}
func.func @unit(%x: tensor<1x4xf32> {qnn.name = "x"}) -> tensor<1x4x!i8> {
  %0 = quant.qcast %x : tensor<1x4xf32> to tensor<1x4x!i8>
  %1 = quant.dcast %0 : tensor<1x4x!i8> to tensor<1x4xf32>
  %2 = qnn.relu %1 : (tensor<1x4xf32>) -> tensor<1x4xf32> loc("relu"("h"))
  %3 = quant.qcast %2 : tensor<1x4xf32> to tensor<1x4x!i8>
  return %3 : tensor<1x4x!i8>
}

// -----

// Values of which calibration saw far less than the grid holds.
!i8 = !quant.uniform<i8:f32, 1.0>
// expected-warning@+1 {{the values 'x';}}
func.func @unconfirmed(%x: tensor<1x4xf32> {qnn.name = "x", qnn.range = #qnn.range<-1.0, 1.0, calibrated>}) -> tensor<1x4x!i8> {
  %0 = quant.qcast %x : tensor<1x4xf32> to tensor<1x4x!i8>
  return %0 : tensor<1x4x!i8>
}

// -----

!w = !quant.uniform<i8:f32, 1.0>
// expected-warning@+1 {{suspicious scales: scale 1 exactly, as where a checkpoint's scales are missing, have the weights of the layers 'fc'; look for missing keys}}
func.func @weights(%x: tensor<1x2xf32>) -> tensor<1x2xf32> {
  %w = qnn.constant dense<[[1, 2], [3, 4]]> : tensor<2x2xi8> as tensor<2x2x!w>
  %wd = quant.dcast %w : tensor<2x2x!w> to tensor<2x2xf32>
  %0 = qnn.linear %x, %wd : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32> loc("fc"("y"))
  return %0 : tensor<1x2xf32>
}

// -----

// expected-warning@+1 {{suspicious scales: calibration never saw anything but 0 in the inputs 'x'; calibrate on data that has them}}
func.func @dead(%x: tensor<1x4xf32> {qnn.name = "x", qnn.range = #qnn.range<0.0, 1.0, dead>}) -> tensor<1x4xf32> {
  %0 = qnn.relu %x : (tensor<1x4xf32>) -> tensor<1x4xf32>
  return %0 : tensor<1x4xf32>
}

// -----

// expected-warning@+1 {{suspicious scales: one and the same range, [-1, 1], have all 3 calibrated values: 'x', 'y', 'z'; calibrate on data}}
func.func @defaults(%x: tensor<1x4xf32> {qnn.name = "x", qnn.range = #qnn.range<-1.0, 1.0, calibrated>},
                    %y: tensor<1x4xf32> {qnn.name = "y", qnn.range = #qnn.range<-1.0, 1.0, calibrated>}) -> tensor<1x4xf32> {
  %0 = qnn.add %x, %y {qnn.range = #qnn.range<-1.0, 1.0, calibrated>} : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32> loc("add"("z"))
  return %0 : tensor<1x4xf32>
}

// -----

// Data had it.
// CHECK-LABEL: @measured
func.func @measured(%x: tensor<1x4xf32> {qnn.name = "x", qnn.range = #qnn.range<-1.0, 1.0, calibrated>},
                    %y: tensor<1x4xf32> {qnn.name = "y", qnn.range = #qnn.range<-1.0, 1.0, calibrated>}) -> tensor<1x4xf32> attributes {qnn.measured_ranges} {
  %0 = qnn.add %x, %y {qnn.range = #qnn.range<-1.0, 1.0, calibrated>} : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32> loc("add"("z"))
  return %0 : tensor<1x4xf32>
}
