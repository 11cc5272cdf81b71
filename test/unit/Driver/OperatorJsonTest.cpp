//===- OperatorJsonTest.cpp - Operators' parameters under their names -----===//
#include "Driver/Inspect/OperatorJson.h"

#include "Driver/Json.h"

#include <gtest/gtest.h>

using namespace tare;

namespace {

/// What `write` writes into an object, and that text, as JSON.
template <typename Write> void expectJson(Write write, const std::string &expected) {
  llvm::Expected<llvm::json::Value> found =
      llvm::json::parse(jsonDocument([&](llvm::json::OStream &json) { json.object([&] { write(json); }); }));
  llvm::Expected<llvm::json::Value> wanted = llvm::json::parse(expected);
  ASSERT_TRUE(bool(found));
  ASSERT_TRUE(bool(wanted)) << expected;
  std::string text;
  llvm::raw_string_ostream(text) << *found;
  EXPECT_EQ(*found, *wanted) << text;
}

template <typename Op> void expectParameters(Op op, const std::string &expected) {
  program::OpUnion operation;
  operation.Set(std::move(op));
  expectJson([&](llvm::json::OStream &json) { writeParameters(json, operation); }, expected);
}

TEST(OperatorJson, Convolutions) {
  program::ConvT conv;
  conv.strides = {2, 1}, conv.pads = {0, 1, 2, 3}, conv.dilations = {1, 4}, conv.group = 5, conv.input_zero_point = -6;
  expectParameters(std::move(conv), R"({"strides": [2, 1], "pads": [0, 1, 2, 3], "dilations": [1, 4], "group": 5,
                                        "input_zero_point": -6})");
  program::ConvTransposeT transposed;
  transposed.strides = {2}, transposed.pads = {0, 1}, transposed.dilations = {3}, transposed.output_padding = {4};
  transposed.group = 5, transposed.input_zero_point = 6;
  expectParameters(std::move(transposed), R"({"strides": [2], "pads": [0, 1], "dilations": [3], "output_padding": [4],
                                              "group": 5, "input_zero_point": 6})");
  expectParameters(program::LinearT(), "{}");
}

/// As the schema has them, also what is not there.
TEST(OperatorJson, FieldsAreInTheSchemasOrder) {
  program::OpUnion operation;
  operation.Set(program::AveragePoolT());
  EXPECT_EQ(jsonDocument([&](llvm::json::OStream &json) { json.object([&] { writeParameters(json, operation); }); }),
            R"({
  "kernel": [],
  "strides": [],
  "pads": [],
  "count_include_pad": false,
  "input_zero_point": 0
}
)");
  operation = {};
  expectJson([&](llvm::json::OStream &json) { writeParameters(json, operation); }, "{}");
}

TEST(OperatorJson, Loops) {
  program::LoopBeginT begin;
  begin.steps = 3, begin.sequences = 2;
  expectParameters(begin, R"({"steps": 3, "sequences": 2})");
  begin.reversed = {false, true};
  expectParameters(begin, R"({"steps": 3, "sequences": 2, "reversed": [false, true]})");
}

/// What comes behind its sum is a requantization.
TEST(OperatorJson, Sums) {
  program::AddT add;
  add.lhs_zero_point = 1, add.rhs_zero_point = -2, add.lhs_multiplier = 3, add.rhs_multiplier = -4, add.shift = 5;
  add.zero_point = 6, add.clamp_min = -7, add.clamp_max = 8;
  expectParameters(add, R"({"lhs_zero_point": 1, "rhs_zero_point": -2, "lhs_multiplier": 3, "rhs_multiplier": -4})");
}

TEST(OperatorJson, Pools) {
  program::MaxPoolT most;
  most.kernel = {3, 2}, most.strides = {1, 2}, most.pads = {0, 1, 0, 1}, most.dilations = {1, 3};
  expectParameters(std::move(most),
                   R"({"kernel": [3, 2], "strides": [1, 2], "pads": [0, 1, 0, 1], "dilations": [1, 3]})");
  program::AveragePoolT average;
  average.kernel = {3}, average.strides = {1}, average.pads = {0, 1}, average.count_include_pad = true;
  average.input_zero_point = 7;
  expectParameters(std::move(average), R"({"kernel": [3], "strides": [1], "pads": [0, 1], "count_include_pad": true,
                                           "input_zero_point": 7})");
  program::ReduceMeanT mean;
  mean.axes = {1, 2}, mean.keep_dims = true, mean.input_zero_point = -3;
  expectParameters(std::move(mean), R"({"axes": [1, 2], "keep_dims": true, "input_zero_point": -3})");
}

TEST(OperatorJson, Movements) {
  program::SliceT slice;
  slice.starts = {1, 2}, slice.steps = {3, 4}, slice.sizes = {5, 6};
  expectParameters(std::move(slice), R"({"starts": [1, 2], "steps": [3, 4], "sizes": [5, 6]})");
  program::PadT pad;
  pad.low = {1, 2}, pad.high = {3, 4}, pad.mode = program::PadMode::reflect, pad.value = -5;
  expectParameters(std::move(pad), R"({"low": [1, 2], "high": [3, 4], "mode": "reflect", "value": -5})");
  program::ReshapeT reshape;
  reshape.shape = {2, 3};
  expectParameters(std::move(reshape), R"({"shape": [2, 3]})");
  program::TransposeT transpose;
  transpose.permutation = {1, 0};
  expectParameters(std::move(transpose), R"({"permutation": [1, 0]})");
  program::ConcatT concat;
  concat.axis = 2;
  expectParameters(std::move(concat), R"({"axis": 2})");
  program::SoftmaxT softmax;
  softmax.axis = 3;
  expectParameters(std::move(softmax), R"({"axis": 3})");
}

TEST(OperatorJson, Borders) {
  program::QuantizeT quantize;
  quantize.scale = 0.5f, quantize.zero_point = 3, quantize.narrow = true;
  expectParameters(std::move(quantize), R"({"scale": 0.5, "zero_point": 3, "narrow": true})");
  program::DequantizeT dequantize;
  dequantize.scales = {0.5, 0.25}, dequantize.axis = 1, dequantize.zero_point = -4;
  expectParameters(std::move(dequantize), R"({"scales": [0.5, 0.25], "axis": 1, "zero_point": -4})");
  program::RescaleT rescale;
  rescale.input_zero_point = 9;
  expectParameters(rescale, R"({"input_zero_point": 9})");
  rescale.output = ElementType::i16;
  expectParameters(rescale, R"({"input_zero_point": 9, "output": "int16"})");
}

program::HostAttributeT attribute(const std::string &name, program::HostAttributeKind kind) {
  program::HostAttributeT made;
  made.name = name, made.kind = kind;
  return made;
}

TEST(OperatorJson, HostOperators) {
  using Kind = program::HostAttributeKind;
  program::HostT host;
  host.kind = "TopK", host.opset = 18, host.positions = {0, 2};
  auto add = [&](program::HostAttributeT made) {
    host.attributes.push_back(std::make_unique<program::HostAttributeT>(std::move(made)));
  };
  program::HostAttributeT each = attribute("axis", Kind::integer);
  each.integers = {-1};
  add(each);
  each = attribute("axes", Kind::integers), each.integers = {1, 2};
  add(each);
  each = attribute("alpha", Kind::number), each.numbers = {0.5};
  add(each);
  each = attribute("scales", Kind::numbers), each.numbers = {0.5, HUGE_VAL};
  add(each);
  each = attribute("mode", Kind::text), each.texts = {"linear"};
  add(each);
  each = attribute("modes", Kind::texts), each.texts = {"a", "b"};
  add(each);
  each = attribute("value", Kind::tensor), each.tensor = std::make_unique<program::HostTensorT>();
  each.tensor->type = ElementType::i64, each.tensor->shape = {2, 3};
  add(each);
  program::OpUnion operation;
  operation.Set(std::move(host));
  expectJson([&](llvm::json::OStream &json) { writeParameters(json, operation); }, R"({
    "operator": "TopK", "opset": 18, "positions": [0, 2], "attributes": [
      {"name": "axis", "kind": "integer", "values": [-1]}, {"name": "axes", "kind": "integers", "values": [1, 2]},
      {"name": "alpha", "kind": "number", "values": [0.5]}, {"name": "scales", "kind": "numbers", "values": [0.5, null]},
      {"name": "mode", "kind": "text", "values": ["linear"]}, {"name": "modes", "kind": "texts", "values": ["a", "b"]},
      {"name": "value", "kind": "tensor", "tensor": "int64 2x3"}]})");
  program::HostT plain;
  plain.kind = "Round", plain.opset = 13;
  expectParameters(std::move(plain), R"({"operator": "Round", "opset": 13, "attributes": []})");
}

TEST(OperatorJson, Requantizations) {
  program::RequantT requant;
  requant.multipliers = {3, 4}, requant.shifts = {5, 6}, requant.zero_point = 7;
  requant.clamp_min = -8, requant.clamp_max = 9, requant.rounding = program::Rounding::half_up;
  expectJson([&](llvm::json::OStream &json) { writeRequant(json, requant); },
             R"({"multipliers": [3, 4], "shifts": [5, 6], "zero_point": 7, "clamp_min": -8, "clamp_max": 9,
                 "rounding": "half_up"})");
  requant.stages = std::make_unique<program::StagesT>();
  requant.stages->accumulator_shift = 1, requant.stages->product_shift = 2, requant.stages->output_shift = 3;
  requant.stages->bias = {4, 5};
  requant.function = std::make_unique<program::LayerFunctionT>();
  program::LayerFunctionT &function = *requant.function;
  function.shifts = {10}, function.zero_point = 11, function.scale = 0.5, function.fraction_bits = 12;
  function.table = {13, 14}, function.function = std::make_unique<program::FunctionT>();
  function.function->kind = program::FunctionKind::leaky_relu, function.function->parameters = {0.25};
  expectJson([&](llvm::json::OStream &json) { writeRequant(json, requant); },
             R"({"multipliers": [3, 4], "shifts": [5, 6], "zero_point": 7, "clamp_min": -8, "clamp_max": 9,
                 "rounding": "half_up",
                 "stages": {"accumulator_shift": 1, "product_shift": 2, "output_shift": 3, "bias": [4, 5]},
                 "function": {"shifts": [10], "zero_point": 11, "scale": 0.5, "fraction_bits": 12, "table": [13, 14],
                              "kind": "leaky_relu", "parameters": [0.25]}})");
}

} // namespace
