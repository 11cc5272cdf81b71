//===- GraphTest.cpp - Structure, names and inputs ------------------------===//
#include "ModelBuilder.h"

#include <gmock/gmock.h>

using namespace tare::onnx;
using namespace tare::onnx::test;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

namespace {

ImportOptions withShape(const char *text) {
  ImportOptions options;
  options.inputShapes.push_back(*parseInputShape(text));
  return options;
}

TEST(Graph, NamesBecomeLocations) {
  ModelBuilder model;
  model.input("x", {1, 2}).output("y");
  model.node("Relu", {"x"}, {"a"}).named("first");
  model.node("Relu", {"a"}, {"b"}).named("twin");
  model.node("Relu", {"b"}, {"c"}).named("twin");
  model.node("Relu", {"c"}, {"y"});
  std::string ir = import(model, {}, true).ir;
  EXPECT_THAT(ir, HasSubstr("qnn.name = \"x\""));
  EXPECT_THAT(ir, HasSubstr("-> (tensor<1x2xf32> {qnn.name = \"y\"})"));
  EXPECT_THAT(ir, HasSubstr("\"first\"(#"));
  // A repeated name, or none: the result's.
  EXPECT_THAT(ir, Not(HasSubstr("\"twin\"")));
  EXPECT_THAT(ir, HasSubstr("\"b\"(#"));
  EXPECT_THAT(ir, HasSubstr("\"y\"(#"));
}

TEST(Graph, NodesAreSorted) {
  ModelBuilder model;
  model.input("x", {1, 2}).output("y");
  model.node("Tanh", {"a"}, {"y"});
  model.node("Relu", {"x"}, {"a"});
  EXPECT_THAT(import(model).ir, testing::ContainsRegex("qnn.relu.*\n.*qnn.tanh"));
}

TEST(Graph, UnusedNodesVanish) {
  ModelBuilder model;
  model.input("x", {1, 2}).output("y");
  model.node("Unheard", {"x"}, {"a"});
  model.node("Relu", {"x"}, {"y"});
  EXPECT_EQ(errorOf(model), "");
}

TEST(Graph, InitializersMayBeInputs) {
  ModelBuilder model;
  model.input("x", {1, 2}).input("w", {2}).output("y").weight("w", {2});
  model.node("Add", {"x", "w"}, {"y"});
  EXPECT_THAT(import(model).ir, HasSubstr("@main(%arg0: tensor<1x2xf32> {qnn.name = \"x\"})"));
}

TEST(Graph, OutputsMayBeInputsOrConstants) {
  ModelBuilder model;
  model.input("x", {1, 2}).output("x").output("c").weight("c", {2});
  EXPECT_THAT(import(model).ir, HasSubstr("return %arg0, %cst : tensor<1x2xf32>, tensor<2xf32>"));
}

TEST(Inputs, OpenDimensions) {
  ModelBuilder model;
  model.input("x", {-1, 3}).output("y");
  model.node("Relu", {"x"}, {"y"});
  Imported imported = import(model);
  EXPECT_THAT(imported.ir, HasSubstr("tensor<1x3xf32>"));
  EXPECT_THAT(imported.warnings, testing::ElementsAre(HasSubstr("input 'x' has an open first dimension ('d1')")));
  imported = import(model, withShape("x=5,3"));
  EXPECT_THAT(imported.ir, HasSubstr("tensor<5x3xf32>"));
  EXPECT_TRUE(imported.warnings.empty());
}

TEST(Inputs, OneNameIsOneNumber) {
  ModelBuilder model;
  model.input("a", {-1, 3}).input("b", {-1, 3}).output("y");
  model.node("Add", {"a", "b"}, {"y"});
  EXPECT_THAT(import(model, withShape("a=5,3")).ir, HasSubstr("%arg1: tensor<5x3xf32>"));
}

TEST(Inputs, Errors) {
  ModelBuilder model;
  model.input("x", {1, -2, 4}).output("y");
  model.node("Relu", {"x"}, {"y"});
  EXPECT_EQ(errorOf(model), "input 'x' has the shape 1xd2x4, whose dimension 1 ('d2') is open; give the shape with "
                            "--input-shape, for example x=1,16,4, or d2=16 for this dimension alone");
  EXPECT_EQ(errorOf(model, withShape("z=1,2,4")),
            "--input-shape names 'z', but the model's inputs are 'x', and its open dimensions 'd2'");
  EXPECT_EQ(errorOf(model, withShape("x=1,2,5")),
            "--input-shape gives input 'x' the shape 1x2x5, but the model says 1xd2x4");
  EXPECT_THAT(errorOf(model, withShape("x=1,2")), HasSubstr("the shape 1x2, but the model says 1xd2x4"));
  // An error comes alone.
  ModelBuilder open;
  open.input("x", {-1, -2}).output("y");
  open.node("Relu", {"x"}, {"y"});
  EXPECT_TRUE(import(open).warnings.empty());
  for (const char *text : {"", "x", "=1", "x=0", "x=-1", "x=1,,2", "x=1,a", "x=99999999999999999999"})
    EXPECT_FALSE(parseInputShape(text)) << text;
  EXPECT_EQ(parseInputShape("a=b=2,3")->name, "a=b");
}

TEST(Outputs, ListedSeveralTimes) {
  ModelBuilder model;
  model.input("x", {2}).output("y").output("y").output("y:2").output("y");
  model.node("Relu", {"x"}, {"y"});
  model.node("Tanh", {"x"}, {"y:2"});
  std::string ir = import(model).ir;
  EXPECT_THAT(ir, HasSubstr("-> (tensor<2xf32> {qnn.name = \"y\"}, tensor<2xf32> {qnn.name = \"y:3\"}, tensor<2xf32> "
                            "{qnn.name = \"y:2\"}, tensor<2xf32> {qnn.name = \"y:4\"})"));
}

/// The output y of a model that gives a constant of a type.
std::string constantOutput(Data type, const std::vector<int64_t> &values) {
  ModelBuilder model;
  model.input("x", {2}).output("z").output("y");
  model.integers("c", {int64_t(values.size())}, values, type);
  model.node("Relu", {"x"}, {"z"});
  model.node("Identity", {"c"}, {"y"}).named("give");
  std::string error = errorOf(model);
  return error.empty() ? import(model).ir : error;
}

TEST(Outputs, Constants) {
  using proto::TensorProto;
  std::string bytes = constantOutput(TensorProto::UINT8, {0, 130, 255});
  EXPECT_THAT(bytes, HasSubstr("dense<[-128, 2, 127]> : tensor<3xi8>"));
  EXPECT_THAT(bytes, HasSubstr("tensor<3xi8> {qnn.name = \"y\", qnn.unsigned}"));
  std::string whole = constantOutput(TensorProto::INT64, {5});
  EXPECT_THAT(whole, HasSubstr("dense<5> : tensor<1xi64>"));
  EXPECT_THAT(whole, HasSubstr("tensor<1xi64> {qnn.name = \"y\"}"));
  EXPECT_EQ(
      constantOutput(TensorProto::BOOL, {1}),
      "node 'give' (Identity, opset 13): output 'y': is a constant of bool, which a program cannot give; cast it to "
      "uint8");
  EXPECT_EQ(
      constantOutput(TensorProto::INT64, {}),
      "node 'give' (Identity, opset 13): output 'y' has the shape 0, which holds no elements; leave it out of the "
      "model's outputs");
}

TEST(Outputs, FormatsOfTheModel) {
  using proto::TensorProto;
  for (auto [type, format] :
       {std::pair(TensorProto::FLOAT16, "f16"), {TensorProto::BFLOAT16, "bf16"}, {TensorProto::FLOAT, ""}}) {
    ModelBuilder model;
    model.input("x", {2}, type).output("y");
    model.graph().mutable_output(0)->mutable_type()->mutable_tensor_type()->set_elem_type(type);
    model.node("Relu", {"x"}, {"y"});
    std::string ir = import(model).ir;
    EXPECT_EQ(ir.find("#qnn.float_format<" + std::string(format) + ">") != std::string::npos, *format != 0) << ir;
    EXPECT_THAT(ir, HasSubstr("tensor<2xf32>"));
  }
}

TEST(Inputs, EightDimensionsAtMost) {
  for (size_t rank : {8, 9}) {
    ModelBuilder model;
    model.input("x", tare::Shape(rank, 1)).output("y");
    model.node("Relu", {"x"}, {"y"}).named("act");
    EXPECT_EQ(errorOf(model),
              rank == 8 ? "" : "node 'act' (Relu, opset 13): value 'x' has 9 dimensions, expected 8 at most");
    ModelBuilder result;
    result.input("x", {1}).output("y");
    result.integers("s", {int64_t(rank)}, std::vector<int64_t>(rank, 1));
    result.node("Reshape", {"x", "s"}, {"y"}).named("shape");
    EXPECT_EQ(errorOf(result),
              rank == 8 ? "" : "node 'shape' (Reshape, opset 13): value 'y' has 9 dimensions, expected 8 at most");
  }
}

TEST(Inputs, TypesOfElements) {
  using proto::TensorProto;
  auto typeOf = [](Data type) {
    ModelBuilder model;
    model.input("x", {2}, type).input("r", {2}).output("y");
    model.node("Relu", {"r"}, {"y"});
    std::string error = errorOf(model);
    return error.empty() ? import(model).ir : error;
  };
  EXPECT_THAT(typeOf(TensorProto::DOUBLE), HasSubstr("%arg0: tensor<2xf32>"));
  EXPECT_THAT(typeOf(TensorProto::INT8),
              AllOf(HasSubstr("!i8 = !quant.uniform<i8:f32, 1.000000e+00>"), HasSubstr("%arg0: tensor<2x!i8>")));
  EXPECT_THAT(typeOf(TensorProto::UINT16),
              AllOf(HasSubstr("!u16 = !quant.uniform<u16:f32, 1.000000e+00>"), HasSubstr("%arg0: tensor<2x!u16>")));
  EXPECT_THAT(typeOf(TensorProto::INT32), HasSubstr("%arg0: tensor<2xi32>"));
  EXPECT_THAT(typeOf(TensorProto::BOOL), HasSubstr("%arg0: tensor<2xi1>"));
  EXPECT_EQ(typeOf(TensorProto::STRING),
            "input 'x' has elements of type string, expected floating point, integers or bool");
}

} // namespace
