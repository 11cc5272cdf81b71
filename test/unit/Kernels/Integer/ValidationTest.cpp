//===- ValidationTest.cpp - infer refuses what a kernel could not run -----===//
#include "Cases.h"

#include <gtest/gtest.h>

#include <cmath>

using namespace tare;
using namespace tare::kernels;
using namespace tare::kernels::test;

namespace {

/// The message with which infer refuses; empty where it accepts.
std::string refusal(const program::OpUnion &op, const std::vector<TensorType> &types) {
  Result<TensorType> result = lookup(op.type)->infer(op, types);
  return result ? "" : result.error().message;
}

#define EXPECT_CONTAINS(MESSAGE, PART) EXPECT_PRED_FORMAT2(testing::IsSubstring, PART, MESSAGE)

/// A convolution that is accepted, to be spoiled in one place.
struct ConvSample {
  program::ConvT conv;
  std::vector<TensorType> types = {
      {ElementType::i8, {1, 8, 8, 4}}, {ElementType::i8, {6, 3, 3, 4}}, {ElementType::i32, {6}}};

  ConvSample() {
    conv.strides = {1, 1}, conv.pads = {1, 1, 1, 1}, conv.dilations = {1, 1};
    conv.requant = std::make_unique<program::RequantT>();
    conv.requant->multipliers = {1};
    conv.requant->shifts = {0};
    conv.requant->clamp_min = -128, conv.requant->clamp_max = 127;
  }
  /// Makes it three stages.
  program::StagesT &stages() {
    conv.requant->shifts.clear();
    conv.requant->rounding = program::Rounding::half_away;
    conv.requant->stages = std::make_unique<program::StagesT>();
    conv.requant->stages->bias = {0};
    return *conv.requant->stages;
  }
  /// Makes it one with a function behind the accumulator.
  program::LayerFunctionT &function() {
    conv.requant->shifts.clear();
    conv.requant->function = std::make_unique<program::LayerFunctionT>();
    program::LayerFunctionT &function = *conv.requant->function;
    function.shifts = {15}, function.zero_point = -128, function.fraction_bits = 7, function.scale = 0.5;
    function.table.assign(513, 3);
    function.function = std::make_unique<program::FunctionT>();
    function.function->kind = program::FunctionKind::swish;
    return function;
  }
  std::string refusal() { return ::refusal(makeOp(std::move(conv)), types); }
};

} // namespace

TEST(ConvValidation, Accepts) { EXPECT_EQ(ConvSample().refusal(), ""); }

// (A40)
TEST(ConvValidation, AcceptsStages) {
  ConvSample sample;
  program::StagesT &stages = sample.stages();
  stages.accumulator_shift = stages.product_shift = stages.output_shift = 31;
  stages.bias = {0, 1, 2, 3, -4, INT32_MAX - 1};
  EXPECT_EQ(sample.refusal(), "");
}

// (A64)
TEST(ConvValidation, AcceptsAFunction) {
  ConvSample sample;
  program::LayerFunctionT &function = sample.function();
  function.shifts = {0, 1, 2, 3, 4, 62}, function.zero_point = -32768, function.fraction_bits = 8;
  EXPECT_EQ(sample.refusal(), "");
}

// (A64)
TEST(ConvValidation, RefusesFunctionsThatCannotBe) {
  struct {
    void (*spoil)(ConvSample &);
    const char *message;
  } cases[] = {
      {[](ConvSample &s) { s.function().shifts = {}; }, "shifts has 0 values, expected 1 or 6"},
      {[](ConvSample &s) { s.function().shifts = {63}; }, "shifts[0] is 63"},
      {[](ConvSample &s) { s.function(), s.conv.requant->shifts = {1}; },
       "shifts beside a function has 1 value, expected 0"},
      {[](ConvSample &s) { s.function().zero_point = 32768; }, "the function's zero_point is 32768"},
      {[](ConvSample &s) { s.function().fraction_bits = 9; }, "fraction_bits is 9, expected a value in [0, 8]"},
      {[](ConvSample &s) { s.function().table.pop_back(); }, "the function's table has 512 values, expected 513"},
      {[](ConvSample &s) { s.function().table.clear(); }, "the function's table has 0 values, expected 513"},
      {[](ConvSample &s) { s.function().scale = 0; }, "the function's scale is 0, expected a positive number"},
      {[](ConvSample &s) { s.function().scale = std::nan(""); }, "the function's scale is nan"},
      {[](ConvSample &s) { s.function().function.reset(); }, "does not say what the function's table stands for"},
      {[](ConvSample &s) { s.function().function->kind = program::FunctionKind(200); }, "the function is 200"},
      {[](ConvSample &s) { s.function().function->parameters = {1}; }, "the function has 1 parameters, expected 0"},
      {[](ConvSample &s) { s.function(), s.conv.requant->multipliers = {1, 2}; }, "multipliers has 2 values"},
      {[](ConvSample &s) { s.function(), s.conv.requant->clamp_max = 128; }, "clamp_max is 128"},
      {[](ConvSample &s) { s.function(), s.conv.requant->zero_point = 128; }, "zero_point is 128"},
      {[](ConvSample &s) { s.function(), s.conv.requant->stages = std::make_unique<program::StagesT>(); },
       "there are stages and a function, expected one of them"},
      {[](ConvSample &s) {
         s.function(), s.types[0].element = ElementType::i16, s.types[2].element = ElementType::i64;
       },
       "the result of a layer's function is int16, expected i8"},
  };
  for (auto &c : cases) {
    ConvSample sample;
    c.spoil(sample);
    EXPECT_CONTAINS(sample.refusal(), c.message);
  }
}

// (A64)
TEST(Validation, FunctionsAreOfSomeOperatorsOnly) {
  ConvSample sample;
  sample.function();
  program::RescaleT rescale;
  rescale.requant = std::move(sample.conv.requant);
  EXPECT_CONTAINS(refusal(makeOp(std::move(rescale)), {{ElementType::i8, {4, 5}}}),
                  "it has a function, which only conv, conv_transpose, linear, matmul and mul may have");
}

TEST(ConvValidation, Refuses) {
  struct {
    void (*spoil)(ConvSample &);
    const char *message;
  } cases[] = {
      {[](ConvSample &s) { s.types.pop_back(); }, "expected 3 operands, found 2"},
      {[](ConvSample &s) { s.types[0].shape[1] = 0; }, "operand 0 has the shape 1x0x8x4, expected positive dimensions"},
      {[](ConvSample &s) { s.types[0].shape[1] = int64_t(1) << 60; }, "elements"},
      {[](ConvSample &s) { s.types[0].element = ElementType::u8; }, "the input is uint8, expected int8 or int16"},
      {[](ConvSample &s) { s.types[0].element = ElementType::i16; }, "the bias is int32, expected int64"},
      {[](ConvSample &s) { s.types[1].shape.pop_back(); }, "the weights has the shape 6x3x3, expected rank 4"},
      {[](ConvSample &s) { s.types[2].shape = {5}; }, "the bias has the shape 5, expected 6"},
      {[](ConvSample &s) { s.conv.strides = {1}; }, "strides has 1 value, expected 2"},
      {[](ConvSample &s) { s.conv.strides = {1, 0}; }, "strides[1] is 0"},
      {[](ConvSample &s) { s.conv.pads = {0, -1, 0, 0}; }, "pads[1] is -1"},
      {[](ConvSample &s) { s.conv.dilations = {}; }, "dilations has 0 values, expected 2"},
      {[](ConvSample &s) { s.conv.dilations = {1, INT32_MAX}; }, "the kernel spans more than the padded input"},
      {[](ConvSample &s) { s.conv.group = 0; }, "group is 0"},
      {[](ConvSample &s) { s.conv.group = 4; }, "group 4 does not divide"},
      {[](ConvSample &s) { s.conv.group = 2; }, "the weights have 4 input channels per group, expected 4 / 2"},
      {[](ConvSample &s) { s.conv.input_zero_point = 128; }, "input_zero_point is 128"},
      {[](ConvSample &s) { s.conv.requant->multipliers = {1, 2}; }, "multipliers has 2 values, expected 1 or 6"},
      {[](ConvSample &s) { s.conv.requant->shifts = {}; }, "shifts has 0 values, expected 1 or 6"},
      {[](ConvSample &s) { s.conv.requant->shifts = {63}; }, "shifts[0] is 63"},
      {[](ConvSample &s) { s.conv.requant->multipliers = {-1}; }, "multipliers[0] is -1"},
      {[](ConvSample &s) { s.conv.requant->clamp_max = 128; }, "clamp_max is 128"},
      {[](ConvSample &s) { s.conv.requant->clamp_max = -129; }, "clamp_max is -129"},
      {[](ConvSample &s) { s.conv.requant->clamp_min = 5, s.conv.requant->clamp_max = 4; },
       "clamp_min is 5 and clamp_max 4"},
      {[](ConvSample &s) { s.conv.requant->rounding = program::Rounding(9); }, "rounding is 9"},
      {[](ConvSample &s) { s.stages().accumulator_shift = 32; },
       "accumulator_shift is 32, expected a value in [0, 31]"},
      {[](ConvSample &s) { s.stages().product_shift = 32; }, "product_shift is 32, expected a value in [0, 31]"},
      {[](ConvSample &s) { s.stages().output_shift = 32; }, "output_shift is 32, expected a value in [0, 31]"},
      {[](ConvSample &s) { s.stages().bias = {1, 2}; }, "bias has 2 values, expected 1 or 6"},
      {[](ConvSample &s) { s.stages(), s.conv.requant->shifts = {1}; }, "shifts beside stages has 1 value, expected 0"},
      {[](ConvSample &s) { s.stages(), s.conv.requant->zero_point = 3; },
       "zero_point is 3, expected 0: the stages' bias contains it"},
      {[](ConvSample &s) { s.stages(), s.conv.requant->rounding = program::Rounding::floor; },
       "rounding is 3, expected 1 (half_away) with stages"},
      {[](ConvSample &s) { s.stages().bias = {0, 1, 2, 3, 4, INT32_MAX}; },
       "bias[5] can reach 2147516415, which 32 bits do not hold"},
      {[](ConvSample &s) { s.stages(), s.conv.requant->multipliers = {INT32_MAX}; },
       "bias[0] can reach 70368744144896, which 32 bits do not hold"},
      {[](ConvSample &s) { s.stages(), s.conv.requant->multipliers = {-1}; }, "multipliers[0] is -1"},
      {[](ConvSample &s) {
         s.types[0].shape = {1 << 20, 1 << 10, 1 << 8, 4}, s.types[1].shape[0] = 1 << 20, s.types[2].shape[0] = 1 << 20;
       },
       "the result has the shape"},
  };
  for (auto &c : cases) {
    ConvSample sample;
    c.spoil(sample);
    EXPECT_CONTAINS(sample.refusal(), c.message);
  }
}

TEST(Validation, MovementStaysInside) {
  TensorType x = {ElementType::i8, {4, 5}};
  program::SliceT slice;
  slice.starts = {0, 4}, slice.steps = {1, -2}, slice.sizes = {4, 4};
  EXPECT_CONTAINS(refusal(makeOp(slice), {x}), "the slice of axis 1 reads 4 to -2");
  slice.steps = {1, 0};
  EXPECT_CONTAINS(refusal(makeOp(slice), {x}), "steps[1] is 0");
  program::TransposeT transpose;
  transpose.permutation = {0, 0};
  EXPECT_CONTAINS(refusal(makeOp(transpose), {x}), "permutation names axis 0 twice");
  transpose.permutation = {0, 2};
  EXPECT_CONTAINS(refusal(makeOp(transpose), {x}), "permutation[1] is 2");
  program::ConcatT concat;
  concat.axis = 2;
  EXPECT_CONTAINS(refusal(makeOp(concat), {x, x}), "axis is 2");
  concat.axis = 1;
  EXPECT_CONTAINS(refusal(makeOp(concat), {x, {ElementType::i8, {3, 5}}}), "operand 1 has the shape 3x5");
  program::ReshapeT reshape;
  reshape.shape = {3, 7};
  EXPECT_CONTAINS(refusal(makeOp(reshape), {x}), "cannot reshape 4x5 (20 elements) to 3x7 (21 elements)");
  program::PadT pad;
  pad.low = {4, 0}, pad.high = {0, 0}, pad.mode = program::PadMode::reflect;
  EXPECT_CONTAINS(refusal(makeOp(pad), {x}), "reflection pads axis 0 by 4, expected less than its size 4");
  pad.mode = program::PadMode::constant, pad.value = 200;
  EXPECT_CONTAINS(refusal(makeOp(pad), {x}), "value is 200, which does not fit int8");
}

TEST(Validation, TablesAndIndices) {
  TensorType x = {ElementType::i8, {1, 4, 3}};
  EXPECT_CONTAINS(refusal(makeOp(program::LookupT()), {x, {ElementType::i8, {255}}}),
                  "the table has 255 entries, expected 256");
  EXPECT_CONTAINS(refusal(makeOp(program::LookupT()), {x, {ElementType::i8, {2, 256}}}),
                  "there are 2 tables, expected 1 or 3");
  program::LookupT lookup;
  lookup.function = std::make_unique<program::FunctionT>();
  lookup.function->kind = program::FunctionKind::hard_sigmoid;
  lookup.function->parameters = {1, 2, 3};
  EXPECT_CONTAINS(refusal(makeOp(lookup), {x, {ElementType::i8, {256}}}),
                  "the function has 3 parameters, expected 2 or 6");
  lookup.function->kind = program::FunctionKind(200);
  EXPECT_CONTAINS(refusal(makeOp(lookup), {x, {ElementType::i8, {256}}}),
                  "the function is 200, expected at most " + std::to_string(int(program::FunctionKind::MAX)));
  program::ResizeT resize;
  resize.axes.push_back(std::make_unique<program::ResizeAxisT>());
  resize.axes[0]->lower = {0, 4};
  EXPECT_CONTAINS(refusal(makeOp(resize), {x}), "axes[0].lower[1] is 4");
  resize.axes[0]->lower = {0};
  resize.requant = std::make_unique<program::RequantT>();
  EXPECT_CONTAINS(refusal(makeOp(resize), {x}), "mode is nearest, which has no requantization");
  resize.mode = program::ResizeMode::rescaled;
  resize.axes[0]->upper = {0}, resize.axes[0]->weight = {0};
  resize.fraction_bits = 12;
  EXPECT_CONTAINS(refusal(makeOp(resize), {x}), "fraction_bits is 12");
  resize.fraction_bits = 11, resize.requant = nullptr;
  EXPECT_CONTAINS(refusal(makeOp(resize), {x}), "the requantization is missing");
  resize.mode = program::ResizeMode::nearest;
  resize.axes[0] = nullptr;
  EXPECT_CONTAINS(refusal(makeOp(std::move(resize)), {x}), "axes[0] is missing");
  program::DequantizeT dequantize;
  dequantize.scales = {1, 2}, dequantize.axis = 2;
  EXPECT_CONTAINS(refusal(makeOp(dequantize), {x}), "there are 2 scales, expected 1 or 3 (axis 2)");
  dequantize.scales = {std::nan("")};
  EXPECT_CONTAINS(refusal(makeOp(dequantize), {x}), "expected a positive finite number");
}

TEST(Validation, PoolsAndReductions) {
  TensorType x = {ElementType::i8, {1, 4, 3}};
  program::MaxPoolT pool;
  pool.kernel = {2}, pool.strides = {1}, pool.pads = {2, 0}, pool.dilations = {1};
  EXPECT_CONTAINS(refusal(makeOp(pool), {x}), "the padding 2 and 0 must be less than the kernel's extent 2");
  program::AveragePoolT average;
  average.kernel = {2}, average.strides = {1}, average.pads = {0, 0};
  EXPECT_CONTAINS(refusal(makeOp(std::move(average)), {x}), "the requantization is missing");
  program::ReduceMeanT mean;
  mean.axes = {1, 1};
  EXPECT_CONTAINS(refusal(makeOp(std::move(mean)), {x}), "axes names axis 1 twice");
}

TEST(Validation, MatricesMustMultiply) {
  TensorType a = {ElementType::i8, {2, 3}}, b = {ElementType::i8, {4, 5}};
  EXPECT_CONTAINS(refusal(makeOp(program::MatMulT()), {a, b}), "do not multiply: 3 columns against 4 rows");
  TensorType batchA = {ElementType::i8, {2, 1, 3}}, batchB = {ElementType::i8, {3, 3, 5}};
  EXPECT_CONTAINS(refusal(makeOp(program::MatMulT()), {batchA, batchB}), "do not broadcast");
  EXPECT_CONTAINS(refusal(makeOp(program::LinearT()), {a, b, {ElementType::i32, {4}}}),
                  "the weights have the shape 4x5, expected Nx3");
}

TEST(Validation, TransposedConvolutionOfBoundedSize) {
  program::ConvTransposeT conv;
  conv.strides = {INT32_MAX}, conv.pads = {0, 0}, conv.dilations = {1}, conv.output_padding = {0};
  std::vector<TensorType> types = {
      {ElementType::i8, {1, 1 << 30, 1}}, {ElementType::i8, {1, 3, 1}}, {ElementType::i32, {1}}};
  EXPECT_CONTAINS(refusal(makeOp(std::move(conv)), types), "is larger than");
  program::ConvTransposeT gone;
  gone.strides = {1}, gone.pads = {9, 9}, gone.dilations = {1}, gone.output_padding = {0};
  types[0].shape[1] = 4;
  EXPECT_CONTAINS(refusal(makeOp(std::move(gone)), types), "the padding leaves nothing");
}

TEST(Validation, RandomCasesAreAccepted) {
  for (const Generator &generator : generators)
    for (uint64_t seed = 0; seed < 30; ++seed) {
      Random random(seed);
      Case test = generator.make(random);
      EXPECT_EQ(refusal(test.op, test.types()), "") << generator.name;
    }
}
