// RUN: tare-opt %s --tare-recognize-functions --split-input-file | FileCheck %s
// RUN: tare-opt %s --tare-recognize-functions --split-input-file --remarks-filter="tare-recognize-functions" --remark-format=emitRemark -o /dev/null 2>&1 | FileCheck %s --check-prefix=REMARK

// Functions that are told by their results, whatever they are written in.

// REMARK: Layer=torch, Remark=qnn.hard_swish
// REMARK: Layer=keras, Remark=qnn.hard_swish
// REMARK: Layer=divided, Remark=qnn.hard_sigmoid
// REMARK: Layer=scaled, Remark=qnn.hard_sigmoid
// REMARK: Layer=greater, Remark=qnn.leaky_relu
// REMARK: Layer=parts, Remark=qnn.leaky_relu
// REMARK: Layer=greater, Remark=qnn.abs
// REMARK: Layer=root, Remark=qnn.abs
// REMARK: Layer=by_sigmoid, Remark=qnn.tanh
// REMARK: Layer=by_exp, Remark=qnn.tanh
// REMARK: Layer=by_tanh, Remark=qnn.sigmoid
// REMARK: Layer=by_exp, Remark=qnn.sigmoid
// REMARK: Layer=divided, Remark=qnn.swish
// REMARK: Layer=by_tanh, Remark=qnn.swish
// REMARK: Layer=log, Remark=qnn.softplus
// REMARK: Layer=by_tanh, Remark=qnn.mish
// REMARK: Layer=by_squares, Remark=qnn.mish
// REMARK: Layer=falling, Remark=qnn.softplus
// REMARK: Layer=stable, Remark=qnn.softplus
// REMARK: Layer=by_sigmoid, Remark=qnn.softplus
// REMARK: Layer=by_sigmoid, Remark=qnn.gelu_tanh
// REMARK: Layer=by_tanh, Remark=qnn.gelu_tanh
// REMARK: Layer=bracket, Remark=qnn.elu
// REMARK: Layer=multiplied, Remark=qnn.elu
// REMARK: Layer=nested, Remark=qnn.clip
// REMARK: Layer=difference, Remark=qnn.clip
// REMARK: Layer=one, Remark=qnn.softsign
// REMARK: Layer=other, Remark=qnn.softsign
// REMARK: NotRecognized{{.*}}Layer=shifted{{.*}}nearly hard_swish of 'arg0'
// REMARK: NotRecognized{{.*}}Layer=narrow{{.*}}nearly gelu of 'arg0'

// x * clip(x + 3, 0, 6) / 6, and x * min(max(x / 6 + 1 / 2, 0), 1).
// CHECK-LABEL: func.func @hard_swish
// CHECK-NEXT: %[[A:.*]] = qnn.hard_swish %arg0
// CHECK-NEXT: %[[B:.*]] = qnn.hard_swish %arg0
// CHECK-NEXT: return %[[A]], %[[B]]
func.func @hard_swish(%x: tensor<1x4xf32>) -> (tensor<1x4xf32>, tensor<1x4xf32>) {
  %c0 = qnn.constant dense<3.0> : tensor<f32> as tensor<f32>
  %c1 = qnn.constant dense<6.0> : tensor<f32> as tensor<f32>
  %c2 = qnn.constant dense<0.166666672> : tensor<f32> as tensor<f32>
  %c3 = qnn.constant dense<0.5> : tensor<f32> as tensor<f32>
  %0 = qnn.add %x, %c0 : (tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xf32>
  %1 = qnn.clip %0 {interval = #qnn.clamp<0.0, 6.0>} : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %2 = qnn.mul %x, %1 : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32>
  %3 = qnn.div %2, %c1 : (tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xf32> loc("torch")
  %4 = qnn.mul %x, %c2 : (tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xf32>
  %5 = qnn.add %4, %c3 : (tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xf32>
  %6 = qnn.clip %5 {interval = #qnn.clamp<0.0, 0x7FF0000000000000>} : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %7 = qnn.clip %6 {interval = #qnn.clamp<0xFFF0000000000000, 1.0>} : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %8 = qnn.mul %7, %x : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32> loc("keras")
  return %3, %8 : tensor<1x4xf32>, tensor<1x4xf32>
}

// -----

// clip(x + 3, 0, 6) / 6, and the sixth as a factor before.
// CHECK-LABEL: func.func @hard_sigmoid
// CHECK-NEXT: %[[A:.*]] = qnn.hard_sigmoid %arg0 {alpha = 0.1666{{.*}}
// CHECK-NEXT: %[[B:.*]] = qnn.hard_sigmoid %arg0 {alpha = 0.1666{{.*}}
// CHECK-NEXT: return %[[A]], %[[B]]
func.func @hard_sigmoid(%x: tensor<1x4xf32>) -> (tensor<1x4xf32>, tensor<1x4xf32>) {
  %c0 = qnn.constant dense<3.0> : tensor<f32> as tensor<f32>
  %c1 = qnn.constant dense<6.0> : tensor<f32> as tensor<f32>
  %c2 = qnn.constant dense<2.0> : tensor<f32> as tensor<f32>
  %c3 = qnn.constant dense<0.0833333358> : tensor<f32> as tensor<f32>
  %0 = qnn.add %x, %c0 : (tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xf32>
  %1 = qnn.clip %0 {interval = #qnn.clamp<0.0, 6.0>} : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %2 = qnn.div %1, %c1 : (tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xf32> loc("divided")
  %3 = qnn.mul %x, %c2 : (tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xf32>
  %4 = qnn.add %3, %c1 : (tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xf32>
  %5 = qnn.clip %4 {interval = #qnn.clamp<0.0, 12.0>} : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %6 = qnn.mul %5, %c3 : (tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xf32> loc("scaled")
  return %2, %6 : tensor<1x4xf32>, tensor<1x4xf32>
}

// -----

// max(x, 0.1 x), which is 0.1 x + max(x - 0.1 x, 0), and max(x, 0) + 0.1 min(x, 0).
// CHECK-LABEL: func.func @leaky_relu
// CHECK-NEXT: %[[A:.*]] = qnn.leaky_relu %arg0 {alpha = 0.1{{.*}}
// CHECK-NEXT: %[[B:.*]] = qnn.leaky_relu %arg0 {alpha = 0.1{{.*}}
// CHECK-NEXT: return %[[A]], %[[B]]
func.func @leaky_relu(%x: tensor<1x4xf32>) -> (tensor<1x4xf32>, tensor<1x4xf32>) {
  %c0 = qnn.constant dense<0.1> : tensor<f32> as tensor<f32>
  %0 = qnn.mul %x, %c0 : (tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xf32>
  %1 = qnn.sub %x, %0 : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32>
  %2 = qnn.relu %1 : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %3 = qnn.add %0, %2 : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32> loc("greater")
  %4 = qnn.relu %x : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %5 = qnn.clip %x {interval = #qnn.clamp<0xFFF0000000000000, 0.0>} : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %6 = qnn.mul %5, %c0 : (tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xf32>
  %7 = qnn.add %4, %6 : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32> loc("parts")
  return %3, %7 : tensor<1x4xf32>, tensor<1x4xf32>
}

// -----

// max(x, -x), and the root of the square.
// CHECK-LABEL: func.func @abs
// CHECK-NEXT: %[[A:.*]] = qnn.abs %arg0
// CHECK-NEXT: %[[B:.*]] = qnn.abs %arg0
// CHECK-NEXT: return %[[A]], %[[B]]
func.func @abs(%x: tensor<1x4xf32>) -> (tensor<1x4xf32>, tensor<1x4xf32>) {
  %c0 = qnn.constant dense<-1.0> : tensor<f32> as tensor<f32>
  %0 = qnn.mul %x, %c0 : (tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xf32>
  %1 = qnn.sub %x, %0 : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32>
  %2 = qnn.relu %1 : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %3 = qnn.add %0, %2 : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32> loc("greater")
  %4 = qnn.mul %x, %x : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32>
  %5 = qnn.sqrt %4 : (tensor<1x4xf32>) -> tensor<1x4xf32> loc("root")
  return %3, %5 : tensor<1x4xf32>, tensor<1x4xf32>
}

// -----

// 2 sigmoid(2 x) - 1, and (1 - exp(-2 x)) / (1 + exp(-2 x)).
// CHECK-LABEL: func.func @tanh
// CHECK-NEXT: %[[A:.*]] = qnn.tanh %arg0
// CHECK-NEXT: %[[B:.*]] = qnn.tanh %arg0
// CHECK-NEXT: return %[[A]], %[[B]]
func.func @tanh(%x: tensor<1x4xf32>) -> (tensor<1x4xf32>, tensor<1x4xf32>) {
  %c0 = qnn.constant dense<2.0> : tensor<f32> as tensor<f32>
  %c1 = qnn.constant dense<1.0> : tensor<f32> as tensor<f32>
  %c2 = qnn.constant dense<-2.0> : tensor<f32> as tensor<f32>
  %0 = qnn.mul %x, %c0 : (tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xf32>
  %1 = qnn.sigmoid %0 : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %2 = qnn.mul %1, %c0 : (tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xf32>
  %3 = qnn.sub %2, %c1 : (tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xf32> loc("by_sigmoid")
  %4 = qnn.mul %x, %c2 : (tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xf32>
  %5 = qnn.exp %4 : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %6 = qnn.sub %c1, %5 : (tensor<f32>, tensor<1x4xf32>) -> tensor<1x4xf32>
  %7 = qnn.add %c1, %5 : (tensor<f32>, tensor<1x4xf32>) -> tensor<1x4xf32>
  %8 = qnn.div %6, %7 : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32> loc("by_exp")
  return %3, %8 : tensor<1x4xf32>, tensor<1x4xf32>
}

// -----

// (1 + tanh(x / 2)) / 2, and exp(x) / (1 + exp(x)).
// CHECK-LABEL: func.func @sigmoid
// CHECK-NEXT: %[[A:.*]] = qnn.sigmoid %arg0
// CHECK-NEXT: %[[B:.*]] = qnn.sigmoid %arg0
// CHECK-NEXT: return %[[A]], %[[B]]
func.func @sigmoid(%x: tensor<1x4xf32>) -> (tensor<1x4xf32>, tensor<1x4xf32>) {
  %c0 = qnn.constant dense<0.5> : tensor<f32> as tensor<f32>
  %c1 = qnn.constant dense<1.0> : tensor<f32> as tensor<f32>
  %0 = qnn.mul %x, %c0 : (tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xf32>
  %1 = qnn.tanh %0 : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %2 = qnn.add %1, %c1 : (tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xf32>
  %3 = qnn.mul %2, %c0 : (tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xf32> loc("by_tanh")
  %4 = qnn.exp %x : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %5 = qnn.add %c1, %4 : (tensor<f32>, tensor<1x4xf32>) -> tensor<1x4xf32>
  %6 = qnn.div %4, %5 : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32> loc("by_exp")
  return %3, %6 : tensor<1x4xf32>, tensor<1x4xf32>
}

// -----

// x / (1 + exp(-x)), and x (1 + tanh(x / 2)) / 2.
// CHECK-LABEL: func.func @swish
// CHECK-NEXT: %[[A:.*]] = qnn.swish %arg0
// CHECK-NEXT: %[[B:.*]] = qnn.swish %arg0
// CHECK-NEXT: return %[[A]], %[[B]]
func.func @swish(%x: tensor<1x4xf32>) -> (tensor<1x4xf32>, tensor<1x4xf32>) {
  %c0 = qnn.constant dense<-1.0> : tensor<f32> as tensor<f32>
  %c1 = qnn.constant dense<1.0> : tensor<f32> as tensor<f32>
  %c2 = qnn.constant dense<0.5> : tensor<f32> as tensor<f32>
  %0 = qnn.mul %x, %c0 : (tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xf32>
  %1 = qnn.exp %0 : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %2 = qnn.add %1, %c1 : (tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xf32>
  %3 = qnn.div %x, %2 : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32> loc("divided")
  %4 = qnn.mul %x, %c2 : (tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xf32>
  %5 = qnn.mul %x, %c2 : (tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xf32>
  %6 = qnn.tanh %5 : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %7 = qnn.add %6, %c1 : (tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xf32>
  %8 = qnn.mul %4, %7 : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32> loc("by_tanh")
  return %3, %8 : tensor<1x4xf32>, tensor<1x4xf32>
}

// -----

// tanh(log(1 + exp(x))) as it is, and as ((1 + exp(x))^2 - 1) / ((1 + exp(x))^2 + 1).
// CHECK-LABEL: func.func @mish
// CHECK-NEXT: %[[A:.*]] = qnn.mish %arg0
// CHECK-NEXT: %[[B:.*]] = qnn.mish %arg0
// CHECK-NEXT: return %[[A]], %[[B]]
func.func @mish(%x: tensor<1x4xf32>) -> (tensor<1x4xf32>, tensor<1x4xf32>) {
  %c0 = qnn.constant dense<1.0> : tensor<f32> as tensor<f32>
  %0 = qnn.exp %x : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %1 = qnn.add %0, %c0 : (tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xf32>
  %2 = qnn.log %1 : (tensor<1x4xf32>) -> tensor<1x4xf32> loc("log")
  %3 = qnn.tanh %2 : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %4 = qnn.mul %x, %3 : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32> loc("by_tanh")
  %5 = qnn.exp %x : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %6 = qnn.add %5, %c0 : (tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xf32>
  %7 = qnn.pow %6 {exponent = 2.0 : f64} : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %8 = qnn.sub %7, %c0 : (tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xf32>
  %9 = qnn.add %7, %c0 : (tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xf32>
  %10 = qnn.div %8, %9 : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32>
  %11 = qnn.mul %x, %10 : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32> loc("by_squares")
  return %4, %11 : tensor<1x4xf32>, tensor<1x4xf32>
}

// -----

// max(x, 0) + log(1 + exp(-|x|)), which does not overflow, and -log(sigmoid(-x)).
// CHECK-LABEL: func.func @softplus
// CHECK-NEXT: %[[A:.*]] = qnn.softplus %arg0
// CHECK-NEXT: %[[B:.*]] = qnn.softplus %arg0
// CHECK-NEXT: return %[[A]], %[[B]]
func.func @softplus(%x: tensor<1x4xf32>) -> (tensor<1x4xf32>, tensor<1x4xf32>) {
  %c0 = qnn.constant dense<-1.0> : tensor<f32> as tensor<f32>
  %c1 = qnn.constant dense<1.0> : tensor<f32> as tensor<f32>
  %0 = qnn.abs %x : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %1 = qnn.mul %0, %c0 : (tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xf32>
  %2 = qnn.exp %1 : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %3 = qnn.relu %x : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %4 = qnn.add %2, %c1 : (tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xf32>
  %5 = qnn.log %4 : (tensor<1x4xf32>) -> tensor<1x4xf32> loc("falling")
  %6 = qnn.add %3, %5 : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32> loc("stable")
  %7 = qnn.mul %x, %c0 : (tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xf32>
  %8 = qnn.sigmoid %7 : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %9 = qnn.log %8 : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %10 = qnn.mul %9, %c0 : (tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xf32> loc("by_sigmoid")
  return %6, %10 : tensor<1x4xf32>, tensor<1x4xf32>
}

// -----

// By a sigmoid of twice the argument, and by a tanh of x (c + d x^2).
// CHECK-LABEL: func.func @gelu_tanh
// CHECK-NEXT: %[[A:.*]] = qnn.gelu_tanh %arg0
// CHECK-NEXT: %[[B:.*]] = qnn.gelu_tanh %arg0
// CHECK-NEXT: return %[[A]], %[[B]]
func.func @gelu_tanh(%x: tensor<1x4xf32>) -> (tensor<1x4xf32>, tensor<1x4xf32>) {
  %c0 = qnn.constant dense<0.044715> : tensor<f32> as tensor<f32>
  %c1 = qnn.constant dense<1.59576917> : tensor<f32> as tensor<f32>
  %c2 = qnn.constant dense<0.0356774069> : tensor<f32> as tensor<f32>
  %c3 = qnn.constant dense<0.797884583> : tensor<f32> as tensor<f32>
  %c4 = qnn.constant dense<0.5> : tensor<f32> as tensor<f32>
  %0 = qnn.pow %x {exponent = 3.0 : f64} : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %1 = qnn.mul %0, %c0 : (tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xf32>
  %2 = qnn.add %x, %1 : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32>
  %3 = qnn.mul %2, %c1 : (tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xf32>
  %4 = qnn.sigmoid %3 : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %5 = qnn.mul %x, %4 : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32> loc("by_sigmoid")
  %6 = qnn.mul %x, %x : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32>
  %7 = qnn.mul %6, %c2 : (tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xf32>
  %8 = qnn.add %7, %c3 : (tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xf32>
  %9 = qnn.mul %x, %8 : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32>
  %10 = qnn.tanh %9 : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %11 = qnn.mul %x, %10 : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32>
  %12 = qnn.add %11, %x : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32>
  %13 = qnn.mul %12, %c4 : (tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xf32> loc("by_tanh")
  return %5, %13 : tensor<1x4xf32>, tensor<1x4xf32>
}

// -----

// max(x, 0) + alpha (exp(min(x, 0)) - 1), and the alpha multiplied out.
// CHECK-LABEL: func.func @elu
// CHECK-NEXT: %[[A:.*]] = qnn.elu %arg0 {alpha = 0.{{(69|7)}}{{.*}}
// CHECK-NEXT: %[[B:.*]] = qnn.elu %arg0 {alpha = 0.{{(69|7)}}{{.*}}
// CHECK-NEXT: return %[[A]], %[[B]]
func.func @elu(%x: tensor<1x4xf32>) -> (tensor<1x4xf32>, tensor<1x4xf32>) {
  %c0 = qnn.constant dense<1.0> : tensor<f32> as tensor<f32>
  %c1 = qnn.constant dense<0.7> : tensor<f32> as tensor<f32>
  %0 = qnn.relu %x : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %1 = qnn.clip %x {interval = #qnn.clamp<0xFFF0000000000000, 0.0>} : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %2 = qnn.exp %1 : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %3 = qnn.sub %2, %c0 : (tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xf32>
  %4 = qnn.mul %3, %c1 : (tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xf32>
  %5 = qnn.add %0, %4 : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32> loc("bracket")
  %6 = qnn.clip %x {interval = #qnn.clamp<0xFFF0000000000000, 0.0>} : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %7 = qnn.exp %6 : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %8 = qnn.mul %7, %c1 : (tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xf32>
  %9 = qnn.sub %8, %c1 : (tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xf32>
  %10 = qnn.relu %x : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %11 = qnn.add %9, %10 : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32> loc("multiplied")
  return %5, %11 : tensor<1x4xf32>, tensor<1x4xf32>
}

// -----

// min(max(x, 0), 6) in differences: 6 - max(6 - max(x, 0), 0), and max(x, 0) - max(x - 6, 0).
// CHECK-LABEL: func.func @relu6
// CHECK-NEXT: %[[A:.*]] = qnn.clip %arg0 {interval = #qnn.clamp<0.000000e+00, 6.000000e+00>}
// CHECK-NEXT: %[[B:.*]] = qnn.clip %arg0 {interval = #qnn.clamp<0.000000e+00, 6.000000e+00>}
// CHECK-NEXT: return %[[A]], %[[B]]
func.func @relu6(%x: tensor<1x4xf32>) -> (tensor<1x4xf32>, tensor<1x4xf32>) {
  %c0 = qnn.constant dense<6.0> : tensor<f32> as tensor<f32>
  %0 = qnn.relu %x : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %1 = qnn.sub %c0, %0 : (tensor<f32>, tensor<1x4xf32>) -> tensor<1x4xf32>
  %2 = qnn.relu %1 : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %3 = qnn.sub %c0, %2 : (tensor<f32>, tensor<1x4xf32>) -> tensor<1x4xf32> loc("nested")
  %4 = qnn.relu %x : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %5 = qnn.sub %x, %c0 : (tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xf32>
  %6 = qnn.relu %5 : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %7 = qnn.sub %4, %6 : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32> loc("difference")
  return %3, %7 : tensor<1x4xf32>, tensor<1x4xf32>
}

// -----

// The divisor in either order.
// CHECK-LABEL: func.func @softsign
// CHECK-NEXT: %[[A:.*]] = qnn.softsign %arg0
// CHECK-NEXT: %[[B:.*]] = qnn.softsign %arg0
// CHECK-NEXT: return %[[A]], %[[B]]
func.func @softsign(%x: tensor<1x4xf32>) -> (tensor<1x4xf32>, tensor<1x4xf32>) {
  %c0 = qnn.constant dense<1.0> : tensor<f32> as tensor<f32>
  %0 = qnn.abs %x : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %1 = qnn.add %0, %c0 : (tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xf32>
  %2 = qnn.div %x, %1 : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32> loc("one")
  %3 = qnn.abs %x : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %4 = qnn.add %c0, %3 : (tensor<f32>, tensor<1x4xf32>) -> tensor<1x4xf32>
  %5 = qnn.reciprocal %4 : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %6 = qnn.mul %x, %5 : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32> loc("other")
  return %2, %6 : tensor<1x4xf32>, tensor<1x4xf32>
}

// -----

// Nearly: a shift of 3.02 for 3, 0.7 for the root of a half, and a slope that is cut off far away.
// CHECK-LABEL: func.func @nearly
// CHECK-NOT: qnn.hard_swish
// CHECK-NOT: qnn.gelu
// CHECK-NOT: qnn.leaky_relu
// CHECK: return
func.func @nearly(%x: tensor<1x4xf32>) -> (tensor<1x4xf32>, tensor<1x4xf32>, tensor<1x4xf32>) {
  %c0 = qnn.constant dense<3.02> : tensor<f32> as tensor<f32>
  %c1 = qnn.constant dense<6.0> : tensor<f32> as tensor<f32>
  %c2 = qnn.constant dense<0.7> : tensor<f32> as tensor<f32>
  %c3 = qnn.constant dense<1.0> : tensor<f32> as tensor<f32>
  %c4 = qnn.constant dense<0.5> : tensor<f32> as tensor<f32>
  %c5 = qnn.constant dense<0.1> : tensor<f32> as tensor<f32>
  %0 = qnn.add %x, %c0 : (tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xf32>
  %1 = qnn.clip %0 {interval = #qnn.clamp<0.0, 6.0>} : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %2 = qnn.mul %x, %1 : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32>
  %3 = qnn.div %2, %c1 : (tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xf32> loc("shifted")
  %4 = qnn.mul %x, %c2 : (tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xf32>
  %5 = qnn.erf %4 : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %6 = qnn.add %5, %c3 : (tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xf32>
  %7 = qnn.mul %x, %6 : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32>
  %8 = qnn.mul %7, %c4 : (tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xf32> loc("narrow")
  %9 = qnn.relu %x : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %10 = qnn.clip %x {interval = #qnn.clamp<-1000.0, 0.0>} : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %11 = qnn.mul %10, %c5 : (tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xf32>
  %12 = qnn.add %9, %11 : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32> loc("cut")
  return %3, %8, %12 : tensor<1x4xf32>, tensor<1x4xf32>, tensor<1x4xf32>
}
