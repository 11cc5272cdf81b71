// RUN: tare-opt %s --tare-simplify --tare-quantize --tare-fuse --split-input-file --mlir-print-local-scope | FileCheck %s --check-prefixes=FUSED
// RUN: tare-opt %s --tare-simplify --tare-quantize --tare-fuse --tare-lower --split-input-file | FileCheck %s --check-prefix=NPU

// The same net with three tails; all end in an i32 convolution with one scale per channel, and where the graph wants NHWC, no
// transpose is left in the program.

// FUSED-LABEL: func.func @main
// FUSED: %[[Y:.*]] = qnn.conv {{.*}} -> tensor<8x3x1x16x!quant.uniform<i32:f32:1,
// FUSED-NEXT: %[[D:.*]] = quant.dcast %[[Y]]
// FUSED-NEXT: return %[[D]]
// NPU-LABEL: func.func @main
// NPU: npu.conv
// NPU: %[[Y:.*]] = npu.conv {{.*}} -> tensor<8x1x16x3xi32>
module {
  func.func @main(%x: tensor<8x1x1x16xf32> {qnn.name = "x", qnn.range = #qnn.range<-1.0, 1.0, calibrated>}) -> tensor<8x3x1x16xf32> {
    %w1 = qnn.constant dense<[[[[0.5]]], [[[0.25]]]]> : tensor<2x1x1x1xf32> as tensor<2x1x1x1xf32>
    %s = qnn.constant dense<1.0> : tensor<2xf32> as tensor<2xf32>
    %w2 = qnn.constant dense<[[[[0.5]], [[0.1]]], [[[0.25]], [[0.1]]], [[[0.125]], [[0.1]]]]> : tensor<3x2x1x1xf32> as tensor<3x2x1x1xf32>
    %0 = qnn.conv %x, %w1 : (tensor<8x1x1x16xf32>, tensor<2x1x1x1xf32>) -> tensor<8x2x1x16xf32> loc("conv1")
    %1 = qnn.batch_norm %0, %s, %s, %s, %s : (tensor<8x2x1x16xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<8x2x1x16xf32> loc("bn1")
    %2 = qnn.relu %1 {qnn.range = #qnn.range<0.0, 1.0, calibrated>} : (tensor<8x2x1x16xf32>) -> tensor<8x2x1x16xf32> loc("relu1")
    %3 = qnn.conv %2, %w2 : (tensor<8x2x1x16xf32>, tensor<3x2x1x1xf32>) -> tensor<8x3x1x16xf32> loc("conv2")
    return %3 : tensor<8x3x1x16xf32>
  }
}

// -----

// conv, dequantize, permute
// FUSED-LABEL: func.func @main
// FUSED: %[[Y:.*]] = qnn.conv {{.*}} -> tensor<8x3x1x16x!quant.uniform<i32:f32:1,
// FUSED-NEXT: %[[D:.*]] = quant.dcast %[[Y]]
// FUSED-NEXT: %[[T:.*]] = qnn.transpose %[[D]]
// FUSED-NEXT: return %[[T]]
// NPU-LABEL: func.func @main
// NPU: %[[Y:.*]] = npu.conv {{.*}} -> tensor<8x1x16x3xi32>
// NPU-NOT: npu.transpose
// NPU: npu.dequantize %[[Y]]
// NPU-NOT: npu.transpose
// NPU: return
module {
  func.func @main(%x: tensor<8x1x1x16xf32> {qnn.name = "x", qnn.range = #qnn.range<-1.0, 1.0, calibrated>}) -> tensor<8x1x16x3xf32> {
    %w2 = qnn.constant dense<[[[[0.5]]], [[[0.25]]], [[[0.125]]]]> : tensor<3x1x1x1xf32> as tensor<3x1x1x1xf32>
    %3 = qnn.conv %x, %w2 : (tensor<8x1x1x16xf32>, tensor<3x1x1x1xf32>) -> tensor<8x3x1x16xf32> loc("conv2")
    %4 = qnn.transpose %3 {permutation = array<i64: 0, 2, 3, 1>} : (tensor<8x3x1x16xf32>) -> tensor<8x1x16x3xf32> loc("permute")
    return %4 : tensor<8x1x16x3xf32>
  }
}

// -----

// conv, permute, dequantize: the model says itself where it quantizes. Sx = 0.5, Sw = [0.5, 0.25, 0.125].
// FUSED-LABEL: func.func @main
// FUSED: %[[Y:.*]] = qnn.conv {{.*}} -> tensor<8x3x1x16x!quant.uniform<i32:f32:1, {2.500000e-01,1.250000e-01,6.250000e-02}>>
// FUSED-NEXT: %[[D:.*]] = quant.dcast %[[Y]]
// FUSED-NEXT: %[[T:.*]] = qnn.transpose %[[D]]
// FUSED-NEXT: return %[[T]]
// NPU-LABEL: func.func @main
// NPU: %[[Y:.*]] = npu.conv {{.*}} -> tensor<8x1x16x3xi32>
// NPU-NOT: npu.transpose
// NPU: npu.dequantize %[[Y]]
// NPU-NOT: npu.transpose
// NPU: return
module {
  func.func @main(%x: tensor<8x1x1x16xf32> {qnn.name = "x"}) -> tensor<8x1x16x3xf32> {
    %xq = quant.qcast %x : tensor<8x1x1x16xf32> to tensor<8x1x1x16x!quant.uniform<i8:f32, 0.5>>
    %xd = quant.dcast %xq : tensor<8x1x1x16x!quant.uniform<i8:f32, 0.5>> to tensor<8x1x1x16xf32>
    %w = qnn.constant dense<[[[[1]]], [[[2]]], [[[3]]]]> : tensor<3x1x1x1xi8> as tensor<3x1x1x1x!quant.uniform<i8:f32:0, {0.5, 0.25, 0.125}>>
    %wd = quant.dcast %w : tensor<3x1x1x1x!quant.uniform<i8:f32:0, {0.5, 0.25, 0.125}>> to tensor<3x1x1x1xf32>
    %0 = qnn.conv %xd, %wd : (tensor<8x1x1x16xf32>, tensor<3x1x1x1xf32>) -> tensor<8x3x1x16xf32> loc("conv2")
    %1 = qnn.transpose %0 {permutation = array<i64: 0, 2, 3, 1>} : (tensor<8x3x1x16xf32>) -> tensor<8x1x16x3xf32> loc("permute")
    %2 = quant.qcast %1 : tensor<8x1x16x3xf32> to tensor<8x1x16x3x!quant.uniform<i32:f32:3, {0.25, 0.125, 0.0625}>>
    %3 = quant.dcast %2 : tensor<8x1x16x3x!quant.uniform<i32:f32:3, {0.25, 0.125, 0.0625}>> to tensor<8x1x16x3xf32>
    return %3 : tensor<8x1x16x3xf32>
  }
}
