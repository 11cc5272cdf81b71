//===- MovementTest.cpp - Elements in other places on the host ------------===//
#include "Nodes.h"

#include <cmath>

using namespace tare;
using namespace tare::host;
using namespace tare::test;

namespace {

using Ints = std::vector<int64_t>;

TEST(HostMovement, AShapeOrAPartOfIt) {
  Tensor x = counted({2, 3, 1, 4});
  EXPECT_EQ(valuesOf<int64_t>({"Shape", 13}, {x}), (Ints{2, 3, 1, 4}));
  Node part{"Shape", 15};
  part.attributes.set("start", int64_t(1));
  EXPECT_EQ(valuesOf<int64_t>(part, {x}), (Ints{3, 1, 4}));
  part.attributes.set("end", int64_t(-1));
  EXPECT_EQ(valuesOf<int64_t>(part, {x}), (Ints{3, 1}));
  part.attributes.set("start", int64_t(3));
  EXPECT_EQ(valuesOf<int64_t>(part, {x}), Ints{});
}

TEST(HostMovement, AnIdentityOfNoTypeOfNumbers) {
  for (int64_t type : {int64_t(-1), int64_t(0), int64_t(14), int64_t(99)}) {
    Node node{"EyeLike", 9};
    node.attributes.set("dtype", type);
    EXPECT_EQ(problemOf(node, {counted({2, 3})}),
              "attribute 'dtype' is " + std::to_string(type) + ", which is no type of numbers");
  }
}

TEST(HostMovement, ShapesThatDoNotFit) {
  EXPECT_EQ(problemOf({"Reshape", 14}, {counted({2, 3}), integers({4, 2})}),
            "the shape 4x2 has other elements than 2x3");
  EXPECT_EQ(problemOf({"Reshape", 14}, {counted({2, 3}), integers({-1, -1})}),
            "its shape leaves more than one dimension open");
  EXPECT_NE(problemOf({"Reshape", 14}, {counted({2, 3}), integers({huge, huge})}), "");
  EXPECT_NE(problemOf({"Reshape", 14}, {counted({2, 0}), integers({0, -1, 0})}), "");
  EXPECT_NE(problemOf({"Squeeze", 13}, {counted({2, 3}), integers({0})}), "");
  EXPECT_NE(problemOf({"Unsqueeze", 13}, {counted({2}), integers({0, 0})}), "");
  EXPECT_NE(problemOf({"Transpose", 13, {{{"perm", Ints{0, 0}}}}}, {counted({2, 3})}), "");
  EXPECT_NE(problemOf({"Concat", 13, {{{"axis", int64_t(0)}}}}, {counted({2, 3}), counted({2, 4})}), "");
  EXPECT_NE(problemOf({"Split", 13}, {counted({5}), integers({2, 2})}, 2), "");
  EXPECT_NE(problemOf({"Split", 11}, {counted({5})}, 2), "");
  EXPECT_NE(problemOf({"Tile", 13}, {counted({2, 3}), integers({huge, huge})}), "");
  EXPECT_NE(problemOf({"Expand", 13}, {counted({2, 3}), integers({4, 3})}), "");
  EXPECT_NE(problemOf({"Trilu", 14}, {counted({3})}), "");
  EXPECT_NE(problemOf({"DepthToSpace", 13, {{{"blocksize", int64_t(0)}}}}, {counted({1, 4, 2, 2})}), "");
}

TEST(HostMovement, ShapesMustBeKnown) {
  Node node{"Reshape", 14};
  Operand x{{ElementType::f32, {6}}, {}}, shape{{ElementType::i64, {2}}, {}};
  Result<std::vector<TensorType>> found = inferTypes(node, {x, shape}, 1);
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().message, "operand shape must be a constant, found a computed value");
}

TEST(HostMovement, SliceBackwards) {
  Node node{"Slice", 13};
  EXPECT_EQ(valuesOf(node, {counted({5}), integers({-1}), integers({tiny}), integers({0}), integers({-2})}),
            (std::vector<float>{4, 2, 0}));
  EXPECT_EQ(valuesOf(node, {counted({5}), integers({huge}), integers({tiny}), integers({0}), integers({tiny})}),
            (std::vector<float>{4}));
  EXPECT_EQ(problemOf(node, {counted({5}), integers({0}), integers({5}), integers({0}), integers({0})}),
            "the step along axis 0 is 0");
  EXPECT_NE(problemOf(node, {counted({5}), integers({0}), integers({5}), integers({1})}), "");
}

TEST(HostMovement, Pad) {
  Node reflect{"Pad", 13, {{{"mode", std::string("reflect")}}}};
  EXPECT_EQ(valuesOf(reflect, {counted({3}), integers({2, 1})}), (std::vector<float>{2, 1, 0, 1, 2, 1}));
  Node wrap{"Pad", 19, {{{"mode", std::string("wrap")}}}};
  EXPECT_EQ(valuesOf(wrap, {counted({3}), integers({2, 1})}), (std::vector<float>{1, 2, 0, 1, 2, 0}));
  Node constant{"Pad", 13};
  EXPECT_EQ(valuesOf(constant, {counted({3}), integers({-1, 2}), floats({}, {9})}), (std::vector<float>{1, 2, 9, 9}));
  EXPECT_NE(problemOf(constant, {counted({3}), integers({-2, -2})}), "");
  EXPECT_NE(problemOf(constant, {counted({3}), integers({huge, huge})}), "");
  EXPECT_NE(problemOf(reflect, {counted({0}), integers({1, 0})}), "");
}

TEST(HostMovement, RangeCounts) {
  auto number = [](int64_t value) { return tensor<int64_t>({}, {value}); };
  EXPECT_EQ(valuesOf<int64_t>({"Range", 11}, {number(10), number(4), number(-4)}), (Ints{10, 6}));
  EXPECT_EQ(valuesOf<int64_t>({"Range", 11}, {number(huge - 1), number(huge), number(huge)}), (Ints{huge - 1}));
  EXPECT_NE(problemOf({"Range", 11}, {number(0), number(4), number(0)}), "");
  EXPECT_NE(problemOf({"Range", 11}, {number(tiny), number(huge), number(1)}), "");
}

TEST(HostMovement, SequencesThatAreTooLong) {
  EXPECT_EQ(problemOf({"ReverseSequence", 10}, {counted({2, 2}), integers({2, 3})}),
            "a sequence has the length 3, expected 0 to 2");
}

TEST(HostResize, Refuses) {
  Tensor x = counted({1, 1, 2, 2}), none;
  Node node{"Resize", 13};
  EXPECT_EQ(problemOf(node, {x}), "its scales and sizes are missing");
  EXPECT_NE(problemOf(node, {x, none, floats({4}, {1, 1, 0, 1})}), "");
  EXPECT_NE(problemOf(node, {x, none, floats({4}, {1, 1, NAN, 1})}), "");
  EXPECT_NE(problemOf(node, {x, none, floats({2}, {1, 1})}), "");
  EXPECT_NE(problemOf(node, {x, none, none, integers({1, 1, huge, 1})}), "");
  EXPECT_NE(problemOf(node, {counted({1, 1, 0, 2}), none, none, integers({1, 1, 2, 2})}), "");
}

TEST(HostResize, OfTheFirstOpsetTakesTheElementAfter) {
  Tensor x = counted({1, 1, 1, 4}), scales = floats({4}, {1, 1, 1, 0.6f});
  EXPECT_EQ(valuesOf({"Resize", 10}, {x, scales}), (std::vector<float>{0, 2}));
}

} // namespace
