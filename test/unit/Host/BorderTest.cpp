//===- BorderTest.cpp - Casts and quantized numbers on the host -----------===//
#include "Nodes.h"

#include <cmath>

using namespace tare;
using namespace tare::host;
using namespace tare::test;

namespace {

const float nan = std::nanf("");

Node castTo(int64_t type, bool saturates = true) {
  return {"Cast", 25, {{{"to", type}, {"saturate", int64_t(saturates)}}}};
}

TEST(Cast, FloatsToIntegers) {
  Tensor x = floats({2.9f, -2.9f, 300, nan, infinity, -1e20f});
  EXPECT_EQ(valuesOf<int8_t>(give(castTo(3), {x})), (std::vector<int8_t>{2, -2, 44, 0, 0, 0}));
  EXPECT_EQ(valuesOf<int32_t>(give(castTo(6), {x})),
            (std::vector<int32_t>{2, -2, 300, INT32_MIN, INT32_MIN, INT32_MIN}));
  EXPECT_EQ(valuesOf<bool>(give(castTo(9), {floats({0, -0.0f, 0.1f, nan})})),
            (std::vector<bool>{false, false, true, true}));
}

TEST(Cast, NarrowTypes) {
  Tensor x = floats({449, 500, 0.1f, -infinity});
  EXPECT_EQ(valuesOf<float>(give(castTo(10), {floats({0.1f, 70000})})),
            (std::vector<float>{0.0999755859375f, infinity}));
  EXPECT_EQ(valuesOf<float>(give(castTo(17), {x})), (std::vector<float>{448, 448, 0.1015625f, -448}));
  EXPECT_TRUE(std::isnan(give(castTo(17, false), {x}).as<float>()[1]));
  EXPECT_EQ(valuesOf<float>(give(castTo(19, false), {x}))[3], -infinity);
  EXPECT_EQ(valuesOf<int8_t>(give(castTo(22), {vec<int32_t>({7, 8, -9})})), (std::vector<int8_t>{7, -8, 7}));
  EXPECT_EQ(valuesOf<uint8_t>(give(castTo(21), {vec<int32_t>({15, 16, -1})})), (std::vector<uint8_t>{15, 0, 15}));
}

TEST(Cast, Refusals) {
  EXPECT_EQ(problemOf(castTo(8), {floats({1})}), "attribute 'to' is 8, expected a type of numbers or of bool");
  EXPECT_EQ(problemOf(castTo(INT64_MIN), {floats({1})}),
            "attribute 'to' is -9223372036854775808, expected a type of numbers or of bool");
  EXPECT_EQ(problemOf({"Cast", 1, {{{"to", std::string("STRING")}}}}, {floats({1})}),
            "attribute 'to' is 'STRING', expected the name of a type of numbers or of bool");
  EXPECT_EQ(valuesOf<int64_t>(give({"Cast", 1, {{{"to", std::string("INT64")}}}}, {floats({1})})),
            (std::vector<int64_t>{1}));
  EXPECT_EQ(problemOf({"BitCast", 26, {{{"to", int64_t(7)}}}}, {floats({1})}),
            "attribute 'to' is 7, expected a type of as many bytes as float32");
}

TEST(BitCast, KeepsBits) {
  EXPECT_EQ(valuesOf<int32_t>(give({"BitCast", 26, {{{"to", int64_t(6)}}}}, {floats({1})})),
            (std::vector<int32_t>{0x3f800000}));
  EXPECT_EQ(valuesOf<float>(give({"BitCast", 26, {{{"to", int64_t(10)}}}}, {vec<uint16_t>({0x3c00})})),
            (std::vector<float>{1}));
}

TEST(Quantize, HalfToEvenAndSaturated) {
  Tensor x = floats({0.5f, 1.5f, -300, 300, nan});
  EXPECT_EQ(valuesOf<int8_t>(give({"QuantizeLinear", 13}, {x, scalar(1.0f), scalar<int8_t>(1)})),
            (std::vector<int8_t>{1, 3, -128, 127, -128}));
  EXPECT_EQ(valuesOf<int8_t>(give({"QuantizeLinear", 21, {{{"output_dtype", int64_t(22)}}}}, {x, scalar(1.0f)})),
            (std::vector<int8_t>{0, 2, -8, 7, -8}));
}

TEST(Quantize, Blocks) {
  Tensor x = tensor<int8_t>({1, 3}, {2, 4, 6}), scale = tensor<float>({1, 2}, {1, 10});
  Node node{"DequantizeLinear", 21, {{{"block_size", int64_t(2)}}}};
  EXPECT_EQ(valuesOf<float>(give(node, {x, scale})), (std::vector<float>{2, 4, 60}));
  EXPECT_EQ(problemOf({"DequantizeLinear", 21, {{{"block_size", int64_t(-1)}}}}, {x, scale}),
            "attribute 'block_size' is -1, expected a positive number");
  EXPECT_EQ(problemOf({"DequantizeLinear", 21}, {x, scale}), "the scale has the shape 1x2, expected one element or 3");
  EXPECT_EQ(problemOf({"QuantizeLinear", 13}, {floats({1, 2}), scalar(1.0f), vec<int8_t>({1, 2})}),
            "scale and zero point have the shapes scalar and 2, expected one");
  EXPECT_EQ(problemOf({"QuantizeLinear", 21, {{{"output_dtype", int64_t(6)}}}}, {floats({1}), scalar(1.0f)}),
            "its result would be of type 6, expected integers of up to 16 bits or floats of 8");
}

TEST(Quantize, DynamicGrid) {
  Result<std::vector<Tensor>> found = evaluate({"DynamicQuantizeLinear", 11}, {floats({-1, 0, 1.55f})}, 3);
  ASSERT_TRUE(found);
  EXPECT_EQ(valuesOf<uint8_t>((*found)[0]), (std::vector<uint8_t>{0, 100, 255}));
  EXPECT_FLOAT_EQ(*(*found)[1].as<float>(), 0.01f);
  EXPECT_EQ(*(*found)[2].as<uint8_t>(), 100);
}

TEST(QuantizedProducts, ZeroPointsOfRowsAndColumns) {
  Tensor a = tensor<uint8_t>({2, 1}, {10, 20}), b = tensor<int8_t>({1, 2}, {3, 4});
  Tensor y = give({"MatMulInteger", 10}, {a, b, vec<uint8_t>({1, 2}), vec<int8_t>({1, -1})});
  EXPECT_EQ(valuesOf<int32_t>(y), (std::vector<int32_t>{18, 45, 36, 90}));
  EXPECT_EQ(problemOf({"MatMulInteger", 10}, {a, b, vec<uint8_t>({1, 2, 3})}),
            "operand 2 has the shape 3, expected one element or one per row of 2x1");
  EXPECT_EQ(problemOf({"MatMulInteger", 10}, {a, floats({1})}),
            "operand 1 holds float32, expected integers of 8 or 16 bits");
}

TEST(QuantizedConvolutions, HandComputed) {
  Tensor x = tensor<uint8_t>({1, 1, 3}, {1, 2, 3}), w = tensor<int8_t>({1, 1, 2}, {1, 2});
  Node node{"ConvInteger", 10, {{{"pads", std::vector<int64_t>{1, 0}}}}};
  // Padding is the zero point.
  EXPECT_EQ(valuesOf<int32_t>(give(node, {x, w, scalar<uint8_t>(1)})), (std::vector<int32_t>{0, 2, 5}));
  Operands operands = {x,
                       scalar(1.0f),
                       scalar<uint8_t>(0),
                       w,
                       scalar(0.5f),
                       scalar<int8_t>(0),
                       scalar(1.0f),
                       scalar<uint8_t>(1),
                       vec<int32_t>({-1})};
  EXPECT_EQ(valuesOf<uint8_t>(give({"QLinearConv", 10}, operands)), (std::vector<uint8_t>{3, 4}));
}

TEST(QuantizedConvolutions, Refusals) {
  Tensor x = tensor<uint8_t>({1, 1, 3}, {1, 2, 3}), w = tensor<int8_t>({1, 1, 2}, {1, 2});
  EXPECT_EQ(problemOf({"ConvInteger", 10}, {x, scalar<int8_t>(1)}),
            "input and weights are 1x1x3 and scalar, expected as many dimensions, at least 3");
  EXPECT_EQ(problemOf({"ConvInteger", 10, {{{"group", int64_t(0)}}}}, {x, w}),
            "attribute 'group' is 0, expected one that divides input and weights of 1x1x3 and 1x1x2");
  EXPECT_EQ(problemOf({"ConvInteger", 10, {{{"kernel_shape", std::vector<int64_t>{1}}}}}, {x, w}),
            "attribute 'kernel_shape' is not that of the weights, 1x1x2");
}

TEST(QuantizedElements, AddWithItsScales) {
  Tensor a = vec<uint8_t>({10, 200}), b = scalar<uint8_t>(4);
  Operands operands = {
      a, scalar(0.5f), scalar<uint8_t>(0), b, scalar(1.0f), scalar<uint8_t>(1), scalar(1.0f), scalar<uint8_t>(2)};
  EXPECT_EQ(valuesOf<uint8_t>(give({"com.microsoft.QLinearAdd", 1}, operands)), (std::vector<uint8_t>{10, 105}));
}

} // namespace
