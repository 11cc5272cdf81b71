//===- BudgetGoalTest.cpp - What --budget asks for ------------------------===//
#include "Driver/Budget/Goal.h"

#include <gtest/gtest.h>

using namespace tare;

namespace {

double sqnrOf(const std::string &text) {
  Result<BudgetGoal> goal = parseBudget(text);
  return goal && goal->kind == BudgetGoal::Kind::sqnr ? goal->sqnr : 0;
}

int64_t bytesOf(const std::string &text) {
  Result<BudgetGoal> goal = parseBudget(text);
  return goal && goal->kind == BudgetGoal::Kind::bytes ? goal->bytes : 0;
}

TEST(BudgetGoal, Decibels) {
  EXPECT_EQ(sqnrOf("SQNR=30dB"), 30);
  EXPECT_EQ(sqnrOf("sqnr= 30.5 db"), 30.5);
  EXPECT_EQ(sqnrOf("SQNR=7"), 7);
}

TEST(BudgetGoal, ALossIsARatioOfLengths) {
  // 1 % of the length is 10^-4 of the power.
  EXPECT_NEAR(sqnrOf("loss=1%"), 40, 1e-12);
  EXPECT_NEAR(sqnrOf("loss=0.1"), 60, 1e-12);
}

TEST(BudgetGoal, Bytes) {
  EXPECT_EQ(bytesOf("bytes=200kB"), 200000);
  EXPECT_EQ(bytesOf("bytes=200 KiB"), 204800);
  EXPECT_EQ(bytesOf("bytes=1.5MB"), 1500000);
  EXPECT_EQ(bytesOf("bytes=2MiB"), 2 << 20);
  EXPECT_EQ(bytesOf("bytes=77B"), 77);
  EXPECT_EQ(bytesOf("bytes=77"), 77);
}

TEST(BudgetGoal, WhatIsNone) {
  for (const char *text : {"", "30", "SQNR", "SQNR=", "SQNR=-3dB", "SQNR=nan", "SQNR=inf", "SQNR=30kB", "loss=0%",
                           "loss=100%", "bytes=0", "bytes=1e30", "bytes=3 apples", "bytes=", "latency=5ms", "size=3"}) {
    Result<BudgetGoal> goal = parseBudget(text);
    ASSERT_FALSE(goal) << text;
    EXPECT_TRUE(goal.error().message.starts_with("--budget")) << goal.error().message;
  }
}

} // namespace
