// (A78) The largest weights before and behind a channel become alike, by powers of two.
// RUN: tare-opt %s --split-input-file --tare-equalize-channels | FileCheck %s

// 8 and 0.5 make the channels, 2 and 2 read them: sqrt(8 / 2) = 2, sqrt(0.5 / 2) = 1/2.
// CHECK-LABEL: func.func @linear
// CHECK-DAG: v: "0x{{0[48]}}000000000080400000803F"
// CHECK-DAG: b: "0x{{0[48]}}0000000000003F00000040"
// CHECK-DAG: n: "0x{{0[48]}}000000000080400000803F"
func.func @linear(%x: tensor<1x1xf32>) -> tensor<1x1xf32> {
  %v = qnn.constant dense<[[8.0], [0.5]]> : tensor<2x1xf32> as tensor<2x1xf32> loc("v")
  %b = qnn.constant dense<[1.0, 1.0]> : tensor<2xf32> as tensor<2xf32> loc("b")
  %n = qnn.constant dense<[[2.0, 2.0]]> : tensor<1x2xf32> as tensor<1x2xf32> loc("n")
  %0 = qnn.linear %x, %v, %b {clamp = #qnn.clamp<0.0, inf>} : (tensor<1x1xf32>, tensor<2x1xf32>, tensor<2xf32>) -> tensor<1x2xf32>
  %1 = qnn.linear %0, %n : (tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x1xf32>
  return %1 : tensor<1x1xf32>
}

// -----

// A depthwise layer between two others changes with both: 16 makes the channel, 1 and 1 read it one after the other.
// CHECK-LABEL: func.func @depthwise
// CHECK-NOT: dense<
// CHECK: first: "0x{{0[48]}}00000000000040"
// CHECK: second: "0x{{0[48]}}00000000000040"
// CHECK: third: "0x{{0[48]}}00000000000040"
func.func @depthwise(%x: tensor<1x1x2x2xf32>) -> tensor<1x1x2x2xf32> {
  %v = qnn.constant dense<16.0> : tensor<1x1x1x1xf32> as tensor<1x1x1x1xf32> loc("first")
  %d = qnn.constant dense<1.0> : tensor<1x1x1x1xf32> as tensor<1x1x1x1xf32> loc("second")
  %w = qnn.constant dense<0.5> : tensor<1x1x1x1xf32> as tensor<1x1x1x1xf32> loc("third")
  %0 = qnn.conv %x, %v {clamp = #qnn.clamp<0.0, inf>} : (tensor<1x1x2x2xf32>, tensor<1x1x1x1xf32>) -> tensor<1x1x2x2xf32>
  %1 = qnn.conv %0, %d {group = 1 : i64} : (tensor<1x1x2x2xf32>, tensor<1x1x1x1xf32>) -> tensor<1x1x2x2xf32>
  %2 = qnn.relu %1 : (tensor<1x1x2x2xf32>) -> tensor<1x1x2x2xf32>
  %3 = qnn.conv %2, %w : (tensor<1x1x2x2xf32>, tensor<1x1x1x1xf32>) -> tensor<1x1x2x2xf32>
  return %3 : tensor<1x1x2x2xf32>
}

// -----

// A limit of 6 is another one for each channel, and what leaves the graph is what it is.
// CHECK-LABEL: func.func @kept
// CHECK-DAG: dense<8.000000e+00> : tensor<1x1xf32>
// CHECK-DAG: dense<2.000000e+00> : tensor<1x1xf32>
// CHECK-DAG: dense<3.200000e+01> : tensor<1x1xf32>
func.func @kept(%x: tensor<1x1xf32>) -> (tensor<1x1xf32>, tensor<1x1xf32>) {
  %u = qnn.constant dense<8.0> : tensor<1x1xf32> as tensor<1x1xf32>
  %v = qnn.constant dense<2.0> : tensor<1x1xf32> as tensor<1x1xf32>
  %w = qnn.constant dense<32.0> : tensor<1x1xf32> as tensor<1x1xf32>
  %0 = qnn.linear %x, %u {clamp = #qnn.clamp<0.0, 6.0>} : (tensor<1x1xf32>, tensor<1x1xf32>) -> tensor<1x1xf32>
  %1 = qnn.linear %0, %v : (tensor<1x1xf32>, tensor<1x1xf32>) -> tensor<1x1xf32>
  %2 = qnn.linear %1, %w : (tensor<1x1xf32>, tensor<1x1xf32>) -> tensor<1x1xf32>
  return %1, %2 : tensor<1x1xf32>, tensor<1x1xf32>
}
