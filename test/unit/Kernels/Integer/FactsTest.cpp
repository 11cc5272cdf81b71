//===- FactsTest.cpp - What is known of every operator --------------------===//
#include "Cases.h"

#include <gtest/gtest.h>

using namespace tare;
using namespace tare::kernels;
using namespace tare::kernels::test;

namespace {

std::vector<const OpKernel *> everyKernel() {
  std::vector<const OpKernel *> kernels;
  for (program::Op kind : program::EnumValuesOp())
    if (kind != program::Op::NONE)
      kernels.push_back(lookup(kind));
  return kernels;
}

/// A missing one is named.
TEST(Facts, WhatScalesSaysHow) {
  for (const OpKernel *kernel : everyKernel()) {
    Meaning meaning = kernel->facts.meaning;
    bool scales = meaning == Meaning::scaled || meaning == Meaning::softmax || meaning == Meaning::resize;
    EXPECT_EQ(kernel->scaling.has_value(), scales) << kernel->name;
    EXPECT_EQ(kernel->accumulate != nullptr, scales || meaning == Meaning::sum) << kernel->name;
    EXPECT_EQ(kernel->accumulatorType != nullptr, kernel->accumulate != nullptr) << kernel->name;
    EXPECT_FALSE(scales && !kernel->scaling->reaches) << kernel->name;
  }
}

TEST(Facts, EveryOperandHasARole) {
  Random random(7);
  for (const Generator &generator : generators)
    for (int i = 0; i < 20; ++i) {
      Case test = generator.make(random);
      const Roles &roles = test.kernel().facts.roles;
      ASSERT_TRUE(!roles.most() || test.operands.size() <= *roles.most()) << generator.name;
      for (size_t operand = 0; operand != test.operands.size(); ++operand)
        EXPECT_FALSE(roles.of(operand).empty()) << generator.name;
    }
  EXPECT_EQ(lookup(program::Op::Conv)->facts.roles.of(2), "bias");
  EXPECT_EQ(lookup(program::Op::Concat)->facts.roles.of(11), "input11");
}

/// Every accumulator that random operands give lies within what the operator says that it reaches.
TEST(Facts, AccumulatorsAreWithinTheirReach) {
  Random random(8);
  size_t looked = 0;
  for (const Generator &generator : generators)
    for (int i = 0; i < 60; ++i) {
      Case test = generator.make(random);
      const OpKernel &kernel = test.kernel();
      if (!kernel.scaling || !requantOf(test.op) || test.operands[0].element() != ElementType::i8)
        continue;
      Result<TensorType> result = kernel.infer(test.op, test.types());
      ASSERT_TRUE(result) << generator.name;
      std::vector<Operand> operands;
      for (const Tensor &operand : test.operands)
        operands.push_back({operand.type(), operand.view().data});
      std::vector<Reach> reaches = kernel.scaling->reaches(test.op, operands, *result);
      Tensor accumulators(kernel.accumulatorType(test.operands[0].element()), result->shape);
      kernel.accumulate(test.op, test.views(), accumulators.mutableView());
      int64_t least = INT64_MAX, most = INT64_MIN;
      for (const Reach &reach : reaches)
        least = std::min(least, reach.low), most = std::max(most, reach.high);
      // Random biases may be such that 32 bits wrap, which no program's do.
      if (least < INT32_MIN || most > INT32_MAX)
        continue;
      for (int64_t e = 0; e < accumulators.count(); ++e) {
        int64_t found =
            accumulators.element() == ElementType::i32 ? accumulators.as<int32_t>()[e] : accumulators.as<int64_t>()[e];
        ASSERT_GE(found, least) << generator.name;
        ASSERT_LE(found, most) << generator.name;
        ++looked;
      }
    }
  EXPECT_GT(looked, 1000u);
}

} // namespace
