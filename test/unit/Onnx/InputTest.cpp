//===- InputTest.cpp - Shapes and values that a user gives to inputs ------===//
#include "ModelBuilder.h"

#include <gmock/gmock.h>

using namespace tare;
using namespace tare::onnx;
using namespace tare::onnx::test;
using testing::ElementsAre;
using testing::HasSubstr;

namespace {

/// y = relu(x), and nothing else of the inputs that a test adds.
ModelBuilder relu(const Shape &shape) {
  ModelBuilder model;
  model.input("x", shape).output("y");
  model.node("Relu", {"x"}, {"y"}).named("act");
  return model;
}

/// The shape of the first argument, "2x3"; or the error.
std::string shapeOf(const ModelBuilder &model, const ImportOptions &options = {}) {
  Imported imported = import(model, options);
  if (!imported.errors.empty())
    return errorOf(model, options);
  size_t begin = imported.ir.find("tensor<") + 7;
  return imported.ir.substr(begin, imported.ir.find("xf32", begin) - begin);
}

ImportOptions shapes(const std::string &text) {
  ImportOptions options;
  options.inputShapes = *parseInputShapes(text);
  return options;
}

TEST(InputShapes, Texts) {
  Result<InputShape> shape = parseInputShape("a=b= 1, 3 ,224");
  ASSERT_TRUE(shape);
  EXPECT_EQ(shape->name, "a=b");
  EXPECT_EQ(shape->dims, (Shape{1, 3, 224}));
  EXPECT_EQ(parseInputShape("x=")->dims, Shape{});
  EXPECT_EQ(parseInputShape("x= ")->dims, Shape{});
  EXPECT_EQ(parseInputShape("x=1")->dims, Shape{1});
  for (const char *bad : {"x", "", "=1", "x=0", "x=-1", "x=1,", "x=,1", "x=a", "x=1.5"}) {
    Result<InputShape> refused = parseInputShape(bad);
    ASSERT_FALSE(refused) << bad;
    EXPECT_EQ(refused.error().message,
              "--input-shape must be NAME=DIMS, for example x=1,3,224,224, found '" + std::string(bad) + "'");
  }
}

TEST(InputShapes, SeveralTexts) {
  Result<std::vector<InputShape>> several = parseInputShapes("batch=2,height=32");
  ASSERT_TRUE(several);
  ASSERT_EQ(several->size(), 2u);
  EXPECT_EQ((*several)[0].name, "batch");
  EXPECT_EQ((*several)[1].dims, Shape{32});
  Result<std::vector<InputShape>> one = parseInputShapes("x=1,3");
  ASSERT_TRUE(one);
  ASSERT_EQ(one->size(), 1u);
  EXPECT_EQ((*one)[0].dims, (Shape{1, 3}));
  EXPECT_EQ(parseInputShapes("x=5")->size(), 1u);
  EXPECT_FALSE(parseInputShapes("x=1,y=0"));
}

TEST(InputShapes, OpenDimensions) {
  EXPECT_EQ(shapeOf(relu({2, 3})), "2x3");
  Imported first = import(relu({-1, 3}));
  EXPECT_THAT(first.ir, HasSubstr("tensor<1x3xf32>"));
  EXPECT_THAT(first.warnings,
              ElementsAre(HasSubstr(
                  "input 'x' has an open first dimension ('d1'), taken as 1; --input-shape x=8,3 makes it 8")));
  EXPECT_TRUE(import(relu({2, 3})).warnings.empty());
  EXPECT_TRUE(import(relu({-1, 3}), shapes("d1=4")).warnings.empty());
  EXPECT_EQ(shapeOf(relu({-1, 3}), shapes("d1=4")), "4x3");
  EXPECT_EQ(shapeOf(relu({-1, 3}), shapes("x=5,3")), "5x3");
  EXPECT_EQ(shapeOf(relu({-1, -2}), shapes("d1=4,d2=6")), "4x6");
  EXPECT_EQ(shapeOf(relu({-1, -2})),
            "input 'x' has the shape d1xd2, whose dimension 1 ('d2') is open; give the shape with "
            "--input-shape, for example x=1,16, or d2=16 for this dimension alone");
  // Some exporters write 0 for what they leave open.
  EXPECT_EQ(shapeOf(relu({2, 0})), "input 'x' has the shape 2x0, whose dimension 1 is 0, so that it has no elements; "
                                   "give the shape that is meant with --input-shape, for example x=2,16");
  EXPECT_EQ(shapeOf(relu({0, 3})), "1x3");
  EXPECT_THAT(import(relu({0, 3})).warnings, ElementsAre(HasSubstr("input 'x' has an open first dimension ('0')")));
  EXPECT_EQ(shapeOf(relu({2, 0}), shapes("x=2,7")), "2x7");
}

/// What the message gives as an example is taken.
TEST(InputShapes, ExamplesFitTheInput) {
  auto exampleOf = [](const Shape &dims, const ImportOptions &options = {}) {
    std::string said = shapeOf(relu(dims), options);
    return said.substr(said.rfind("example ") + 8);
  };
  EXPECT_EQ(exampleOf({1, 3, -1, -2}), "x=1,3,224,224, or d1=224 for this dimension alone");
  EXPECT_EQ(exampleOf({-1, -2, -3, -4}), "x=1,3,224,224, or d2=3 for this dimension alone");
  EXPECT_EQ(exampleOf({-1, -2, -3, 4}), "x=1,224,224,4, or d2=224 for this dimension alone");
  EXPECT_EQ(exampleOf({-1, 5, -2, 7}), "x=1,5,224,7, or d2=224 for this dimension alone");
  EXPECT_EQ(exampleOf({2, 80, -1}), "x=2,80,16, or d1=16 for this dimension alone");
  // One number for one name, whatever dimension says it first, and those that are known.
  EXPECT_EQ(exampleOf({1, -1, -1, -1}), "x=1,3,3,3, or d1=3 for this dimension alone");
  EXPECT_EQ(exampleOf({-1, 3, -2, -3}, shapes("d1=4,d3=5")), "x=4,3,224,5, or d2=224 for this dimension alone");
  EXPECT_EQ(shapeOf(relu({1, 3, -1, -2}), shapes("x=1,3,224,224")), "1x3x224x224");
}

/// "d1" is one number in all inputs, whichever says it.
TEST(InputShapes, NamedDimensionsAreOneNumber) {
  for (bool isFirst : {false, true}) {
    ModelBuilder model;
    model.input(isFirst ? "x" : "z", {-1, -2}).input(isFirst ? "z" : "x", {-2, -1}).output("y");
    model.node("MatMul", {"x", "z"}, {"y"});
    std::string ir = import(model, shapes("x=2,5")).ir;
    EXPECT_THAT(ir, HasSubstr("tensor<2x5xf32>"));
    EXPECT_THAT(ir, HasSubstr("tensor<5x2xf32>"));
  }
}

TEST(InputShapes, Refusals) {
  EXPECT_EQ(shapeOf(relu({2, 3}), shapes("x=2,4")),
            "--input-shape gives input 'x' the shape 2x4, but the model says 2x3");
  EXPECT_EQ(shapeOf(relu({2, 3}), shapes("x=2,3,1")),
            "--input-shape gives input 'x' the shape 2x3x1, but the model says 2x3");
  EXPECT_EQ(shapeOf(relu({-1, 3}), shapes("x=2")),
            "--input-shape gives input 'x' the shape 2, but the model says d1x3");
  EXPECT_EQ(shapeOf(relu({2, 3}), shapes("z=1")), "--input-shape names 'z', but the model's inputs are 'x'");
  EXPECT_EQ(shapeOf(relu({-1, -2}), shapes("d3=1")),
            "--input-shape names 'd3', but the model's inputs are 'x', and its open dimensions 'd1', 'd2'");
  EXPECT_EQ(shapeOf(relu({-1, 3}), shapes("d1=1,d1=2")), "--input-shape is given twice for 'd1'");
  ImportOptions two;
  two.inputShapes = {{"d1", {1, 2}}};
  EXPECT_THAT(shapeOf(relu({-1, 3}), two), HasSubstr("--input-shape names 'd1'"));
  EXPECT_THAT(shapeOf(relu({1 << 20, 1 << 20, 1 << 20})), HasSubstr("no tensor can have it"));
}

TEST(InputShapes, WithoutAny) {
  ModelBuilder model = relu({2});
  model.graph().mutable_input(0)->mutable_type()->mutable_tensor_type()->clear_shape();
  EXPECT_EQ(shapeOf(model), "input 'x' has no shape; give it with --input-shape, for example x=1,3,224,224");
  EXPECT_EQ(shapeOf(model, shapes("x=2,3")), "2x3");
  model.graph().mutable_input(0)->mutable_type()->clear_tensor_type();
  EXPECT_EQ(shapeOf(model), "input 'x' is not a tensor; only tensors are supported");
}

/// What data show, where the model leaves it open and the rest agrees.
TEST(InputShapes, OfData) {
  auto withData = [](const Shape &shape) {
    ImportOptions options;
    options.sampleValues = {{"x", Tensor(ElementType::f32, shape)}};
    return options;
  };
  EXPECT_EQ(shapeOf(relu({-1, -2}), withData({4, 5})), "4x5");
  EXPECT_EQ(shapeOf(relu({4, -2}), withData({4, 5})), "4x5");
  EXPECT_THAT(shapeOf(relu({3, -2}), withData({4, 5})), HasSubstr("is open"));
  EXPECT_THAT(shapeOf(relu({-1, -2}), withData({4, 5, 6})), HasSubstr("is open"));
  EXPECT_EQ(shapeOf(relu({2, 3}), withData({4, 5})), "2x3");
  ImportOptions both = withData({4, 5});
  both.inputShapes = {{"d1", {3}}};
  EXPECT_THAT(shapeOf(relu({-1, -2}), both), HasSubstr("is open"));
  both.inputShapes = {{"x", {7, 8}}};
  EXPECT_EQ(shapeOf(relu({-1, -2}), both), "7x8");
}

Tensor valuesOf(const InputValue &value) { return value.value; }

TEST(InputValues, Texts) {
  Result<InputValue> whole = parseInputValue("a=b=1, -2,3");
  ASSERT_TRUE(whole);
  EXPECT_EQ(whole->name, "a=b");
  ASSERT_EQ(valuesOf(*whole).element(), ElementType::i64);
  EXPECT_EQ(valuesOf(*whole).as<int64_t>()[1], -2);
  EXPECT_EQ(valuesOf(*whole).shape(), Shape{3});
  Result<InputValue> real = parseInputValue("x=1,2.5");
  ASSERT_TRUE(real);
  ASSERT_EQ(valuesOf(*real).element(), ElementType::f64);
  EXPECT_EQ(valuesOf(*real).as<double>()[0], 1);
  EXPECT_EQ(valuesOf(*real).as<double>()[1], 2.5);
  for (const char *bad : {"x", "=1", "x=", "x=a", "x=1,", "x=inf", "x=1,nan"}) {
    Result<InputValue> refused = parseInputValue(bad);
    ASSERT_FALSE(refused) << bad;
    EXPECT_EQ(refused.error().message,
              "--input-value must be NAME=VALUES, for example sr=16000 or flag=true, found '" + std::string(bad) + "'");
  }
}

/// y = x + (k as numbers), where k is given.
std::string withValue(const std::string &text, const Shape &shape, Data type) {
  ModelBuilder model;
  model.input("x", {2}).input("k", shape, type).output("y");
  model.node("Cast", {"k"}, {"f"}).attribute("to", int64_t(proto::TensorProto::FLOAT));
  model.node("Add", {"x", "f"}, {"y"});
  ImportOptions options;
  options.inputValues = {*parseInputValue(text)};
  std::string error = errorOf(model, options);
  return error.empty() ? import(model, options).ir : error;
}

TEST(InputValues, BecomeConstants) {
  using proto::TensorProto;
  EXPECT_THAT(withValue("k=3,4", {2}, TensorProto::INT64), HasSubstr("dense<[3.000000e+00, 4.000000e+00]>"));
  EXPECT_THAT(withValue("k=3,4", {-1}, TensorProto::INT64), HasSubstr("dense<[3.000000e+00, 4.000000e+00]>"));
  EXPECT_THAT(withValue("k=3", {}, TensorProto::INT32), HasSubstr("dense<3.000000e+00> : tensor<f32>"));
  EXPECT_THAT(withValue("k=0.5", {}, TensorProto::FLOAT), HasSubstr("dense<5.000000e-01>"));
  EXPECT_THAT(withValue("k=1", {}, TensorProto::BOOL), HasSubstr("dense<1.000000e+00>"));
  EXPECT_THAT(withValue("k=2.0", {}, TensorProto::INT8), HasSubstr("dense<2.000000e+00>"));
}

TEST(InputValues, Refusals) {
  using proto::TensorProto;
  auto refusal = [](const std::string &why) { return "--input-value: input 'k' " + why; };
  EXPECT_EQ(withValue("k=3,4,5", {2}, TensorProto::INT64), refusal("has the shape 2, found 3 values"));
  EXPECT_EQ(withValue("k=3,4", {}, TensorProto::INT64), refusal("has the shape scalar, found 2 values"));
  EXPECT_EQ(withValue("k=2", {}, TensorProto::BOOL), refusal("holds bool, found 2"));
  EXPECT_EQ(withValue("k=-1", {}, TensorProto::BOOL), refusal("holds bool, found -1"));
  EXPECT_EQ(withValue("k=0.5", {}, TensorProto::INT32), refusal("holds int32, found 0.5"));
  EXPECT_EQ(withValue("k=128", {}, TensorProto::INT8), refusal("holds int8, found 128"));
  EXPECT_EQ(withValue("k=-129", {}, TensorProto::INT8), refusal("holds int8, found -129"));
  EXPECT_EQ(withValue("k=128.0", {}, TensorProto::INT8), refusal("holds int8, found 128"));
  EXPECT_EQ(withValue("k=-129.0", {}, TensorProto::INT8), refusal("holds int8, found -129"));
  EXPECT_EQ(withValue("k=256", {}, TensorProto::UINT8), refusal("holds uint8, found 256"));
  EXPECT_THAT(withValue("k=127", {}, TensorProto::INT8), HasSubstr("1.270000e+02"));
  EXPECT_THAT(withValue("k=-128.0", {}, TensorProto::INT8), HasSubstr("-1.280000e+02"));
  EXPECT_THAT(withValue("k=255.0", {}, TensorProto::UINT8), HasSubstr("2.550000e+02"));
  EXPECT_EQ(withValue("k=1", {}, TensorProto::STRING), refusal("has elements of type string"));
  EXPECT_EQ(withValue("z=1", {}, TensorProto::INT64),
            "--input-value names 'z', but the model's inputs are 'x', 'k' (and each is given once)");
}

} // namespace
