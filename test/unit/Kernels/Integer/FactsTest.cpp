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
    bool scales = meaning == Meaning::scaled || meaning == Meaning::softmax || meaning == Meaning::normalize ||
                  meaning == Meaning::resize;
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

/// Whether an operator's accumulators have weights of their own in each channel, the last axis.
bool hasChannels(const program::OpUnion &op) { return op.AsConv() || op.AsConvTranspose() || op.AsLinear(); }

/// What any accumulator may be: of one channel, or of all of them where accumulators of all have all.
Reach reachOf(const std::vector<Reach> &reaches, std::optional<int64_t> channel) {
  Reach all{0, INT64_MAX, INT64_MIN};
  for (const Reach &reach : reaches)
    if (!channel || reach.index == *channel)
      all.low = std::min(all.low, reach.low), all.high = std::max(all.high, reach.high);
  return all;
}

/// Every accumulator that random operands give lies within what the operator says that it reaches, channel by channel.
TEST(Facts, AccumulatorsAreWithinTheirReach) {
  Random random(8);
  size_t looked = 0, apart = 0;
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
      // Random biases may be such that 32 bits wrap, which no program's do.
      if (Reach all = reachOf(reaches, std::nullopt); all.low < INT32_MIN || all.high > INT32_MAX)
        continue;
      bool isPerChannel = hasChannels(test.op);
      if (isPerChannel) {
        ASSERT_EQ(int64_t(reaches.size()), result->shape.back()) << generator.name;
        ++apart;
      }
      for (int64_t e = 0; e < accumulators.count(); ++e) {
        std::optional<int64_t> channel = isPerChannel ? std::optional(e % result->shape.back()) : std::nullopt;
        Reach reach = reachOf(reaches, channel);
        int64_t found =
            accumulators.element() == ElementType::i32 ? accumulators.as<int32_t>()[e] : accumulators.as<int64_t>()[e];
        ASSERT_GE(found, reach.low) << generator.name << ", element " << e;
        ASSERT_LE(found, reach.high) << generator.name << ", element " << e;
        ++looked;
      }
    }
  EXPECT_GT(apart, 50u);
  EXPECT_GT(looked, 1000u);
}

} // namespace
