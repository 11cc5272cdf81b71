// Where no powers of two do, or where the model says other scales (A35).
// RUN: tare-opt %s --tare-set-target=target=shift_only --tare-insert-quant-dequant --split-input-file --verify-diagnostics

!x = !quant.uniform<i8<-127:127>:f32, 1.0>
!y = !quant.uniform<i8<-127:127>:f32, 0.5>
!w = !quant.uniform<i8<-127:127>:f32:0, {1.0, 0.25}>

// The model's own grids are powers of two, but its channel 0 needs q = -1.
func.func @fixed(%x: tensor<1x2xf32>) -> tensor<1x2xf32> {
  %xq = quant.qcast %x : tensor<1x2xf32> to tensor<1x2x!x>
  %xd = quant.dcast %xq : tensor<1x2x!x> to tensor<1x2xf32> loc("xd"("xd"))
  %w = qnn.constant dense<1> : tensor<2x2xi8> as tensor<2x2x!w>
  %wd = quant.dcast %w : tensor<2x2x!w> to tensor<2x2xf32>
  // expected-error @unknown {{layer 'layer': no scales that are powers of two give every shift q in [0, 31] of target 'shift_only' (the nearest: 'xd' 2^0, 'y' 2^-1)}}
  %y = qnn.linear %xd, %wd : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32> loc("layer"("y"))
  %yq = quant.qcast %y : tensor<1x2xf32> to tensor<1x2x!y>
  %yd = quant.dcast %yq : tensor<1x2x!y> to tensor<1x2xf32> loc("yd"("yd"))
  %z = qnn.relu %yd {qnn.range = #qnn.range<0.0, 255.0, calibrated>} : (tensor<1x2xf32>) -> tensor<1x2xf32> loc("relu"("z"))
  return %z : tensor<1x2xf32>
}

// -----

!x = !quant.uniform<i8<-127:127>:f32, 0.3>
!w = !quant.uniform<i8<-127:127>:f32:0, {1.0, 0.2}>

// expected-error @+1 {{target 'shift_only' only shifts, so scales must be powers of two; the model says scales that are none, of 'x' (3.0000e-01), 'xd' (3.0000e-01), 'wd' (2.0000e-01) (3 in all); convert the float model}}
func.func @others(%x: tensor<1x2xf32> {qnn.name = "x"}) -> tensor<1x2xf32> {
  %xq = quant.qcast %x : tensor<1x2xf32> to tensor<1x2x!x>
  %xd = quant.dcast %xq : tensor<1x2x!x> to tensor<1x2xf32> loc("xd"("xd"))
  %w = qnn.constant dense<1> : tensor<2x2xi8> as tensor<2x2x!w>
  %wd = quant.dcast %w : tensor<2x2x!w> to tensor<2x2xf32> loc("wd"("wd"))
  %y = qnn.linear %xd, %wd : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32> loc("layer"("y"))
  return %y : tensor<1x2xf32>
}
