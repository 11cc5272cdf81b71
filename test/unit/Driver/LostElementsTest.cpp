//===- LostElementsTest.cpp - Elements are followed to what made them -----===//
#include "Driver/Check/LostElements.h"

#include "tare/Dialect/Qnn/Names.h"
#include "tare/Dialect/Qnn/QnnDialect.h"

#include "mlir/Dialect/Quant/IR/Quant.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Parser/Parser.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace mlir;
using namespace tare;
using testing::ElementsAre;

namespace {

class LostElementsTest : public testing::Test {
protected:
  LostElementsTest() { context.loadDialect<qnn::QnnDialect, func::FuncDialect, quant::QuantDialect>(); }

  /// The origins of these elements of @main's only result.
  void trace(const std::string &text, std::initializer_list<unsigned> elements) {
    module = parseSourceString<ModuleOp>(text, &context);
    auto function = module->lookupSymbol<func::FuncOp>("main");
    Value result = function.front().getTerminator()->getOperand(0);
    BitVector marked(cast<RankedTensorType>(result.getType()).getNumElements());
    for (unsigned element : elements)
      marked.set(element);
    found = originsOf(result, marked);
    arguments.assign(function.getArguments().begin(), function.getArguments().end());
  }

  std::vector<unsigned> marksOf(unsigned argument) const {
    auto known = found.find(arguments[argument]);
    return known == found.end() ? std::vector<unsigned>()
                                : std::vector<unsigned>(known->second.set_bits_begin(), known->second.set_bits_end());
  }

  MLIRContext context;
  OwningOpRef<ModuleOp> module;
  MarkedElements found;
  std::vector<Value> arguments;
};

TEST_F(LostElementsTest, ThroughAConcatToTheOperandAlone) {
  trace(R"(func.func @main(%a: tensor<1x2x2xf32>, %b: tensor<1x1x2xf32>) -> tensor<1x3x2xf32> {
    %j = qnn.concat %a, %b {axis = 1 : i64} : (tensor<1x2x2xf32>, tensor<1x1x2xf32>) -> tensor<1x3x2xf32>
    %y = qnn.relu %j : (tensor<1x3x2xf32>) -> tensor<1x3x2xf32>
    return %y : tensor<1x3x2xf32>
  })",
        {5});
  EXPECT_THAT(marksOf(0), ElementsAre());
  EXPECT_THAT(marksOf(1), ElementsAre(1));
}

TEST_F(LostElementsTest, ThroughATransposeAndAnAddition) {
  trace(R"(func.func @main(%a: tensor<2x3xf32>, %b: tensor<1x2xf32>) -> tensor<3x2xf32> {
    %t = qnn.transpose %a {permutation = array<i64: 1, 0>} : (tensor<2x3xf32>) -> tensor<3x2xf32>
    %y = qnn.add %t, %b : (tensor<3x2xf32>, tensor<1x2xf32>) -> tensor<3x2xf32>
    return %y : tensor<3x2xf32>
  })",
        {1, 4});
  // [0][1] and [2][0] of the result.
  EXPECT_THAT(marksOf(0), ElementsAre(2, 3));
  // What is broadcast counts as a whole.
  EXPECT_THAT(marksOf(1), ElementsAre(0, 1));
}

TEST_F(LostElementsTest, WhatIsMixedCountsAsAWhole) {
  trace(R"(func.func @main(%a: tensor<1x2xf32>, %b: tensor<2x3xf32>) -> tensor<1x3xf32> {
    %y = qnn.matmul %a, %b : (tensor<1x2xf32>, tensor<2x3xf32>) -> tensor<1x3xf32>
    return %y : tensor<1x3xf32>
  })",
        {0});
  EXPECT_THAT(marksOf(0), ElementsAre(0, 1));
  EXPECT_EQ(marksOf(1).size(), 6u);
}

} // namespace
