// RUN: tare-opt %s --tare-set-target --tare-insert-quant-dequant=repair=false --split-input-file --verify-diagnostics

// expected-error @below {{no range is known for 'x', 'sum'; calibrate the model by --calibration DATA, or give a ranges file that has them}}
func.func @no_range(%x: tensor<1x2xf32> {qnn.name = "x"}) -> tensor<1x2xf32> {
  %y = qnn.add %x, %x : (tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x2xf32> loc("add"("sum"))
  return %y : tensor<1x2xf32>
}

// -----

func.func @nan(%x: tensor<1x1xf32> {qnn.range = #qnn.range<0.0, 1.0, calibrated>}) -> tensor<1x2xf32> {
  %w = qnn.constant dense<[[1.0], [0x7FC00000]]> : tensor<2x1xf32> as tensor<2x1xf32>
  // expected-error @unknown {{'qnn.linear' op of layer 'fc' cannot be quantized: channel 1 of the weights holds a number that is not finite}}
  %y = qnn.linear %x, %w : (tensor<1x1xf32>, tensor<2x1xf32>) -> tensor<1x2xf32> loc("fc")
  return %y : tensor<1x2xf32>
}

// -----

func.func @weights(%x: tensor<1x1xf32> {qnn.range = #qnn.range<0.0, 1.0, calibrated>}, %w: tensor<2x1xf32> {qnn.range = #qnn.range<0.0, 1.0, calibrated>}) -> tensor<1x2xf32> {
  // expected-error @unknown {{'qnn.linear' op of layer 'fc' has weights that are not constant}}
  %y = qnn.linear %x, %w : (tensor<1x1xf32>, tensor<2x1xf32>) -> tensor<1x2xf32> loc("fc")
  return %y : tensor<1x2xf32>
}

// -----

// A model that finds ranges when it runs says why it has none.
// expected-error @below {{no range is known for 'x', 'product'; calibrate the model by --calibration DATA, or give a ranges file that has them: the model quantizes 'x' dynamically, by ranges that it finds when it runs; the hardware's M = S1 * S2 / S3 is static, and needs the range of these (S1) and of the results 'product' (S3) from calibration}}
func.func @run_time_ranges(%x: tensor<1x2xf32> {qnn.name = "x"}) -> tensor<1x2xf32> attributes {qnn.run_time_ranges = {operands = ["x"], results = ["product"]}} {
  %y = qnn.add %x, %x : (tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x2xf32> loc("add"("product"))
  return %y : tensor<1x2xf32>
}
