//===- BehindTest.cpp - The part of a network that a rounding changes -----===//
#include "Driver/Budget/Behind.h"

#include "Driver/Budget/WidthCosts.h"
#include "tare/Dialect/Qnn/QnnDialect.h"
#include "tare/Evaluator/Evaluator.h"

#include "mlir/Dialect/Quant/IR/Quant.h"
#include "mlir/Parser/Parser.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace mlir;
using namespace tare;
using testing::ElementsAre;

namespace {

class BehindTest : public testing::Test {
protected:
  BehindTest() { context.loadDialect<qnn::QnnDialect, func::FuncDialect, quant::QuantDialect>(); }

  func::FuncOp read(const std::string &text) {
    module = parseSourceString<ModuleOp>(text, &context);
    return module->lookupSymbol<func::FuncOp>("main");
  }

  /// Steps of `scale` around 0.
  static Candidate roundedTo(std::vector<Value> values, double scale) {
    Candidate candidate;
    for (Value value : values) {
      candidate.values.push_back(value);
      candidate.grids.push_back({{scale}, {0}, std::nullopt, -128, 127, 8, true});
    }
    return candidate;
  }

  static std::vector<float> run(ModuleOp module, float operand) {
    FailureOr<Evaluator> evaluator = Evaluator::create(module);
    EXPECT_TRUE(succeeded(evaluator));
    Tensor tensor(ElementType::f32, {1, 2});
    tensor.mutableAs<float>()[0] = operand, tensor.mutableAs<float>()[1] = -operand;
    std::vector<float> all;
    for (const Tensor &result : evaluator->run(tensor))
      all.insert(all.end(), result.as<float>(), result.as<float>() + result.count());
    return all;
  }

  MLIRContext context;
  OwningOpRef<ModuleOp> module;
};

constexpr char chain[] = R"(func.func @main(%x: tensor<1x2xf32>) -> (tensor<1x2xf32>, tensor<1x2xf32>) {
  %two = qnn.constant dense<2.0> : tensor<1x2xf32> as tensor<1x2xf32>
  %three = qnn.add %two, %two : (tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x2xf32>
  %a = qnn.add %x, %two : (tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x2xf32>
  %b = qnn.relu %a : (tensor<1x2xf32>) -> tensor<1x2xf32>
  %c = qnn.add %b, %three : (tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x2xf32>
  return %a, %c : tensor<1x2xf32>, tensor<1x2xf32>
})";

Value resultOf(func::FuncOp function, unsigned op) { return std::next(function.front().begin(), op)->getResult(0); }

TEST_F(BehindTest, NothingElseIsRounded) {
  func::FuncOp function = read(chain);
  Behind part = behind(function, roundedTo({resultOf(function, 3)}, .5));
  EXPECT_THAT(part.operands, ElementsAre(resultOf(function, 3)));
  EXPECT_THAT(part.outputs, ElementsAre(1));
  // 0.7 is 0.5 in steps of 0.5, and 4 is added.
  EXPECT_THAT(run(*part.module, .7f), ElementsAre(4.5f, 3.5f));
}

TEST_F(BehindTest, AValueThatIsAnOutputIsRoundedThere) {
  func::FuncOp function = read(chain);
  Behind part = behind(function, roundedTo({resultOf(function, 2)}, .5));
  EXPECT_THAT(part.operands, ElementsAre(resultOf(function, 2)));
  EXPECT_THAT(part.outputs, ElementsAre(0, 1));
  EXPECT_THAT(run(*part.module, .7f), ElementsAre(.5f, -.5f, 4.5f, 4.f));
}

TEST_F(BehindTest, AnInputAndAValueBehindItTogether) {
  func::FuncOp function = read(chain);
  Candidate both = roundedTo({function.getArgument(0), resultOf(function, 4)}, .5);
  both.grids[1].scales = {2.};
  Behind part = behind(function, both);
  EXPECT_THAT(part.operands, ElementsAre(function.getArgument(0)));
  // 0.7 becomes 0.5, 2.5 and 6.5, which is 6 in steps of 2; -0.5 becomes 1.5 and 5.5.
  EXPECT_THAT(run(*part.module, .7f), ElementsAre(2.5f, 1.5f, 6.f, 6.f));
}

TEST_F(BehindTest, WhatStandsBetweenWideValuesCostsNothing) {
  func::FuncOp function = read(R"(func.func @main(%x: tensor<1x2xf32>) -> tensor<1x2xf32> {
    %w = qnn.constant dense<1.0> : tensor<2x2xf32> as tensor<2x2xf32>
    %a = qnn.linear %x, %w : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32>
    %b = qnn.linear %a, %w : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32>
    return %b : tensor<1x2xf32>
  })");
  const std::vector<Candidate> candidates{roundedTo({function.getArgument(0)}, 1),
                                          roundedTo({resultOf(function, 1)}, 1), roundedTo({resultOf(function, 2)}, 1)};
  const WidthCosts costs(function, candidates);
  // The first layer reads 2 and gives 2 elements with 4 products; all in 16 bits, its result requantized: 2 + 2 + 6.
  const WidthCost first = costs.added(0, {false, false, false});
  EXPECT_EQ(first.bytes, 10);
  EXPECT_EQ(first.macs, 4);
  // Between wide ones: two sides are requantized no more.
  const WidthCost between = costs.added(1, {true, false, true});
  EXPECT_EQ(between.bytes, -12);
  EXPECT_EQ(between.macs, 0);
  // 8 bytes and 8 products in all.
  EXPECT_DOUBLE_EQ(costs.shareOf(first), 10. / 8 + 4. / 8);
}

} // namespace
