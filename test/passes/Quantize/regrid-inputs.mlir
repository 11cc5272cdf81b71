// RUN: tare-opt %s --tare-set-target --tare-regrid-inputs --split-input-file --remarks-filter="tare-regrid-inputs" --remark-format=emitRemark --mlir-print-local-scope 2>/dev/null | FileCheck %s
// RUN: tare-opt %s --tare-set-target=target=shift_only --tare-regrid-inputs --split-input-file --mlir-print-local-scope | FileCheck %s --check-prefix=SHIFT

!u = !quant.uniform<u8:f32, 1.0>

// (x - 128) * 0.25
// CHECK-LABEL: func.func @centred_and_scaled(
// CHECK-SAME: %[[X:.*]]: tensor<1x4x!quant.uniform<u8:f32, 1.000000e+00>>
// CHECK-NOT: qnn.sub
// CHECK: %[[B:.*]] = qnn.reinterpret %[[X]] {{.*}} -> tensor<1x4x!quant.uniform<u8:f32, 2.500000e-01:128>>
// CHECK: %[[Y:.*]] = quant.dcast %[[B]]
// CHECK-NOT: qnn.sub
// CHECK-NOT: qnn.mul
// CHECK: return %[[Y]]
// SHIFT-LABEL: func.func @centred_and_scaled(
// SHIFT-NOT: qnn.mul
func.func @centred_and_scaled(%x: tensor<1x4x!u>) -> tensor<1x4xf32> {
  %mean = qnn.constant dense<128.0> : tensor<f32> as tensor<f32>
  %scale = qnn.constant dense<0.25> : tensor<1xf32> as tensor<1xf32>
  %0 = quant.dcast %x : tensor<1x4x!u> to tensor<1x4xf32>
  %1 = qnn.sub %0, %mean : (tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xf32>
  %2 = qnn.mul %scale, %1 : (tensor<1xf32>, tensor<1x4xf32>) -> tensor<1x4xf32>
  return %2 : tensor<1x4xf32>
}

// -----

!u = !quant.uniform<u8:f32, 1.0>

// A target that only shifts has no scale of 0.3.
// CHECK-LABEL: func.func @no_power_of_two(
// CHECK-NOT: qnn.mul
// SHIFT-LABEL: func.func @no_power_of_two(
// SHIFT: qnn.mul
func.func @no_power_of_two(%x: tensor<1x4x!u>) -> tensor<1x4xf32> {
  %scale = qnn.constant dense<0.3> : tensor<f32> as tensor<f32>
  %0 = quant.dcast %x : tensor<1x4x!u> to tensor<1x4xf32>
  %1 = qnn.mul %0, %scale : (tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xf32>
  return %1 : tensor<1x4xf32>
}

// -----

!u = !quant.uniform<u8:f32, 1.0>

// No zero point is 0.5 or -300; no scale is negative; what broadcasts is no scalar; c - x turns the grid around.
// CHECK-LABEL: func.func @stays(
// CHECK-NOT: qnn.reinterpret
// CHECK-COUNT-5: qnn.{{add|mul|sub}}
func.func @stays(%x: tensor<1x4x!u>) -> (tensor<1x4xf32>, tensor<1x4xf32>, tensor<1x4xf32>, tensor<2x4xf32>, tensor<1x4xf32>) {
  %half = qnn.constant dense<0.5> : tensor<f32> as tensor<f32>
  %far = qnn.constant dense<300.0> : tensor<f32> as tensor<f32>
  %minus = qnn.constant dense<-1.0> : tensor<f32> as tensor<f32>
  %two = qnn.constant dense<2.0> : tensor<2x1xf32> as tensor<2x1xf32>
  %one = qnn.constant dense<1.0> : tensor<f32> as tensor<f32>
  %0 = quant.dcast %x : tensor<1x4x!u> to tensor<1x4xf32>
  %1 = qnn.add %0, %half : (tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xf32>
  %2 = qnn.add %0, %far : (tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xf32>
  %3 = qnn.mul %0, %minus : (tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xf32>
  %4 = qnn.mul %0, %two : (tensor<1x4xf32>, tensor<2x1xf32>) -> tensor<2x4xf32>
  %5 = qnn.sub %one, %0 : (tensor<f32>, tensor<1x4xf32>) -> tensor<1x4xf32>
  return %1, %2, %3, %4, %5 : tensor<1x4xf32>, tensor<1x4xf32>, tensor<1x4xf32>, tensor<2x4xf32>, tensor<1x4xf32>
}

// -----

!q = !quant.uniform<i8:f32, 0.5>

// What the model quantizes on the way is a value of its own, whose grid it says.
// CHECK-LABEL: func.func @not_an_input(
// CHECK: qnn.mul
func.func @not_an_input(%x: tensor<1x4xf32>) -> tensor<1x4xf32> {
  %scale = qnn.constant dense<0.25> : tensor<f32> as tensor<f32>
  %q = quant.qcast %x : tensor<1x4xf32> to tensor<1x4x!q>
  %0 = quant.dcast %q : tensor<1x4x!q> to tensor<1x4xf32>
  %1 = qnn.mul %0, %scale : (tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xf32>
  return %1 : tensor<1x4xf32>
}
