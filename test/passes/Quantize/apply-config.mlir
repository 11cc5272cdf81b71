// What rules choose stands in the function by the names of layers and values; what they choose wrongly is an error at their line.
// RUN: split-file %s %t
// RUN: tare-opt %t/m.mlir --pass-pipeline="builtin.module(func.func(tare-apply-config{files=%t/good.yaml target=generic}))" | FileCheck %t/good.yaml
// RUN: tare-opt %t/m.mlir --pass-pipeline="builtin.module(func.func(tare-apply-config{files=%t/good.yaml,%t/later.yaml target=generic}))" | FileCheck %t/later.yaml
// RUN: not tare-opt %t/m.mlir --pass-pipeline="builtin.module(func.func(tare-apply-config{files=%t/none.yaml target=generic}))" 2>&1 | FileCheck %t/none.yaml
// RUN: not tare-opt %t/m.mlir --pass-pipeline="builtin.module(func.func(tare-apply-config{files=%t/moves.yaml target=generic}))" 2>&1 | FileCheck %t/moves.yaml
// RUN: not tare-opt %t/m.mlir --pass-pipeline="builtin.module(func.func(tare-apply-config{files=%t/key.yaml target=generic}))" 2>&1 | FileCheck %t/key.yaml
// RUN: not tare-opt %t/m.mlir --pass-pipeline="builtin.module(func.func(tare-apply-config{files=%t/wide.yaml target=shift_only}))" 2>&1 | FileCheck %t/wide.yaml
// RUN: not tare-opt %t/m.mlir --pass-pipeline="builtin.module(func.func(tare-apply-config{files=%t/channels.yaml target=generic}))" 2>&1 | FileCheck %t/channels.yaml
// RUN: not tare-opt %t/m.mlir --pass-pipeline="builtin.module(func.func(tare-apply-config{files=%t/between.yaml target=generic}))" 2>&1 | FileCheck %t/between.yaml

//--- m.mlir
func.func @main(%x: tensor<1x2x4x4xf32> {qnn.name = "x"}) -> tensor<1x3x3x3xf32> {
  %w = qnn.constant dense<0.5> : tensor<3x2x1x1xf32> as tensor<3x2x1x1xf32> loc("w")
  %0 = qnn.conv %x, %w : (tensor<1x2x4x4xf32>, tensor<3x2x1x1xf32>) -> tensor<1x3x4x4xf32> loc("block/conv1"("a"))
  %1 = qnn.max_pool %0 {kernel = array<i64: 2, 2>} : (tensor<1x3x4x4xf32>) -> tensor<1x3x3x3xf32> loc("pool"("p"))
  %2 = qnn.sigmoid %1 : (tensor<1x3x3x3xf32>) -> tensor<1x3x3x3xf32> loc("sigmoid"("y"))
  return %2 : tensor<1x3x3x3xf32>
}

//--- good.yaml
# A pool keeps the grid of what it reads, and takes nothing of it.
# CHECK: qnn.choices = {layers = {"block/conv1" = {per_channel = false}, sigmoid = {keep_float = true}},
# CHECK-SAME: values = {a = {bits = 16 : i64, symmetric = true}, x = {bits = 8 : i64, range = array<f64: -1.000000e+00, 1.500000e+00>, symmetric = false}, y = {bits = 8 : i64, symmetric = false}}
rules:
  - layer: "*"
    activations: {bits: 16}
  - op: [sigmoid, input]
    activations: {bits: 8}
  - layer: block/*
    weights: {bits: 8, per_channel: false}
  - regex: ^sig
    keep_float: true
  - value: x
    activations: {range: [-1, 1.5]}

//--- later.yaml
# Of two files the later one wins, setting by setting.
# CHECK: values = {a = {bits = 8 : i64, method = "kl", symmetric = false}
rules:
  - between: [x, a]
    activations: {bits: 8, method: kl}

//--- none.yaml
# CHECK: error: {{.*}}none.yaml:3: the rule hits no layer: layer 'blok/conv1'; did you mean 'block/conv1'?
rules:
  - layer: blok/conv1
    keep_float: true

//--- moves.yaml
# CHECK: error: {{.*}}moves.yaml:3: the rule changes nothing: 'pool' (max_pool) takes none of it: it keeps the grid of 'a'
rules:
  - layer: pool
    activations: {bits: 16}

//--- key.yaml
# CHECK: error: {{.*}}key.yaml:4: unknown key 'activations.bit'; expected one of bits, symmetric, method, percentile, range, scale, zero_point; did you mean 'bits'?
rules:
  - layer: pool
    activations: {bit: 16}

//--- wide.yaml
# CHECK: error: {{.*}}wide.yaml:3: layer 'sigmoid': target 'shift_only' has
rules:
  - layer: sigmoid
    activations: {bits: 16}

//--- channels.yaml
# CHECK: error: {{.*}}channels.yaml:3: weights.scale has 2 numbers, expected one or 3, one for each output channel of 'block/conv1'
rules:
  - layer: block/conv1
    weights: {scale: [0.1, 0.2]}

//--- between.yaml
# CHECK: error: {{.*}}between.yaml:3: between: no layer gives a value 'yy'; did you mean 'y'?
rules:
  - between: [x, yy]
    keep_float: true
