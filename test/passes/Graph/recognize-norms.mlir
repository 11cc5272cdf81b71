// RUN: tare-opt %s --tare-recognize-norms --split-input-file --mlir-print-local-scope --mlir-print-debuginfo | FileCheck %s
// RUN: tare-opt %s --tare-recognize-norms --split-input-file --remarks-filter="tare-recognize-norms" --remark-format=emitRemark -o /dev/null 2>&1 | FileCheck %s --check-prefix=REMARK

// REMARK: RecognizedNorm | Category:tare-recognize-norms | Layer=div, Remark=norm
// REMARK: MergedIntoNorm | Category:tare-recognize-norms | Layer=scale
// REMARK: MergedIntoNorm | Category:tare-recognize-norms | Layer=shift
// REMARK: Layer=product, Remark=norm
// REMARK: Layer=add, Remark=norm
// REMARK: Layer=sub, Remark=norm
// REMARK: Layer=rms, Remark="RMS norm"
// REMARK: Layer=rms, Remark="RMS norm"
// REMARK: Layer=unit, Remark="unit length"
// REMARK: Layer=unit, Remark="unit length"
// REMARK: Layer=limited, Remark="unit length"
// REMARK: RecognizedNorm | Category:tare-recognize-norms | Layer=wide, Reason=
// REMARK: RecognizedNorm | Category:tare-recognize-norms | Layer=outside, Reason="it does not divide by the root of its own variance plus a number, or limits it"

// As PyTorch writes it: the difference stands twice, squares are powers.
// CHECK-LABEL: func.func @torch
// CHECK-NEXT: %[[Y:.*]] = qnn.normalize %arg0 {axes = array<i64: 2>, axis = 2 : i64, beta = array<f64: 1.0{{.*}}, 2.0{{.*}}>, epsilon = {{.*}}, gamma = array<f64: 3.0{{.*}}, 5.0{{.*}}>} : {{.*}} loc("div"("y"))
// CHECK-NEXT: return %[[Y]]
func.func @torch(%x: tensor<1x4x2xf32>) -> tensor<1x4x2xf32> {
  %e = qnn.constant dense<1.0e-5> : tensor<f32> as tensor<f32>
  %g = qnn.constant dense<[3.0, 5.0]> : tensor<2xf32> as tensor<2xf32>
  %b = qnn.constant dense<[1.0, 2.0]> : tensor<2xf32> as tensor<2xf32>
  %mean = qnn.reduce_mean %x {axes = array<i64: 2>, keep_dims} : (tensor<1x4x2xf32>) -> tensor<1x4x1xf32>
  %d = qnn.sub %x, %mean : (tensor<1x4x2xf32>, tensor<1x4x1xf32>) -> tensor<1x4x2xf32>
  %again = qnn.sub %x, %mean : (tensor<1x4x2xf32>, tensor<1x4x1xf32>) -> tensor<1x4x2xf32>
  %square = qnn.pow %again {exponent = 2.0 : f64} : (tensor<1x4x2xf32>) -> tensor<1x4x2xf32>
  %variance = qnn.reduce_mean %square {axes = array<i64: 2>, keep_dims} : (tensor<1x4x2xf32>) -> tensor<1x4x1xf32>
  %v = qnn.add %variance, %e : (tensor<1x4x1xf32>, tensor<f32>) -> tensor<1x4x1xf32>
  %root = qnn.sqrt %v : (tensor<1x4x1xf32>) -> tensor<1x4x1xf32>
  %y = qnn.div %d, %root : (tensor<1x4x2xf32>, tensor<1x4x1xf32>) -> tensor<1x4x2xf32> loc("div"("n"))
  %scaled = qnn.mul %y, %g : (tensor<1x4x2xf32>, tensor<2xf32>) -> tensor<1x4x2xf32> loc("scale"("s"))
  %shifted = qnn.add %b, %scaled : (tensor<2xf32>, tensor<1x4x2xf32>) -> tensor<1x4x2xf32> loc("shift"("y"))
  return %shifted : tensor<1x4x2xf32>
}

// -----

// A product with itself, and the reciprocal of a root; the channels of an image.
// CHECK-LABEL: func.func @reciprocal
// CHECK-NEXT: %[[Y:.*]] = qnn.normalize %arg0 {axes = array<i64: 2, 3>, axis = 1 : i64, epsilon = {{.*}}, gamma = array<f64: 3.0{{.*}}, 5.0{{.*}}>}
// CHECK-NEXT: return %[[Y]]
func.func @reciprocal(%x: tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32> {
  %e = qnn.constant dense<1.0e-5> : tensor<f32> as tensor<f32>
  %g = qnn.constant dense<[[[3.0]], [[5.0]]]> : tensor<2x1x1xf32> as tensor<2x1x1xf32>
  %mean = qnn.reduce_mean %x {axes = array<i64: 2, 3>, keep_dims} : (tensor<1x2x4x4xf32>) -> tensor<1x2x1x1xf32>
  %d = qnn.sub %x, %mean : (tensor<1x2x4x4xf32>, tensor<1x2x1x1xf32>) -> tensor<1x2x4x4xf32>
  %square = qnn.mul %d, %d : (tensor<1x2x4x4xf32>, tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32>
  %variance = qnn.reduce_mean %square {axes = array<i64: 3, 2>, keep_dims} : (tensor<1x2x4x4xf32>) -> tensor<1x2x1x1xf32>
  %v = qnn.add %e, %variance : (tensor<f32>, tensor<1x2x1x1xf32>) -> tensor<1x2x1x1xf32>
  %root = qnn.sqrt %v : (tensor<1x2x1x1xf32>) -> tensor<1x2x1x1xf32>
  %r = qnn.reciprocal %root : (tensor<1x2x1x1xf32>) -> tensor<1x2x1x1xf32>
  %y = qnn.mul %d, %r : (tensor<1x2x4x4xf32>, tensor<1x2x1x1xf32>) -> tensor<1x2x4x4xf32> loc("product"("y"))
  %scaled = qnn.mul %y, %g : (tensor<1x2x4x4xf32>, tensor<2x1x1xf32>) -> tensor<1x2x4x4xf32>
  return %scaled : tensor<1x2x4x4xf32>
}

// -----

// As Keras folds it: x * g + (b - mean * g) with g = gamma / root.
// CHECK-LABEL: func.func @keras
// CHECK-NEXT: %[[Y:.*]] = qnn.normalize %arg0 {axes = array<i64: 1>, axis = 1 : i64, beta = array<f64: 1.0{{.*}}, 2.0{{.*}}>, epsilon = {{.*}}, gamma = array<f64: 3.0{{.*}}, 5.0{{.*}}>} : {{.*}}"y"
// CHECK-NEXT: return %[[Y]]
func.func @keras(%x: tensor<4x2xf32>) -> tensor<4x2xf32> {
  %e = qnn.constant dense<1.0e-3> : tensor<f32> as tensor<f32>
  %gamma = qnn.constant dense<[3.0, 5.0]> : tensor<2xf32> as tensor<2xf32>
  %beta = qnn.constant dense<[1.0, 2.0]> : tensor<2xf32> as tensor<2xf32>
  %mean = qnn.reduce_mean %x {axes = array<i64: 1>, keep_dims} : (tensor<4x2xf32>) -> tensor<4x1xf32>
  %d = qnn.sub %x, %mean : (tensor<4x2xf32>, tensor<4x1xf32>) -> tensor<4x2xf32>
  %square = qnn.mul %d, %d : (tensor<4x2xf32>, tensor<4x2xf32>) -> tensor<4x2xf32>
  %variance = qnn.reduce_mean %square {axes = array<i64: 1>, keep_dims} : (tensor<4x2xf32>) -> tensor<4x1xf32>
  %v = qnn.add %variance, %e : (tensor<4x1xf32>, tensor<f32>) -> tensor<4x1xf32>
  %root = qnn.sqrt %v : (tensor<4x1xf32>) -> tensor<4x1xf32>
  %r = qnn.reciprocal %root : (tensor<4x1xf32>) -> tensor<4x1xf32>
  %g = qnn.mul %r, %gamma : (tensor<4x1xf32>, tensor<2xf32>) -> tensor<4x2xf32>
  %xg = qnn.mul %x, %g : (tensor<4x2xf32>, tensor<4x2xf32>) -> tensor<4x2xf32>
  %mg = qnn.mul %mean, %g : (tensor<4x1xf32>, tensor<4x2xf32>) -> tensor<4x2xf32>
  %rest = qnn.sub %beta, %mg : (tensor<2xf32>, tensor<4x2xf32>) -> tensor<4x2xf32>
  %y = qnn.add %xg, %rest : (tensor<4x2xf32>, tensor<4x2xf32>) -> tensor<4x2xf32> loc("add"("y"))
  return %y : tensor<4x2xf32>
}

// The same without gamma and beta, by a power.
// CHECK-LABEL: func.func @keras_plain
// CHECK-NEXT: %[[Y:.*]] = qnn.normalize %arg0 {axes = array<i64: 1>, epsilon = 0.0{{.*}}} : {{.*}} loc("sub"("y"))
// CHECK-NEXT: return %[[Y]]
func.func @keras_plain(%x: tensor<4x2xf32>) -> tensor<4x2xf32> {
  %mean = qnn.reduce_mean %x {axes = array<i64: 1>, keep_dims} : (tensor<4x2xf32>) -> tensor<4x1xf32>
  %d = qnn.sub %x, %mean : (tensor<4x2xf32>, tensor<4x1xf32>) -> tensor<4x2xf32>
  %square = qnn.mul %d, %d : (tensor<4x2xf32>, tensor<4x2xf32>) -> tensor<4x2xf32>
  %variance = qnn.reduce_mean %square {axes = array<i64: 1>, keep_dims} : (tensor<4x2xf32>) -> tensor<4x1xf32>
  %r = qnn.pow %variance {exponent = -0.5 : f64} : (tensor<4x1xf32>) -> tensor<4x1xf32>
  %xg = qnn.mul %x, %r : (tensor<4x2xf32>, tensor<4x1xf32>) -> tensor<4x2xf32>
  %mg = qnn.mul %mean, %r : (tensor<4x1xf32>, tensor<4x1xf32>) -> tensor<4x1xf32>
  %y = qnn.sub %xg, %mg : (tensor<4x2xf32>, tensor<4x1xf32>) -> tensor<4x2xf32> loc("sub"("y"))
  return %y : tensor<4x2xf32>
}

// -----

// As Llama's: x * rsqrt(mean(x^2) + e), and as a quotient.
// CHECK-LABEL: func.func @rms
// CHECK-NEXT: %[[Y:.*]] = qnn.normalize %arg0 {axes = array<i64: 1>, epsilon = {{.*}}, keep_mean} : {{.*}} loc("rms"("y"))
// CHECK-NEXT: return %[[Y]]
func.func @rms(%x: tensor<4x2xf32>) -> tensor<4x2xf32> {
  %e = qnn.constant dense<1.0e-6> : tensor<f32> as tensor<f32>
  %one = qnn.constant dense<1.0> : tensor<f32> as tensor<f32>
  %square = qnn.pow %x {exponent = 2.0 : f64} : (tensor<4x2xf32>) -> tensor<4x2xf32>
  %power = qnn.reduce_mean %square {axes = array<i64: 1>, keep_dims} : (tensor<4x2xf32>) -> tensor<4x1xf32>
  %v = qnn.add %power, %e : (tensor<4x1xf32>, tensor<f32>) -> tensor<4x1xf32>
  %root = qnn.sqrt %v : (tensor<4x1xf32>) -> tensor<4x1xf32>
  %r = qnn.div %one, %root : (tensor<f32>, tensor<4x1xf32>) -> tensor<4x1xf32>
  %y = qnn.mul %x, %r : (tensor<4x2xf32>, tensor<4x1xf32>) -> tensor<4x2xf32> loc("rms"("y"))
  return %y : tensor<4x2xf32>
}

// CHECK-LABEL: func.func @rms_quotient
// CHECK-NEXT: %[[Y:.*]] = qnn.normalize %arg0 {axes = array<i64: 1>, clamp = #qnn.clamp<0.0{{.*}}, {{.*}}>, epsilon = 0.0{{.*}}, keep_mean}
// CHECK-NEXT: return %[[Y]]
func.func @rms_quotient(%x: tensor<4x2xf32>) -> tensor<4x2xf32> {
  %square = qnn.mul %x, %x : (tensor<4x2xf32>, tensor<4x2xf32>) -> tensor<4x2xf32>
  %power = qnn.reduce_mean %square {axes = array<i64: 1>, keep_dims} : (tensor<4x2xf32>) -> tensor<4x1xf32>
  %root = qnn.sqrt %power : (tensor<4x1xf32>) -> tensor<4x1xf32>
  %y = qnn.div %x, %root {clamp = #qnn.clamp<0.0, 6.0>} : (tensor<4x2xf32>, tensor<4x1xf32>) -> tensor<4x2xf32> loc("rms"("y"))
  return %y : tensor<4x2xf32>
}

// -----

// Of unit length: as PyTorch's normalize() and as TensorFlow's l2_normalize() have it, and with a number beside the squares.
// CHECK-LABEL: func.func @unit
// CHECK-NEXT: %[[Y:.*]] = qnn.normalize %arg0 {axes = array<i64: 1>, axis = 1 : i64, epsilon = 2.5{{0*}}e-25 : f64, gamma = array<f64: 5.0{{0*}}e-01, 5.0{{0*}}e-01, 5.0{{0*}}e-01, 5.0{{0*}}e-01>, keep_mean} : {{.*}} loc("unit"("y"))
// CHECK-NEXT: return %[[Y]]
func.func @unit(%x: tensor<2x4xf32>) -> tensor<2x4xf32> {
  %n = qnn.constant dense<4.0> : tensor<f32> as tensor<f32>
  %square = qnn.mul %x, %x : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  %power = qnn.reduce_mean %square {axes = array<i64: 1>, keep_dims} : (tensor<2x4xf32>) -> tensor<2x1xf32>
  %sum = qnn.mul %power, %n : (tensor<2x1xf32>, tensor<f32>) -> tensor<2x1xf32>
  %root = qnn.sqrt %sum : (tensor<2x1xf32>) -> tensor<2x1xf32>
  %length = qnn.clip %root {interval = #qnn.clamp<1.0e-12, inf>} : (tensor<2x1xf32>) -> tensor<2x1xf32>
  %y = qnn.div %x, %length : (tensor<2x4xf32>, tensor<2x1xf32>) -> tensor<2x4xf32> loc("unit"("y"))
  return %y : tensor<2x4xf32>
}

// CHECK-LABEL: func.func @unit_square
// CHECK-NEXT: %[[Y:.*]] = qnn.normalize %arg0 {axes = array<i64: 1>, axis = 1 : i64, epsilon = 2.5{{0*}}e-13 : f64, gamma = array<f64: 5.0{{.*}}>, keep_mean}
// CHECK-NEXT: return %[[Y]]
func.func @unit_square(%x: tensor<2x4xf32>) -> tensor<2x4xf32> {
  %n = qnn.constant dense<4.0> : tensor<f32> as tensor<f32>
  %square = qnn.mul %x, %x : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  %power = qnn.reduce_mean %square {axes = array<i64: 1>, keep_dims} : (tensor<2x4xf32>) -> tensor<2x1xf32>
  %sum = qnn.mul %n, %power : (tensor<f32>, tensor<2x1xf32>) -> tensor<2x1xf32>
  %limited = qnn.clip %sum {interval = #qnn.clamp<1.0e-12, inf>} : (tensor<2x1xf32>) -> tensor<2x1xf32>
  %root = qnn.sqrt %limited : (tensor<2x1xf32>) -> tensor<2x1xf32>
  %r = qnn.reciprocal %root : (tensor<2x1xf32>) -> tensor<2x1xf32>
  %y = qnn.mul %r, %x : (tensor<2x1xf32>, tensor<2x4xf32>) -> tensor<2x4xf32> loc("unit"("y"))
  return %y : tensor<2x4xf32>
}

// CHECK-LABEL: func.func @unit_sum
// CHECK-NEXT: %[[Y:.*]] = qnn.normalize %arg0 {axes = array<i64: 1>, axis = 1 : i64, epsilon = 2.4{{.*}}E-7 : f64, gamma = array<f64: 5.0{{.*}}>, keep_mean}
// CHECK-NEXT: return %[[Y]]
func.func @unit_sum(%x: tensor<2x4xf32>) -> tensor<2x4xf32> {
  %n = qnn.constant dense<4.0> : tensor<f32> as tensor<f32>
  %e = qnn.constant dense<1.0e-6> : tensor<f32> as tensor<f32>
  %square = qnn.mul %x, %x : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  %power = qnn.reduce_mean %square {axes = array<i64: 1>, keep_dims} : (tensor<2x4xf32>) -> tensor<2x1xf32>
  %sum = qnn.mul %n, %power : (tensor<f32>, tensor<2x1xf32>) -> tensor<2x1xf32>
  %v = qnn.add %sum, %e : (tensor<2x1xf32>, tensor<f32>) -> tensor<2x1xf32>
  %root = qnn.sqrt %v : (tensor<2x1xf32>) -> tensor<2x1xf32>
  %length = qnn.clip %root {interval = #qnn.clamp<1.0e-6, inf>} : (tensor<2x1xf32>) -> tensor<2x1xf32>
  %y = qnn.div %x, %length : (tensor<2x4xf32>, tensor<2x1xf32>) -> tensor<2x4xf32> loc("limited"("y"))
  return %y : tensor<2x4xf32>
}

// A limit that numbers on a grid come to stays what it is, as does one above.
// CHECK-LABEL: func.func @wide
// CHECK-NOT: qnn.normalize
// CHECK: qnn.div
func.func @wide(%x: tensor<2x4xf32>) -> tensor<2x4xf32> {
  %square = qnn.mul %x, %x : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  %power = qnn.reduce_mean %square {axes = array<i64: 1>, keep_dims} : (tensor<2x4xf32>) -> tensor<2x1xf32>
  %root = qnn.sqrt %power : (tensor<2x1xf32>) -> tensor<2x1xf32>
  %length = qnn.clip %root {interval = #qnn.clamp<1.0e-3, inf>} : (tensor<2x1xf32>) -> tensor<2x1xf32>
  %y = qnn.div %x, %length : (tensor<2x4xf32>, tensor<2x1xf32>) -> tensor<2x4xf32> loc("wide"("y"))
  return %y : tensor<2x4xf32>
}

// -----

// The number is added to the root, not to the variance: it stays, and a remark tells it.
// CHECK-LABEL: func.func @outside
// CHECK-NOT: qnn.normalize
// CHECK: qnn.div
func.func @outside(%x: tensor<4x2xf32>) -> tensor<4x2xf32> {
  %e = qnn.constant dense<1.0e-6> : tensor<f32> as tensor<f32>
  %mean = qnn.reduce_mean %x {axes = array<i64: 1>, keep_dims} : (tensor<4x2xf32>) -> tensor<4x1xf32>
  %d = qnn.sub %x, %mean : (tensor<4x2xf32>, tensor<4x1xf32>) -> tensor<4x2xf32>
  %square = qnn.mul %d, %d : (tensor<4x2xf32>, tensor<4x2xf32>) -> tensor<4x2xf32>
  %variance = qnn.reduce_mean %square {axes = array<i64: 1>, keep_dims} : (tensor<4x2xf32>) -> tensor<4x1xf32>
  %root = qnn.sqrt %variance : (tensor<4x1xf32>) -> tensor<4x1xf32>
  %v = qnn.add %root, %e : (tensor<4x1xf32>, tensor<f32>) -> tensor<4x1xf32>
  %y = qnn.div %d, %v : (tensor<4x2xf32>, tensor<4x1xf32>) -> tensor<4x2xf32> loc("outside"("y"))
  return %y : tensor<4x2xf32>
}

// -----

// Whose result is read twice takes nothing in.
// CHECK-LABEL: func.func @read_twice
// CHECK: qnn.normalize %arg0 {axes = array<i64: 1>, epsilon = 0.0{{.*}}} :
// CHECK: qnn.mul
func.func @read_twice(%x: tensor<4x2xf32>) -> (tensor<4x2xf32>, tensor<4x2xf32>) {
  %g = qnn.constant dense<[3.0, 5.0]> : tensor<2xf32> as tensor<2xf32>
  %n = qnn.normalize %x {axes = array<i64: 1>, epsilon = 0.0 : f64} : (tensor<4x2xf32>) -> tensor<4x2xf32>
  %y = qnn.mul %n, %g : (tensor<4x2xf32>, tensor<2xf32>) -> tensor<4x2xf32>
  return %n, %y : tensor<4x2xf32>, tensor<4x2xf32>
}
