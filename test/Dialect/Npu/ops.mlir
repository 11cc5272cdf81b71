// RUN: tare-opt %s | tare-opt | FileCheck %s
// RUN: tare-opt %s --mlir-print-op-generic | tare-opt | FileCheck %s

// CHECK-LABEL: func.func @sums
func.func @sums(%x: tensor<1x8x8x4xi8>, %y: tensor<2x6x4xi16>, %a: tensor<1x4x8x16xi8>, %b: tensor<1x4x16x8xi8>) {
  %w = npu.constant dense<1> : tensor<6x3x3x2xi8>
  %bias = npu.constant dense<[1, 2, 3, 4, 5, 6]> : tensor<6xi32>
  // CHECK: npu.conv %{{.*}} strides = [2, 2] pads = [1, 1, 1, 1] dilations = [1, 1] group = 2 input_zero_point = 3 requant = <multipliers = [31038], shifts = [23], zero_point = 0, clamp = [-128, 127]> :
  %0 = npu.conv %x, %w, %bias strides = [2, 2] pads = [1, 1, 1, 1] dilations = [1, 1] group = 2 input_zero_point = 3
         requant = <multipliers = [31038], shifts = [23], zero_point = 0, clamp = [-128, 127]>
     : (tensor<1x8x8x4xi8>, tensor<6x3x3x2xi8>, tensor<6xi32>) -> tensor<1x4x4x6xi8>
  // The accumulator; defaults are left out.
  // CHECK: npu.conv %{{.*}} dilations = [1, 1] group = 2 : {{.*}} -> tensor<1x3x3x6xi32>
  %1 = npu.conv %x, %w, %bias strides = [2, 2] pads = [0, 0, 0, 0] dilations = [1, 1] group = 2
     : (tensor<1x8x8x4xi8>, tensor<6x3x3x2xi8>, tensor<6xi32>) -> tensor<1x3x3x6xi32>
  // One spatial dimension, 16 bits, 64-bit bias.
  %w1 = npu.constant dense<1> : tensor<3x5x4xi8>
  %b1 = npu.constant dense<7> : tensor<3xi64>
  // CHECK: npu.conv {{.*}} rounding = half_even> : (tensor<2x6x4xi16>
  %2 = npu.conv %y, %w1, %b1 strides = [1] pads = [2, 2] dilations = [1]
         requant = <multipliers = [31038, 3, 5], shifts = [23, 22, 21], zero_point = 0, clamp = [-32767, 32767], rounding = half_even>
     : (tensor<2x6x4xi16>, tensor<3x5x4xi8>, tensor<3xi64>) -> tensor<2x6x3xi16>
  %w2 = npu.constant dense<1> : tensor<5x2x2x4xi8>
  %b2 = npu.constant dense<7> : tensor<5xi32>
  // CHECK: npu.conv_transpose {{.*}} output_padding = [0, 1]
  %3 = npu.conv_transpose %x, %w2, %b2 strides = [2, 2] pads = [0, 0, 0, 0] dilations = [1, 1] output_padding = [0, 1] input_zero_point = -4
         requant = <multipliers = [31038], shifts = [23], zero_point = 0, clamp = [-128, 127]>
     : (tensor<1x8x8x4xi8>, tensor<5x2x2x4xi8>, tensor<5xi32>) -> tensor<1x16x17x5xi8>
  %w3 = npu.constant dense<1> : tensor<10x4xi8>
  %b3 = npu.constant dense<7> : tensor<10xi32>
  // CHECK: npu.linear %{{.*}} : {{.*}} -> tensor<1x8x8x10xi32>
  %4 = npu.linear %x, %w3, %b3 : (tensor<1x8x8x4xi8>, tensor<10x4xi8>, tensor<10xi32>) -> tensor<1x8x8x10xi32>
  // CHECK: npu.matmul %{{.*}} lhs_zero_point = 5 requant
  %5 = npu.matmul %a, %b lhs_zero_point = 5 requant = <multipliers = [31038], shifts = [23], zero_point = 0, clamp = [-128, 127]>
     : (tensor<1x4x8x16xi8>, tensor<1x4x16x8xi8>) -> tensor<1x4x8x8xi8>
  return
}

// CHECK-LABEL: func.func @elementwise
func.func @elementwise(%a: tensor<1x8x8x4xi8>, %b: tensor<1x1x1x4xi8>, %table: tensor<256xi8>) {
  // CHECK: npu.add %{{.*}} rhs_zero_point = 2 multipliers = [16384, -8192] shift = 14 zero_point = 3 clamp = [-128, 127] rounding = {{ *}}floor :
  %0 = npu.add %a, %b rhs_zero_point = 2 multipliers = [16384, -8192] shift = 14 zero_point = 3 clamp = [-128, 127] rounding = floor
     : (tensor<1x8x8x4xi8>, tensor<1x1x1x4xi8>) -> tensor<1x8x8x4xi8>
  // CHECK: npu.mul %{{.*}} rhs_zero_point = -128 requant
  %1 = npu.mul %a, %b rhs_zero_point = -128 requant = <multipliers = [31038], shifts = [23], zero_point = 0, clamp = [-128, 127]>
     : (tensor<1x8x8x4xi8>, tensor<1x1x1x4xi8>) -> tensor<1x8x8x4xi8>
  // CHECK: npu.rescale %{{.*}} input_zero_point = 4 requant
  %2 = npu.rescale %a input_zero_point = 4 requant = <multipliers = [16384], shifts = [14], zero_point = 4, clamp = [4, 127]>
     : (tensor<1x8x8x4xi8>) -> tensor<1x8x8x4xi8>
  // CHECK: npu.rescale %{{.*}} requant = <multipliers = [16384], stages = <shifts = [1, 14, 7], bias = [512, 0, -3, 4]>, zero_point = 0, clamp = [4, 127], rounding = {{ *}}half_away>
  %staged = npu.rescale %a requant = <multipliers = [16384], stages = <shifts = [1, 14, 7], bias = [512, 0, -3, 4]>, zero_point = 0, clamp = [4, 127], rounding = half_away>
     : (tensor<1x8x8x4xi8>) -> tensor<1x8x8x4xi8>
  // To 16 bits, 128 in each step.
  // CHECK: npu.rescale %{{.*}} input_zero_point = 4 requant = {{.*}} output = i16 : (tensor<1x8x8x4xi8>) -> tensor<1x8x8x4xi16>
  %wide = npu.rescale %a input_zero_point = 4 requant = <multipliers = [16384], shifts = [7], zero_point = 0, clamp = [-32767, 32767]> output = i16
     : (tensor<1x8x8x4xi8>) -> tensor<1x8x8x4xi16>
  // CHECK: npu.lookup
  %3 = npu.lookup %a, %table : (tensor<1x8x8x4xi8>, tensor<256xi8>) -> tensor<1x8x8x4xi8>
  // CHECK: npu.lookup %{{.*}} function = <sigmoid, parameters = [], clamp = [-128, 127]> :
  %sigmoid = npu.lookup %a, %table function = <sigmoid, parameters = [], clamp = [-128, 127]> : (tensor<1x8x8x4xi8>, tensor<256xi8>) -> tensor<1x8x8x4xi8>
  // CHECK: npu.lookup %{{.*}} function = <leaky_relu, parameters = [0.10000000149011612], clamp = [-127, 127]> :
  %leaky = npu.lookup %a, %table function = <leaky_relu, parameters = [0.10000000149011612], clamp = [-127, 127]> : (tensor<1x8x8x4xi8>, tensor<256xi8>) -> tensor<1x8x8x4xi8>
  %gamma = npu.constant dense<[4, 3, 2, 1]> : tensor<4xi16>
  %beta = npu.constant dense<[10, 20, 30, -40]> : tensor<4xi32>
  // CHECK: npu.normalize %{{.*}}, %{{.*}}, %{{.*}} axes = [1, 2] axis = 3 offset = 12 input_zero_point = 4 requant = <multipliers = [16384], shifts = [24], zero_point = 4, clamp = [-128, 127]> : (tensor<1x8x8x4xi8>, tensor<4xi16>, tensor<4xi32>) -> tensor<1x8x8x4xi8>
  %norm = npu.normalize %a, %gamma, %beta axes = [1, 2] axis = 3 offset = 12 input_zero_point = 4 requant = <multipliers = [16384], shifts = [24], zero_point = 4, clamp = [-128, 127]> : (tensor<1x8x8x4xi8>, tensor<4xi16>, tensor<4xi32>) -> tensor<1x8x8x4xi8>
  // CHECK: npu.normalize %{{.*}} axes = [3] axis = 3 offset = 1 keep_mean requant
  %rms = npu.normalize %a, %gamma, %beta axes = [3] axis = 3 offset = 1 keep_mean requant = <multipliers = [16384], shifts = [24], zero_point = 4, clamp = [-128, 127]> : (tensor<1x8x8x4xi8>, tensor<4xi16>, tensor<4xi32>) -> tensor<1x8x8x4xi8>
  %ids = npu.constant dense<[[7, -1], [0, 3]]> : tensor<2x2xi64>
  // CHECK: npu.gather %{{.*}}[%{{.*}}] axis = 1 : (tensor<1x8x8x4xi8>, tensor<2x2xi64>) -> tensor<1x2x2x8x4xi8>
  %gathered = npu.gather %a[%ids] axis = 1 : (tensor<1x8x8x4xi8>, tensor<2x2xi64>) -> tensor<1x2x2x8x4xi8>
  return
}

// CHECK-LABEL: func.func @pools
func.func @pools(%x: tensor<1x8x8x4xi8>, %exp: tensor<256xi32>) {
  // CHECK: npu.max_pool %{{.*}} kernel = [2, 2] strides = [2, 2] pads = [0, 0, 0, 0] dilations = [1, 1]
  %0 = npu.max_pool %x kernel = [2, 2] strides = [2, 2] pads = [0, 0, 0, 0] dilations = [1, 1] : (tensor<1x8x8x4xi8>) -> tensor<1x4x4x4xi8>
  // CHECK: npu.average_pool %{{.*}} pads = [0, 0, 0, 0] count_include_pad input_zero_point = 2 requant
  %1 = npu.average_pool %x kernel = [2, 2] strides = [2, 2] pads = [0, 0, 0, 0] count_include_pad input_zero_point = 2
         requant = <multipliers = [16384], shifts = [16], zero_point = 2, clamp = [-128, 127]> : (tensor<1x8x8x4xi8>) -> tensor<1x4x4x4xi8>
  // CHECK: npu.reduce_mean %{{.*}} axes = [1, 2] drop_dims requant
  %2 = npu.reduce_mean %x axes = [1, 2] drop_dims requant = <multipliers = [16384], shifts = [20], zero_point = 2, clamp = [-128, 127]>
     : (tensor<1x8x8x4xi8>) -> tensor<1x4xi8>
  // CHECK: npu.softmax %{{.*}} axis = 3 requant
  %3 = npu.softmax %x, %exp axis = 3 requant = <multipliers = [16384], shifts = [21], zero_point = -128, clamp = [-128, 127]>
     : (tensor<1x8x8x4xi8>, tensor<256xi32>) -> tensor<1x8x8x4xi8>
  return
}

// CHECK-LABEL: func.func @movement
func.func @movement(%x: tensor<1x8x8x4xi8>, %y: tensor<1x8x8x2xi8>, %z: tensor<1x2x4xi8>) {
  // CHECK: npu.concat %{{.*}}, %{{.*}} axis = 3
  %0 = npu.concat %x, %y axis = 3 : (tensor<1x8x8x4xi8>, tensor<1x8x8x2xi8>) -> tensor<1x8x8x6xi8>
  // CHECK: npu.slice %{{.*}} starts = [0, 7, 0, 2] steps = [1, -1, 1, 1] sizes = [1, 8, 8, 2]
  %1 = npu.slice %x starts = [0, 7, 0, 2] steps = [1, -1, 1, 1] sizes = [1, 8, 8, 2] : (tensor<1x8x8x4xi8>) -> tensor<1x8x8x2xi8>
  // CHECK: npu.pad %{{.*}} low = [0, 1, 1, 0] high = [0, 1, 1, 0] mode = {{ *}}constant value = -128 :
  %2 = npu.pad %x low = [0, 1, 1, 0] high = [0, 1, 1, 0] mode = constant value = -128 : (tensor<1x8x8x4xi8>) -> tensor<1x10x10x4xi8>
  // CHECK: npu.pad %{{.*}} mode = reflect :
  %3 = npu.pad %x low = [0, 1, 1, 0] high = [0, 1, 1, 0] mode = reflect : (tensor<1x8x8x4xi8>) -> tensor<1x10x10x4xi8>
  // CHECK: npu.reshape %{{.*}} shape = [1, 256]
  %4 = npu.reshape %x shape = [1, 256] : (tensor<1x8x8x4xi8>) -> tensor<1x256xi8>
  // CHECK: npu.transpose %{{.*}} permutation = [0, 3, 1, 2]
  %5 = npu.transpose %x permutation = [0, 3, 1, 2] : (tensor<1x8x8x4xi8>) -> tensor<1x4x8x8xi8>
  // CHECK: npu.resize %{{.*}} mode = nearest axes = [#npu.resize_axis<lower = [0, 0, 1, 1], upper = [], weight = []>]
  %6 = npu.resize %z mode = nearest axes = [#npu.resize_axis<lower = [0, 0, 1, 1], upper = [], weight = []>] : (tensor<1x2x4xi8>) -> tensor<1x4x4xi8>
  // CHECK: npu.resize %{{.*}} mode = linear axes = [#npu.resize_axis<lower = [0, 0, 1, 1], upper = [1, 1, 1, 1], weight = [0, 1024, 0, 0], coordinates = "asymmetric", scale = 2.000000e+00 : f32>]
  %said = npu.resize %z mode = linear axes = [#npu.resize_axis<lower = [0, 0, 1, 1], upper = [1, 1, 1, 1], weight = [0, 1024, 0, 0], coordinates = "asymmetric", scale = 2.0 : f32>] : (tensor<1x2x4xi8>) -> tensor<1x4x4xi8>
  // CHECK: npu.resize %{{.*}} mode = linear axes = [#npu.resize_axis<lower = [0, 0, 0], upper = [0, 1, 1], weight = [0, 1024, 2047]>]
  %7 = npu.resize %z mode = linear axes = [#npu.resize_axis<lower = [0, 0, 0], upper = [0, 1, 1], weight = [0, 1024, 2047]>] : (tensor<1x2x4xi8>) -> tensor<1x3x4xi8>
  // CHECK: npu.resize %{{.*}} mode = rescaled axes = [#npu.resize_axis<lower = [0, 0], upper = [0, 1], weight = [0, 20000]>] weight_bits = 15 fraction_bits = 14 input_zero_point = 3 requant = <multipliers = [30000], shifts = [28], zero_point = -2, clamp = [-128, 127]>
  %rescaled = npu.resize %z mode = rescaled axes = [#npu.resize_axis<lower = [0, 0], upper = [0, 1], weight = [0, 20000]>] weight_bits = 15 fraction_bits = 14 input_zero_point = 3
    requant = <multipliers = [30000], shifts = [28], zero_point = -2, clamp = [-128, 127]> : (tensor<1x2x4xi8>) -> tensor<1x2x4xi8>
  return
}

// CHECK-LABEL: func.func @border
// CHECK-SAME: npu.host_steps = [#npu.quantize_step<scale = 5.000000e-01 : f32, zero_point = 3, output = i16, narrow = true>, #npu.transpose_step<permutation = [0, 2, 3, 1]>]
// CHECK-SAME: npu.host_steps = [#npu.dequantize_step<scales = [5.000000e-01, 2.500000e-01], axis = 1, zero_point = 0>]
func.func @border(%x: tensor<1x2x8x8xf32>, %y: tensor<1x8x8x2xi16> {npu.host_steps = [
    #npu.quantize_step<scale = 0.5 : f32, zero_point = 3, output = i16, narrow = true>, #npu.transpose_step<permutation = [0, 2, 3, 1]>]})
    -> (tensor<1x2x8x8xi8> {npu.host_steps = [#npu.dequantize_step<scales = [0.5, 0.25], axis = 1, zero_point = 0>]}) {
  // CHECK: npu.quantize %{{.*}} scale = 7.812500e-03 zero_point = -1 output = i8
  %0 = npu.quantize %x scale = 0.0078125 zero_point = -1 output = i8 : (tensor<1x2x8x8xf32>) -> tensor<1x2x8x8xi8>
  // CHECK: npu.quantize %{{.*}} zero_point = 0 output = i16 narrow :
  %narrow = npu.quantize %x scale = 0.0078125 zero_point = 0 output = i16 narrow : (tensor<1x2x8x8xf32>) -> tensor<1x2x8x8xi16>
  // CHECK: npu.dequantize %{{.*}} scales = [5.000000e-01, 2.500000e-01] axis = 1 zero_point = 0
  %1 = npu.dequantize %0 scales = [0.5, 0.25] axis = 1 zero_point = 0 : (tensor<1x2x8x8xi8>) -> tensor<1x2x8x8xf32>
  return %0 : tensor<1x2x8x8xi8>
}
