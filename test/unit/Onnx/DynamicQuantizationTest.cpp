//===- DynamicQuantizationTest.cpp - Ranges found when a graph runs -------===//
#include "ModelBuilder.h"

#include <gmock/gmock.h>

using namespace tare::onnx;
using namespace tare::onnx::test;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using Proto = proto::TensorProto;

namespace {

/// x [2, 2], quantized dynamically; weights w [2, 3] with scales s [3] and zero point z; one scale t.
ModelBuilder quantized() {
  ModelBuilder model;
  model.input("x", {2, 2}).output("y");
  model.integers("w", {2, 3}, {1, 2, 3, 4, 5, 6}, Proto::UINT8).integers("z", {}, {4}, Proto::UINT8);
  model.weight("s", {3}, {0.5f, 0.25f, 0.125f}).weight("t", {}, {0.5f});
  model.node("DynamicQuantizeLinear", {"x"}, {"xq", "xs", "xz"}).named("quantize");
  return model;
}

void multiply(ModelBuilder &model, const std::string &weight = "w", const std::string &zero = "z") {
  model.node("MatMulInteger", {"xq", weight, "xz", zero}, {"sums"}).named("product");
  model.node("Cast", {"sums"}, {"float"}).attribute("to", int64_t(Proto::FLOAT));
}

TEST(DynamicQuantization, AProductIsTheFloatOpOnTheFilesGrid) {
  ModelBuilder model = quantized();
  multiply(model);
  model.node("Mul", {"xs", "s"}, {"scale"});
  model.node("Mul", {"float", "scale"}, {"y"});
  Imported imported = import(model, {}, /*locations=*/true);
  EXPECT_THAT(imported.ir, HasSubstr("qnn.linear %arg0"));
  EXPECT_THAT(imported.ir, HasSubstr("u8:f32:0, {5.000000e-01:4,2.500000e-01:4,1.250000e-01:4}"));
  EXPECT_THAT(imported.ir, HasSubstr("dense<[[1, 4], [2, 5], [3, 6]]>"));
  EXPECT_THAT(imported.ir, HasSubstr("qnn.run_time_ranges = {operands = [\"x\"], results = [\"y\"]}"));
  EXPECT_THAT(imported.ir, HasSubstr("\"product\""));
  EXPECT_THAT(imported.warnings, ElementsAre(HasSubstr("the model quantizes 'x' dynamically")));
}

TEST(DynamicQuantization, ScalesMultiplyInAnyOrder) {
  ModelBuilder model = quantized();
  multiply(model);
  model.node("Mul", {"t", "float"}, {"by_t"});
  model.node("Identity", {"by_t"}, {"same"});
  model.node("Mul", {"xs", "same"}, {"y"});
  EXPECT_THAT(import(model).ir, HasSubstr("!quant.uniform<u8:f32, 5.000000e-01:4>"));
}

TEST(DynamicQuantization, ZeroPointsPerColumn) {
  ModelBuilder model = quantized();
  model.integers("zs", {3}, {1, 2, 3}, Proto::UINT8);
  multiply(model, "w", "zs");
  model.node("Mul", {"xs", "t"}, {"scale"});
  model.node("Mul", {"float", "scale"}, {"y"});
  EXPECT_THAT(import(model).ir, HasSubstr("{5.000000e-01:1,5.000000e-01:2,5.000000e-01:3}"));
}

TEST(DynamicQuantization, BothOperandsMayBeDynamic) {
  ModelBuilder model = quantized();
  multiply(model, "xq", "xz");
  model.node("Mul", {"xs", "xs"}, {"scale"});
  model.node("Mul", {"float", "scale"}, {"y"});
  EXPECT_THAT(import(model).ir, HasSubstr("qnn.matmul %arg0, %arg0"));
}

TEST(DynamicQuantization, ConvolutionsKeepTheirAttributes) {
  ModelBuilder model;
  model.input("x", {1, 2, 4, 4}).output("y").integers("w", {2, 1, 1, 1}, {3, -5}, Proto::INT8);
  model.weight("s", {2, 1, 1}, {0.5f, 0.25f});
  model.node("DynamicQuantizeLinear", {"x"}, {"xq", "xs", "xz"});
  model.node("ConvInteger", {"xq", "w", "xz"}, {"sums"}).attribute("group", int64_t(2));
  model.node("Cast", {"sums"}, {"float"}).attribute("to", int64_t(Proto::FLOAT));
  model.node("Mul", {"xs", "s"}, {"scale"});
  model.node("Mul", {"float", "scale"}, {"y"});
  std::string ir = import(model).ir;
  EXPECT_THAT(ir, HasSubstr("group = 2"));
  EXPECT_THAT(ir, HasSubstr("i8:f32:0, {5.000000e-01,2.500000e-01}"));
}

TEST(DynamicQuantization, OtherReadersAreRefused) {
  ModelBuilder scale = quantized();
  scale.node("Relu", {"xs"}, {"y"}).named("reader");
  EXPECT_THAT(errorOf(scale), HasSubstr("node 'reader' (Relu, opset 13): operand 'xs' is the scale of 'x', quantized "
                                        "dynamically by a range that is found when the graph runs"));
  ModelBuilder sums = quantized();
  multiply(sums);
  sums.node("Add", {"float", "t"}, {"y"}).named("reader");
  EXPECT_THAT(errorOf(sums), HasSubstr("operand 'float' holds integer sums of the products of 'x'"));
  ModelBuilder shape = quantized();
  shape.node("Shape", {"xq"}, {"y"});
  EXPECT_THAT(errorOf(shape), HasSubstr("operand 'xq' holds the integers of 'x'"));
}

TEST(DynamicQuantization, WeightsAreChecked) {
  auto errorWith = [](const std::string &weight, const std::string &zero, const std::string &scale) {
    ModelBuilder model = quantized();
    model.integers("wide", {2, 3}, {1, 2, 3, 4, 5, 6}, Proto::INT32).integers("zs", {2}, {1, 2}, Proto::UINT8);
    model.integers("iz", {}, {0}, Proto::INT8).weight("rows", {2, 1}, {1, 2}).weight("none", {}, {0});
    multiply(model, weight, zero);
    model.node("Mul", {"xs", scale}, {"scale"});
    model.node("Mul", {"float", "scale"}, {"y"});
    return errorOf(model);
  };
  EXPECT_EQ(errorWith("w", "z", "s"), "");
  EXPECT_THAT(errorWith("wide", "z", "s"), HasSubstr("the weight 'wide' holds int32, expected int8 or uint8"));
  EXPECT_THAT(errorWith("w", "iz", "s"), HasSubstr("the zero point must be of the integers' type uint8"));
  EXPECT_THAT(errorWith("w", "zs", "s"),
              HasSubstr("the weights have 2 zero points, expected one, or one for each of 3"));
  EXPECT_THAT(errorWith("w", "z", "rows"), HasSubstr("the weights have scales of shape 2x1, expected one"));
  EXPECT_THAT(errorWith("w", "z", "none"), HasSubstr("scale 0 at index 0 is not a positive normal number"));
  EXPECT_THAT(errorWith("x", "z", "s"), HasSubstr("the weight 'x' must be a constant, found a computed value"));
}

TEST(DynamicQuantization, FactorsThatAddAxesAreRefused) {
  ModelBuilder model = quantized();
  model.weight("deep", {1, 1, 1}, {0.5f});
  multiply(model);
  model.node("Mul", {"xs", "deep"}, {"scale"});
  model.node("Mul", {"float", "scale"}, {"y"});
  EXPECT_THAT(errorOf(model), HasSubstr("adds axes to the product"));
}

TEST(DynamicQuantization, PlainModelsSayNothing) {
  ModelBuilder model;
  model.input("x", {2}).output("y").weight("s", {}, {0.5f});
  model.node("Mul", {"x", "s"}, {"y"});
  EXPECT_THAT(import(model).ir, Not(HasSubstr("run_time_ranges")));
}

} // namespace
