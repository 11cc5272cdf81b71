// RUN: tare-opt %s --tare-set-target=target=gemmlowp --tare-conform-grids --split-input-file --verify-diagnostics

!channels = !quant.uniform<i8:f32:1, {0.5, 0.25}>

// expected-error @below {{activations with a scale per channel: value 'x' (2 scales and zero points along axis 1), value 'r' of node 'q' (2 scales and zero points along axis 1); hardware has one scale for a whole activation}}
func.func @channels(%x: tensor<1x2x!channels> {qnn.name = "x"}) -> tensor<1x2xf32> {
  %0 = quant.dcast %x : tensor<1x2x!channels> to tensor<1x2xf32>
  %1 = qnn.relu %0 : (tensor<1x2xf32>) -> tensor<1x2xf32> loc("relu"("r"))
  %2 = quant.qcast %1 : tensor<1x2xf32> to tensor<1x2x!channels> loc("q")
  %3 = quant.dcast %2 : tensor<1x2x!channels> to tensor<1x2xf32>
  return %3 : tensor<1x2xf32>
}

// -----

!wide = !quant.uniform<i16:f32, 0.5>

// expected-error @below {{target 'gemmlowp' has no i16 activations, but the model quantizes to them: value 'x' of node 'q'; quantize them to a type that the target lists}}
func.func @width(%x: tensor<1x2xf32> {qnn.name = "x"}) -> tensor<1x2xf32> {
  %0 = quant.qcast %x : tensor<1x2xf32> to tensor<1x2x!wide> loc("q")
  %1 = quant.dcast %0 : tensor<1x2x!wide> to tensor<1x2xf32>
  %2 = qnn.relu %1 : (tensor<1x2xf32>) -> tensor<1x2xf32>
  return %2 : tensor<1x2xf32>
}
