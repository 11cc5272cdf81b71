// RUN: tare-opt %s --pass-pipeline="builtin.module(func.func(tare-plan-memory))" --split-input-file --verify-diagnostics

func.func @not_lowered(%x: tensor<4xf32>) -> tensor<4xf32> {
  // expected-error @below {{'qnn.relu' is not an npu op: memory is planned after lowering}}
  %0 = qnn.relu %x : (tensor<4xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// -----

// expected-error @below {{function @blocks has 2 blocks: a network is a function of one block}}
func.func @blocks(%x: tensor<4xi8>) -> tensor<4xi8> {
  return %x : tensor<4xi8>
^unreachable:
  return %x : tensor<4xi8>
}

// -----

module attributes {npu.target = #npu.target<{name = "tiny", activations = [{type = "i8", symmetric = true, accumulator_bits = 32}],
    multiplier_bits = 15, shift = {min = 0, max = 31}, rounding = "half_up", memory = {arena_bytes = 100}}>} {
  // expected-error @below {{needs an arena of 128 bytes, but the target 'tiny' has 100; at the peak there are 'x' (60 bytes), 'y' (60 bytes)}}
  func.func @too_large(%x: tensor<60xi8> {qnn.name = "x"}) -> tensor<60xi8> {
    %0 = npu.rescale %x requant = <multipliers = [3], shifts = [2], zero_point = 0, clamp = [-128, 127]> : (tensor<60xi8>) -> tensor<60xi8> loc("relu"("y"))
    return %0 : tensor<60xi8>
  }
}

// -----

module attributes {npu.target = #npu.target<{name = "tiny", activations = [{type = "i8", symmetric = true, accumulator_bits = 32}],
    multiplier_bits = 15, shift = {min = 0, max = 31}, rounding = "half_up", memory = {arena_bytes = 127}}>} {
  // expected-error @below {{needs an arena of 128 bytes, but the target 'tiny' has 127; at the peak there are 'x' (64 bytes), 'y' (64 bytes)}}
  func.func @a_byte_too_large(%x: tensor<64xi8> {qnn.name = "x"}) -> tensor<64xi8> {
    %0 = npu.rescale %x requant = <multipliers = [3], shifts = [2], zero_point = 0, clamp = [-128, 127]> : (tensor<64xi8>) -> tensor<64xi8> loc("relu"("y"))
    return %0 : tensor<64xi8>
  }
}
