//===- QuantizationTest.cpp - QDQ models ----------------------------------===//
#include "ModelBuilder.h"

#include <gmock/gmock.h>

using namespace tare::onnx;
using namespace tare::onnx::test;
using testing::HasSubstr;
using testing::Not;
using Proto = proto::TensorProto;

namespace {

TEST(Quantization, ActivationsKeepTypeAndScale) {
  ModelBuilder model;
  model.input("x", {1, 2}).output("y");
  model.weight("s", {}, {0.1f}).integers("z", {}, {128}, Proto::UINT8);
  model.node("QuantizeLinear", {"x", "s", "z"}, {"q"});
  model.node("DequantizeLinear", {"q", "s", "z"}, {"y"});
  std::string ir = import(model).ir;
  // The float32 nearest to 0.1, exactly.
  EXPECT_THAT(ir, HasSubstr("!quant.uniform<u8:f32, 0.10000000149011612:128>"));
  EXPECT_THAT(ir, HasSubstr("quant.qcast"));
  EXPECT_THAT(ir, HasSubstr("quant.dcast"));
}

TEST(Quantization, DefaultIsUnsigned) {
  ModelBuilder model;
  model.input("x", {2}).output("q").weight("s", {}, {0.5f});
  model.node("QuantizeLinear", {"x", "s"}, {"q"});
  EXPECT_THAT(import(model).ir, HasSubstr("!u8 = !quant.uniform<u8:f32, 5.000000e-01>"));
}

TEST(Quantization, WeightsKeepIntegersAndChannels) {
  ModelBuilder model;
  model.input("x", {1, 2}).output("y");
  model.integers("w", {2, 3}, {1, 2, 3, 4, 5, 6}, Proto::INT8);
  model.weight("s", {3}, {0.5f, 0.25f, 0.125f}).integers("z", {3}, {0, 0, 0}, Proto::INT8);
  model.node("DequantizeLinear", {"w", "s", "z"}, {"wd"}).attribute("axis", int64_t(1));
  model.node("MatMul", {"x", "wd"}, {"y"});
  // The weight of a linear op is [N, K]: integers and scales are transposed.
  std::string ir = import(model).ir;
  EXPECT_THAT(ir, HasSubstr("dense<[[1, 4], [2, 5], [3, 6]]>"));
  EXPECT_THAT(ir, HasSubstr("!quant.uniform<i8:f32:0, {5.000000e-01,2.500000e-01,1.250000e-01}>"));
}

TEST(Quantization, TransposedConvolutionsShareScalesAmongGroups) {
  ModelBuilder model;
  model.input("x", {1, 4, 3}).output("y");
  model.integers("w", {4, 2, 1}, {1, 2, 3, 4, 5, 6, 7, 8}, Proto::INT8);
  model.weight("s", {2}, {0.5f, 0.25f});
  model.node("DequantizeLinear", {"w", "s"}, {"wd"}).attribute("axis", int64_t(1));
  model.node("ConvTranspose", {"x", "wd"}, {"y"}).attribute("group", int64_t(2));
  std::string ir = import(model).ir;
  EXPECT_THAT(ir, HasSubstr("{5.000000e-01,2.500000e-01,5.000000e-01,2.500000e-01}"));
  EXPECT_THAT(ir, HasSubstr("-> tensor<1x4x3xf32>"));
}

TEST(Quantization, BiasIsWide) {
  ModelBuilder model;
  model.input("x", {1, 2}).output("y").weight("w", {3, 2});
  model.integers("b", {3}, {100000, -5, 0}, Proto::INT32).weight("s", {3}, {0.5f, 0.25f, 0.125f});
  model.node("DequantizeLinear", {"b", "s"}, {"bd"}).attribute("axis", int64_t(0));
  model.node("Gemm", {"x", "w", "bd"}, {"y"}).attribute("transB", int64_t(1));
  std::string ir = import(model).ir;
  EXPECT_THAT(ir, HasSubstr("!quant.uniform<i32:f32"));
  EXPECT_THAT(ir, Not(HasSubstr("qnn.add")));
}

/// y = Gemm(x, w, dequantize(b)) with a bias of the shape.
std::string gemmOfGivenBias(const tare::Shape &shape, float beta) {
  ModelBuilder model;
  model.input("x", {1, 2}).output("y").weight("w", {3, 2});
  model.integers("b", shape, {8, -5, 1}, Proto::INT32).weight("s", {}, {0.5f});
  model.node("DequantizeLinear", {"b", "s"}, {"bd"});
  model.node("Gemm", {"x", "w", "bd"}, {"y"}).attribute("transB", int64_t(1)).attribute("beta", beta);
  return import(model).ir;
}

TEST(Quantization, BetaScalesAGivenBias) {
  for (const tare::Shape &shape : {tare::Shape{3}, tare::Shape{1, 3}}) {
    std::string ir = gemmOfGivenBias(shape, 1.0f);
    EXPECT_THAT(ir, HasSubstr("!quant.uniform<i32:f32, 5.000000e-01>"));
    EXPECT_THAT(ir, HasSubstr("dense<[8, -5, 1]> : tensor<3xi32>"));
    ir = gemmOfGivenBias(shape, 4.0f);
    EXPECT_THAT(ir, HasSubstr("!quant.uniform<i32:f32, 2.000000e+00>"));
    EXPECT_THAT(ir, HasSubstr("dense<[8, -5, 1]> : tensor<3xi32>"));
    EXPECT_THAT(ir, Not(HasSubstr("qnn.mul")));
    EXPECT_THAT(gemmOfGivenBias(shape, 0.0f), Not(HasSubstr("[8, -5, 1]> : tensor<3xi32> as")));
  }
}

TEST(Quantization, FloatWeightsAreQuantizedAtImport) {
  ModelBuilder model;
  model.input("x", {1, 2}).output("y");
  model.weight("w", {2}, {0.75f, -100}).weight("s", {}, {0.5f}).integers("z", {}, {0}, Proto::INT8);
  model.node("QuantizeLinear", {"w", "s", "z"}, {"q"});
  model.node("DequantizeLinear", {"q", "s", "z"}, {"wd"});
  model.node("Add", {"x", "wd"}, {"y"});
  // 0.75 / 0.5 = 1.5 rounds to the even 2.
  EXPECT_THAT(import(model).ir, HasSubstr("dense<[2, -128]>"));
}

TEST(Quantization, IntegerInputs) {
  ModelBuilder model;
  model.input("x", {2}, Proto::UINT8).output("y");
  model.node("Cast", {"x"}, {"y"}).attribute("to", int64_t(Proto::FLOAT));
  std::string ir = import(model).ir;
  EXPECT_THAT(ir, HasSubstr("!u8 = !quant.uniform<u8:f32, 1.000000e+00>"));
  EXPECT_THAT(ir, HasSubstr("@main(%arg0: tensor<2x!u8>"));
  ModelBuilder raw;
  raw.input("x", {2}, Proto::UINT8).output("y");
  raw.node("Sigmoid", {"x"}, {"y"});
  EXPECT_THAT(errorOf(raw), HasSubstr("operand 'x' holds integers, expected floating point"));
}

/// Wider ones keep their type; nothing computes with them.
TEST(Quantization, WideIntegersArePassedOn) {
  for (auto [type, name] : {std::pair(Proto::INT32, "i32"), {Proto::INT64, "i64"}}) {
    ModelBuilder model;
    model.input("x", {2}).input("n", {3}, type).output("y").node("Relu", {"x"}, {"y"});
    EXPECT_THAT(import(model).ir, HasSubstr("%arg1: tensor<3x" + std::string(name) + ">"));
  }
}

TEST(Quantization, InputsHaveTheGridOfTheirReader) {
  ModelBuilder model;
  model.input("x", {1, 2}, Proto::UINT8).output("y").weight("s", {}, {0.5f}).integers("z", {}, {3}, Proto::UINT8);
  model.integers("p", {4}, {0, 1, 0, 0}, Proto::INT64).integers("v", {}, {7}, Proto::UINT8);
  model.node("Pad", {"x", "p", "v"}, {"w"});
  model.node("DequantizeLinear", {"w", "s", "z"}, {"y"});
  std::string ir = import(model).ir;
  EXPECT_THAT(ir, HasSubstr("!u8 = !quant.uniform<u8:f32, 5.000000e-01:3>"));
  EXPECT_THAT(ir, HasSubstr("value = 2.000000e+00 : f64")); // (7 - 3) / 2
  EXPECT_THAT(ir, Not(HasSubstr("qnn.reinterpret")));
}

TEST(Quantization, IntegersAreReadInTwoWays) {
  ModelBuilder model;
  model.input("x", {2}).output("y").weight("s", {}, {0.5f}).weight("t", {}, {0.25f});
  model.node("QuantizeLinear", {"x", "s"}, {"q"});
  model.node("DequantizeLinear", {"q", "t"}, {"y"}).named("back");
  EXPECT_THAT(import(model).ir, HasSubstr("qnn.reinterpret"));
}

TEST(Quantization, ValuesBecomeIntegersTowardsZero) {
  ModelBuilder model;
  model.input("x", {2}).output("y");
  model.node("Cast", {"x"}, {"y"}).attribute("to", int64_t(Proto::UINT8));
  std::string ir = import(model).ir;
  EXPECT_THAT(ir, HasSubstr("qnn.truncate"));
  EXPECT_THAT(ir, HasSubstr("to tensor<2x!u8>"));
  ModelBuilder wide;
  wide.input("x", {2}).output("y");
  wide.node("Cast", {"x"}, {"y"}).attribute("to", int64_t(Proto::INT64));
  EXPECT_THAT(errorOf(wide), HasSubstr("casts a computed value to int64; expected a cast to floating point, int8"));
}

TEST(Quantization, OutputsThatAreListedAgainGetANumber) {
  ModelBuilder model;
  model.input("x", {2}).output("y").output("y");
  model.node("Relu", {"x"}, {"y"});
  std::string ir = import(model).ir;
  EXPECT_THAT(ir, HasSubstr("qnn.name = \"y\""));
  EXPECT_THAT(ir, HasSubstr("qnn.name = \"y:2\""));
}

TEST(Quantization, Errors) {
  ModelBuilder zero;
  zero.input("x", {2}).output("y").weight("s", {}, {0.0f});
  zero.node("QuantizeLinear", {"x", "s"}, {"y"});
  EXPECT_THAT(errorOf(zero), HasSubstr("scale 0 at index 0 is not a positive normal number"));
}

} // namespace
