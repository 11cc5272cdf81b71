//===- ConsoleTest.cpp - What is printed where ----------------------------===//
#include "Console.h"
#include "Driver/Progress.h"

#include <gtest/gtest.h>

using namespace tare;

namespace {

template <typename Function> std::string printed(Function function) {
  testing::internal::CaptureStderr();
  function();
  return testing::internal::GetCapturedStderr();
}

TEST(Console, EachOptionSilencesWhatItSays) {
  auto all = [](const Console &console) {
    return printed([&] {
      console.warning("w");
      console.remark("r");
      console.note("n");
    });
  };
  EXPECT_EQ(all(Console(false, false)), "tare: warning: w\ntare: remark: r\ntare: n\n");
  EXPECT_EQ(all(Console(true, false)), "tare: warning: w\ntare: remark: r\n");
  EXPECT_EQ(all(Console(false, true)), "");
  EXPECT_EQ(all(Console(true, true)), "");
  EXPECT_FALSE(Console(false, false).isVerbose());
  EXPECT_TRUE(Console(false, false, true).isVerbose());
}

TEST(Console, ErrorsAreOneLine) {
  EXPECT_EQ(printed([] { Console::error(Error{"a\nb"}); }), "tare: error: a\\nb\n");
}

/// Standard error of a test is no terminal.
TEST(Console, ProgressIsOfTerminals) {
  EXPECT_EQ(printed([] {
              Console console(false, false);
              Progress progress(console, "working", 2);
              progress.advance();
              progress.update(2);
            }),
            "");
}

TEST(Console, TablesGoToStandardErrorWhereFilesTakeTheOutput) {
  testing::internal::CaptureStdout();
  writeText("a");
  writeOut("{}{}", "b", 1);
  EXPECT_TRUE(flushOutput());
  EXPECT_EQ(testing::internal::GetCapturedStdout(), "ab1");
}

TEST(Console, FullDiskIsTold) {
  auto full = [] {
    if (!std::freopen("/dev/full", "w", stdout))
      std::exit(2);
    writeText("x");
    Status status = flushOutput();
    std::exit(!status && status.error().message == "cannot write to standard output: No space left on device" ? 0 : 1);
  };
  EXPECT_EXIT(full(), testing::ExitedWithCode(0), "");
}

} // namespace
