//===- ConstantTest.cpp - Encodings of constants, and shape arithmetic ----===//
#include "ModelBuilder.h"

#include <gmock/gmock.h>

using namespace tare::onnx;
using namespace tare::onnx::test;
using testing::HasSubstr;
using testing::Not;

namespace {

/// y = x + w, where w holds [1.5, -2] in an encoding of the caller's.
std::string importEncoded(const std::function<void(proto::TensorProto &)> &encode) {
  ModelBuilder model;
  model.input("x", {1, 2}).output("y");
  proto::TensorProto &tensor = *model.graph().add_initializer();
  tensor.set_name("w");
  tensor.add_dims(2);
  encode(tensor);
  model.node("Add", {"x", "w"}, {"y"});
  return import(model).ir;
}

template <typename T> void setRaw(proto::TensorProto &tensor, Data type, std::initializer_list<T> values) {
  tensor.set_data_type(type);
  tensor.set_raw_data(values.begin(), values.size() * sizeof(T));
}

TEST(Constants, FloatEncodings) {
  auto isRight = HasSubstr("dense<[1.500000e+00, -2.000000e+00]> : tensor<2xf32>");
  using Proto = proto::TensorProto;
  EXPECT_THAT(importEncoded([](Proto &t) { setRaw<float>(t, Proto::FLOAT, {1.5f, -2}); }), isRight);
  EXPECT_THAT(importEncoded([](Proto &t) { setRaw<double>(t, Proto::DOUBLE, {1.5, -2}); }), isRight);
  EXPECT_THAT(importEncoded([](Proto &t) { setRaw<uint16_t>(t, Proto::FLOAT16, {0x3e00, 0xc000}); }), isRight);
  EXPECT_THAT(importEncoded([](Proto &t) { setRaw<uint16_t>(t, Proto::BFLOAT16, {0x3fc0, 0xc000}); }), isRight);
  EXPECT_THAT(importEncoded([](Proto &t) {
                t.set_data_type(Proto::FLOAT);
                t.add_float_data(1.5f);
                t.add_float_data(-2);
              }),
              isRight);
  EXPECT_THAT(importEncoded([](Proto &t) {
                t.set_data_type(Proto::DOUBLE);
                t.add_double_data(1.5);
                t.add_double_data(-2);
              }),
              isRight);
  EXPECT_THAT(importEncoded([](Proto &t) {
                t.set_data_type(Proto::FLOAT16);
                t.add_int32_data(0x3e00);
                t.add_int32_data(0xc000);
              }),
              isRight);
}

TEST(Constants, HalfPrecisionSubnormals) {
  EXPECT_THAT(
      importEncoded([](proto::TensorProto &t) { setRaw<uint16_t>(t, proto::TensorProto::FLOAT16, {0x0001, 0x83ff}); }),
      HasSubstr("dense<[5.96046448E-8, -6.09755516E-5]>"));
}

TEST(Constants, ValuesOfConstantNodes) {
  ModelBuilder model;
  model.input("x", {1, 2}).output("y");
  model.node("Constant", {}, {"a"}).attribute("value_floats", std::vector<float>{1, 2});
  model.node("Constant", {}, {"b"}).attribute("value_float", 0.5f);
  model.node("Constant", {}, {"shape"}).attribute("value_ints", std::vector<int64_t>{2, 1});
  model.node("Mul", {"a", "b"}, {"c"});
  model.node("Add", {"x", "c"}, {"s"});
  model.node("Reshape", {"s", "shape"}, {"y"});
  std::string ir = import(model).ir;
  EXPECT_THAT(ir, HasSubstr("dense<[5.000000e-01, 1.000000e+00]>"));
  EXPECT_THAT(ir, HasSubstr("-> tensor<2x1xf32>"));
  EXPECT_THAT(ir, Not(HasSubstr("qnn.mul")));
}

/// The usual way in which exporters flatten: [shape(x)[0], -1].
TEST(Constants, ShapeArithmetic) {
  ModelBuilder model;
  model.input("x", {2, 3, 4}).output("y");
  model.integers("zero", {}, {0}).integers("axis", {1}, {0}).integers("rest", {1}, {-1});
  model.node("Shape", {"x"}, {"shape"});
  model.node("Gather", {"shape", "zero"}, {"batch"});
  model.node("Unsqueeze", {"batch", "axis"}, {"row"});
  model.node("Concat", {"row", "rest"}, {"target"}).attribute("axis", int64_t(0));
  model.node("Reshape", {"x", "target"}, {"y"});
  EXPECT_THAT(import(model).ir, HasSubstr("qnn.reshape %arg0 {shape = array<i64: 2, 12>}"));
}

TEST(Constants, ShapesInParts) {
  ModelBuilder model;
  model.input("x", {2, 3, 4}).output("y").integers("sizes", {2}, {1, 2}).integers("rest", {1}, {-1});
  model.node("Shape", {"x"}, {"shape"});
  model.node("Split", {"shape", "sizes"}, {"front", "back"});
  model.node("Concat", {"rest", "front"}, {"target"}).attribute("axis", int64_t(0));
  model.node("Reshape", {"x", "target"}, {"y"});
  EXPECT_THAT(import(model).ir, HasSubstr("qnn.reshape %arg0 {shape = array<i64: 12, 2>}"));
}

/// Sizes for Resize, computed in floating point.
TEST(Constants, FloatArithmetic) {
  ModelBuilder model;
  model.input("x", {1, 1, 4, 4}).output("y");
  model.integers("two", {1}, {2}).integers("four", {1}, {4}).integers("none", {0}, {});
  model.weight("factor", {2}, {1.5f});
  model.node("Shape", {"x"}, {"shape"});
  model.node("Slice", {"shape", "two", "four"}, {"size"});
  model.node("Cast", {"size"}, {"real"}).attribute("to", int64_t(proto::TensorProto::FLOAT));
  model.node("Mul", {"real", "factor"}, {"larger"});
  model.node("Floor", {"larger"}, {"floor"});
  model.node("Cast", {"floor"}, {"target"}).attribute("to", int64_t(proto::TensorProto::INT64));
  model.integers("zero", {1}, {0});
  model.node("Slice", {"shape", "zero", "two"}, {"front"});
  model.node("Concat", {"front", "target"}, {"sizes"}).attribute("axis", int64_t(0));
  model.node("Resize", {"x", "none", "none", "sizes"}, {"y"}).attribute("mode", "nearest");
  EXPECT_THAT(import(model).ir, HasSubstr("sizes = array<i64: 6, 6>"));
}

TEST(Constants, DivisionByZero) {
  ModelBuilder model;
  model.input("x", {2}).output("y").integers("zero", {1}, {0});
  model.node("Shape", {"x"}, {"shape"});
  model.node("Div", {"shape", "zero"}, {"target"}).named("half");
  model.node("Reshape", {"x", "target"}, {"y"});
  EXPECT_EQ(errorOf(model), "node 'half' (Div, opset 13): divides by 0");
}

} // namespace
