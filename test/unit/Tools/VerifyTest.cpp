//===- VerifyTest.cpp - When a proof is an error --------------------------===//
#include "Verification.h"

#include "NetworkBuilder.h"

#include "tare/Program/Reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace tare;
using testing::HasSubstr;
using testing::Not;

namespace {

/// A rescale by 0.5, with the grids of these scales; 0 for none.
Status verified(double operand, double result, std::optional<double> maxError) {
  test::NetworkBuilder builder;
  uint32_t x = builder.input("x", {ElementType::i8, {1, 3}});
  program::RescaleT rescale;
  rescale.requant = test::requant({16384}, {15});
  uint32_t y = builder.layer("scale", std::move(rescale), {x});
  if (operand > 0)
    builder.program.tensors[x]->scales = {operand};
  if (result > 0)
    builder.program.tensors[y]->scales = {result};
  builder.output("y", y);
  auto file = std::make_shared<std::vector<std::byte>>(builder.bytes());
  auto model = program::readMemory(*file, file, "made by hand");
  EXPECT_TRUE(model);
  testing::internal::CaptureStdout();
  Status status = verifyProof({"m.tare", *model, 1, false, Console(false, true)}, maxError);
  testing::internal::GetCapturedStdout();
  return status;
}

TEST(VerifyProof, WhatCannotBeProvenIsAnError) {
  for (auto [operand, result] : {std::pair(0.0, 0.0), {0.5, 0.0}, {0.0, 1.0}}) {
    Status status = verified(operand, result, std::nullopt);
    ASSERT_FALSE(status);
    EXPECT_THAT(status.error().message, HasSubstr("m.tare: layer 'scale': "));
    EXPECT_THAT(status.error().message, Not(HasSubstr("above --max-error")));
  }
}

/// The shift's ties are off by exactly half a step.
TEST(VerifyProof, AboveTheLimitIsAnError) {
  EXPECT_TRUE(verified(0.5, 1.0, std::nullopt));
  EXPECT_TRUE(verified(0.5, 1.0, 0.5));
  Status status = verified(0.5, 1.0, 0.4999);
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().message, "m.tare: above --max-error 0.4999: 'scale' (0.5000 LSB)");
}

} // namespace
