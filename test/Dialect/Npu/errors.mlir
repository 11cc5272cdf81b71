// RUN: tare-opt %s --verify-diagnostics --split-input-file
// The rule and the value found: an operator's messages are its kernel's, so that loading a program gives the same.

func.func @channels(%x: tensor<1x8x8x4xi8>, %w: tensor<6x3x3x3xi8>, %b: tensor<6xi32>) {
  // expected-error @below {{'npu.conv' op the weights have 3 input channels per group, expected 4 / 1}}
  %0 = npu.conv %x, %w, %b strides = [1, 1] pads = [0, 0, 0, 0] dilations = [1, 1] : (tensor<1x8x8x4xi8>, tensor<6x3x3x3xi8>, tensor<6xi32>) -> tensor<1x6x6x6xi32>
  return
}

// -----

func.func @result(%x: tensor<1x8x8x4xi8>, %w: tensor<6x3x3x4xi8>, %b: tensor<6xi32>) {
  // expected-error @below {{'npu.conv' op has a result of type 'tensor<1x6x6x6xi8>'; expected 'tensor<1x6x6x6xi32>'}}
  %0 = npu.conv %x, %w, %b strides = [1, 1] pads = [0, 0, 0, 0] dilations = [1, 1] : (tensor<1x8x8x4xi8>, tensor<6x3x3x4xi8>, tensor<6xi32>) -> tensor<1x6x6x6xi8>
  return
}

// -----

func.func @strides(%x: tensor<1x8x8x4xi8>, %w: tensor<6x3x3x4xi8>, %b: tensor<6xi32>) {
  // expected-error @below {{'npu.conv' op strides[0] is 0, expected a value in [1, 2147483647]}}
  %0 = npu.conv %x, %w, %b strides = [0, 1] pads = [0, 0, 0, 0] dilations = [1, 1] : (tensor<1x8x8x4xi8>, tensor<6x3x3x4xi8>, tensor<6xi32>) -> tensor<1x6x6x6xi32>
  return
}

// -----

func.func @group(%x: tensor<1x8x8x4xi8>, %w: tensor<6x3x3x4xi8>, %b: tensor<6xi32>) {
  // expected-error @below {{'npu.conv_transpose' op group 4 does not divide the 4 input and 6 output channels}}
  %0 = npu.conv_transpose %x, %w, %b strides = [1, 1] pads = [0, 0, 0, 0] dilations = [1, 1] output_padding = [0, 0] group = 4: (tensor<1x8x8x4xi8>, tensor<6x3x3x4xi8>, tensor<6xi32>) -> tensor<1x6x6x6xi32>
  return
}

// -----

func.func @columns(%x: tensor<1x8xi8>, %w: tensor<6x7xi8>, %b: tensor<6xi32>) {
  // expected-error @below {{'npu.linear' op the weights have the shape 6x7, expected Nx8 (the input's last dimension)}}
  %0 = npu.linear %x, %w, %b : (tensor<1x8xi8>, tensor<6x7xi8>, tensor<6xi32>) -> tensor<1x6xi32>
  return
}

// -----

func.func @bias(%x: tensor<1x8xi16>, %w: tensor<6x8xi8>, %b: tensor<6xi32>) {
  // expected-error @below {{'npu.linear' op the bias is int32, expected int64}}
  %0 = npu.linear %x, %w, %b : (tensor<1x8xi16>, tensor<6x8xi8>, tensor<6xi32>) -> tensor<1x6xi32>
  return
}

// -----

func.func @inner(%a: tensor<1x8x4xi8>, %b: tensor<1x5x8xi8>) {
  // expected-error @below {{'npu.matmul' op the shapes 1x8x4 and 1x5x8 do not multiply: 4 columns against 5 rows}}
  %0 = npu.matmul %a, %b : (tensor<1x8x4xi8>, tensor<1x5x8xi8>) -> tensor<1x8x8xi32>
  return
}

// -----

func.func @multipliers(%x: tensor<1x8xi8>, %w: tensor<6x8xi8>, %b: tensor<6xi32>) {
  // expected-error @below {{'npu.linear' op multipliers has 2 values, expected 1 or 6 (the channels)}}
  %0 = npu.linear %x, %w, %b requant = <multipliers = [1, 2], shifts = [1], zero_point = 0, clamp = [-128, 127]> : (tensor<1x8xi8>, tensor<6x8xi8>, tensor<6xi32>) -> tensor<1x6xi8>
  return
}

// -----

func.func @shift(%x: tensor<1x8xi8>) {
  // expected-error @below {{custom op 'npu.rescale' shift 300 is not in [0, 255]}}
  %0 = npu.rescale %x requant = <multipliers = [1], shifts = [300], zero_point = 0, clamp = [-128, 127]> : (tensor<1x8xi8>) -> tensor<1x8xi8>
  return
}

// -----

func.func @shift(%x: tensor<1x8xi8>) {
  // expected-error @below {{'npu.rescale' op shifts[0] is 63, expected a value in [0, 62]}}
  %0 = npu.rescale %x requant = <multipliers = [1], shifts = [63], zero_point = 0, clamp = [-128, 127]> : (tensor<1x8xi8>) -> tensor<1x8xi8>
  return
}

// -----

func.func @width(%x: tensor<1x8xi16>) {
  // expected-error @below {{'npu.rescale' op clamp_max is 128, expected a value in [-128, 127] (int8)}}
  %0 = npu.rescale %x requant = <multipliers = [1], shifts = [1], zero_point = 0, clamp = [-128, 128]> output = i8 : (tensor<1x8xi16>) -> tensor<1x8xi8>
  return
}

// -----

func.func @stages(%x: tensor<1x8xi8>) {
  // expected-error @below {{custom op 'npu.rescale' has 2 shifts; expected 3, one for each stage}}
  // expected-error @below {{custom op 'npu.rescale' failed to parse Npu_RequantAttr parameter 'stages' which is to be a `::tare::npu::StagesAttr`}}
  %0 = npu.rescale %x requant = <multipliers = [1], stages = <shifts = [1, 2], bias = [0]>, zero_point = 0, clamp = [-128, 127], rounding = half_away> : (tensor<1x8xi8>) -> tensor<1x8xi8>
  return
}

// -----

func.func @stages(%x: tensor<1x8xi8>) {
  // expected-error @below {{custom op 'npu.rescale' shift -1 is not in [0, 255]}}
  // expected-error @below {{custom op 'npu.rescale' failed to parse Npu_RequantAttr parameter 'stages' which is to be a `::tare::npu::StagesAttr`}}
  %0 = npu.rescale %x requant = <multipliers = [1], stages = <shifts = [1, 2, -1], bias = [0]>, zero_point = 0, clamp = [-128, 127], rounding = half_away> : (tensor<1x8xi8>) -> tensor<1x8xi8>
  return
}

// -----

func.func @stages(%x: tensor<1x8xi8>) {
  // expected-error @below {{'npu.rescale' op the stages' output_shift is 32, expected a value in [0, 31]}}
  %0 = npu.rescale %x requant = <multipliers = [1], stages = <shifts = [1, 2, 32], bias = [0]>, zero_point = 0, clamp = [-128, 127], rounding = half_away> : (tensor<1x8xi8>) -> tensor<1x8xi8>
  return
}

// -----

func.func @stages(%x: tensor<1x8xi8>) {
  // expected-error @below {{'npu.rescale' op the stages' bias has 3 values, expected 1 or 8 (the channels)}}
  %0 = npu.rescale %x requant = <multipliers = [1], stages = <shifts = [1, 2, 3], bias = [0, 1, 2]>, zero_point = 0, clamp = [-128, 127], rounding = half_away> : (tensor<1x8xi8>) -> tensor<1x8xi8>
  return
}

// -----

func.func @stages(%x: tensor<1x8xi8>) {
  // expected-error @below {{'npu.rescale' op shifts beside stages has 1 value, expected 0}}
  %0 = npu.rescale %x requant = <multipliers = [1], shifts = [3], stages = <shifts = [1, 2, 3], bias = [0]>, zero_point = 0, clamp = [-128, 127], rounding = half_away> : (tensor<1x8xi8>) -> tensor<1x8xi8>
  return
}

// -----

func.func @stages(%x: tensor<1x8xi8>) {
  // expected-error @below {{'npu.rescale' op zero_point is 4, expected 0: the stages' bias contains it}}
  %0 = npu.rescale %x requant = <multipliers = [1], stages = <shifts = [1, 2, 3], bias = [0]>, zero_point = 4, clamp = [-128, 127], rounding = half_away> : (tensor<1x8xi8>) -> tensor<1x8xi8>
  return
}

// -----

func.func @stages(%x: tensor<1x8xi8>) {
  // expected-error @below {{'npu.rescale' op rounding is 0, expected 1 (half_away) with stages}}
  %0 = npu.rescale %x requant = <multipliers = [1], stages = <shifts = [1, 2, 3], bias = [0]>, zero_point = 0, clamp = [-128, 127]> : (tensor<1x8xi8>) -> tensor<1x8xi8>
  return
}

// -----

func.func @stages(%x: tensor<1x8xi8>) {
  // expected-error @below {{'npu.rescale' op u + the stages' bias[0] can reach 2147516415, which 32 bits do not hold}}
  %0 = npu.rescale %x requant = <multipliers = [1], stages = <shifts = [1, 0, 3], bias = [2147483647]>, zero_point = 0, clamp = [-128, 127], rounding = half_away> : (tensor<1x8xi8>) -> tensor<1x8xi8>
  return
}

// -----

func.func @shifts(%x: tensor<1x8xi8>) {
  // expected-error @below {{'npu.rescale' op shifts has 0 values, expected 1 or 8 (the channels)}}
  %0 = npu.rescale %x requant = <multipliers = [1], zero_point = 0, clamp = [-128, 127]> : (tensor<1x8xi8>) -> tensor<1x8xi8>
  return
}

// -----

func.func @clamp(%x: tensor<1x8xi8>) {
  // expected-error @below {{'npu.rescale' op clamp_min is 3 and clamp_max 2, expected clamp_min <= clamp_max}}
  %0 = npu.rescale %x requant = <multipliers = [1], shifts = [6], zero_point = 0, clamp = [3, 2]> : (tensor<1x8xi8>) -> tensor<1x8xi8>
  return
}

// -----

func.func @rounding(%x: tensor<1x8xi8>) {
  // expected-error @below {{custom op 'npu.rescale' 'up' is none of half_up, half_away, half_even, floor, gemmlowp_double}}
  // expected-error @below {{custom op 'npu.rescale' failed to parse Npu_RequantAttr parameter 'rounding' which is to be a `::tare::program::Rounding`}}
  %0 = npu.rescale %x requant = <multipliers = [1], shifts = [6], zero_point = 0, clamp = [2, 2], rounding = up> : (tensor<1x8xi8>) -> tensor<1x8xi8>
  return
}

// -----

func.func @broadcast(%a: tensor<1x8x4xi8>, %b: tensor<1x8x3xi8>) {
  // expected-error @below {{'npu.add' op the shapes 1x8x4 and 1x8x3 do not broadcast: 4 against 3}}
  %0 = npu.add %a, %b multipliers = [1, 1] shift = 0 zero_point = 0 clamp = [-128, 127] : (tensor<1x8x4xi8>, tensor<1x8x3xi8>) -> tensor<1x8x4xi8>
  return
}

// -----

func.func @broadcast(%a: tensor<1x8x4xi8>, %b: tensor<1x8x3xi8>) {
  // expected-error @below {{'npu.mul' op the shapes 1x8x4 and 1x8x3 do not broadcast: 4 against 3}}
  %0 = npu.mul %a, %b requant = <multipliers = [1], shifts = [6], zero_point = 0, clamp = [-128, 127]>  : (tensor<1x8x4xi8>, tensor<1x8x3xi8>) -> tensor<1x8x4xi8>
  return
}

// -----

func.func @table(%a: tensor<1x8x4xi8>, %b: tensor<255xi8>) {
  // expected-error @below {{'npu.lookup' op the table has 255 entries, expected 256 for an int8 input}}
  %0 = npu.lookup %a, %b : (tensor<1x8x4xi8>, tensor<255xi8>) -> tensor<1x8x4xi8>
  return
}

// -----

func.func @window(%x: tensor<1x8x8x4xi8>) {
  // expected-error @below {{'npu.max_pool' op the padding 2 and 0 must be less than the kernel's extent 2}}
  %0 = npu.max_pool %x kernel = [2, 2] strides = [2, 2] pads = [2, 0, 0, 0] dilations = [1, 1] : (tensor<1x8x8x4xi8>) -> tensor<1x4x4x4xi8>
  return
}

// -----

func.func @window(%x: tensor<1x8x8x4xi8>) {
  // expected-error @below {{'npu.average_pool' op multipliers has 2 values, expected 1 or 4 (the channels)}}
  %0 = npu.average_pool %x kernel = [2, 2] strides = [2, 2] pads = [0, 0, 0, 0] requant = <multipliers = [1, 2], shifts = [6, 6], zero_point = 0, clamp = [-128, 127]>: (tensor<1x8x8x4xi8>) -> tensor<1x4x4x4xi8>
  return
}

// -----

func.func @axes(%x: tensor<1x8x8x4xi8>) {
  // expected-error @below {{'npu.reduce_mean' op axes[0] is 4, expected a value in [0, 3]}}
  %0 = npu.reduce_mean %x axes = [4] requant = <multipliers = [1], shifts = [6], zero_point = 0, clamp = [-128, 127]>: (tensor<1x8x8x4xi8>) -> tensor<1x4x4x4xi8>
  return
}

// -----

func.func @normalize_gamma(%x: tensor<1x8xi8>, %g: tensor<4xi16>, %b: tensor<4xi32>) {
  // expected-error @below {{'npu.normalize' op gamma has the shape 4, expected 1 or 8}}
  %0 = npu.normalize %x, %g, %b axes = [1] axis = 1 offset = 1 requant = <multipliers = [1], shifts = [6], zero_point = 0, clamp = [-128, 127]>: (tensor<1x8xi8>, tensor<4xi16>, tensor<4xi32>) -> tensor<1x8xi8>
  return
}

// -----

func.func @normalize_beta(%x: tensor<1x8xi8>, %g: tensor<8xi16>, %b: tensor<1xi32>) {
  // expected-error @below {{'npu.normalize' op beta has the shape 1, expected gamma's, 8}}
  %0 = npu.normalize %x, %g, %b axes = [1] axis = 1 offset = 1 requant = <multipliers = [1], shifts = [6], zero_point = 0, clamp = [-128, 127]>: (tensor<1x8xi8>, tensor<8xi16>, tensor<1xi32>) -> tensor<1x8xi8>
  return
}

// -----

func.func @normalize_offset(%x: tensor<1x8xi8>, %g: tensor<1xi16>, %b: tensor<1xi32>) {
  // expected-error @below {{'npu.normalize' op offset is 0, expected a value in [1, 4611686018427387904]}}
  %0 = npu.normalize %x, %g, %b axes = [1] axis = 1 offset = 0 requant = <multipliers = [1], shifts = [6], zero_point = 0, clamp = [-128, 127]>: (tensor<1x8xi8>, tensor<1xi16>, tensor<1xi32>) -> tensor<1x8xi8>
  return
}

// -----

func.func @normalize_count(%x: tensor<65537xi16>, %g: tensor<1xi16>, %b: tensor<1xi32>) {
  // expected-error @below {{'npu.normalize' op 65537 elements have one mean, expected at most 65536 of int16}}
  %0 = npu.normalize %x, %g, %b axes = [0] axis = 0 offset = 1 requant = <multipliers = [1], shifts = [6], zero_point = 0, clamp = [-128, 127]>: (tensor<65537xi16>, tensor<1xi16>, tensor<1xi32>) -> tensor<65537xi16>
  return
}

// -----

func.func @axis(%x: tensor<1x8xi8>, %t: tensor<256xi32>) {
  // expected-error @below {{'npu.softmax' op axis is 2, expected a value in [0, 1]}}
  %0 = npu.softmax %x, %t axis = 2 requant = <multipliers = [1], shifts = [6], zero_point = 0, clamp = [-128, 127]>: (tensor<1x8xi8>, tensor<256xi32>) -> tensor<1x8xi8>
  return
}

// -----

func.func @concat(%x: tensor<1x8xi8>, %y: tensor<2x8xi8>) {
  // expected-error @below {{'npu.concat' op operand 1 has the shape 2x8, expected 1x8 apart from axis 1}}
  %0 = npu.concat %x, %y axis = 1 : (tensor<1x8xi8>, tensor<2x8xi8>) -> tensor<1x16xi8>
  return
}

// -----

func.func @gather_axis(%x: tensor<3x8xi8>, %i: tensor<2xi64>) {
  // expected-error @below {{'npu.gather' op axis is -1, expected a value in [0, 1]}}
  %0 = npu.gather %x[%i] axis = -1 : (tensor<3x8xi8>, tensor<2xi64>) -> tensor<2x8xi8>
  return
}

// -----

func.func @gather_indices(%x: tensor<3x8xi8>, %i: tensor<2xi16>) {
  // expected-error @below {{'npu.gather' op the indices is int16, expected int32 or int64}}
  %0 = npu.gather %x[%i] axis = 0 : (tensor<3x8xi8>, tensor<2xi16>) -> tensor<2x8xi8>
  return
}

// -----

func.func @slice(%x: tensor<1x8xi8>) {
  // expected-error @below {{'npu.slice' op the slice of axis 1 reads 4 to 8, expected indices in [0, 7]}}
  %0 = npu.slice %x starts = [0, 4] steps = [1, 2] sizes = [1, 3] : (tensor<1x8xi8>) -> tensor<1x3xi8>
  return
}

// -----

func.func @pad(%x: tensor<1x8xi8>) {
  // expected-error @below {{'npu.pad' op reflection pads axis 1 by 8, expected less than its size 8}}
  %0 = npu.pad %x low = [0, 8] high = [0, 0] mode = reflect : (tensor<1x8xi8>) -> tensor<1x16xi8>
  return
}

// -----

func.func @reshape(%x: tensor<1x8xi8>) {
  // expected-error @below {{'npu.reshape' op cannot reshape 1x8 (8 elements) to 2x3 (6 elements)}}
  %0 = npu.reshape %x shape = [2, 3] : (tensor<1x8xi8>) -> tensor<2x3xi8>
  return
}

// -----

func.func @transpose(%x: tensor<1x8xi8>) {
  // expected-error @below {{'npu.transpose' op permutation names axis 1 twice}}
  %0 = npu.transpose %x permutation = [1, 1] : (tensor<1x8xi8>) -> tensor<8x8xi8>
  return
}

// -----

func.func @function(%a: tensor<1x8x4xi8>, %b: tensor<256xi8>) {
  // expected-error @below {{'npu.lookup' op the function has 3 parameters, expected 1 or 4 (of each channel)}}
  %0 = npu.lookup %a, %b function = <leaky_relu, parameters = [0.1, 0.2, 0.3], clamp = [-128, 127]> : (tensor<1x8x4xi8>, tensor<256xi8>) -> tensor<1x8x4xi8>
  return
}

// -----

func.func @coordinates(%z: tensor<1x2x4xi8>) {
  // expected-error @below {{'npu.resize' op axes[0].coordinates is 'diagonal', which is none of ONNX's}}
  %6 = npu.resize %z mode = nearest axes = [#npu.resize_axis<lower = [0, 1], upper = [], weight = [], coordinates = "diagonal", scale = 1.0 : f32>] : (tensor<1x2x4xi8>) -> tensor<1x2x4xi8>
  return
}

// -----

func.func @rescaled(%z: tensor<1x2x4xi8>) {
  // expected-error @below {{'npu.resize' op the requantization is missing}}
  %6 = npu.resize %z mode = rescaled axes = [#npu.resize_axis<lower = [0], upper = [1], weight = [1]>] : (tensor<1x2x4xi8>) -> tensor<1x1x4xi8>
  return
}

// -----

func.func @weights_below(%z: tensor<1x2x4xi8>) {
  // expected-error @below {{weight -1 is not in [0, 65535]}}
  %6 = npu.resize %z mode = linear axes = [#npu.resize_axis<lower = [0], upper = [1], weight = [-1]>] : (tensor<1x2x4xi8>) -> tensor<1x1x4xi8>
  return
}

// -----

func.func @weights_above(%z: tensor<1x2x4xi8>) {
  // expected-error @below {{weight 65536 is not in [0, 65535]}}
  %6 = npu.resize %z mode = linear axes = [#npu.resize_axis<lower = [0], upper = [1], weight = [65536]>] : (tensor<1x2x4xi8>) -> tensor<1x1x4xi8>
  return
}

// -----

func.func @finer_weights(%z: tensor<1x2x4xi8>) {
  // expected-error @below {{'npu.resize' op weight_bits is 12, expected a value in [11, 11]}}
  %6 = npu.resize %z mode = linear axes = [#npu.resize_axis<lower = [0], upper = [1], weight = [1]>] weight_bits = 12 : (tensor<1x2x4xi8>) -> tensor<1x1x4xi8>
  return
}

// -----

func.func @resize(%z: tensor<1x2x4xi8>) {
  // expected-error @below {{'npu.resize' op axes[0].lower[3] is 2, expected a value in [0, 1]}}
  %6 = npu.resize %z mode = nearest axes = [#npu.resize_axis<lower = [0, 0, 1, 2], upper = [], weight = []>] : (tensor<1x2x4xi8>) -> tensor<1x4x4xi8>
  return
}

// -----

func.func @quantize(%x: tensor<1x8xf32>) {
  // expected-error @below {{'npu.quantize' op scale is 0, expected a positive finite number}}
  %0 = npu.quantize %x scale = 0.0 zero_point = 0 output = i8 : (tensor<1x8xf32>) -> tensor<1x8xi8>
  return
}

// -----

func.func @quantize(%x: tensor<1x8xf32>) {
  // expected-error @below {{'npu.quantize' op attribute 'output' failed to satisfy constraint: type attribute of 8-bit signless integer or 16-bit signless integer}}
  %0 = npu.quantize %x scale = 1.0 zero_point = 0 output = i4 : (tensor<1x8xf32>) -> tensor<1x8xi8>
  return
}

// -----

func.func @dequantize(%x: tensor<1x8xi8>) {
  // expected-error @below {{'npu.dequantize' op there are 2 scales, expected 1 or 8 (axis 1)}}
  %0 = npu.dequantize %x scales = [1.0, 2.0] axis = 1 zero_point = 0 : (tensor<1x8xi8>) -> tensor<1x8xf32>
  return
}

// -----

func.func @dynamic(%x: tensor<1x?xi8>) {
  // expected-error @below {{'npu.dequantize' op operand #0 must be statically shaped tensor of 8-bit signless integer or 16-bit signless integer or 32-bit signless integer or 64-bit signless integer values, but got 'tensor<1x?xi8>'}}
  %0 = npu.dequantize %x scales = [1.0] axis = 1 zero_point = 0 : (tensor<1x?xi8>) -> tensor<1x?xf32>
  return
}

// -----

// expected-error @below {{'func.func' op has 'npu.offset' that is not a number of bytes (a 64-bit integer, 0 or more)}}
func.func @offset(%x: tensor<1x8xi8> {npu.offset = -1 : i64}) {
  return
}

// -----

// expected-error @below {{'func.func' op has an unknown attribute 'npu.ofset' on an argument or result}}
func.func @offset(%x: tensor<1x8xi8> {npu.ofset = 0 : i64}) {
  return
}

// -----

// expected-error @below {{'func.func' op has 'npu.host_steps' that is not a list of host steps}}
func.func @steps(%x: tensor<1x8xi8> {npu.host_steps = [3]}) {
  return
}

// -----

// expected-error @below {{'builtin.module' op has 'npu.target' that is not a #npu.target}}
module attributes {npu.target = "generic"} {}

// -----

// expected-error @below {{missing required key 'activations'}}
module attributes {npu.target = #npu.target<{name = "x"}>} {}

// -----

// expected-error @below {{min is 5, above max, which is 3}}
module attributes {npu.target = #npu.target<{activations = [{accumulator_bits = 32, symmetric = false, type = "i8"}], multiplier_bits = 15, name = "small", rounding = "half_up", shift = {max = 3, min = 5}}>} {}

// -----

func.func @too_short() -> tensor<4xi8> {
  // expected-error @below {{'npu.constant' op resource 'short' must hold 4 bytes, found 2}}
  %0 = npu.constant dense_resource<short> : tensor<4xi8>
  return %0 : tensor<4xi8>
}

{-#
  dialect_resources: {
    builtin: {
      short: "0x080000000102"
    }
  }
#-}

// -----

// 2^64 bytes are not 0.
func.func @beyond_all_memory() -> tensor<4294967296x4294967296xi8> {
  // expected-error @below {{'npu.constant' op is of 'tensor<4294967296x4294967296xi8>', which takes more bytes than there can be}}
  %0 = npu.constant dense_resource<nothing> : tensor<4294967296x4294967296xi8>
  return %0 : tensor<4294967296x4294967296xi8>
}

{-#
  dialect_resources: {
    builtin: {
      nothing: "0x08000000"
    }
  }
#-}

// -----

func.func @left_out() -> tensor<4xi8> {
  // expected-error @below {{'npu.constant' op resource 'gone' has no elements: they were left out when the IR was printed}}
  %0 = npu.constant dense_resource<gone> : tensor<4xi8>
  return %0 : tensor<4xi8>
}
