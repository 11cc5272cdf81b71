// RUN: sed -e '/^layout/a operators: {transpose: [i16], concat: [i8]}' %S/../../../targets/generic.yaml > %t.yaml
// RUN: tare-opt %s --pass-pipeline="builtin.module(tare-set-target{target=%t.yaml},func.func(tare-place-moves))" --mlir-print-local-scope | FileCheck %s
// RUN: tare-opt %s --pass-pipeline="builtin.module(tare-set-target,func.func(tare-place-moves))" | FileCheck %s --check-prefix=ALL
// RUN: tare-opt %s --pass-pipeline="builtin.module(tare-set-target{target=%t.yaml},func.func(tare-place-moves))" --remarks-filter="tare-place-moves" 2>&1 -o /dev/null | FileCheck %s --check-prefix=REMARK

// ALL-NOT: npu.host

// The same integers, whose grid stays what it is; a type that the target has is left, and elements that are no activations are any type.
// CHECK-LABEL: func.func @moves
// CHECK: %[[T:.*]] = npu.host "Transpose" opset 13(%arg0) {npu.grid = !quant.uniform<i8:f32, 5.000000e-01:3>, parameters = {perm = array<i64: 1, 0>}, reason = "the target has no transpose of i8 activations"} : (tensor<2x4xi8>) -> tensor<4x2xi8>
// CHECK: npu.transpose %arg1
// CHECK: npu.transpose %arg2
// CHECK: %[[S:.*]] = npu.host "Slice" opset 13(%[[T]], %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}}) {{.*}}reason = "the target has no slice"} : (tensor<4x2xi8>, tensor<2xi64>, tensor<2xi64>, tensor<2xi64>, tensor<2xi64>) -> tensor<2x2xi8>
// CHECK: %[[C:.*]] = npu.concat %[[S]], %[[S]]
// CHECK: npu.host "Pad" opset 13(%[[C]], %{{.*}}, %{{.*}}) {parameters = {mode = "constant"}, reason = "the target has no pad"} : (tensor<4x2xi8>, tensor<4xi64>, tensor<i8>) -> tensor<5x4xi8>
// CHECK: npu.host "Concat" opset 13(%arg1, %arg1) {parameters = {axis = 1 : i64}, reason = "the target has no concat of i16 activations"}
// REMARK: [Passed] OnHost | Category:tare-place-moves | Layer=turn, Reason="the target has no transpose of i8 activations"
func.func @moves(%x: tensor<2x4xi8> {npu.grid = !quant.uniform<i8:f32, 0.5:3>}, %w: tensor<2x4xi16>, %r: tensor<2x4xf32>) -> (tensor<5x4xi8>, tensor<4x2xi16>, tensor<4x2xf32>, tensor<2x8xi16>) {
  %0 = npu.transpose %x permutation = [1, 0] : (tensor<2x4xi8>) -> tensor<4x2xi8> loc("turn"("t"))
  %1 = npu.transpose %w permutation = [1, 0] : (tensor<2x4xi16>) -> tensor<4x2xi16>
  %2 = npu.transpose %r permutation = [1, 0] : (tensor<2x4xf32>) -> tensor<4x2xf32>
  %3 = npu.slice %0 starts = [3, 0] steps = [-2, 1] sizes = [2, 2] : (tensor<4x2xi8>) -> tensor<2x2xi8>
  %4 = npu.concat %3, %3 axis = 0 : (tensor<2x2xi8>, tensor<2x2xi8>) -> tensor<4x2xi8>
  %5 = npu.pad %4 low = [0, 1] high = [1, 1] mode = constant value = 7 : (tensor<4x2xi8>) -> tensor<5x4xi8>
  %6 = npu.concat %w, %w axis = 1 : (tensor<2x4xi16>, tensor<2x4xi16>) -> tensor<2x8xi16>
  return %5, %1, %2, %6 : tensor<5x4xi8>, tensor<4x2xi16>, tensor<4x2xf32>, tensor<2x8xi16>
}

// An index that the table does not have the host tells as the layer would.
// CHECK-LABEL: func.func @chosen
// CHECK: npu.host "Gather" opset 13(%arg0, %arg1) {npu.grid = !quant.uniform<i8:f32, 5.000000e-01:3>, parameters = {axis = 0 : i64}, reason = "the target has no gather"} : (tensor<5x2xi8>, tensor<3xi64>) -> tensor<3x2xi8>
// ALL-LABEL: func.func @chosen
// ALL: npu.gather
func.func @chosen(%table: tensor<5x2xi8>, %ids: tensor<3xi64>) -> tensor<3x2xi8> {
  %0 = npu.gather %table[%ids] axis = 0 {npu.grid = !quant.uniform<i8:f32, 0.5:3>} : (tensor<5x2xi8>, tensor<3xi64>) -> tensor<3x2xi8> loc("choice"("c"))
  return %0 : tensor<3x2xi8>
}

// Integers of the model's own, too.
// CHECK-LABEL: func.func @wide
// CHECK: npu.host "Pad" opset 13(%arg0, %{{.*}}, %{{.*}}) {{.*}} : (tensor<1x4xi64>, tensor<4xi64>, tensor<i64>) -> tensor<1x5xi64>
func.func @wide(%x: tensor<1x4xi64>) -> tensor<1x5xi64> {
  %0 = npu.pad %x low = [0, 1] high = [0, 0] mode = constant value = 7 : (tensor<1x4xi64>) -> tensor<1x5xi64>
  return %0 : tensor<1x5xi64>
}
