//===- PoolingTest.cpp - Pooling on the host ------------------------------===//
#include "Nodes.h"

using namespace tare;
using namespace tare::host;
using namespace tare::test;

namespace {

using Ints = std::vector<int64_t>;

TEST(HostPooling, Refuses) {
  Tensor x = counted({1, 1, 4});
  auto problem = [&](const char *name, Ints values) {
    Attributes attributes({{"kernel_shape", Ints{2}}});
    attributes.set(name, values);
    return problemOf({"MaxPool", 12, attributes}, {x});
  };
  EXPECT_EQ(problem("strides", {0}), "attribute 'strides' holds 0, expected 1 to 1073741823");
  EXPECT_EQ(problem("strides", {1, 1}), "attribute 'strides' has 2 elements, expected 1");
  EXPECT_NE(problem("pads", {-1, 0}), "");
  EXPECT_NE(problem("dilations", {huge}), "");
  EXPECT_NE(problem("kernel_shape", {5}), "");
  EXPECT_NE(problem("kernel_shape", {}), "");
  EXPECT_NE(problemOf({"LpPool", 18, {{{"kernel_shape", Ints{2}}, {"p", int64_t(0)}}}}, {x}), "");
  EXPECT_NE(problemOf({"MaxUnpool", 11, {{{"kernel_shape", Ints{1}}}}}, {x, integers({0, 1, 2, 9})}), "");
}

TEST(HostPooling, PlacesByColumns) {
  Node node{"MaxPool", 12, {{{"kernel_shape", Ints{2, 3}}, {"storage_order", int64_t(1)}}}};
  EXPECT_EQ(valuesOf<int64_t>(node, {counted({1, 2, 2, 3})}, 1), (Ints{5, 11}));
  Node rows{"MaxPool", 12, {{{"kernel_shape", Ints{1, 2}}, {"storage_order", int64_t(1)}}}};
  EXPECT_EQ(valuesOf<int64_t>(rows, {counted({1, 1, 2, 3})}, 1), (Ints{2, 4, 3, 5}));
}

} // namespace
