//===- SignalTest.cpp - Signals on the host -------------------------------===//
#include "Nodes.h"

#include <cmath>

using namespace tare;
using namespace tare::host;
using namespace tare::test;

namespace {

TEST(HostDft, ByHand) {
  Tensor x = floats({1, 3, 1}, {1, 2, 3});
  float half = std::sqrt(3.0f) / 2;
  std::vector<Tensor> found = resultsOf({"DFT", 17}, {x});
  expectNear(found[0], {6, 0, -1.5f, half, -1.5f, -half});
  std::vector<Tensor> back = resultsOf({"DFT", 17, with({{"inverse", int64_t(1)}})}, found);
  expectNear(back[0], {1, 0, 2, 0, 3, 0});
  EXPECT_EQ(problemOf({"DFT", 17, with({{"onesided", int64_t(1)}})}, found),
            "input is complex, expected real numbers (attribute 'onesided' is set)");
  EXPECT_EQ(problemOf({"DFT", 20}, {x, {}, tensor<int64_t>({}, {-1})}),
            "axis -1 is that of the parts of complex numbers");
  EXPECT_EQ(problemOf({"DFT", 20}, {x, tensor<int64_t>({}, {0})}), "dft_length is 0, expected 1 to 1099511627776");
}

TEST(HostStft, Refuses) {
  Tensor x = ones({1, 8, 1}), step = tensor<int64_t>({}, {0}), two = tensor<int64_t>({}, {2});
  EXPECT_EQ(problemOf({"STFT", 17}, {x, step}), "frame_step is 0, expected 1 to 1099511627776");
  EXPECT_EQ(problemOf({"STFT", 17}, {x, two, ones({9})}), "signal has 8 elements, expected at least the 9 of a frame");
  EXPECT_EQ(resultsOf({"STFT", 17}, {x, two, ones({4})})[0].shape(), (Shape{1, 3, 3, 2}));
}

TEST(HostWindow, ByHand) {
  Tensor four = tensor<int64_t>({}, {4}), one = tensor<int64_t>({}, {1});
  expectNear(resultsOf({"HannWindow", 17}, {four})[0], {0, 0.5f, 1, 0.5f});
  Node symmetric{"HannWindow", 17, with({{"periodic", int64_t(0)}})};
  expectNear(resultsOf(symmetric, {four})[0], {0, 0.75f, 0.75f, 0});
  expectNear(resultsOf(symmetric, {one})[0], {1});
  EXPECT_EQ(problemOf({"HannWindow", 17}, {tensor<int64_t>({}, {-1})}), "size is -1, expected 0 to 1099511627776");
  EXPECT_EQ(problemOf({"HannWindow", 17, with({{"output_datatype", int64_t(8)}})}, {one}),
            "attribute 'output_datatype' is 8, expected a type of numbers");
}

} // namespace
