//===- AttributeTypesTest.cpp - Attributes of another type ----------------===//
#include "Nodes.h"

using namespace tare;
using namespace tare::test;
using namespace std::string_literals;

// An attribute of another type was taken as missing, and the default stood in its place.
TEST(AttributeTypes, OneOfAnotherTypeIsRefused) {
  auto problem = [](const std::string &op, int64_t opset, host::Attributes::Map attributes, const Operands &operands) {
    return problemOf({op, opset, with(std::move(attributes))}, operands);
  };
  Tensor x = counted({1, 4, 2, 2});
  EXPECT_EQ(problem("Elu", 6, {{"alpha", int64_t(2)}}, {x}), "attribute 'alpha' has type INT, expected FLOAT");
  EXPECT_EQ(problem("Softmax", 13, {{"axis", 1.0}}, {x}), "attribute 'axis' has type FLOAT, expected INT");
  EXPECT_EQ(problem("DepthToSpace", 13, {{"blocksize", int64_t(2)}, {"mode", int64_t(1)}}, {x}),
            "attribute 'mode' has type INT, expected STRING");
  EXPECT_EQ(problem("Transpose", 13, {{"perm", std::vector<double>{0, 1, 2, 3}}}, {x}),
            "attribute 'perm' has type FLOATS, expected INTS");
  EXPECT_EQ(problem("Upsample", 7, {{"scales", std::vector<int64_t>{1, 1, 2, 2}}}, {x}),
            "attribute 'scales' has type INTS, expected FLOATS");
  EXPECT_EQ(problem("ConstantOfShape", 9, {{"value", 1.0}}, {integers({2})}),
            "attribute 'value' has type FLOAT, expected TENSOR");
  EXPECT_EQ(problem("Transpose", 13, {{"perm", std::vector<std::string>{"0"}}}, {x}),
            "attribute 'perm' has type STRINGS, expected INTS");
  EXPECT_EQ(problem("Pad", 2, {{"pads", std::vector<int64_t>(8)}, {"value", scalar(1.0f)}}, {x}),
            "attribute 'value' has type TENSOR, expected FLOAT");
}

// The type of a name depends on operator and operator set for a few.
TEST(AttributeTypes, FollowOperatorAndVersion) {
  Tensor x = counted({1, 1, 2, 2});
  EXPECT_EQ(problemOf({"Cast", 5, with({{"to", "INT32"s}})}, {x}), "");
  EXPECT_EQ(problemOf({"Cast", 6, with({{"to", "INT32"s}})}, {x}), "attribute 'to' has type STRING, expected INT");
  EXPECT_EQ(problemOf({"Cast", 5, with({{"to", int64_t(6)}})}, {x}), "attribute 'to' has type INT, expected STRING");
  EXPECT_EQ(problemOf({"Cast", 6, with({{"to", int64_t(6)}})}, {x}), "");
  EXPECT_EQ(problemOf({"GlobalLpPool", 1, with({{"p", 3.0}})}, {x}), "");
  EXPECT_EQ(problemOf({"GlobalLpPool", 2, with({{"p", 3.0}})}, {x}), "attribute 'p' has type FLOAT, expected INT");
  EXPECT_EQ(problemOf({"GlobalLpPool", 2, with({{"p", int64_t(3)}})}, {x}), "");
  EXPECT_EQ(problemOf({"ConstantOfShape", 9, with({{"value", floats({1})}})}, {integers({2})}), "");
}

// What no operator reads may be anything.
TEST(AttributeTypes, OneThatNothingReadsMayBeAnything) {
  EXPECT_EQ(problemOf({"Elu", 6, with({{"vendor_note", int64_t(2)}, {"alpha", 2.0}})}, {floats({-1})}), "");
}
