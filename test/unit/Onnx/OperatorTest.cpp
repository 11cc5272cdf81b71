//===- OperatorTest.cpp - What each operator imports as -------------------===//
//
// That the numbers are right is what test/conformance checks; here it is the form
// of the IR, and what differs between opsets.
//
//===----------------------------------------------------------------------===//
#include "ModelBuilder.h"

#include <gmock/gmock.h>

using namespace tare;
using namespace tare::onnx;
using namespace tare::onnx::test;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;
using Ints = std::vector<int64_t>;

namespace {

/// y = type(x, operands), ready for attributes.
struct OneNode : ModelBuilder {
  OneNode(int64_t opset, const Shape &shape, const std::string &type, std::vector<std::string> operands = {"x"})
      : ModelBuilder(opset), first(build(shape, type, operands)) {}
  NodeBuilder build(const Shape &shape, const std::string &type, const std::vector<std::string> &operands) {
    input("x", shape).output("y");
    return node(type, operands, {"y"});
  }
  std::string ir() const { return import(*this).ir; }
  NodeBuilder first;
};

TEST(Convolutions, AutoPad) {
  OneNode model(13, {1, 1, 5, 5}, "Conv", {"x", "w"});
  model.weight("w", {1, 1, 2, 3});
  model.first.attribute("auto_pad", "SAME_UPPER").attribute("strides", Ints{1, 2});
  EXPECT_THAT(model.ir(), HasSubstr("{pads = array<i64: 0, 1, 1, 1>, strides = array<i64: 1, 2>}"));
  model.graph().mutable_node(0)->mutable_attribute(0)->set_s("SAME_LOWER");
  EXPECT_THAT(model.ir(), HasSubstr("pads = array<i64: 1, 1, 0, 1>"));
  model.graph().mutable_node(0)->mutable_attribute(0)->set_s("VALID");
  EXPECT_THAT(model.ir(), Not(HasSubstr("pads")));
}

TEST(Convolutions, TransposedWeightHasOutputChannelsFirst) {
  OneNode model(13, {1, 4, 2}, "ConvTranspose", {"x", "w"});
  // [I, O / group, k]: input channels 0, 1 make output 0; 2, 3 make output 1.
  model.weight("w", {4, 1, 1}, {1, 2, 3, 4});
  model.first.attribute("group", int64_t(2)).attribute("output_shape", Ints{3});
  std::string ir = model.ir();
  EXPECT_THAT(ir, HasSubstr("dense<[[[1.000000e+00], [2.000000e+00]], [[3.000000e+00], [4.000000e+00]]]>"));
  EXPECT_THAT(ir, HasSubstr("output_padding = array<i64: 1>"));
  EXPECT_THAT(ir, HasSubstr("-> tensor<1x2x3xf32>"));
}

TEST(MatrixProducts, GemmFoldsItsFactors) {
  OneNode model(13, {1, 2}, "Gemm", {"x", "w", "c"});
  model.weight("w", {2, 1}, {1, 2}).weight("c", {}, {3});
  model.first.attribute("alpha", 0.5f).attribute("beta", 2.0f);
  std::string ir = model.ir();
  EXPECT_THAT(ir, HasSubstr("dense<[[5.000000e-01, 1.000000e+00]]>"));
  EXPECT_THAT(ir, HasSubstr("dense<6.000000e+00> : tensor<1xf32>"));
  EXPECT_THAT(ir, Not(HasSubstr("qnn.mul")));
}

TEST(MatrixProducts, GemmAddsAMatrix) {
  OneNode model(13, {2, 2}, "Gemm", {"x", "w", "c"});
  model.weight("w", {3, 2}).weight("c", {2, 3});
  model.first.attribute("transB", int64_t(1)).attribute("transA", int64_t(1));
  EXPECT_THAT(model.ir(), ContainsRegex("qnn.transpose(.|\n)*qnn.linear(.|\n)*qnn.add"));
}

TEST(MatrixProducts, GemmOfActivations) {
  ModelBuilder model;
  model.input("a", {2, 3}).input("b", {4, 3}).input("c", {4}).output("y");
  model.node("Gemm", {"a", "b", "c"}, {"y"}).attribute("transB", int64_t(1)).attribute("alpha", 2.0f);
  EXPECT_THAT(import(model).ir, ContainsRegex("transpose(.|\n)*matmul(.|\n)*qnn.mul(.|\n)*qnn.add"));
}

TEST(MatrixProducts, MatMul) {
  OneNode constant(13, {2, 5, 3}, "MatMul", {"x", "w"});
  constant.weight("w", {3, 4});
  EXPECT_THAT(constant.ir(), HasSubstr("qnn.linear %arg0, %cst : (tensor<2x5x3xf32>, tensor<4x3xf32>)"));
  OneNode stacked(13, {2, 5, 3}, "MatMul", {"x", "w"});
  stacked.weight("w", {2, 3, 4});
  EXPECT_THAT(stacked.ir(), HasSubstr("qnn.matmul"));
  OneNode vector(13, {3}, "MatMul", {"x", "w"});
  vector.weight("w", {3, 4});
  EXPECT_THAT(vector.ir(), HasSubstr("-> tensor<4xf32>"));
  OneNode dot(13, {5, 3}, "MatMul", {"x", "w"});
  dot.weight("w", {3});
  EXPECT_THAT(dot.ir(), HasSubstr("-> tensor<5xf32>"));
}

TEST(Activations, ClipLimits) {
  OneNode attributes(7, {2}, "Clip");
  attributes.first.attribute("max", 6.0f);
  EXPECT_THAT(attributes.ir(), HasSubstr("#qnn.clamp<-inf, 6"));
  OneNode operands(13, {2}, "Clip", {"x", "low"});
  operands.weight("low", {}, {0});
  EXPECT_THAT(operands.ir(), HasSubstr("#qnn.clamp<0"));
}

TEST(Activations, PReluSlopes) {
  OneNode perChannel(13, {1, 2, 3}, "PRelu", {"x", "s"});
  perChannel.weight("s", {2, 1}, {0.5f, 0.25f});
  EXPECT_THAT(perChannel.ir(), HasSubstr("slope = array<f64: 5.000000e-01, 2.500000e-01>"));
  OneNode uniform(13, {1, 2, 3}, "PRelu", {"x", "s"});
  uniform.weight("s", {1, 2, 3}, {0.5f});
  EXPECT_THAT(uniform.ir(), HasSubstr("slope = array<f64: 5.000000e-01>"));
  OneNode perElement(13, {1, 2, 3}, "PRelu", {"x", "s"});
  perElement.weight("s", {3}, {1, 2, 3});
  EXPECT_THAT(errorOf(perElement), HasSubstr("expected one number, or one per channel of axis 1"));
}

TEST(Normalization, SoftmaxFlattensBeforeOpset13) {
  OneNode old(11, {2, 3, 4}, "Softmax");
  EXPECT_THAT(old.ir(), ContainsRegex("qnn.reshape.*array<i64: 2, 12>(.|\n)*qnn.softmax(.|\n)*qnn.reshape"));
  OneNode last(11, {2, 3, 1}, "Softmax");
  EXPECT_THAT(last.ir(), HasSubstr("qnn.softmax %arg0 {axis = 1 : i64}"));
  OneNode current(13, {2, 3, 4}, "Softmax");
  EXPECT_THAT(current.ir(), HasSubstr("qnn.softmax %arg0 {axis = 2 : i64}"));
}

TEST(Normalization, BatchNormInTraining) {
  OneNode model(14, {1, 2, 3}, "BatchNormalization", {"x", "w", "w", "w", "w"});
  model.weight("w", {2});
  EXPECT_THAT(model.ir(), HasSubstr("qnn.batch_norm"));
  model.first.attribute("training_mode", int64_t(1));
  EXPECT_THAT(errorOf(model), HasSubstr("training_mode must be 0"));
}

TEST(Movement, SliceOfBothForms) {
  OneNode old(9, {2, 8}, "Slice");
  old.first.attribute("starts", Ints{1}).attribute("ends", Ints{-1}).attribute("axes", Ints{1});
  EXPECT_THAT(old.ir(), HasSubstr("sizes = array<i64: 2, 6>, starts = array<i64: 0, 1>, steps = array<i64: 1, 1>"));
  OneNode model(13, {2, 8}, "Slice", {"x", "starts", "ends", "axes", "steps"});
  model.integers("starts", {1}, {-1}).integers("ends", {1}, {INT64_MIN}).integers("axes", {1}, {-1});
  model.integers("steps", {1}, {-3});
  EXPECT_THAT(model.ir(), HasSubstr("sizes = array<i64: 2, 3>, starts = array<i64: 0, 7>, steps = array<i64: 1, -3>"));
}

TEST(Movement, SplitNamesItsParts) {
  ModelBuilder model(18);
  model.input("x", {1, 7}).output("a").output("b");
  model.node("Split", {"x"}, {"a", "b"})
      .named("cut")
      .attribute("axis", int64_t(1))
      .attribute("num_outputs", int64_t(2));
  std::string ir = import(model, {}, true).ir;
  EXPECT_THAT(ir, HasSubstr("sizes = array<i64: 1, 4>, starts = array<i64: 0, 0>"));
  EXPECT_THAT(ir, HasSubstr("sizes = array<i64: 1, 3>, starts = array<i64: 0, 4>"));
  EXPECT_THAT(ir, ContainsRegex("#loc[0-9]+ = \"b\"\n(.|\n)*\"cut\"\\(#loc"));
}

TEST(Movement, SqueezeOfBothForms) {
  OneNode old(11, {1, 3, 1}, "Squeeze");
  old.first.attribute("axes", Ints{-1});
  EXPECT_THAT(old.ir(), HasSubstr("-> tensor<1x3xf32>"));
  OneNode model(13, {1, 3, 1}, "Squeeze", {"x", "axes"});
  model.integers("axes", {1}, {0});
  EXPECT_THAT(model.ir(), HasSubstr("-> tensor<3x1xf32>"));
  OneNode all(13, {1, 3, 1}, "Squeeze");
  EXPECT_THAT(all.ir(), HasSubstr("-> tensor<3xf32>"));
}

TEST(Movement, ReshapeZeros) {
  OneNode model(14, {2, 3, 4}, "Reshape", {"x", "s"});
  model.integers("s", {2}, {0, -1});
  EXPECT_THAT(model.ir(), HasSubstr("-> tensor<2x12xf32>"));
  model.first.attribute("allowzero", int64_t(1));
  EXPECT_EQ(errorOf(model), "node 'y' (Reshape, opset 14): cannot reshape 2x3x4 to [0, -1]");
}

TEST(Movement, NegativePadsCrop) {
  OneNode model(13, {1, 4}, "Pad", {"x", "p"});
  model.integers("p", {4}, {0, -1, 0, 2});
  EXPECT_THAT(model.ir(), ContainsRegex("qnn.slice.*array<i64: 1, 3>(.|\n)*qnn.pad.*-> tensor<1x5xf32>"));
}

TEST(Pooling, ReduceMeanAxes) {
  OneNode old(13, {1, 2, 3}, "ReduceMean");
  old.first.attribute("axes", Ints{-1, 0}).attribute("keepdims", int64_t(0));
  EXPECT_THAT(old.ir(), HasSubstr("axes = array<i64: 0, 2>} : (tensor<1x2x3xf32>) -> tensor<2xf32>"));
  OneNode model(18, {1, 2, 3}, "ReduceMean", {"x", "a"});
  model.integers("a", {1}, {1});
  EXPECT_THAT(model.ir(), HasSubstr("-> tensor<1x1x3xf32>"));
}

TEST(Pooling, GlobalPools) {
  EXPECT_THAT(OneNode(13, {1, 2, 3, 4}, "GlobalAveragePool").ir(),
              HasSubstr("qnn.reduce_mean %arg0 {axes = array<i64: 2, 3>, keep_dims}"));
  EXPECT_THAT(OneNode(13, {1, 2, 3, 4}, "GlobalMaxPool").ir(),
              HasSubstr("qnn.max_pool %arg0 {kernel = array<i64: 3, 4>}"));
}

TEST(Resizing, ModesOfEachOpset) {
  OneNode upsample(9, {1, 1, 2, 2}, "Upsample", {"x", "s"});
  upsample.weight("s", {4}, {1, 1, 2, 2});
  EXPECT_THAT(upsample.ir(), HasSubstr("coordinates = #qnn.coordinate_mode<asymmetric>"));
  OneNode model(13, {1, 1, 2, 2}, "Resize", {"x", "", "s"});
  model.weight("s", {4}, {1, 1, 2.5f, 2});
  EXPECT_THAT(model.ir(), ContainsRegex("half_pixel.*scales = array<f64: 2.500000e\\+00, .*sizes = array<i64: 5, 4>"));
  model.first.attribute("mode", "cubic");
  EXPECT_THAT(errorOf(model), HasSubstr("attribute 'mode' is 'cubic', expected nearest or linear"));
  OneNode channels(13, {1, 1, 2, 2}, "Resize", {"x", "", "s"});
  channels.weight("s", {4}, {1, 2, 1, 1});
  EXPECT_THAT(errorOf(channels), HasSubstr("resizes axis 1"));
}

TEST(Identities, DropoutVanishes) {
  EXPECT_THAT(OneNode(13, {2}, "Dropout").ir(), HasSubstr("return %arg0"));
  OneNode training(13, {2}, "Dropout", {"x", "", "t"});
  training.integers("t", {}, {1}, proto::TensorProto::BOOL);
  EXPECT_THAT(errorOf(training), HasSubstr("training_mode must be false"));
}

} // namespace
