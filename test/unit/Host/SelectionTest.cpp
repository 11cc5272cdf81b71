//===- SelectionTest.cpp - Elements chosen by others on the host ----------===//
#include "Nodes.h"

#include <cmath>

using namespace tare;
using namespace tare::host;
using namespace tare::test;

namespace {

using Ints = std::vector<int64_t>;

TEST(HostSelection, IndicesOutOfRange) {
  EXPECT_EQ(problemOf({"Gather", 13}, {counted({3}), integers({3})}), "index 3 is out of range for 3 elements");
  EXPECT_NE(problemOf({"GatherElements", 13}, {counted({3}), integers({-4})}), "");
  EXPECT_NE(problemOf({"GatherND", 13}, {counted({3}), tensor<int64_t>({1, 1}, {3})}), "");
  EXPECT_NE(problemOf({"ScatterElements", 18}, {counted({3}), integers({tiny}), counted({1})}), "");
  EXPECT_NE(problemOf({"ScatterND", 18}, {counted({3}), tensor<int64_t>({1, 1}, {huge}), counted({1})}), "");
  EXPECT_EQ(problemOf({"TensorScatter", 24}, {counted({1, 4, 1}), counted({1, 2, 1}), integers({3})}),
            "2 elements do not fit at 3 of 4");
}

TEST(HostSelection, TopKPrefersTheFirst) {
  Node node{"TopK", 11};
  Tensor x = floats({4}, {1, 7, 7, NAN});
  EXPECT_EQ(valuesOf<int64_t>(node, {x, integers({3})}, 1), (Ints{3, 1, 2}));
  EXPECT_EQ(problemOf(node, {x, integers({5})}), "k is 5, expected 0 to 4");
  EXPECT_NE(problemOf(node, {x, integers({-1})}), "");
}

TEST(HostSelection, Scatter) {
  Node add{"ScatterElements", 18, {{{"reduction", std::string("add")}}}};
  EXPECT_EQ(valuesOf<int8_t>(add, {tensor<int8_t>({2}, {127, 0}), integers({0, 0}), tensor<int8_t>({2}, {1, 1})}),
            (std::vector<int8_t>{-127, 0}));
  Node other{"ScatterElements", 18, {{{"reduction", std::string("mean")}}}};
  EXPECT_EQ(problemOf(other, {counted({2}), integers({0}), counted({1})}),
            "attribute 'reduction' is 'mean', expected none, add, mul, max or min");
}

TEST(HostSelection, ShapesThatDependOnElements) {
  Operand computed{{ElementType::f32, {3}}, {}};
  Result<std::vector<TensorType>> found = inferTypes({"NonZero", 13}, {computed}, 1);
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().message, "its result's shape depends on data: operand 0 must be a constant, or the "
                                   "network end before it (--outputs)");
  EXPECT_EQ(valuesOf<int64_t>({"NonZero", 13}, {floats({2, 2}, {0, 1, 2, 0})}), (Ints{0, 1, 1, 0}));
  Node unsorted{"Unique", 11, {{{"sorted", int64_t(0)}}}};
  EXPECT_EQ(valuesOf(unsorted, {floats({4}, {3, 1, 3, 2})}), (std::vector<float>{3, 1, 2}));
  EXPECT_EQ(valuesOf<int64_t>(unsorted, {floats({4}, {3, 1, 3, 2})}, 2), (Ints{0, 1, 0, 2}));
}

TEST(HostSelection, OneHotOfNoIndex) {
  Tensor indices = floats({3}, {-1, 1e30f, NAN}), depth = integers({2}), values = floats({2}, {0, 1});
  EXPECT_EQ(valuesOf({"OneHot", 11}, {indices, depth, values}), (std::vector<float>{0, 1, 0, 0, 0, 0}));
  EXPECT_EQ(valuesOf({"OneHot", 9}, {indices, depth, values}), (std::vector<float>{0, 0, 0, 0, 0, 0}));
  EXPECT_NE(problemOf({"OneHot", 11}, {indices, integers({0}), values}), "");
}

} // namespace
