// RUN: sed -e '/^layout/a ops: [conv]' %S/../../../targets/generic.yaml > %t.yaml
// RUN: not tare-opt %s --pass-pipeline="builtin.module(func.func(tare-place-missing{target=%t.yaml}))" --split-input-file 2>&1 | FileCheck %s
// RUN: not tare-opt %s --pass-pipeline="builtin.module(func.func(tare-place-missing{target=nowhere.yaml}))" --split-input-file 2>&1 | FileCheck %s --check-prefix=TARGET
// RUN: not tare-opt %s --pass-pipeline="builtin.module(func.func(tare-place-missing))" --split-input-file 2>&1 | FileCheck %s --check-prefix=NONE
// RUN: not tare-opt %s --pass-pipeline="builtin.module(func.func(tare-place-missing{target=i16x8 activations=i8}))" --split-input-file 2>&1 | FileCheck %s --check-prefix=TYPE

// TARGET: there is no target or file 'nowhere.yaml'
// NONE: the module has no 'npu.target': run --tare-set-target first
// TYPE: target 'i16x8' has no i8 activations

// Weights that are computed are no constants, and no node has them.
// CHECK: layers that neither target 'generic' nor the host computes: 'one' (linear): the target has no linear, 'two' (linear): the target has no linear; take a target with these operators, make weights constants, or cut the model there (--outputs)
func.func @computed(%x: tensor<1x2xf32>, %w: tensor<3x2xf32>, %v: tensor<3x3xf32>) -> tensor<1x3xf32> {
  %0 = qnn.linear %x, %w : (tensor<1x2xf32>, tensor<3x2xf32>) -> tensor<1x3xf32> loc("one"("a"))
  %1 = qnn.linear %0, %v : (tensor<1x3xf32>, tensor<3x3xf32>) -> tensor<1x3xf32> loc("two"("b"))
  return %1 : tensor<1x3xf32>
}
