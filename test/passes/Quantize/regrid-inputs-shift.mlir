// RUN: tare-opt %s --tare-set-target=target=shift_only --tare-regrid-inputs | FileCheck %s

!third = !quant.uniform<i8:f32, 0.375:3>

// CHECK-DAG: ![[$OWN:i8[_0-9]*]] = !quant.uniform<i8:f32, 3.750000e-01:3>
// CHECK-DAG: ![[$IN:i8[_0-9]*]] = !quant.uniform<i8:f32, 5.000000e-01:3>
// CHECK-DAG: ![[$OUT:i8[_0-9]*]] = !quant.uniform<i8:f32, 2.500000e-01:3>

// Ports keep their scales; inside are powers of two.
// CHECK-LABEL: func.func @ports(
// CHECK-SAME: %[[X:.*]]: tensor<1x4x![[$OWN]]>
// CHECK: %[[MEANT:.*]] = qnn.reinterpret %[[X]] : {{.*}} -> tensor<1x4x![[$IN]]>
// CHECK: %[[REAL:.*]] = quant.dcast %[[MEANT]]
// CHECK: %[[SCALED:.*]] = qnn.mul %[[REAL]], %{{.*}} {qnn.range = #qnn.range<-4.912500e+01, 4.650000e+01, implied>}
// CHECK: %[[RELU:.*]] = qnn.relu %[[SCALED]]
// CHECK: %[[OUTSCALED:.*]] = qnn.mul %[[RELU]]
// CHECK: %[[Q:.*]] = quant.qcast %[[OUTSCALED]] : tensor<1x4xf32> to tensor<1x4x![[$OUT]]>
// CHECK: %[[Y:.*]] = qnn.reinterpret %[[Q]] : {{.*}} -> tensor<1x4x![[$OWN]]>
// CHECK: return %[[Y]]
func.func @ports(%x: tensor<1x4x!third> {qnn.name = "x"}) -> (tensor<1x4x!third> {qnn.name = "y"}) {
  %0 = quant.dcast %x : tensor<1x4x!third> to tensor<1x4xf32> loc("d"("r"))
  %1 = qnn.relu %0 : (tensor<1x4xf32>) -> tensor<1x4xf32> loc("relu"("z"))
  %2 = quant.qcast %1 : tensor<1x4xf32> to tensor<1x4x!third> loc("q"("y"))
  return %2 : tensor<1x4x!third>
}

// What is read inside is the model's own, for tare-conform-grids to judge.
// CHECK-LABEL: func.func @inside(
// CHECK-NOT: qnn.mul
// CHECK: quant.qcast %{{.*}} : tensor<1x4xf32> to tensor<1x4x![[$OWN]]>
// CHECK-NOT: qnn.mul
func.func @inside(%x: tensor<1x4xf32> {qnn.name = "x"}) -> (tensor<1x4xf32> {qnn.name = "y"}) {
  %0 = qnn.relu %x : (tensor<1x4xf32>) -> tensor<1x4xf32> loc("relu"("z"))
  %1 = quant.qcast %0 : tensor<1x4xf32> to tensor<1x4x!third> loc("q"("y"))
  %2 = quant.dcast %1 : tensor<1x4x!third> to tensor<1x4xf32> loc("d"("r"))
  %3 = qnn.relu %2 : (tensor<1x4xf32>) -> tensor<1x4xf32> loc("relu2"("z2"))
  return %3 : tensor<1x4xf32>
}
