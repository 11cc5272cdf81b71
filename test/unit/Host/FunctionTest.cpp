//===- FunctionTest.cpp - y = f(x) on the host ----------------------------===//
#include "Nodes.h"

#include <cmath>
#include <limits>

using namespace tare;
using namespace tare::host;
using namespace tare::test;

namespace {

const float nan = std::nanf("");

TEST(Functions, Types) {
  EXPECT_EQ(problemOf({"Sin", 13}, {vec<int8_t>({1})}), "operand 0 holds int8, expected floating point");
  EXPECT_EQ(problemOf({"Not", 1}, {vec<int8_t>({1})}), "operand 0 holds int8, expected bool");
  EXPECT_EQ(problemOf({"BitwiseNot", 18}, {floats({1})}), "operand 0 holds float32, expected integers");
  EXPECT_EQ(problemOf({"Sin", 13}, {}), "operand 0 is missing");
  EXPECT_EQ(problemOf({"Gelu", 20, {{{"approximate", std::string("erf")}}}}, {floats({1})}),
            "attribute 'approximate' is 'erf', expected 'none' or 'tanh'");
}

TEST(Functions, IntegersWrap) {
  EXPECT_EQ(valuesOf<int8_t>(give({"Abs", 13}, {vec<int8_t>({-128, -5, 5})})), (std::vector<int8_t>{-128, 5, 5}));
  EXPECT_EQ(valuesOf<int8_t>(give({"Neg", 13}, {vec<int8_t>({-128, -5, 5})})), (std::vector<int8_t>{-128, 5, -5}));
  EXPECT_EQ(valuesOf<uint8_t>(give({"BitwiseNot", 18}, {vec<uint8_t>({0, 5})})), (std::vector<uint8_t>{255, 250}));
}

TEST(Functions, OfTheFirstOpsets) {
  EXPECT_FLOAT_EQ(*give({"ScaledTanh", 1, {{{"alpha", 2.0}, {"beta", 0.5}}}}, {scalar(1.0f)}).as<float>(),
                  2 * std::tanh(0.5f));
  EXPECT_FLOAT_EQ(*give({"ParametricSoftplus", 1, {{{"alpha", 2.0}, {"beta", 3.0}}}}, {scalar(0.5f)}).as<float>(),
                  2 * std::log1p(std::exp(1.5f)));
}

TEST(Functions, NanStays) {
  for (const char *op : {"Sign", "Relu", "Clip", "Abs", "Elu"})
    EXPECT_TRUE(std::isnan(*give({op, 13}, {scalar(nan)}).as<float>())) << op;
}

TEST(Clip, BoundsByOperatorSet) {
  Tensor x = floats({-infinity, 0, 5});
  EXPECT_EQ(valuesOf<float>(give({"Clip", 6, {{{"max", 2.0}}}}, {x})),
            (std::vector<float>{std::numeric_limits<float>::lowest(), 0, 2}));
  EXPECT_EQ(valuesOf<float>(give({"Clip", 13}, {x, Tensor(), scalar(2.0f)})), (std::vector<float>{-infinity, 0, 2}));
  // The upper one counts.
  EXPECT_EQ(valuesOf<float>(give({"Clip", 13}, {x, scalar(3.0f), scalar(1.0f)})), (std::vector<float>{1, 1, 1}));
  EXPECT_EQ(problemOf({"Clip", 13}, {x, floats({1, 2})}), "min has the shape 2, expected one element");
  EXPECT_EQ(problemOf({"Clip", 13}, {x, scalar<int8_t>(1)}),
            "operands 0 and 1 hold float32 and int8, expected one type");
}

TEST(Dropout, OnlyInference) {
  Tensor x = floats({1, 2});
  EXPECT_EQ(valuesOf<float>(give({"Dropout", 13}, {x, scalar(0.0f), scalar(true)})), (std::vector<float>{1, 2}));
  EXPECT_EQ(problemOf({"Dropout", 13}, {x, scalar(0.5f), scalar(true)}),
            "training_mode is true, expected false: what is dropped would be random");
  Result<std::vector<Tensor>> both = evaluate({"Dropout", 10}, {x}, 2);
  ASSERT_TRUE(both);
  EXPECT_EQ(valuesOf<bool>((*both)[1]), (std::vector<bool>{true, true}));
}

} // namespace
