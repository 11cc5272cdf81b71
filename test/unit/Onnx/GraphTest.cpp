//===- GraphTest.cpp - Structure, names and inputs ------------------------===//
#include "ModelBuilder.h"

#include <gmock/gmock.h>

using namespace tare::onnx;
using namespace tare::onnx::test;
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
                            "--input-shape x=DIMS, or --input-shape d2=N");
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

} // namespace
