// RUN: tare-opt %s --tare-set-target | FileCheck %s
// RUN: tare-opt %s --tare-set-target=target=%S/Inputs/small.yaml | FileCheck %s --check-prefix=SMALL
// RUN: not tare-opt %s --tare-set-target=target=nowhere 2>&1 | FileCheck %s --check-prefix=NOWHERE
// RUN: not tare-opt %s --tare-set-target=target=%S/Inputs/contradiction.yaml 2>&1 | FileCheck %s --check-prefix=CONTRADICTION

// CHECK: module attributes {npu.target = #npu.target<{
// CHECK-SAME: activations = [{accumulator_bits = 32 : i64, symmetric = false, type = "i8"}, {accumulator_bits = 48 : i64, symmetric = true, type = "i16"}]
// CHECK-SAME: multiplier_bits = 15 : i64, name = "generic", product_bits = 64 : i64, requantizer = "multiply_shift", rounding = "half_up", shift = {max = 31 : i64, min = 0 : i64}
// CHECK-SAME: tail = "i32"

// SMALL: name = "small", ops = ["conv", "linear", "quantize", "dequantize"], product_bits = 64 : i64, requantizer = "multiply_shift", rounding = "floor"

// NOWHERE: error: there is no target or file 'nowhere'; the targets that come with tare are: {{.*}}generic
// CONTRADICTION: error: {{.*}}contradiction.yaml:7: min is 9, above max, which is 8
module {}
