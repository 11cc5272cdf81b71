//===- ReachTest.cpp - How far accumulators reach, by hand ----------------===//
//
// The ends of `reaches` are reached, and `bound` (A19) is the sum of the largest
// magnitudes: both exactly, on zero points other than 0.
//
//===----------------------------------------------------------------------===//
#include "Cases.h"

#include <gtest/gtest.h>

using namespace tare;
using namespace tare::kernels;
using namespace tare::kernels::test;

namespace {

/// Operands without data, but for the constants.
std::vector<Operand> operandsOf(std::vector<TensorType> types) {
  std::vector<Operand> operands;
  for (TensorType &type : types)
    operands.push_back({std::move(type)});
  return operands;
}

struct Expected {
  int64_t index, low, high;
  double divisor = 1;
};

void expectReaches(const program::OpUnion &op, std::span<const Operand> operands, std::vector<Expected> expected) {
  std::vector<Reach> found = lookup(op.type)->scaling->reaches(op, operands, {});
  ASSERT_EQ(found.size(), expected.size());
  for (size_t i = 0; i != found.size(); ++i) {
    EXPECT_EQ(found[i].index, expected[i].index);
    EXPECT_EQ(found[i].low, expected[i].low) << i;
    EXPECT_EQ(found[i].high, expected[i].high) << i;
    EXPECT_EQ(found[i].divisor, expected[i].divisor) << i;
  }
}

std::optional<int64_t> boundOf(const program::OpUnion &op, std::span<const Operand> operands) {
  return lookup(op.type)->scaling->bound(op, operands);
}

} // namespace

/// x - 3 is from -131 to 124, z + 5 from -123 to 132; four products.
TEST(Reach, ProductOfActivations) {
  program::MatMulT matmul;
  matmul.lhs_zero_point = 3, matmul.rhs_zero_point = -5;
  program::OpUnion op = makeOp(matmul);
  std::vector<Operand> operands = operandsOf({{ElementType::i8, {2, 4}}, {ElementType::i8, {4, 5}}});
  expectReaches(op, operands, {{0, 4 * -131 * 132, 4 * 124 * 132}});
  EXPECT_EQ(boundOf(op, operands), 4 * 131 * 132);
}

/// The same of one product; nothing is summed.
TEST(Reach, ProductElementByElement) {
  program::MulT mul;
  mul.lhs_zero_point = 3, mul.rhs_zero_point = -5;
  program::OpUnion op = makeOp(std::move(mul));
  std::vector<Operand> operands = operandsOf({{ElementType::i8, {2, 4}}, {ElementType::i8, {2, 4}}});
  expectReaches(op, operands, {{0, -131 * 132, 124 * 132}});
  EXPECT_EQ(lookup(program::Op::Mul)->scaling->bound, nullptr);
}

TEST(Reach, Rescaling) {
  program::RescaleT rescale;
  rescale.input_zero_point = -100;
  program::OpUnion op = makeOp(std::move(rescale));
  expectReaches(op, operandsOf({{ElementType::i8, {4}}}), {{0, -28, 227}});
  expectReaches(op, operandsOf({{ElementType::i16, {4}}}), {{0, -32668, 32867}});
}

/// x + 100 is from -28 to 227, over axes of 3 and 5.
TEST(Reach, Mean) {
  program::ReduceMeanT mean;
  mean.axes = {1, 2};
  mean.input_zero_point = -100;
  program::OpUnion op = makeOp(std::move(mean));
  std::vector<Operand> operands = operandsOf({{ElementType::i8, {2, 3, 5, 7}}});
  expectReaches(op, operands, {{0, -28 * 15, 227 * 15, 15}});
  EXPECT_EQ(boundOf(op, operands), 227 * 15);
}

/// Windows at the border average fewer elements, each count by an own multiplier.
TEST(Reach, Pool) {
  program::AveragePoolT pool;
  pool.kernel = {1, 3};
  pool.input_zero_point = 10;
  std::vector<Operand> operands = operandsOf({{ElementType::i8, {1, 4, 4, 2}}});
  for (bool byCount : {false, true}) {
    pool.requant = std::make_unique<program::RequantT>();
    pool.requant->multipliers.assign(byCount ? 3 : 1, 1), pool.requant->shifts = {0};
    program::OpUnion op = makeOp(program::AveragePoolT(pool));
    if (byCount)
      expectReaches(op, operands, {{0, -138, 117, 1}, {1, -276, 234, 2}, {2, -414, 351, 3}});
    else
      expectReaches(op, operands, {{0, -414, 351, 3}});
    EXPECT_EQ(boundOf(op, operands), 414);
  }
}

/// Weights of 11 bits along each of two axes; the sum keeps 4 bits behind the point.
TEST(Reach, LinearResize) {
  program::ResizeT resize;
  resize.mode = program::ResizeMode::rescaled;
  resize.input_zero_point = 10;
  resize.fraction_bits = 4, resize.weight_bits = 11;
  resize.axes.resize(2);
  for (auto &axis : resize.axes)
    axis = std::make_unique<program::ResizeAxisT>();
  resize.requant = std::make_unique<program::RequantT>();
  program::OpUnion op = makeOp(std::move(resize));
  std::vector<Operand> operands = operandsOf({{ElementType::i8, {1, 4, 4, 2}}});
  expectReaches(op, operands, {{0, -138 * 16, 117 * 16, 16}});
  EXPECT_EQ(boundOf(op, operands), int64_t(138) << 22);
}

namespace {

const std::vector<int8_t> weights = {1, -2, 3, 0, 5, -127};
const std::vector<int32_t> biases = {1000, -2000};

/// Two output channels of three weights each, and their biases.
template <typename Parameters>
void expectLayer(Parameters parameters, Shape input, Shape weightShape, int64_t zeroPoint) {
  program::OpUnion op = makeOp(std::move(parameters));
  std::vector<Operand> operands = operandsOf(
      {{ElementType::i8, std::move(input)}, {ElementType::i8, std::move(weightShape)}, {ElementType::i32, {2}}});
  operands[0].zeroPoint = zeroPoint;
  EXPECT_EQ(boundOf(op, operands), std::nullopt) << "weights that nobody knows";
  operands[1].constant = weights.data(), operands[2].constant = biases.data();
  // The bias has the zero point's share already: x is as it is.
  expectReaches(op, operands,
                {{0, 1000 - 128 * (1 + 3) - 127 * 2, 1000 + 127 * (1 + 3) + 128 * 2},
                 {1, -2000 - 128 * 5 - 127 * 127, -2000 + 127 * 5 + 128 * 127}});
  // x + 20 is from -108 to 147, and the model's bias, which the sum begins with, is b + Z * sum w.
  EXPECT_EQ(boundOf(op, operands),
            std::max(147 * 6 + std::abs(1000 - 20 * 2), 147 * 132 + std::abs(-2000 - 20 * -122)));
}

} // namespace

TEST(Reach, LinearLayer) { expectLayer(program::LinearT(), {1, 3}, {2, 3}, -20); }

TEST(Reach, Convolution) {
  program::ConvT conv;
  conv.strides = conv.dilations = {1}, conv.pads = {0, 0};
  conv.input_zero_point = -20;
  expectLayer(std::move(conv), {1, 8, 1}, {2, 3, 1}, -20);
}

/// Three stages add the bias later: the accumulator is the bare sum of x as it is.
TEST(Reach, StagedConvolution) {
  program::ConvT conv;
  conv.input_zero_point = -20;
  conv.requant = std::make_unique<program::RequantT>();
  conv.requant->stages = std::make_unique<program::StagesT>();
  program::OpUnion op = makeOp(std::move(conv));
  std::vector<Operand> operands = operandsOf({{ElementType::i8, {1, 8, 1}}, {ElementType::i8, {2, 3, 1}}});
  operands[1].constant = weights.data();
  EXPECT_EQ(boundOf(op, operands), 128 * 132);
}

/// (A16) Its bias is the model's, and each product may be missing at the border.
TEST(Reach, TransposedConvolution) {
  program::ConvTransposeT conv;
  conv.input_zero_point = -20;
  program::OpUnion op = makeOp(std::move(conv));
  std::vector<Operand> operands =
      operandsOf({{ElementType::i8, {1, 8, 1}}, {ElementType::i8, {2, 3, 1}}, {ElementType::i32, {2}}});
  operands[1].constant = weights.data(), operands[2].constant = biases.data();
  expectReaches(op, operands,
                {{0, 1000 - 108 * (1 + 3) - 147 * 2, 1000 + 147 * (1 + 3) + 108 * 2},
                 {1, -2000 - 108 * 5 - 147 * 127, -2000 + 147 * 5 + 108 * 127}});
  EXPECT_EQ(boundOf(op, operands), std::max(147 * 6 + 1000, 147 * 132 + 2000));
}
