// RUN: tare-opt %s --pass-pipeline="builtin.module(func.func(tare-cut-network{outputs=h}))" --mlir-print-local-scope | FileCheck %s --check-prefix=OUT
// RUN: tare-opt %s --pass-pipeline="builtin.module(func.func(tare-cut-network{inputs=h outputs=y}))" --mlir-print-local-scope | FileCheck %s --check-prefix=IN
// RUN: not tare-opt %s --pass-pipeline="builtin.module(func.func(tare-cut-network{outputs=hh}))" 2>&1 | FileCheck %s --check-prefix=UNKNOWN
// RUN: not tare-opt %s --pass-pipeline="builtin.module(func.func(tare-cut-network{inputs=h}))" 2>&1 | FileCheck %s --check-prefix=BESIDE
// RUN: not tare-opt %s --pass-pipeline="builtin.module(func.func(tare-cut-network{outputs=h,h}))" 2>&1 | FileCheck %s --check-prefix=TWICE

// Inputs that the part does not read are dropped.
// OUT-LABEL: func.func @main(%{{.*}}: tensor<1x4xf32> {qnn.name = "x"}{{.*}} -> (tensor<1x4xf32> {qnn.name = "h"})
// OUT-NEXT: qnn.relu
// OUT-NEXT: return

// IN-LABEL: func.func @main(%{{.*}}: tensor<1x4xf32> {qnn.name = "h"}{{.*}} -> (tensor<1x4xf32> {qnn.name = "y"})
// IN-NEXT: qnn.sigmoid
// IN-NEXT: return

// UNKNOWN: --outputs: there is no value 'hh' in the network; did you mean 'h'?; name values as the model does
// BESIDE: --inputs 'h': the outputs depend on the input 'w' beside; name it too, or cut where nothing passes by
// TWICE: --outputs: 'h' is named twice
func.func @main(%x: tensor<1x4xf32> {qnn.name = "x"}, %w: tensor<1x4xf32> {qnn.name = "w"}) -> (tensor<1x4xf32> {qnn.name = "y"}, tensor<1x4xf32> {qnn.name = "z"}) {
  %0 = qnn.relu %x : (tensor<1x4xf32>) -> tensor<1x4xf32> loc("a"("h"))
  %1 = qnn.sigmoid %0 : (tensor<1x4xf32>) -> tensor<1x4xf32> loc("b"("y"))
  %2 = qnn.tanh %w : (tensor<1x4xf32>) -> tensor<1x4xf32> loc("c"("z"))
  return %1, %2 : tensor<1x4xf32>, tensor<1x4xf32>
}
