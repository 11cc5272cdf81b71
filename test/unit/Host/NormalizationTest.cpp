//===- NormalizationTest.cpp - Normalizations on the host -----------------===//
#include "Nodes.h"

#include <cmath>

using namespace tare;
using namespace tare::host;
using namespace tare::test;

namespace {

TEST(Softmax, AxisByOperatorSet) {
  Tensor x = tensor<float>({1, 2, 2}, {0, 0, 0, 0});
  EXPECT_EQ(valuesOf<float>(give({"Softmax", 11}, {x})), (std::vector<float>(4, 0.25f)));
  EXPECT_EQ(valuesOf<float>(give({"Softmax", 13}, {x})), (std::vector<float>(4, 0.5f)));
  EXPECT_EQ(valuesOf<float>(give({"Softmax", 11, {{{"axis", int64_t(3)}}}}, {x})), (std::vector<float>(4, 1)));
  EXPECT_EQ(problemOf({"Softmax", 13, {{{"axis", int64_t(3)}}}}, {x}), "axis 3 is out of range for 3 dimensions");
  EXPECT_EQ(valuesOf<float>(give({"Hardmax", 13}, {floats({1, 3, 3})})), (std::vector<float>{0, 1, 0}));
}

TEST(HostNormalization, ByHand) {
  Tensor x = floats({1, 4}, {1, 3, 5, 7}), one = ones({4});
  float inverse = 1 / std::sqrt(5.0f);
  std::vector<float> expected{-3 * inverse, -inverse, inverse, 3 * inverse};
  Node layer{"LayerNormalization", 17, with({{"epsilon", 0.0}})};
  std::vector<Tensor> found = resultsOf(layer, {x, one}, 3);
  expectNear(found[0], expected);
  expectNear(found[1], {4});
  expectNear(found[2], {inverse});
  Node group{"GroupNormalization", 21, with({{"num_groups", int64_t(2)}, {"epsilon", 0.0}})};
  expectNear(resultsOf(group, {x, one, one})[0], {0, 2, 0, 2});
  group.opset = 18;
  EXPECT_EQ(problemOf(group, {x, one, one}), "scale has the shape 4, expected 2");
  group.attributes.set("num_groups", int64_t(3));
  EXPECT_EQ(problemOf(group, {x, one, one}), "attribute 'num_groups' is 3, which does not divide 4 channels");
}

TEST(HostNormalization, Batch) {
  Tensor x = floats({2, 1}, {1, 3}), zero = floats({1}, {0}), one = ones({1});
  Operands operands{x, one, one, zero, one};
  Node node{"BatchNormalization", 15, with({{"epsilon", 0.0}})};
  expectNear(resultsOf(node, operands)[0], {2, 4});
  EXPECT_EQ(problemOf(node, operands, 3), "has 3 results, expected at most 1");
  node.attributes.set("training_mode", int64_t(1));
  node.attributes.set("momentum", 0.5);
  std::vector<Tensor> found = resultsOf(node, operands, 3);
  expectNear(found[0], {0, 2});
  expectNear(found[1], {1});
  expectNear(found[2], {1});
}

TEST(HostNormalization, Refuses) {
  Tensor x = ones({2, 3, 4});
  EXPECT_EQ(problemOf({"LRN", 13}, {x}), "attribute 'size' is 0, expected at least 1");
  EXPECT_EQ(problemOf({"LpNormalization", 1, with({{"p", int64_t(3)}})}, {x}), "attribute 'p' is 3, expected 1 to 2");
  EXPECT_EQ(problemOf({"MeanVarianceNormalization", 13}, {x}), "axis 3 is out of range for 3 dimensions");
  EXPECT_EQ(problemOf({"InstanceNormalization", 6}, {x, ones({2}), ones({3})}), "scale has the shape 2, expected 3");
  EXPECT_EQ(problemOf({"LayerNormalization", 17, with({{"axis", int64_t(3)}})}, {x, ones({4})}),
            "axis 3 is out of range for 3 dimensions");
}

TEST(HostNormalization, EmbeddingsAreLookedUpInTables) {
  Tensor table = floats({2, 2}, {0, 2, 4, 0}), zero = floats({2, 2}, {0, 0, 0, 0});
  Node node{"com.microsoft.EmbedLayerNormalization", 1};
  Operands operands{tensor<int32_t>({1, 2}, {1, 0}), {}, table, zero, {}, ones({2}), floats({2}, {0, 0})};
  expectNear(resultsOf(node, operands)[0], {1, -1, -1, 1});
  operands[0] = tensor<int32_t>({1, 2}, {1, 2});
  EXPECT_EQ(problemOf(node, operands), "index 2 is out of range for 2 elements");
  operands[2] = ones({2, 2, 2});
  EXPECT_EQ(problemOf(node, operands), "word_embedding has 3 dimensions, expected 2");
  operands[2] = ones({4});
  EXPECT_EQ(problemOf(node, operands), "word_embedding has 1 dimensions, expected 2");
}

TEST(HostNormalization, EmbeddingsCountTheOnesOfTheirMask) {
  Tensor table = floats({2, 2}, {0, 2, 4, 0}), zero = floats({3, 2}, {0, 0, 0, 0, 0, 0});
  Node node{"com.microsoft.EmbedLayerNormalization", 1};
  Operands operands{tensor<int32_t>({2, 3}, {1, 0, 1, 0, 0, 1}), {}, table, zero, {}, ones({2}), floats({2}, {0, 0}),
                    tensor<int32_t>({2, 3}, {1, 1, 0, 0, 2, 1})};
  Tensor counts = resultsOf(node, operands, 2)[1];
  EXPECT_EQ(std::vector<int32_t>(counts.as<int32_t>(), counts.as<int32_t>() + 2), (std::vector<int32_t>{2, 1}));
  operands.pop_back();
  counts = resultsOf(node, operands, 2)[1];
  EXPECT_EQ(std::vector<int32_t>(counts.as<int32_t>(), counts.as<int32_t>() + 2), (std::vector<int32_t>{0, 0}));
}

} // namespace
