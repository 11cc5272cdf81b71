//===- ArithmeticTest.cpp - Functions, arithmetic, casts, reductions ------===//
#include "tare/Host/Operator.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

using namespace tare;
using namespace tare::host;

namespace {

using Operands = std::vector<Tensor>;

template <typename T> Tensor make(Shape shape, const std::vector<T> &values) {
  Tensor tensor(ElementTypeOf<T>::value, std::move(shape));
  EXPECT_EQ(tensor.count(), int64_t(values.size()));
  std::copy(values.begin(), values.end(), tensor.mutableAs<T>());
  return tensor;
}
template <typename T> Tensor vec(const std::vector<T> &values) { return make<T>({int64_t(values.size())}, values); }
template <typename T> Tensor scalar(T value) { return make<T>({}, {value}); }
Tensor floats(const std::vector<float> &values) { return vec<float>(values); }

template <typename T> std::vector<T> valuesOf(const Tensor &tensor) {
  EXPECT_EQ(tensor.element(), ElementTypeOf<T>::value);
  return std::vector<T>(tensor.as<T>(), tensor.as<T>() + tensor.count());
}

/// What a node gives, or what is wrong; a null tensor is an operand that is left out.
Result<std::vector<Tensor>> evaluate(const Node &node, const Operands &tensors, size_t count = 1) {
  std::vector<std::optional<Operand>> operands;
  std::vector<const Tensor *> pointers;
  for (const Tensor &tensor : tensors) {
    operands.push_back(tensor ? std::optional(Operand{tensor.type(), tensor}) : std::nullopt);
    pointers.push_back(tensor ? &tensor : nullptr);
  }
  Result<std::vector<TensorType>> types = inferTypes(node, operands, count);
  if (!types)
    return types.error();
  std::vector<Tensor> results;
  for (const TensorType &type : *types)
    results.emplace_back(type);
  Status done = host::run(node, pointers, results);
  if (!done)
    return done.error();
  return results;
}

Tensor give(const Node &node, const Operands &operands) {
  Result<std::vector<Tensor>> results = evaluate(node, operands);
  EXPECT_TRUE(results) << (results ? "" : results.error().message);
  return results ? (*results)[0] : Tensor(ElementType::f32, {0});
}

std::string problemOf(const Node &node, const Operands &operands) {
  Result<std::vector<Tensor>> results = evaluate(node, operands);
  return results ? "none" : results.error().message;
}

constexpr float infinity = std::numeric_limits<float>::infinity();
const float nan = std::nanf("");

//===----------------------------------------------------------------------===//
// Functions
//===----------------------------------------------------------------------===//

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

TEST(Softmax, AxisByOperatorSet) {
  Tensor x = make<float>({1, 2, 2}, {0, 0, 0, 0});
  EXPECT_EQ(valuesOf<float>(give({"Softmax", 11}, {x})), (std::vector<float>(4, 0.25f)));
  EXPECT_EQ(valuesOf<float>(give({"Softmax", 13}, {x})), (std::vector<float>(4, 0.5f)));
  EXPECT_EQ(valuesOf<float>(give({"Softmax", 11, {{{"axis", int64_t(3)}}}}, {x})), (std::vector<float>(4, 1)));
  EXPECT_EQ(problemOf({"Softmax", 13, {{{"axis", int64_t(3)}}}}, {x}), "axis 3 is out of range for 3 dimensions");
  EXPECT_EQ(valuesOf<float>(give({"Hardmax", 13}, {floats({1, 3, 3})})), (std::vector<float>{0, 1, 0}));
}

//===----------------------------------------------------------------------===//
// Arithmetic
//===----------------------------------------------------------------------===//

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
  Tensor a = make<float>({2, 2}, {1, 2, 3, 4}), b = floats({10, 20});
  EXPECT_EQ(valuesOf<float>(give({"Add", 6, {{{"broadcast", int64_t(1)}, {"axis", int64_t(0)}}}}, {a, b})),
            (std::vector<float>{11, 12, 23, 24}));
  EXPECT_EQ(valuesOf<float>(give({"Add", 6, {{{"broadcast", int64_t(1)}}}}, {a, b})),
            (std::vector<float>{11, 22, 13, 24}));
  EXPECT_EQ(problemOf({"Add", 6}, {a, b}), "the shapes are 2x2 and 2, expected one where attribute 'broadcast' is 0");
  EXPECT_EQ(problemOf({"Add", 6, {{{"broadcast", int64_t(1)}, {"axis", INT64_MIN}}}}, {a, b}),
            "the shape 2 does not broadcast to 2x2 at attribute 'axis'");
  EXPECT_EQ(problemOf({"Add", 7}, {a, floats({1, 2, 3})}), "the shapes 2x2 and 3 do not broadcast");
  EXPECT_EQ(problemOf({"Max", 6}, {a, b}), "operands 0 and 1 have the shapes 2x2 and 2, expected one before opset 8");
  EXPECT_EQ(valuesOf<float>(give({"PRelu", 6}, {make<float>({1, 2, 1}, {-1, -1}), b})), (std::vector<float>{-10, -20}));
}

TEST(Where, Broadcasts) {
  Tensor condition = make<bool>({2, 1}, {true, false}), x = vec<int8_t>({1, 2}), y = scalar<int8_t>(9);
  Tensor z = give({"Where", 16}, {condition, x, y});
  EXPECT_EQ(z.shape(), (Shape{2, 2}));
  EXPECT_EQ(valuesOf<int8_t>(z), (std::vector<int8_t>{1, 2, 9, 9}));
  EXPECT_EQ(problemOf({"Where", 16}, {x, x, y}), "operand 0 holds int8, expected bool");
}

//===----------------------------------------------------------------------===//
// Casts
//===----------------------------------------------------------------------===//

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

//===----------------------------------------------------------------------===//
// Quantization
//===----------------------------------------------------------------------===//

TEST(Quantize, HalfToEvenAndSaturated) {
  Tensor x = floats({0.5f, 1.5f, -300, 300, nan});
  EXPECT_EQ(valuesOf<int8_t>(give({"QuantizeLinear", 13}, {x, scalar(1.0f), scalar<int8_t>(1)})),
            (std::vector<int8_t>{1, 3, -128, 127, -128}));
  EXPECT_EQ(valuesOf<int8_t>(give({"QuantizeLinear", 21, {{{"output_dtype", int64_t(22)}}}}, {x, scalar(1.0f)})),
            (std::vector<int8_t>{0, 2, -8, 7, -8}));
}

TEST(Quantize, Blocks) {
  Tensor x = make<int8_t>({1, 3}, {2, 4, 6}), scale = make<float>({1, 2}, {1, 10});
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
  Tensor a = make<uint8_t>({2, 1}, {10, 20}), b = make<int8_t>({1, 2}, {3, 4});
  Tensor y = give({"MatMulInteger", 10}, {a, b, vec<uint8_t>({1, 2}), vec<int8_t>({1, -1})});
  EXPECT_EQ(valuesOf<int32_t>(y), (std::vector<int32_t>{18, 45, 36, 90}));
  EXPECT_EQ(problemOf({"MatMulInteger", 10}, {a, b, vec<uint8_t>({1, 2, 3})}),
            "operand 2 has the shape 3, expected one element or one per row of 2x1");
  EXPECT_EQ(problemOf({"MatMulInteger", 10}, {a, floats({1})}),
            "operand 1 holds float32, expected integers of 8 or 16 bits");
}

TEST(QuantizedConvolutions, HandComputed) {
  Tensor x = make<uint8_t>({1, 1, 3}, {1, 2, 3}), w = make<int8_t>({1, 1, 2}, {1, 2});
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
  Tensor x = make<uint8_t>({1, 1, 3}, {1, 2, 3}), w = make<int8_t>({1, 1, 2}, {1, 2});
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

//===----------------------------------------------------------------------===//
// Reductions
//===----------------------------------------------------------------------===//

TEST(Reductions, AxesByOperatorSet) {
  Tensor x = make<float>({2, 2}, {1, 2, 3, 4});
  Node old{"ReduceSum", 12, {{{"axes", std::vector<int64_t>{-1}}, {"keepdims", int64_t(0)}}}};
  EXPECT_EQ(valuesOf<float>(give(old, {x})), (std::vector<float>{3, 7}));
  EXPECT_EQ(give({"ReduceSum", 13}, {x, vec<int64_t>({0})}).shape(), (Shape{1, 2}));
  Node noop{"ReduceSumSquare", 18, {{{"noop_with_empty_axes", int64_t(1)}}}};
  EXPECT_EQ(valuesOf<float>(give(noop, {x})), (std::vector<float>{1, 4, 9, 16}));
  EXPECT_EQ(problemOf({"ReduceSum", 13}, {x, vec<int64_t>({2})}), "axis 2 is out of range for 2 dimensions");
}

TEST(Reductions, ComputedAxesAreRefused) {
  std::vector<std::optional<Operand>> operands = {Operand{{ElementType::f32, {2}}}, Operand{{ElementType::i64, {1}}}};
  Result<std::vector<TensorType>> types = inferTypes({"ReduceSum", 13}, operands, 1);
  ASSERT_FALSE(types);
  EXPECT_EQ(types.error().message, "axes must be a constant, found a computed value");
}

TEST(Reductions, OfNothing) {
  Tensor nothing(ElementType::f32, {1, 0}), integers(ElementType::i8, {1, 0}), axes = vec<int64_t>({1});
  EXPECT_EQ(*give({"ReduceProd", 18}, {nothing, axes}).as<float>(), 1);
  EXPECT_EQ(*give({"ReduceMax", 18}, {nothing, axes}).as<float>(), -infinity);
  EXPECT_EQ(*give({"ReduceMin", 18}, {integers, axes}).as<int8_t>(), 127);
  EXPECT_EQ(*give({"ReduceMean", 18}, {integers, axes}).as<int8_t>(), 0);
  EXPECT_EQ(*give({"ReduceLogSumExp", 18}, {nothing, axes}).as<float>(), -infinity);
  EXPECT_EQ(problemOf({"ArgMax", 13, {{{"axis", int64_t(1)}}}}, {nothing}),
            "axis 1 of the shape 1x0 has no elements, expected some");
}

TEST(Reductions, Places) {
  Node last{"ArgMax", 13, {{{"select_last_index", int64_t(1)}}}};
  EXPECT_EQ(valuesOf<int64_t>(give({"ArgMax", 13}, {floats({1, 5, 5})})), (std::vector<int64_t>{1}));
  EXPECT_EQ(valuesOf<int64_t>(give(last, {floats({1, 5, 5})})), (std::vector<int64_t>{2}));
  EXPECT_EQ(valuesOf<int64_t>(give({"ArgMin", 13}, {floats({1, nan, 0})})), (std::vector<int64_t>{1}));
}

TEST(Reductions, RunningSums) {
  Tensor x = vec<int32_t>({1, 2, 3});
  Node both{"CumSum", 14, {{{"exclusive", int64_t(1)}, {"reverse", int64_t(1)}}}};
  EXPECT_EQ(valuesOf<int32_t>(give({"CumSum", 14}, {x, scalar<int32_t>(0)})), (std::vector<int32_t>{1, 3, 6}));
  EXPECT_EQ(valuesOf<int32_t>(give(both, {x, scalar<int32_t>(-1)})), (std::vector<int32_t>{5, 3, 0}));
  EXPECT_EQ(problemOf({"CumSum", 14}, {x, scalar<int64_t>(INT64_MIN)}),
            "axis -9223372036854775808 is out of range for 1 dimensions");
}

} // namespace
