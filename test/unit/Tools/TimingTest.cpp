//===- TimingTest.cpp - The tables of steps -------------------------------===//
#include "TimingTable.h"

#include "Console.h"
#include "Driver/Json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace tare;
using testing::ContainsRegex;

namespace {

const std::vector<TimedStep> steps = {
    {"import", 1, 100, {}, 1.5}, {"quantize", 3, 250.4, {{"first", 2, 200, {}, 4}, {"second", 0.5, 250, {}, 0}}, 6}};

TEST(Timing, Table) {
  testing::internal::CaptureStdout();
  printTimedSteps(steps);
  (void)flushOutput();
  std::string table = testing::internal::GetCapturedStdout();
  EXPECT_TRUE(table.starts_with("step      seconds    share  peak memory\n"
                                "import      1.000   25.0 %       100 MB\n"
                                "quantize    3.000   75.0 %       250 MB\n"
                                "  first     2.000   50.0 %       200 MB\n"
                                "  second    0.500   12.5 %       250 MB\n"
                                "total       4.000  100.0 %  "))
      << table;
}

TEST(Timing, Json) {
  std::string text =
      jsonDocument([&](llvm::json::OStream &json) { json.object([&] { writeTimedSteps(json, steps); }); });
  llvm::Expected<llvm::json::Value> parsed = llvm::json::parse(text);
  ASSERT_TRUE(bool(parsed));
  const llvm::json::Array &list = *parsed->getAsObject()->getArray("steps");
  ASSERT_EQ(list.size(), 2u);
  const llvm::json::Object &import = *list[0].getAsObject(), &quantize = *list[1].getAsObject();
  EXPECT_EQ(import.getString("name"), "import");
  EXPECT_EQ(import.getNumber("seconds"), 1);
  EXPECT_EQ(import.getNumber("cpu_seconds"), 1.5);
  EXPECT_EQ(import.getNumber("share"), 0.25);
  EXPECT_EQ(import.getNumber("peak_memory_mb"), 100);
  EXPECT_EQ(import.getArray("passes"), nullptr);
  const llvm::json::Array &passes = *quantize.getArray("passes");
  ASSERT_EQ(passes.size(), 2u);
  EXPECT_EQ(passes[1].getAsObject()->getString("name"), "second");
  EXPECT_EQ(passes[1].getAsObject()->getNumber("share"), 0.125);
}

TEST(Timing, NothingTakesNoShare) {
  testing::internal::CaptureStdout();
  printTimedSteps({{"none", 0, 1, {}, 0}});
  (void)flushOutput();
  EXPECT_THAT(testing::internal::GetCapturedStdout(), ContainsRegex("none +0.000  0.0 % +1 MB\n"));
}

TEST(Timing, TheClockRuns) {
  StepClock clock;
  double before = peakMegabytes();
  volatile double sum = 0;
  for (int i = 0; i < 1000000; ++i)
    sum = sum + i;
  TimedStep step = clock.stop("loop");
  EXPECT_EQ(step.name, "loop");
  EXPECT_GT(step.seconds, 0);
  EXPECT_GT(step.cpuSeconds, 0);
  EXPECT_GE(step.peakMegabytes, before);
  EXPECT_GT(before, 1);
  EXPECT_LT(before, 1e5);
}

} // namespace
