//===- ErrorTest.cpp - What is wrong with a model, in one message ---------===//
#include "ModelBuilder.h"

#include <gmock/gmock.h>
#include <limits>

using namespace tare::onnx;
using namespace tare::onnx::test;
using testing::HasSubstr;

namespace {

ModelBuilder relu(int64_t opset = 13) {
  ModelBuilder model(opset);
  model.input("x", {1, 2}).output("y");
  model.node("Relu", {"x"}, {"y"}).named("act");
  return model;
}

TEST(Errors, Files) {
  TemporaryFolder folder;
  std::string missing = folder.path / "none.onnx";
  EXPECT_THAT(importFile(missing).errors,
              testing::ElementsAre(missing + ": cannot read the file: No such file or directory"));
  EXPECT_THAT(importFile(folder.path).errors, testing::ElementsAre(HasSubstr("found a folder")));
  EXPECT_THAT(importBytes("").errors, testing::ElementsAre(HasSubstr("it has no graph")));
  EXPECT_THAT(importBytes("nonsense").errors, testing::ElementsAre(HasSubstr("cannot be parsed")));
  std::string whole = relu().model.SerializeAsString();
  EXPECT_THAT(importBytes(whole.substr(0, whole.size() / 2)).errors, testing::SizeIs(1));
}

TEST(Errors, DeepNesting) {
  // Graphs in attributes in graphs: protobuf's own limit on depth holds.
  ModelBuilder model = relu();
  proto::GraphProto *graph = &model.graph();
  for (int depth = 0; depth < 1000; ++depth) {
    proto::AttributeProto &attribute = *graph->add_node()->add_attribute();
    attribute.set_name("body");
    graph = attribute.mutable_g();
  }
  EXPECT_THAT(errorOf(model), HasSubstr("cannot be parsed"));
}

TEST(Errors, Opsets) {
  EXPECT_THAT(errorOf(relu(99)), HasSubstr("found opset 99, expected 1 to "));
  ModelBuilder model = relu();
  model.model.clear_opset_import();
  EXPECT_EQ(errorOf(model), "the model does not say which opset it uses");
}

TEST(Errors, UnsupportedNodesAreListedTogether) {
  ModelBuilder model(11);
  model.input("x", {1, 2}).output("y");
  model.integers("i", {1}, {0});
  model.model.add_opset_import()->set_version(1);
  model.model.mutable_opset_import(1)->set_domain("com.microsoft");
  model.node("Bernoulli", {"x", "i"}, {"a"}).named("pick");
  model.node("Hardmax", {"a"}, {"b"}).named("branch");
  model.node("Inverse", {"b"}, {"y"}).named("sum");
  model.graph().mutable_node(2)->set_domain("com.microsoft");
  EXPECT_EQ(errorOf(model), "operators that are not supported: node 'pick' (Bernoulli, opset 11), node 'sum' "
                            "(com.microsoft.Inverse, opset 1); "
                            "express them by operators of docs/onnx.md, "
                            "fold what is constant, or cut the model there");
}

TEST(Errors, Definitions) {
  ModelBuilder missing = relu();
  missing.graph().mutable_node(0)->set_input(0, "w");
  EXPECT_EQ(errorOf(missing),
            "node 'act' (Relu, opset 13): operand 'w' is missing: no initializer, graph input or node "
            "defines it");
  ModelBuilder twice = relu();
  twice.node("Tanh", {"x"}, {"y"});
  EXPECT_EQ(errorOf(twice), "value 'y' is defined twice");
  ModelBuilder cycle = relu();
  cycle.graph().mutable_node(0)->set_input(0, "a");
  cycle.node("Tanh", {"y"}, {"a"});
  EXPECT_EQ(errorOf(cycle), "node 'act' (Relu, opset 13): depends on its own result");
  ModelBuilder output = relu();
  output.output("z");
  EXPECT_EQ(errorOf(output), "graph output 'z' is missing: no node defines it");
  ModelBuilder none = relu();
  none.graph().clear_output();
  EXPECT_EQ(errorOf(none), "the graph has no outputs");
}

TEST(Errors, Weights) {
  ModelBuilder model;
  model.input("x", {1, 2}).output("y");
  model.weight("w", {2, 2}, {1, 2, std::numeric_limits<float>::quiet_NaN(), 4});
  model.node("Add", {"x", "w"}, {"y"}).named("sum");
  EXPECT_EQ(errorOf(model),
            "node 'sum' (Add, opset 13): constant 'w' holds nan at index [1, 0]; every weight must be finite");
  proto::TensorProto &tensor = *model.graph().mutable_initializer(0);
  tensor.mutable_raw_data()->resize(12);
  EXPECT_EQ(errorOf(model), "initializer 'w': raw data has 12 bytes, expected 16");
  tensor.set_dims(0, -3);
  EXPECT_EQ(errorOf(model), "initializer 'w': no tensor can have the shape -3x2");
  tensor.set_data_type(proto::TensorProto::STRING);
  EXPECT_EQ(errorOf(model), "initializer 'w': elements of type string are not supported");
  model.graph().add_sparse_initializer()->mutable_values()->set_name("s");
  EXPECT_EQ(errorOf(model), "sparse initializer 's' is not supported; store it densely");
}

TEST(Errors, Attributes) {
  ModelBuilder model;
  model.input("x", {1, 3, 4, 4}).output("y").weight("w", {2, 3, 3, 3});
  model.node("Conv", {"x", "w"}, {"y"}).named("conv1").attribute("strides", std::vector<int64_t>{0, 1});
  auto &strides = *model.graph().mutable_node(0)->mutable_attribute(0);
  std::string prefix = "node 'conv1' (Conv, opset 13): ";
  EXPECT_EQ(errorOf(model), prefix + "attribute 'strides' holds 0, expected 1 or more");
  strides.add_ints(1);
  EXPECT_EQ(errorOf(model), prefix + "attribute 'strides' has 3 elements, expected 2");
  strides.set_type(proto::AttributeProto::FLOAT);
  EXPECT_EQ(errorOf(model), prefix + "attribute 'strides' has type FLOAT, expected INTS");
}

TEST(Errors, TypeInference) {
  ModelBuilder model;
  model.input("x", {1, 3, 4, 4}).output("y").weight("w", {2, 5, 3, 3});
  model.node("Conv", {"x", "w"}, {"y"}).named("conv1");
  EXPECT_EQ(errorOf(model),
            "node 'conv1' (Conv, opset 13): weight's axis 1 must be 3 (input channels 3 / group 1), found 5");
}

TEST(Errors, ComputedWeights) {
  ModelBuilder model;
  model.input("x", {1, 3, 4, 4}).input("w", {2, 3, 3, 3}).output("y");
  model.node("Conv", {"x", "w"}, {"y"}).named("conv1");
  EXPECT_EQ(errorOf(model), "node 'conv1' (Conv, opset 13): weight 'w' must be a constant, found a computed value");
}

TEST(Errors, SecondResults) {
  ModelBuilder model;
  model.input("x", {1, 3, 4, 4}).output("y").output("i");
  model.node("MaxPool", {"x"}, {"y", "i"}).named("pool").attribute("kernel_shape", std::vector<int64_t>{2, 2});
  EXPECT_EQ(errorOf(model), "node 'pool' (MaxPool, opset 13): its second result 'i' (the indices) is not supported");
}

TEST(Errors, LargeResultsAtImport) {
  ModelBuilder model;
  model.output("y").integers("shape", {3}, {1 << 20, 1 << 20, 1 << 20});
  model.node("ConstantOfShape", {"shape"}, {"y"}).named("huge");
  EXPECT_THAT(errorOf(model), HasSubstr("too large to be computed at import"));
}

} // namespace
