//===- ConvolutionTest.cpp - Convolutions on the host ---------------------===//
#include "Nodes.h"

using namespace tare;
using namespace tare::host;
using namespace tare::test;

namespace {

using Ints = std::vector<int64_t>;

TEST(HostConvolutions, ThreeDimensions) {
  Tensor w = floats({1, 1, 2, 1, 1}, {1, -1}), bias = floats({1}, {10});
  EXPECT_EQ(valuesOf({"Conv", 11}, {counted({1, 1, 2, 1, 2}), w, bias}), (std::vector<float>{8, 8}));
  EXPECT_EQ(valuesOf({"ConvTranspose", 11}, {counted({1, 1, 1, 1, 2}), w}), (std::vector<float>{0, 1, 0, -1}));
}

TEST(HostConvolutions, Refuse) {
  Tensor x = counted({1, 4, 3}), w = counted({2, 2, 2});
  EXPECT_EQ(problemOf({"Conv", 11}, {x, w}), "its weights are 2x2x2 in 1 groups, for 4 channels");
  EXPECT_EQ(problemOf({"Conv", 11, {{{"group", int64_t(2)}}}}, {x, w}), "");
  EXPECT_NE(problemOf({"Conv", 11, {{{"group", int64_t(0)}}}}, {x, w}), "");
  EXPECT_NE(problemOf({"Conv", 11, {{{"group", int64_t(2)}}}}, {x, w, counted({3})}), "");
  EXPECT_NE(problemOf({"Conv", 11, {{{"group", int64_t(2)}, {"auto_pad", std::string("SAME")}}}}, {x, w}), "");
  EXPECT_NE(problemOf({"ConvTranspose", 11, {{{"pads", Ints{9, 9}}}}}, {counted({1, 2, 3}), w}), "");
  EXPECT_NE(problemOf({"DeformConv", 19}, {counted({1, 1, 3, 3}), counted({1, 1, 2, 2}), counted({1, 8, 1, 1})}), "");
  EXPECT_NE(problemOf({"CausalConvWithState", 27}, {counted({1, 2, 3}), counted({2, 2, 2})}, 2), "");
}

} // namespace
