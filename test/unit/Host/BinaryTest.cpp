//===- BinaryTest.cpp - Two operands on the host --------------------------===//
#include "Nodes.h"

using namespace tare;
using namespace tare::host;
using namespace tare::test;

namespace {

TEST(Binary, DivisionNeverTraps) {
  Tensor a = vec<int32_t>({INT32_MIN, 7, -7}), b = vec<int32_t>({-1, -2, 2});
  EXPECT_EQ(valuesOf<int32_t>(give({"Div", 14}, {a, b})), (std::vector<int32_t>{INT32_MIN, -3, -3}));
  EXPECT_EQ(valuesOf<int32_t>(give({"Mod", 13}, {a, b})), (std::vector<int32_t>{0, -1, 1}));
  EXPECT_EQ(valuesOf<int32_t>(give({"Mod", 13, {{{"fmod", int64_t(1)}}}}, {a, b})), (std::vector<int32_t>{0, 1, -1}));
}

TEST(Binary, SumsWrap) {
  EXPECT_EQ(valuesOf<int64_t>(give({"Add", 14}, {scalar(INT64_MAX), scalar(int64_t(1))})),
            (std::vector<int64_t>{INT64_MIN}));
  EXPECT_EQ(valuesOf<uint8_t>(give({"Mul", 14}, {vec<uint8_t>({200, 3}), vec<uint8_t>({2, 3})})),
            (std::vector<uint8_t>{144, 9}));
}

// The first operand is repeated before it meets the others: it had been read as if it were as large as the result.
TEST(Binary, TheFirstOfManyMayBeTheSmallest) {
  Tensor row = vec<int32_t>({5, -1, 2}), pair = tensor<int32_t>({2, 3}, {1, 2, 3, 4, 5, 6});
  EXPECT_EQ(valuesOf<int32_t>(give({"Max", 13}, {row, pair})), (std::vector<int32_t>{5, 2, 3, 5, 5, 6}));
  EXPECT_EQ(valuesOf<int32_t>(give({"Min", 13}, {row, pair})), (std::vector<int32_t>{1, -1, 2, 4, -1, 2}));
  EXPECT_EQ(valuesOf<float>(give({"Sum", 13}, {vec<float>({1, 2}), floats({2, 2}, {10, 20, 30, 40})})),
            (std::vector<float>{11, 22, 31, 42}));
}

TEST(Binary, PowersOfIntegers) {
  Tensor base = vec<int32_t>({-1, 1, 2, 0, 3}), exponent = vec<int64_t>({-3, -2, -1, -1, 40});
  // 3^40 modulo 2^32.
  EXPECT_EQ(valuesOf<int32_t>(give({"Pow", 15}, {base, exponent})),
            (std::vector<int32_t>{-1, 1, 0, 0, int32_t(uint32_t(12157665459056928801u))}));
  EXPECT_EQ(problemOf({"Pow", 7}, {base, exponent}), "operands 0 and 1 hold int32 and int64, expected one type");
}

TEST(Binary, Shifts) {
  Tensor x = vec<int8_t>({-2, 1, -2, 1}), by = vec<int8_t>({1, 7, 9, -1});
  EXPECT_EQ(valuesOf<int8_t>(give({"BitShift", 28, {{{"direction", std::string("RIGHT")}}}}, {x, by})),
            (std::vector<int8_t>{-1, 0, -1, 0}));
  EXPECT_EQ(valuesOf<int8_t>(give({"BitShift", 28, {{{"direction", std::string("LEFT")}}}}, {x, by})),
            (std::vector<int8_t>{-4, -128, 0, 0}));
  EXPECT_EQ(problemOf({"BitShift", 28}, {x, by}), "attribute 'direction' is '', expected 'LEFT' or 'RIGHT'");
}

TEST(Binary, BroadcastingOfOldOperatorSets) {
  Tensor a = tensor<float>({2, 2}, {1, 2, 3, 4}), b = floats({10, 20});
  EXPECT_EQ(valuesOf<float>(give({"Add", 6, {{{"broadcast", int64_t(1)}, {"axis", int64_t(0)}}}}, {a, b})),
            (std::vector<float>{11, 12, 23, 24}));
  EXPECT_EQ(valuesOf<float>(give({"Add", 6, {{{"broadcast", int64_t(1)}}}}, {a, b})),
            (std::vector<float>{11, 22, 13, 24}));
  EXPECT_EQ(problemOf({"Add", 6}, {a, b}), "the shapes are 2x2 and 2, expected one where attribute 'broadcast' is 0");
  EXPECT_EQ(problemOf({"Add", 6, {{{"broadcast", int64_t(1)}, {"axis", INT64_MIN}}}}, {a, b}),
            "the shape 2 does not broadcast to 2x2 at attribute 'axis'");
  EXPECT_EQ(problemOf({"Add", 7}, {a, floats({1, 2, 3})}), "the shapes 2x2 and 3 do not broadcast");
  EXPECT_EQ(problemOf({"Max", 6}, {a, b}), "operands 0 and 1 have the shapes 2x2 and 2, expected one before opset 8");
  EXPECT_EQ(valuesOf<float>(give({"PRelu", 6}, {tensor<float>({1, 2, 1}, {-1, -1}), b})),
            (std::vector<float>{-10, -20}));
}

TEST(Where, Broadcasts) {
  Tensor condition = tensor<bool>({2, 1}, {true, false}), x = vec<int8_t>({1, 2}), y = scalar<int8_t>(9);
  Tensor z = give({"Where", 16}, {condition, x, y});
  EXPECT_EQ(z.shape(), (Shape{2, 2}));
  EXPECT_EQ(valuesOf<int8_t>(z), (std::vector<int8_t>{1, 2, 9, 9}));
  EXPECT_EQ(problemOf({"Where", 16}, {x, x, y}), "operand 0 holds int8, expected bool");
}

} // namespace
