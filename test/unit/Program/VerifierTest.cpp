//===- VerifierTest.cpp - Each rule of a program, broken ------------------===//
#include "NetworkBuilder.h"

#include "tare/Program/Container.h"
#include "tare/Program/HostLayer.h"
#include "tare/Program/Model.h"
#include "tare/Program/Reader.h"
#include "tare/Program/Verifier.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>

using namespace tare;
using namespace tare::program;
using namespace tare::test;

namespace {

/// What is done to the small network, and what the message must contain. Its
/// tensors are 0 image, 1 to_nhwc, 2 quantize, 3 conv.w, 4 conv.b, 5 conv,
/// 6 pool, 7 flatten, 8 fc.w, 9 fc.b, 10 fc, 11 dequantize.
struct Case {
  const char *name;
  const char *message;
  std::function<void(ProgramT &)> change;
};

void PrintTo(const Case &param, std::ostream *stream) { *stream << param.name; }

const Case cases[] = {
    {"NoTarget", "there is no target description", [](ProgramT &p) { p.target.reset(); }},
    {"ElementType", "tensor 5 ('conv') has element type 1", [](ProgramT &p) { p.tensors[5]->type = ElementType::f64; }},
    {"UnknownElementType", "has element type 200", [](ProgramT &p) { p.tensors[5]->type = ElementType(200); }},
    {"Rank", "has rank 9", [](ProgramT &p) { p.tensors[5]->shape.assign(9, 1); }},
    {"Dimension", "has a dimension of 0, expected at least 1", [](ProgramT &p) { p.tensors[5]->shape[0] = 0; }},
    {"NegativeDimension", "has a dimension of -4", [](ProgramT &p) { p.tensors[5]->shape[3] = -4; }},
    {"SizeOverflow", "is larger than",
     [](ProgramT &p) { p.tensors[5]->shape = {int64_t(1) << 32, int64_t(1) << 32, 1, 1}; }},
    {"ConstantBeyondFile", "of the constants, which has",
     [](ProgramT &p) { p.tensors[9]->data_offset = p.constant_bytes; }},
    {"ConstantOffsetOverflow", "of the constants, which has",
     [](ProgramT &p) { p.tensors[9]->data_offset = ~uint64_t(63); }},
    {"ConstantMisaligned", "expected a multiple of 64", [](ProgramT &p) { p.tensors[9]->data_offset += 4; }},
    {"ConstantMisalignedByHalf", "expected a multiple of 64", [](ProgramT &p) { p.tensors[9]->data_offset += 32; }},
    {"ArenaBeyondEnd", "of the arena, which has", [](ProgramT &p) { p.tensors[5]->arena_offset = p.arena_bytes; }},
    {"ArenaMisaligned", "expected a multiple of 64", [](ProgramT &p) { p.tensors[5]->arena_offset += 1; }},
    {"ArenaMisalignedByHalf", "expected a multiple of 64", [](ProgramT &p) { p.tensors[5]->arena_offset += 32; }},
    {"ArenaAbsurd", "the arena takes 1125899906842624 bytes, expected at most 1099511627776",
     [](ProgramT &p) { p.arena_bytes = uint64_t(1) << 50; }},
    {"OperandOutOfRange", "layer 2 ('conv') refers to tensor 99 of 12",
     [](ProgramT &p) { p.layers[2]->operands[1] = 99; }},
    {"ResultOutOfRange", "layer 2 ('conv') refers to tensor 12 of 12", [](ProgramT &p) { p.layers[2]->result = 12; }},
    {"ReadBeforeWritten", "layer 2 ('conv') reads tensor 6 before", [](ProgramT &p) { p.layers[2]->operands[0] = 6; }},
    {"ReadsItself", "layer 2 ('conv') reads tensor 5 before", [](ProgramT &p) { p.layers[2]->operands[0] = 5; }},
    {"WritesConstant", "writes tensor 3, which is a constant", [](ProgramT &p) { p.layers[2]->result = 3; }},
    {"WritesTwice", "writes tensor 2, which is written already", [](ProgramT &p) { p.layers[2]->result = 2; }},
    {"InputTwice", "input 'again' writes tensor 0, which is written already",
     [](ProgramT &p) {
       p.inputs.push_back(std::make_unique<PortT>(*p.inputs[0]));
       p.inputs.back()->name = "again";
     }},
    {"InputIsConstant", "writes tensor 3, which is a constant", [](ProgramT &p) { p.inputs[0]->tensor = 3; }},
    {"NobodyWrites", "nothing writes tensor 12 ('stray')",
     [](ProgramT &p) {
       p.tensors.push_back(std::make_unique<TensorT>(*p.tensors[5]));
       p.tensors.back()->name = "stray";
     }},
    {"OutputOutOfRange", "output 'logits' refers to tensor 12 of 12", [](ProgramT &p) { p.outputs[0]->tensor = 12; }},
    {"UnknownOperator", "operator 77 is unknown to this build",
     [](ProgramT &p) {
       p.layers[3]->op = OpUnion();
       p.layers[3]->op.type = Op(77);
     }},
    {"NoOperator", "operator 0 is unknown to this build", [](ProgramT &p) { p.layers[3]->op = OpUnion(); }},
    {"NoParameters", "max_pool has no parameters",
     [](ProgramT &p) {
       p.layers[3]->op = OpUnion();
       p.layers[3]->op.type = Op::MaxPool;
     }},
    {"Parameters", "layer 2 ('conv'): ", [](ProgramT &p) { p.layers[2]->op.AsConv()->strides = {0, 1}; }},
    {"Stages", "layer 2 ('conv'): the stages' bias has 3 values, expected 1 or 4",
     [](ProgramT &p) {
       RequantT &requant = *p.layers[2]->op.AsConv()->requant;
       requant = *stagedRequant({1}, 0, 0, 0, {1, 2, 3});
     }},
    {"ResultType", "the result is int8 1x6x6x4, but the program says",
     [](ProgramT &p) { p.tensors[5]->shape = {1, 6, 4, 6}; }},
    {"Overlap", "'conv' and 'quantize' live at the same time",
     [](ProgramT &p) { p.tensors[5]->arena_offset = p.tensors[2]->arena_offset; }},
    {"NoName", "an input or output has no name", [](ProgramT &p) { p.outputs[0]->name = ""; }},
    {"SameName", "two inputs or two outputs are named 'logits'",
     [](ProgramT &p) { p.outputs.push_back(std::make_unique<PortT>(*p.outputs[0])); }},
    {"ScaleZero", "'logits' has a scale of 0, expected a positive number",
     [](ProgramT &p) { p.outputs[0]->scales[1] = 0; }},
    {"ScaleInfinite", "'image' has a scale of inf", [](ProgramT &p) { p.inputs[0]->scales = {INFINITY}; }},
    {"ScaleNaN", "'image' has a scale of nan", [](ProgramT &p) { p.inputs[0]->scales = {std::nan("")}; }},
    {"NoScale", "'image' takes real numbers as int8, but has no scale",
     [](ProgramT &p) { p.inputs[0]->scales.clear(); }},
    {"ScaleCount", "'logits' has 2 scales along axis 1 of int32 1x3",
     [](ProgramT &p) { p.outputs[0]->scales = {1, 2}; }},
    {"TensorScale", "has a scale of -1, expected a positive number", [](ProgramT &p) { p.tensors[0]->scales = {-1}; }},
    {"TensorScaleCount", "has 7 scales along axis 0",
     [](ProgramT &p) { p.tensors[0]->scales = std::vector<double>(7, 1.0); }},
    {"ScaleAxis", "'logits' has 3 scales along axis 5", [](ProgramT &p) { p.outputs[0]->axis = 5; }},
    {"UnsignedInput", "'image' is said to be unsigned, but the model has float32 there and the program float32",
     [](ProgramT &p) { p.inputs[0]->is_unsigned = true; }},
    {"FloatFormat", "'logits' has the format 9, expected at most 2",
     [](ProgramT &p) { p.outputs[0]->float_format = FloatFormat(9); }},
    {"FormatOfIntegers", "'logits' is said to be f16 in the model, but is int32 there",
     [](ProgramT &p) {
       p.outputs[0]->float_format = FloatFormat::f16;
       p.outputs[0]->tensor = p.layers.back()->operands[0];
     }},
    {"UnsignedOutput", "'logits' is said to be unsigned, but the model has float32 there and the program int32",
     [](ProgramT &p) {
       p.outputs[0]->is_unsigned = true;
       p.outputs[0]->tensor = p.layers.back()->operands[0];
       p.outputs[0]->host_steps.push_back(hostStep(dequantize({1}, 0, 0)));
       p.outputs[0]->scales.clear();
     }},
    {"InputStepKind", "is neither a quantize nor a transpose",
     [](ProgramT &p) { p.inputs[0]->host_steps.push_back(hostStep(MaxPoolT())); }},
    {"OutputStepKind", "a step after an output is no dequantize, transpose, reshape, slice or concat",
     [](ProgramT &p) { p.outputs[0]->host_steps.push_back(hostStep(quantize(1, 0))); }},
    {"OutputStepOperands", "host steps of 'logits': a step takes 2 values of 1",
     [](ProgramT &p) { p.outputs[0]->host_steps.push_back(hostStep(ConcatT(), 2)); }},
    {"OutputStepWithoutOperands", "a step takes 0 values of 1",
     [](ProgramT &p) { p.outputs[0]->host_steps.push_back(hostStep(ConcatT(), 0)); }},
    {"JoinedToNothing", "host steps of 'logits': nothing is joined to 'y'",
     [](ProgramT &p) { p.outputs[0]->model_output = "y"; }},
    {"InputStepType", "host steps of 'image': step 0 gives int8",
     [](ProgramT &p) { p.inputs[0]->host_steps.push_back(hostStep(quantize(1, 0))); }},
    {"InputStepPermutation", "transpose refers to dimension 9 of 4",
     [](ProgramT &p) { p.inputs[0]->host_steps.push_back(hostStep(transpose({0, 9, 1, 2}))); }},
    {"InputStepRank", "transpose permutes 2 dimensions of a tensor of rank 4",
     [](ProgramT &p) { p.inputs[0]->host_steps.push_back(hostStep(transpose({0, 1}))); }},
    {"OutputStepRank",
     "host steps of 'logits': ", [](ProgramT &p) { p.outputs[0]->host_steps.push_back(hostStep(transpose({0, 0}))); }},
};

class Broken : public testing::TestWithParam<Case> {};

TEST_P(Broken, IsNamed) {
  NetworkBuilder builder = smallNetwork();
  auto model = readMemory(builder.bytes(), nullptr, "small.tare");
  ASSERT_TRUE(model) << model.error().message;
  ProgramT program = (*model)->program();
  ASSERT_TRUE(verify(program));
  GetParam().change(program);
  auto status = verify(program);
  ASSERT_FALSE(status);
  EXPECT_PRED_FORMAT2(testing::IsSubstring, GetParam().message, status.error().message);
}

INSTANTIATE_TEST_SUITE_P(Verifier, Broken, testing::ValuesIn(cases), [](const auto &info) { return info.param.name; });

/// One long-lived tensor under a chain of reshapes: they share its memory, and
/// nobody else may have it as long as the last of them is read.
TEST(Verifier, ReshapesShareMemory) {
  NetworkBuilder builder;
  uint32_t x = builder.input("x", {ElementType::i8, {4, 16}});
  uint32_t flat = builder.layer("flat", reshape({64}), {x});
  uint32_t moved = builder.layer("moved", transpose({1, 0}), {x});
  uint32_t tall = builder.layer("tall", reshape({16, 4}), {flat});
  builder.output("a", moved);
  builder.output("b", tall);
  ProgramT program = builder.finish();
  EXPECT_EQ(program.tensors[x]->arena_offset, program.tensors[tall]->arena_offset);
  EXPECT_NE(program.tensors[x]->arena_offset, program.tensors[moved]->arena_offset);
  EXPECT_TRUE(verify(program)) << verify(program).error().message;
  program.tensors[moved]->arena_offset = program.tensors[x]->arena_offset;
  EXPECT_FALSE(verify(program));
}

/// A reshape that moves the data is no alias.
TEST(Verifier, ReshapeElsewhereMustNotOverlap) {
  NetworkBuilder builder;
  uint32_t x = builder.input("x", {ElementType::i8, {2, 64}});
  uint32_t y = builder.layer("y", reshape({128}), {x});
  builder.output("y", y);
  ProgramT program = builder.finish();
  program.arena_bytes = 256;
  program.tensors[y]->arena_offset = 128;
  EXPECT_TRUE(verify(program)) << verify(program).error().message;
  program.tensors[y]->arena_offset = 64;
  EXPECT_FALSE(verify(program));
}

TEST(Verifier, DeadTensorsMakeRoom) {
  NetworkBuilder builder;
  uint32_t t = builder.input("x", {ElementType::i8, {4, 16}});
  for (int i = 0; i != 10; ++i)
    t = builder.layer("t" + std::to_string(i), transpose({1, 0}), {t});
  builder.output("y", t);
  ProgramT program = builder.finish();
  EXPECT_EQ(program.arena_bytes, 128u);
  EXPECT_TRUE(verify(program)) << verify(program).error().message;
}

/// A TopK with its two results, and what is done to it.
struct HostCase {
  const char *name;
  const char *message;
  std::function<void(ProgramT &)> change;
};

void PrintTo(const HostCase &param, std::ostream *stream) { *stream << param.name; }

HostT &hostOf(ProgramT &program) { return *program.layers[0]->op.AsHost(); }

const HostCase hostCases[] = {
    {"Unknown", "layer 0 ('top'): Top: operator Top is not supported", [](ProgramT &p) { hostOf(p).kind = "Top"; }},
    {"Opset", "is of opset 0, expected 1 or more", [](ProgramT &p) { hostOf(p).opset = 0; }},
    {"LaterOpset", "is of opset 65537", [](ProgramT &p) { hostOf(p).opset = 65537; }},
    {"Axis", "axis 7 is out of range for 2 dimensions", [](ProgramT &p) { hostOf(p).attributes[0]->integers = {7}; }},
    {"NoValue", "attribute 'axis' holds 0 values, expected one",
     [](ProgramT &p) { hostOf(p).attributes[0]->integers.clear(); }},
    {"Kind", "attribute 'axis' is of a kind 99 that this build does not know",
     [](ProgramT &p) { hostOf(p).attributes[0]->kind = HostAttributeKind(99); }},
    {"NoTensor", "attribute 'axis' holds no tensor",
     [](ProgramT &p) { hostOf(p).attributes[0]->kind = HostAttributeKind::tensor; }},
    {"TensorBytes", "attribute 'axis' holds 3 bytes of float32 2",
     [](ProgramT &p) {
       hostOf(p).attributes[0]->kind = HostAttributeKind::tensor;
       hostOf(p).attributes[0]->tensor = std::make_unique<HostTensorT>();
       hostOf(p).attributes[0]->tensor->shape = {2};
       hostOf(p).attributes[0]->tensor->data = {1, 2, 3};
     }},
    {"TensorType", "attribute 'axis' holds a tensor of type 77",
     [](ProgramT &p) {
       hostOf(p).attributes[0]->kind = HostAttributeKind::tensor;
       hostOf(p).attributes[0]->tensor = std::make_unique<HostTensorT>();
       hostOf(p).attributes[0]->tensor->type = ElementType(77);
     }},
    {"Positions", "has 3 positions for 2 operands", [](ProgramT &p) { hostOf(p).positions = {0, 1, 2}; }},
    {"Descending", "position 0 of an operand does not ascend", [](ProgramT &p) { hostOf(p).positions = {1, 0}; }},
    {"FarPosition", "does not ascend", [](ProgramT &p) { hostOf(p).positions = {0, 1u << 16}; }},
    {"NotConstant", "must be a constant, found a computed value", [](ProgramT &p) { p.layers[0]->operands[1] = 4; }},
    {"ResultType", "the result is int64 2x3, but the program says int32 2x3",
     [](ProgramT &p) { p.tensors[3]->type = ElementType::i32; }},
    {"ResultTwice", "writes tensor 2, which is written already",
     [](ProgramT &p) { p.layers[0]->further_results = {2}; }},
    {"ResultOutOfRange", "refers to tensor 99 of 5", [](ProgramT &p) { p.layers[0]->further_results = {99}; }},
    {"TooManyResults", "top", [](ProgramT &p) { p.layers[0]->further_results = {3, 3}; }},
    {"AsHostStep", "a step after an output is no dequantize",
     [](ProgramT &p) { p.outputs[0]->host_steps.push_back(hostStep(HostT())); }},
};

/// What a program says of a node is what was said of it: every kind of attribute, in the order of names.
TEST(HostLayer, AttributesComeBack) {
  tare::Tensor table(ElementType::i32, {2});
  table.mutableAs<int32_t>()[0] = -7, table.mutableAs<int32_t>()[1] = 1 << 20;
  const host::Node node{"Anything", 17,
                        host::Attributes({{"axis", int64_t(-3)},
                                          {"axes", std::vector<int64_t>{2, 0}},
                                          {"alpha", 0.25},
                                          {"scales", std::vector<double>{1.5, -2}},
                                          {"mode", std::string("linear")},
                                          {"names", std::vector<std::string>{"Relu", "Tanh"}},
                                          {"table", table}})};
  // Its operands are the first and the fourth of the node: those between are left out.
  const HostT encoded = encodeHost(node, std::vector<int64_t>{0, 3});
  Result<HostNode> decoded = decodeHost(encoded, 2);
  ASSERT_TRUE(bool(decoded)) << decoded.error().message;
  EXPECT_EQ(decoded->node.op, "Anything");
  EXPECT_EQ(decoded->node.opset, 17);
  EXPECT_EQ(decoded->operands, (std::vector<int64_t>{0, -1, -1, 1}));
  const host::Attributes &found = decoded->node.attributes;
  EXPECT_EQ(found.integer("axis", 0), -3);
  EXPECT_EQ(found.integers("axes"), (std::vector<int64_t>{2, 0}));
  EXPECT_EQ(found.number("alpha", 0), 0.25);
  EXPECT_EQ(found.numbers("scales"), (std::vector<double>{1.5, -2}));
  EXPECT_EQ(found.text("mode", ""), "linear");
  EXPECT_EQ(found.texts("names"), (std::vector<std::string>{"Relu", "Tanh"}));
  const tare::Tensor back = found.tensor("table");
  ASSERT_EQ(back.shape(), Shape{2});
  EXPECT_EQ(std::vector<int32_t>(back.as<int32_t>(), back.as<int32_t>() + 2), (std::vector<int32_t>{-7, 1 << 20}));
}

/// The number of an opset that is no opset's is far from those that there are.
TEST(Verifier, HostLayersOfTheLastOpsetAreRead) {
  NetworkBuilder builder;
  uint32_t x = builder.input("x", {ElementType::f32, {2, 9}});
  builder.output("y", builder.host("y", {"Softmax", 65536, host::Attributes({{"axis", int64_t(1)}})}, {x}, 1)[0]);
  builder.program.inputs[0]->scales.clear();
  builder.program.outputs[0]->scales.clear();
  ProgramT program = builder.finish();
  EXPECT_TRUE(verify(program)) << verify(program).error().message;
}

class BrokenHost : public testing::TestWithParam<HostCase> {};

TEST_P(BrokenHost, IsNamed) {
  NetworkBuilder builder;
  uint32_t x = builder.input("x", {ElementType::f32, {2, 9}});
  uint32_t k = builder.constant("k", {1}, std::vector<int64_t>{3});
  auto top = builder.host("top", {"TopK", 11, host::Attributes({{"axis", int64_t(1)}})}, {x, k}, 2);
  uint32_t more = builder.input("more", {ElementType::i64, {1}});
  builder.output("values", top[0]);
  builder.output("indices", top[1]);
  for (auto &port : builder.program.outputs)
    port->scales.clear();
  builder.program.inputs[1]->scales.clear();
  ASSERT_EQ(more, 4u);
  ProgramT program = builder.finish();
  auto constants = builder.constants();
  auto bytesOf = [&](uint32_t tensor) -> const void * { return constants[tensor].data(); };
  program.constant_bytes = 64;
  ASSERT_TRUE(verify(program, bytesOf)) << verify(program, bytesOf).error().message;
  GetParam().change(program);
  auto status = verify(program, bytesOf);
  ASSERT_FALSE(status);
  EXPECT_PRED_FORMAT2(testing::IsSubstring, GetParam().message, status.error().message);
}

INSTANTIATE_TEST_SUITE_P(Verifier, BrokenHost, testing::ValuesIn(hostCases),
                         [](const auto &info) { return info.param.name; });

/// What a shape follows from is looked at only where it is at hand.
TEST(Verifier, HostLayersNeedTheirConstants) {
  NetworkBuilder builder;
  uint32_t x = builder.input("x", {ElementType::f32, {2, 9}});
  uint32_t k = builder.constant("k", {1}, std::vector<int64_t>{3});
  builder.output("y", builder.host("top", {"TopK", 11}, {x, k}, 2)[0]);
  ProgramT program = builder.finish();
  program.constant_bytes = 64;
  auto status = verify(program);
  ASSERT_FALSE(status);
  EXPECT_PRED_FORMAT2(testing::IsSubstring, "must be a constant, found a computed value", status.error().message);
}

} // namespace
