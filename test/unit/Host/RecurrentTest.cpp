//===- RecurrentTest.cpp - Layers with a state on the host ----------------===//
#include "Nodes.h"

using namespace tare;
using namespace tare::host;
using namespace tare::test;

namespace {

/// h = x + h, by functions that do nothing.
Node sums(std::string direction) {
  std::vector<std::string> functions(direction == "bidirectional" ? 2 : 1, "Affine");
  std::vector<double> alphas(functions.size(), 1.0);
  return {"RNN", 14,
          with({{"activations", functions}, {"activation_alpha", alphas}, {"direction", std::move(direction)}})};
}

TEST(HostRecurrent, GoesBothWays) {
  Tensor x = floats({3, 1, 1}, {1, 2, 4});
  std::vector<Tensor> found = resultsOf(sums("bidirectional"), {x, ones({2, 1, 1}), ones({2, 1, 1})}, 2);
  expectNear(found[0], {1, 7, 3, 6, 7, 4});
  expectNear(found[1], {7, 7});
}

TEST(HostRecurrent, StopsAtTheEndOfASequence) {
  Tensor x = floats({3, 2, 1}, {1, 10, 2, 20, 4, 40}), weight = ones({1, 1, 1});
  Operands operands{x, weight, weight, {}, tensor<int32_t>({2}, {2, 3})};
  std::vector<Tensor> found = resultsOf(sums("reverse"), operands, 2);
  expectNear(found[0], {3, 70, 2, 60, 0, 40});
  expectNear(found[1], {3, 70});
  operands[4] = tensor<int32_t>({2}, {2, 4});
  EXPECT_EQ(problemOf(sums("forward"), operands), "a sequence has the length 4, expected 0 to 3");
}

TEST(HostRecurrent, Refuses) {
  Tensor x = ones({3, 2, 1}), weight = ones({1, 1, 1});
  EXPECT_EQ(problemOf(sums("up"), {x, weight, weight}),
            "attribute 'direction' is 'up', expected forward, reverse or bidirectional");
  EXPECT_EQ(problemOf(sums("forward"), {x, ones({1, 1, 2}), weight}), "W has the shape 1x1x2, expected 1x1x1");
  EXPECT_EQ(problemOf({"LSTM", 14}, {x, weight, weight}), "W has the shape 1x1x1, expected 1x4x1");
  Node node = sums("forward");
  node.attributes.set("activations", std::vector<std::string>{"Sine"});
  EXPECT_EQ(problemOf(node, {x, weight, weight}),
            "has the activation 'Sine', expected Relu, Tanh, Sigmoid, Affine, LeakyRelu, ThresholdedRelu, ScaledTanh, "
            "HardSigmoid, Elu, Softsign or Softplus");
  node.attributes.set("activations", std::vector<std::string>{"Relu", "Relu"});
  EXPECT_EQ(problemOf(node, {x, weight, weight}), "has 2 activations, expected 1");
}

} // namespace
