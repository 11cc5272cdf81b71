// RUN: tare-opt %s --tare-fold-batch-norms --split-input-file --mlir-print-elementsattrs-with-hex-if-larger=-1 | FileCheck %s
// RUN: tare-opt %s --tare-fold-batch-norms --split-input-file --remarks-filter="tare-fold-batch-norms" --remark-format=emitRemark -o /dev/null 2>&1 | FileCheck %s --check-prefix=REMARK

// REMARK: FoldedIntoProducer | Category:tare-fold-batch-norms | Layer=scale, Remark="into 'query'"
// REMARK: FoldedIntoProducer | Category:tare-fold-batch-norms | Layer=scale, Remark="into 'conv'"
// REMARK: FoldedIntoConsumer | Category:tare-fold-batch-norms | Layer=scale, Remark="into 'fc'"
// REMARK: FoldedIntoConsumer | Category:tare-fold-batch-norms | Layer=normalize, Remark="into 'conv'"
// REMARK: FoldedIntoFactor | Category:tare-fold-batch-norms | Layer=scale, Remark="into 'query'"
// REMARK: FoldedIntoFactor | Category:tare-fold-batch-norms | Layer=scale, Remark="into 'key'"
// REMARK: NotFolded{{.*}}Layer=across{{.*}}not one finite scale and shift per channel
// REMARK: NotFolded{{.*}}Layer=limited{{.*}}no factor is the result of a layer that nobody else reads
// REMARK-NOT: remark

// The scale of attention behind the query's heads, as PyTorch's scaled_dot_product_attention is exported.
// CHECK-LABEL: func.func @query
// CHECK: qnn.linear
// CHECK-NEXT: qnn.reshape
// CHECK-NEXT: qnn.transpose
// CHECK-NEXT: return
func.func @query(%x: tensor<1x3x8xf32>) -> tensor<1x2x3x4xf32> {
  %w = qnn.constant dense<1.0> : tensor<8x8xf32> as tensor<8x8xf32>
  %c = qnn.constant dense<0.5> : tensor<f32> as tensor<f32>
  %0 = qnn.linear %x, %w : (tensor<1x3x8xf32>, tensor<8x8xf32>) -> tensor<1x3x8xf32> loc("query"("q"))
  %1 = qnn.reshape %0 {shape = array<i64: 1, 3, 2, 4>} : (tensor<1x3x8xf32>) -> tensor<1x3x2x4xf32>
  %2 = qnn.transpose %1 {permutation = array<i64: 0, 2, 1, 3>} : (tensor<1x3x2x4xf32>) -> tensor<1x2x3x4xf32>
  %3 = qnn.mul %2, %c : (tensor<1x2x3x4xf32>, tensor<f32>) -> tensor<1x2x3x4xf32> loc("scale"("s"))
  return %3 : tensor<1x2x3x4xf32>
}

// -----

// A number per channel where the channels are last, and the image is flat.
// CHECK-LABEL: func.func @behind_flattened
// CHECK-DAG: qnn.constant dense_resource<conv_weight> : tensor<2x1x1x1xf32>
// CHECK: qnn.conv
// CHECK-NEXT: qnn.transpose
// CHECK-NEXT: qnn.reshape
// CHECK-NEXT: return
func.func @behind_flattened(%x: tensor<1x1x2x3xf32>) -> tensor<1x6x2xf32> {
  %w = qnn.constant dense<1.0> : tensor<2x1x1x1xf32> as tensor<2x1x1x1xf32>
  %c = qnn.constant dense<[2.0, 3.0]> : tensor<2xf32> as tensor<2xf32>
  %0 = qnn.conv %x, %w : (tensor<1x1x2x3xf32>, tensor<2x1x1x1xf32>) -> tensor<1x2x2x3xf32> loc("conv"("a"))
  %1 = qnn.transpose %0 {permutation = array<i64: 0, 2, 3, 1>} : (tensor<1x2x2x3xf32>) -> tensor<1x2x3x2xf32>
  %2 = qnn.reshape %1 {shape = array<i64: 1, 6, 2>} : (tensor<1x2x3x2xf32>) -> tensor<1x6x2xf32>
  %3 = qnn.mul %2, %c : (tensor<1x6x2xf32>, tensor<2xf32>) -> tensor<1x6x2xf32> loc("scale"("s"))
  return %3 : tensor<1x6x2xf32>
}

// -----

// Before a layer that reads the channels flat: columns are scaled, each by the number of its channel.
// CHECK-LABEL: func.func @before_flattened
// CHECK: %[[F:.*]] = qnn.reshape %arg0
// CHECK: qnn.linear %[[F]]
// CHECK-NEXT: return
func.func @before_flattened(%x: tensor<1x2x1x2xf32>) -> tensor<1x1xf32> {
  %w = qnn.constant dense<1.0> : tensor<1x4xf32> as tensor<1x4xf32>
  %c = qnn.constant dense<[[[2.0]], [[3.0]]]> : tensor<2x1x1xf32> as tensor<2x1x1xf32>
  %0 = qnn.mul %x, %c : (tensor<1x2x1x2xf32>, tensor<2x1x1xf32>) -> tensor<1x2x1x2xf32> loc("scale"("s"))
  %1 = qnn.reshape %0 {shape = array<i64: 1, 4>} : (tensor<1x2x1x2xf32>) -> tensor<1x4xf32>
  %2 = qnn.linear %1, %w : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x1xf32> loc("fc"("y"))
  return %2 : tensor<1x1xf32>
}

// -----

// An image that comes with its channels last is normalized before they move.
// CHECK-LABEL: func.func @normalized_input
// CHECK: %[[T:.*]] = qnn.transpose %arg0
// CHECK: qnn.conv %[[T]], %{{.*}}, %{{.*}} :
// CHECK-NEXT: return
func.func @normalized_input(%x: tensor<1x4x4x2xf32>) -> tensor<1x1x2x2xf32> {
  %w = qnn.constant dense<1.0> : tensor<1x2x3x3xf32> as tensor<1x2x3x3xf32>
  %c = qnn.constant dense<[0.5, 0.25]> : tensor<2xf32> as tensor<2xf32>
  %0 = qnn.sub %x, %c : (tensor<1x4x4x2xf32>, tensor<2xf32>) -> tensor<1x4x4x2xf32> loc("normalize"("n"))
  %1 = qnn.transpose %0 {permutation = array<i64: 0, 3, 1, 2>} : (tensor<1x4x4x2xf32>) -> tensor<1x2x4x4xf32>
  %2 = qnn.conv %1, %w : (tensor<1x2x4x4xf32>, tensor<1x2x3x3xf32>) -> tensor<1x1x2x2xf32> loc("conv"("y"))
  return %2 : tensor<1x1x2x2xf32>
}

// -----

// The scale behind the product, by multiplication and by division.
// CHECK-LABEL: func.func @attention
// CHECK: qnn.linear
// CHECK: %[[M:.*]] = qnn.matmul
// CHECK-NEXT: qnn.softmax %[[M]]
// CHECK-NEXT: return
func.func @attention(%x: tensor<1x3x4xf32>, %k: tensor<1x4x3xf32>) -> tensor<1x3x3xf32> {
  %w = qnn.constant dense<1.0> : tensor<4x4xf32> as tensor<4x4xf32>
  %c = qnn.constant dense<0.5> : tensor<f32> as tensor<f32>
  %0 = qnn.linear %x, %w : (tensor<1x3x4xf32>, tensor<4x4xf32>) -> tensor<1x3x4xf32> loc("query"("q"))
  %1 = qnn.matmul %0, %k : (tensor<1x3x4xf32>, tensor<1x4x3xf32>) -> tensor<1x3x3xf32> loc("product"("p"))
  %2 = qnn.mul %1, %c : (tensor<1x3x3xf32>, tensor<f32>) -> tensor<1x3x3xf32> loc("scale"("s"))
  %3 = qnn.softmax %2 {axis = 2 : i64} : (tensor<1x3x3xf32>) -> tensor<1x3x3xf32>
  return %3 : tensor<1x3x3xf32>
}

// -----

// CHECK-LABEL: func.func @attention_divided
// CHECK: qnn.linear
// CHECK: qnn.transpose
// CHECK: %[[M:.*]] = qnn.matmul
// CHECK-NEXT: qnn.softmax %[[M]]
// CHECK-NEXT: return
func.func @attention_divided(%x: tensor<1x3x4xf32>, %q: tensor<1x3x4xf32>) -> tensor<1x3x3xf32> {
  %w = qnn.constant dense<1.0> : tensor<4x4xf32> as tensor<4x4xf32>
  %c = qnn.constant dense<2.0> : tensor<f32> as tensor<f32>
  %0 = qnn.linear %x, %w : (tensor<1x3x4xf32>, tensor<4x4xf32>) -> tensor<1x3x4xf32> loc("key"("k"))
  %1 = qnn.transpose %0 {permutation = array<i64: 0, 2, 1>} : (tensor<1x3x4xf32>) -> tensor<1x4x3xf32>
  %2 = qnn.matmul %q, %1 : (tensor<1x3x4xf32>, tensor<1x4x3xf32>) -> tensor<1x3x3xf32> loc("product"("p"))
  %3 = qnn.div %2, %c : (tensor<1x3x3xf32>, tensor<f32>) -> tensor<1x3x3xf32> loc("scale"("s"))
  %4 = qnn.softmax %3 {axis = 2 : i64} : (tensor<1x3x3xf32>) -> tensor<1x3x3xf32>
  return %4 : tensor<1x3x3xf32>
}

// -----

// A number per row is none per channel; a limited factor cannot take a scale.
// CHECK-LABEL: func.func @refused
// CHECK-COUNT-2: qnn.mul
func.func @refused(%x: tensor<1x2x4xf32>, %k: tensor<1x4x3xf32>) -> (tensor<1x4x2xf32>, tensor<1x2x3xf32>) {
  %w = qnn.constant dense<1.0> : tensor<4x4xf32> as tensor<4x4xf32>
  %c = qnn.constant dense<[0.5, 0.25]> : tensor<2xf32> as tensor<2xf32>
  %d = qnn.constant dense<0.5> : tensor<f32> as tensor<f32>
  %0 = qnn.linear %x, %w : (tensor<1x2x4xf32>, tensor<4x4xf32>) -> tensor<1x2x4xf32> loc("fc"("f"))
  %1 = qnn.transpose %0 {permutation = array<i64: 0, 2, 1>} : (tensor<1x2x4xf32>) -> tensor<1x4x2xf32>
  %2 = qnn.mul %1, %c : (tensor<1x4x2xf32>, tensor<2xf32>) -> tensor<1x4x2xf32> loc("across"("a"))
  %3 = qnn.linear %x, %w {clamp = #qnn.clamp<0.0, 6.0>} : (tensor<1x2x4xf32>, tensor<4x4xf32>) -> tensor<1x2x4xf32> loc("fc2"("g"))
  %4 = qnn.matmul %3, %k : (tensor<1x2x4xf32>, tensor<1x4x3xf32>) -> tensor<1x2x3xf32>
  %5 = qnn.mul %4, %d : (tensor<1x2x3xf32>, tensor<f32>) -> tensor<1x2x3xf32> loc("limited"("l"))
  return %2, %5 : tensor<1x4x2xf32>, tensor<1x2x3xf32>
}
