// RUN: tare-opt %s --split-input-file --verify-diagnostics

func.func @step_errors(%x: tensor<1xf32>) {
  // expected-error @+2 {{failed to parse Qnn_RangeAttr parameter}}
  // expected-error @+1 {{step errors need at least one error, finite numbers of 0 and more}}
  %0 = qnn.relu %x {qnn.range = #qnn.range<0.0, 2.0, calibrated, <bits = 8, power = 1.0, first = 0, errors = [-1.0]>>} : (tensor<1xf32>) -> tensor<1xf32>
  return
}

// -----

func.func @range_without_zero(%x: tensor<1xf32>) {
  // expected-error @+1 {{a range must be finite and contain 0, found [1.000000e+00, 2.000000e+00]}}
  %0 = qnn.relu %x {qnn.range = #qnn.range<1.0, 2.0, calibrated>} : (tensor<1xf32>) -> tensor<1xf32>
  return
}

// -----

func.func @clamp_upside_down(%x: tensor<1xf32>) {
  // expected-error @+1 {{a clamp's lower end must not exceed its upper end, found [6.000000e+00, 0.000000e+00]}}
  %0 = qnn.clip %x {interval = #qnn.clamp<6.0, 0.0>} : (tensor<1xf32>) -> tensor<1xf32>
  return
}

// -----

// expected-error @+1 {{attribute 'qnn.run_time_ranges' must be {operands = [names], results = [names]}, found {operands = ["x"], results = [3]}}}
func.func @wrong_run_time_ranges(%x: tensor<1xf32>) attributes {qnn.run_time_ranges = {operands = ["x"], results = [3]}} {
  return
}

// -----

// expected-error @+1 {{attribute 'qnn.range' must be a #qnn.range, found 3 : i64}}
func.func @wrong_range_attribute(%x: tensor<1xf32> {qnn.range = 3}) {
  return
}

// -----

// expected-error @+1 {{attribute 'qnn.input_layout' must be a string, found 3 : i64}}
func.func @wrong_input_layout(%x: tensor<1xf32> {qnn.input_layout = 3}) {
  return
}

// -----

func.func @wrong_misfit(%x: tensor<1xf32>) {
  // expected-error @+1 {{attribute 'qnn.bias_misfit' must be a string, found}}
  %0 = qnn.relu %x {qnn.bias_misfit = 3} : (tensor<1xf32>) -> tensor<1xf32>
  return
}

// -----

func.func @wrong_range_on_op(%x: tensor<1xf32>) {
  // expected-error @+1 {{attribute 'qnn.range' must be a #qnn.range, found "wide"}}
  %0 = qnn.relu %x {qnn.range = "wide"} : (tensor<1xf32>) -> tensor<1xf32>
  return
}

// -----

func.func @constant_storage() {
  // expected-error @+1 {{value must hold the result's storage type 'i8', found 'i32'}}
  %0 = qnn.constant dense<1> : tensor<2xi32> as tensor<2x!quant.uniform<i8:f32, 0.5>>
  return
}

// -----

func.func @constant_shape() {
  // expected-error @+1 {{value and result must have the same shape}}
  %0 = qnn.constant dense<1.0> : tensor<2xf32> as tensor<3xf32>
  return
}

// -----

func.func @conv_channels(%x: tensor<1x3x8x8xf32>, %w: tensor<4x2x3x3xf32>) {
  // expected-error @+2 {{weight's axis 1 must be 3 (input channels 3 / group 1), found 2}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = qnn.conv %x, %w : (tensor<1x3x8x8xf32>, tensor<4x2x3x3xf32>) -> tensor<1x4x6x6xf32>
  return
}

// -----

func.func @conv_group(%x: tensor<1x3x8x8xf32>, %w: tensor<4x1x3x3xf32>) {
  // expected-error @+2 {{group must divide input channels 3 and output channels 4, found 3}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = qnn.conv %x, %w {group = 3 : i64} : (tensor<1x3x8x8xf32>, tensor<4x1x3x3xf32>) -> tensor<1x4x6x6xf32>
  return
}

// -----

func.func @conv_rank(%x: tensor<3x8xf32>, %w: tensor<4x3xf32>) {
  // expected-error @+2 {{input must have one or two spatial dimensions, found rank 2}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = qnn.conv %x, %w : (tensor<3x8xf32>, tensor<4x3xf32>) -> tensor<3x8xf32>
  return
}

// -----

func.func @conv_window(%x: tensor<1x3x2x2xf32>, %w: tensor<4x3x3x3xf32>) {
  // expected-error @+2 {{the window covers 3 elements of axis 2, found only 2 with padding}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = qnn.conv %x, %w : (tensor<1x3x2x2xf32>, tensor<4x3x3x3xf32>) -> tensor<1x4x1x1xf32>
  return
}

// -----

func.func @conv_strides(%x: tensor<1x3x8x8xf32>, %w: tensor<4x3x3x3xf32>) {
  // expected-error @+2 {{kernel, strides and dilations must have 2 elements and pads 4, found 2, 1, 2 and 4}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = qnn.conv %x, %w {strides = array<i64: 2>} : (tensor<1x3x8x8xf32>, tensor<4x3x3x3xf32>) -> tensor<1x4x3x3xf32>
  return
}

// -----

func.func @conv_result(%x: tensor<1x3x8x8xf32>, %w: tensor<4x3x3x3xf32>) {
  // expected-error @+2 {{inferred type(s) 'tensor<1x4x6x6xf32>' are incompatible with return type(s) of operation 'tensor<1x4x5x5xf32>'}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = qnn.conv %x, %w : (tensor<1x3x8x8xf32>, tensor<4x3x3x3xf32>) -> tensor<1x4x5x5xf32>
  return
}

// -----

func.func @conv_bias(%x: tensor<1x3x8x8xf32>, %w: tensor<4x3x3x3xf32>, %b: tensor<3xf32>) {
  // expected-error @+1 {{bias must have shape [4], found 'tensor<3xf32>'}}
  %0 = qnn.conv %x, %w, %b : (tensor<1x3x8x8xf32>, tensor<4x3x3x3xf32>, tensor<3xf32>) -> tensor<1x4x6x6xf32>
  return
}

// -----

func.func @conv_mixed(%x: tensor<1x3x8x8x!quant.uniform<i8:f32, 0.5>>, %w: tensor<4x3x3x3xf32>) {
  // expected-error @+1 {{operands and result must be all float or all quantized}}
  %0 = qnn.conv %x, %w : (tensor<1x3x8x8x!quant.uniform<i8:f32, 0.5>>, tensor<4x3x3x3xf32>) -> tensor<1x4x6x6x!quant.uniform<i8:f32, 0.5>>
  return
}

// -----

func.func @conv_transpose_empty(%x: tensor<1x3x1x1xf32>, %w: tensor<4x3x3x3xf32>) {
  // expected-error @+2 {{pads leave nothing of axis 2: size -1}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = qnn.conv_transpose %x, %w {pads = array<i64: 2, 2, 2, 2>} : (tensor<1x3x1x1xf32>, tensor<4x3x3x3xf32>) -> tensor<1x4x1x1xf32>
  return
}

// -----

func.func @linear(%x: tensor<1x8xf32>, %w: tensor<10x7xf32>) {
  // expected-error @+2 {{weight's axis 1 must be the input's last axis 8, found 7}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = qnn.linear %x, %w : (tensor<1x8xf32>, tensor<10x7xf32>) -> tensor<1x10xf32>
  return
}

// -----

func.func @linear_weight(%x: tensor<1x8xf32>, %w: tensor<2x5x8xf32>) {
  // expected-error @+2 {{weight must have rank 2 and input at least 1, found 3 and 2}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = qnn.linear %x, %w : (tensor<1x8xf32>, tensor<2x5x8xf32>) -> tensor<1x5xf32>
  return
}

// -----

func.func @linear_scalar(%x: tensor<f32>, %w: tensor<5x8xf32>) {
  // expected-error @+2 {{weight must have rank 2 and input at least 1, found 2 and 0}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = qnn.linear %x, %w : (tensor<f32>, tensor<5x8xf32>) -> tensor<5xf32>
  return
}

// -----

func.func @matmul_rank(%x: tensor<8xf32>, %y: tensor<8x4xf32>) {
  // expected-error @+2 {{operands must have rank 2 or more, found 1 and 2}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = qnn.matmul %x, %y : (tensor<8xf32>, tensor<8x4xf32>) -> tensor<4xf32>
  return
}

// -----

func.func @matmul_batches(%x: tensor<2x3x4x8xf32>, %y: tensor<5x8x4xf32>) {
  // expected-error @+2 {{shapes do not broadcast: 3 against 5 in axis 1}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = qnn.matmul %x, %y : (tensor<2x3x4x8xf32>, tensor<5x8x4xf32>) -> tensor<2x3x4x4xf32>
  return
}

// -----

func.func @matmul(%x: tensor<4x8xf32>, %y: tensor<7x4xf32>) {
  // expected-error @+2 {{inner dimensions must agree, found 8 and 7}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = qnn.matmul %x, %y : (tensor<4x8xf32>, tensor<7x4xf32>) -> tensor<4x4xf32>
  return
}

// -----

func.func @batch_norm(%x: tensor<1x4x8x8xf32>, %p: tensor<3xf32>) {
  // expected-error @+1 {{scale, bias, mean and variance must have shape [4], found 'tensor<3xf32>'}}
  %0 = qnn.batch_norm %x, %p, %p, %p, %p : (tensor<1x4x8x8xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<1x4x8x8xf32>
  return
}

// -----

func.func @broadcast(%x: tensor<1x4xf32>, %y: tensor<3xf32>) {
  // expected-error @+2 {{shapes do not broadcast: 4 against 3 in axis 1}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = qnn.add %x, %y : (tensor<1x4xf32>, tensor<3xf32>) -> tensor<1x4xf32>
  return
}

// -----

func.func @prelu(%x: tensor<1x4x2xf32>) {
  // expected-error @+1 {{slope must have 1 element or one per channel of 'tensor<1x4x2xf32>', found 3}}
  %0 = qnn.prelu %x {slope = array<f64: 0.1, 0.2, 0.3>} : (tensor<1x4x2xf32>) -> tensor<1x4x2xf32>
  return
}

// -----

func.func @softmax(%x: tensor<1x4xf32>) {
  // expected-error @+1 {{axis must be in [0, 2), found 2}}
  %0 = qnn.softmax %x {axis = 2 : i64} : (tensor<1x4xf32>) -> tensor<1x4xf32>
  return
}

// -----

func.func @normalize_axes(%x: tensor<1x4xf32>) {
  // expected-error @+1 {{axes must be in [0, 2), found 2}}
  %0 = qnn.normalize %x {axes = array<i64: 2>, epsilon = 0.0 : f64} : (tensor<1x4xf32>) -> tensor<1x4xf32>
  return
}

// -----

func.func @normalize_equal_axes(%x: tensor<1x4xf32>) {
  // expected-error @+1 {{axes must be distinct}}
  %0 = qnn.normalize %x {axes = array<i64: 1, 1>, epsilon = 0.0 : f64} : (tensor<1x4xf32>) -> tensor<1x4xf32>
  return
}

// -----

func.func @normalize_nothing(%x: tensor<1x4xf32>) {
  // expected-error @+1 {{needs at least one axis}}
  %0 = qnn.normalize %x {axes = array<i64>, epsilon = 0.0 : f64} : (tensor<1x4xf32>) -> tensor<1x4xf32>
  return
}

// -----

func.func @normalize_epsilon(%x: tensor<1x4xf32>) {
  // expected-error @+1 {{epsilon must be 0 or more, found -1.0}}
  %0 = qnn.normalize %x {axes = array<i64: 1>, epsilon = -1.0 : f64} : (tensor<1x4xf32>) -> tensor<1x4xf32>
  return
}

// -----

func.func @normalize_gamma(%x: tensor<1x4xf32>) {
  // expected-error @+1 {{gamma must have 4 elements, found 1}}
  %0 = qnn.normalize %x {axes = array<i64: 1>, axis = 1 : i64, epsilon = 0.0 : f64, gamma = array<f64: 1.0>} : (tensor<1x4xf32>) -> tensor<1x4xf32>
  return
}

// -----

func.func @normalize_beta(%x: tensor<1x4xf32>) {
  // expected-error @+1 {{needs an axis in [0, 2) for beta}}
  %0 = qnn.normalize %x {axes = array<i64: 1>, epsilon = 0.0 : f64, beta = array<f64: 1.0, 1.0, 1.0, 1.0>} : (tensor<1x4xf32>) -> tensor<1x4xf32>
  return
}

// -----

// (A71) Of 16 bits n is at most 2^16.
!x = !quant.uniform<i16:f32, 0.5>
func.func @normalize_count(%x: tensor<2x65537x!x>) {
  // expected-error @+1 {{has 65537 elements with one mean, more than 16 bits have integers for}}
  %0 = qnn.normalize %x {axes = array<i64: 1>, epsilon = 0.0 : f64} : (tensor<2x65537x!x>) -> tensor<2x65537x!x>
  return
}

// -----

func.func @pool_pads(%x: tensor<1x4x8x8xf32>) {
  // expected-error @+1 {{pads must be smaller than the kernel, found a kernel of 2 with pads 2 and 0}}
  %0 = qnn.max_pool %x {kernel = array<i64: 2, 2>, pads = array<i64: 2, 0, 0, 0>} : (tensor<1x4x8x8xf32>) -> tensor<1x4x9x7xf32>
  return
}

// -----

func.func @pool_pads_of_the_second_axis(%x: tensor<1x4x8x8xf32>) {
  // expected-error @+1 {{pads must be smaller than the kernel, found a kernel of 3 with pads 3 and 1}}
  %0 = qnn.max_pool %x {kernel = array<i64: 2, 3>, pads = array<i64: 1, 3, 0, 1>} : (tensor<1x4x8x8xf32>) -> tensor<1x4x8x10xf32>
  return
}

// -----

func.func @pool_pads_at_the_end(%x: tensor<1x4x8x8xf32>) {
  // expected-error @+1 {{pads must be smaller than the kernel, found a kernel of 2 with pads 1 and 2}}
  %0 = qnn.max_pool %x {kernel = array<i64: 2, 3>, pads = array<i64: 1, 2, 2, 2>} : (tensor<1x4x8x8xf32>) -> tensor<1x4x10x10xf32>
  return
}

// -----

func.func @pool_pads_at_the_end_of_the_second_axis(%x: tensor<1x4x8x8xf32>) {
  // expected-error @+1 {{pads must be smaller than the kernel, found a kernel of 3 with pads 0 and 3}}
  %0 = qnn.max_pool %x {kernel = array<i64: 2, 3>, pads = array<i64: 1, 0, 1, 3>} : (tensor<1x4x8x8xf32>) -> tensor<1x4x9x9xf32>
  return
}

// -----

func.func @negative_pads(%x: tensor<1x4x8x8xf32>) {
  // expected-error @+2 {{pads must not be negative}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = qnn.average_pool %x {kernel = array<i64: 2, 2>, pads = array<i64: -1, 0, 0, 0>} : (tensor<1x4x8x8xf32>) -> tensor<1x4x6x7xf32>
  return
}

// -----

func.func @reduce_axis(%x: tensor<1x4xf32>) {
  // expected-error @+2 {{axes must be in [0, 2), found 2}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = qnn.reduce_mean %x {axes = array<i64: 2>} : (tensor<1x4xf32>) -> tensor<1x4xf32>
  return
}

// -----

func.func @reduce_twice(%x: tensor<1x4xf32>) {
  // expected-error @+1 {{axes must be distinct}}
  %0 = qnn.reduce_mean %x {axes = array<i64: 1, 1>, keep_dims} : (tensor<1x4xf32>) -> tensor<1x1xf32>
  return
}

// -----

func.func @concat(%x: tensor<1x4x2xf32>, %y: tensor<1x4x3xf32>) {
  // expected-error @+2 {{inputs must agree in all axes but 1}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = qnn.concat %x, %y {axis = 1 : i64} : (tensor<1x4x2xf32>, tensor<1x4x3xf32>) -> tensor<1x8x2xf32>
  return
}

// -----

func.func @axis_operand(%x: tensor<1x2x!quant.uniform<i8:f32:1, {0.5, 0.25}>>, %y: tensor<1x2x!quant.uniform<i8:f32, 0.25>>) {
  // expected-error @+1 {{takes one scale for the whole tensor, found a list of scales: 'tensor<1x2x!quant.uniform<i8:f32:1, {5.000000e-01,2.500000e-01}>>'}}
  %0 = qnn.mul %x, %y : (tensor<1x2x!quant.uniform<i8:f32:1, {0.5, 0.25}>>, tensor<1x2x!quant.uniform<i8:f32, 0.25>>) -> tensor<1x2x!quant.uniform<i8:f32, 0.5>>
  return
}

// -----

// Of 8 bits, a result is no accumulator.
func.func @axis_result(%x: tensor<1x2x!quant.uniform<i8:f32, 0.25>>, %w: tensor<2x2x!quant.uniform<i8:f32:0, {0.5, 0.25}>>) {
  %0 = qnn.linear %x, %w : (tensor<1x2x!quant.uniform<i8:f32, 0.25>>, tensor<2x2x!quant.uniform<i8:f32:0, {0.5, 0.25}>>) -> tensor<1x2x!quant.uniform<i32:f32:1, {0.125, 0.0625}>>
  // expected-error @+1 {{gives one scale for the whole tensor, found a list of scales: 'tensor<1x2x!quant.uniform<i8:f32:1, {1.250000e-01,6.250000e-02}>>'}}
  %1 = qnn.linear %x, %w : (tensor<1x2x!quant.uniform<i8:f32, 0.25>>, tensor<2x2x!quant.uniform<i8:f32:0, {0.5, 0.25}>>) -> tensor<1x2x!quant.uniform<i8:f32:1, {0.125, 0.0625}>>
  return
}

// -----

func.func @operand_widths(%x: tensor<1x2x!quant.uniform<i8:f32, 0.5>>, %y: tensor<1x2x!quant.uniform<i16:f32, 0.25>>) {
  // expected-error @+1 {{has activations of one width, found 'tensor<1x2x!quant.uniform<i8:f32, 5.000000e-01>>' and 'tensor<1x2x!quant.uniform<i16:f32, 2.500000e-01>>'}}
  %0 = qnn.add %x, %y : (tensor<1x2x!quant.uniform<i8:f32, 0.5>>, tensor<1x2x!quant.uniform<i16:f32, 0.25>>) -> tensor<1x2x!quant.uniform<i16:f32, 0.5>>
  return
}

// -----

func.func @result_width(%x: tensor<1x2x!quant.uniform<i8:f32, 0.5>>) {
  %0 = qnn.requantize %x : (tensor<1x2x!quant.uniform<i8:f32, 0.5>>) -> tensor<1x2x!quant.uniform<i16:f32, 0.5>>
  // expected-error @+1 {{has a result of its activations' width, found 'tensor<1x2x!quant.uniform<i8:f32, 5.000000e-01>>' and 'tensor<1x2x!quant.uniform<i16:f32, 5.000000e-01>>'}}
  %1 = qnn.sigmoid %x : (tensor<1x2x!quant.uniform<i8:f32, 0.5>>) -> tensor<1x2x!quant.uniform<i16:f32, 0.5>>
  return
}

// -----

func.func @concat_grids(%x: tensor<1x4x!quant.uniform<i8:f32, 0.5>>, %y: tensor<1x4x!quant.uniform<i8:f32, 0.25>>) {
  // expected-error @+1 {{keeps its operand's grid}}
  %0 = qnn.concat %x, %y {axis = 1 : i64} : (tensor<1x4x!quant.uniform<i8:f32, 0.5>>, tensor<1x4x!quant.uniform<i8:f32, 0.25>>) -> tensor<1x8x!quant.uniform<i8:f32, 0.5>>
  return
}

// -----

func.func @slice(%x: tensor<1x8xf32>) {
  // expected-error @+2 {{a slice must stay within its axis of 8, found start 4, step 2, size 3}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = qnn.slice %x {starts = array<i64: 0, 4>, steps = array<i64: 1, 2>, sizes = array<i64: 1, 3>} : (tensor<1x8xf32>) -> tensor<1x3xf32>
  return
}

// -----

func.func @gather_axis(%x: tensor<3x8xf32>, %i: tensor<2xi64>) {
  // expected-error @+2 {{axis must be in [0, 2), found 2}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = qnn.gather %x[%i] {axis = 2 : i64} : (tensor<3x8xf32>, tensor<2xi64>) -> tensor<3x2xf32>
  return
}

// -----

func.func @gather_shape(%x: tensor<3x8xf32>, %i: tensor<2xi64>) {
  // expected-error @+2 {{incompatible with return type(s) of operation}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = qnn.gather %x[%i] {axis = 0 : i64} : (tensor<3x8xf32>, tensor<2xi64>) -> tensor<3x2xf32>
  return
}

// -----

func.func @gather_by_floats(%x: tensor<3x8xf32>, %i: tensor<2xf32>) {
  // expected-error @+1 {{operand #1 must be}}
  %0 = qnn.gather %x[%i] {axis = 0 : i64} : (tensor<3x8xf32>, tensor<2xf32>) -> tensor<2x8xf32>
  return
}

// -----

// What is chosen is on the grid of what it is chosen from.
func.func @gather_grid(%x: tensor<3x8x!quant.uniform<i8:f32, 0.5>>, %i: tensor<2xi64>) {
  // expected-error @+1 {{keeps its operand's grid}}
  %0 = qnn.gather %x[%i] {axis = 0 : i64} : (tensor<3x8x!quant.uniform<i8:f32, 0.5>>, tensor<2xi64>) -> tensor<2x8x!quant.uniform<i8:f32, 0.25>>
  return
}

// -----

func.func @gather_channels(%x: tensor<2x8x!quant.uniform<i8:f32:0, {0.5, 0.25}>>, %i: tensor<2xi64>) {
  // expected-error @+1 {{takes one scale for the whole tensor, found a list of scales}}
  %0 = qnn.gather %x[%i] {axis = 1 : i64} : (tensor<2x8x!quant.uniform<i8:f32:0, {0.5, 0.25}>>, tensor<2xi64>) -> tensor<2x2x!quant.uniform<i8:f32, 0.25>>
  return
}

// -----

func.func @pad_negative(%x: tensor<1x4xf32>) {
  // expected-error @+2 {{low and high must not be negative}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = qnn.pad %x {low = array<i64: 0, -1>, high = array<i64: 0, 0>} : (tensor<1x4xf32>) -> tensor<1x3xf32>
  return
}

// -----

func.func @pad_reflect(%x: tensor<1x4xf32>) {
  // expected-error @+1 {{reflection reaches at most 3 elements, found 4}}
  %0 = qnn.pad %x {low = array<i64: 0, 4>, high = array<i64: 0, 0>, mode = #qnn.pad_mode<reflect>} : (tensor<1x4xf32>) -> tensor<1x8xf32>
  return
}

// -----

func.func @reshape(%x: tensor<1x4xf32>) {
  // expected-error @+2 {{shape must keep the 4 elements, found 6}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = qnn.reshape %x {shape = array<i64: 2, 3>} : (tensor<1x4xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @reshape_per_axis(%x: tensor<2x2x!quant.uniform<i32:f32:1, {0.5, 0.25}>>) {
  // expected-error @+1 {{takes one scale for the whole tensor, found a list of scales: 'tensor<2x2x!quant.uniform<i32:f32:1, {5.000000e-01,2.500000e-01}>>'}}
  %0 = qnn.reshape %x {shape = array<i64: 4>} : (tensor<2x2x!quant.uniform<i32:f32:1, {0.5, 0.25}>>) -> tensor<4x!quant.uniform<i32:f32, 0.5>>
  return
}

// -----

func.func @reshape_same_scales(%x: tensor<2x2x!quant.uniform<i32:f32:1, {0.5, 0.25}>>) {
  // expected-error @+1 {{takes one scale for the whole tensor, found a list of scales}}
  %0 = qnn.reshape %x {shape = array<i64: 1, 2, 2>} : (tensor<2x2x!quant.uniform<i32:f32:1, {0.5, 0.25}>>) -> tensor<1x2x2x!quant.uniform<i32:f32:1, {0.5, 0.25}>>
  return
}

// -----

func.func @transpose(%x: tensor<1x4xf32>) {
  // expected-error @+2 {{permutation must hold each axis of rank 2 once}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = qnn.transpose %x {permutation = array<i64: 1, 1>} : (tensor<1x4xf32>) -> tensor<4x4xf32>
  return
}

// -----

func.func @transpose_axis(%x: tensor<2x2x!quant.uniform<i32:f32:1, {0.5, 0.25}>>) {
  // expected-error @+1 {{the axis of the scales moves along with the permutation}}
  %0 = qnn.transpose %x {permutation = array<i64: 1, 0>} : (tensor<2x2x!quant.uniform<i32:f32:1, {0.5, 0.25}>>) -> tensor<2x2x!quant.uniform<i32:f32:1, {0.5, 0.25}>>
  return
}

// -----

func.func @resize(%x: tensor<1x4x2x2xf32>) {
  // expected-error @+2 {{scales and sizes must have 2 elements each}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = qnn.resize %x {mode = #qnn.resize_mode<nearest>, coordinates = #qnn.coordinate_mode<asymmetric>, scales = array<f64: 2.0>, sizes = array<i64: 4>} : (tensor<1x4x2x2xf32>) -> tensor<1x4x4x2xf32>
  return
}

// -----

func.func @requantize(%x: tensor<4xf32>) {
  // expected-error @+1 {{operand and result must be quantized, found 'tensor<4xf32>' and 'tensor<4xf32>'}}
  %0 = qnn.requantize %x : (tensor<4xf32>) -> tensor<4xf32>
  return
}

// -----

func.func @leaping_window(%x: tensor<1x1x2x8xf32>) {
  // expected-error @+1 {{every window must see an element, found one of axis 2 that sees padding only: a kernel of 2 with dilation 4 and pads 2 and 2 over 2 elements}}
  %0 = qnn.max_pool %x {kernel = array<i64: 2, 2>, dilations = array<i64: 4, 1>, pads = array<i64: 2, 0, 2, 0>} : (tensor<1x1x2x8xf32>) -> tensor<1x1x2x7xf32>
  return
}

// -----

// expected-error @+1 {{attribute 'qnn.measured_ranges' must be a unit, found 1}}
func.func @measured(%x: tensor<4xf32>) attributes {qnn.measured_ranges = 1 : i64} {
  return
}

// -----

func.func @other_integers(%x: tensor<1x!quant.uniform<i8:f32, 0.5>>) -> tensor<1x!quant.uniform<u8:f32, 0.5>> {
  // expected-error @+1 {{operand and result must be quantized to integers of one type, found}}
  %0 = qnn.reinterpret %x : (tensor<1x!quant.uniform<i8:f32, 0.5>>) -> tensor<1x!quant.uniform<u8:f32, 0.5>>
  return %0 : tensor<1x!quant.uniform<u8:f32, 0.5>>
}

// -----

// expected-error @+1 {{attribute 'qnn.unsigned' must be a unit, found 1 : i64}}
func.func @unsigned_is_a_flag(%x: tensor<1xi8> {qnn.unsigned = 1 : i64}) {
  return
}
