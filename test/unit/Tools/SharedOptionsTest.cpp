//===- SharedOptionsTest.cpp - Options that several commands have ---------===//
#include "SharedOptions.h"

#include <gtest/gtest.h>

using namespace tare;

namespace {

TEST(SharedOptions, MemoryLimit) {
  CLI::App app;
  int64_t megabytes = 0;
  addMemoryLimit(app, megabytes);
  app.parse("--max-memory 3");
  EXPECT_EQ(megabytes, 3);
  EXPECT_THROW(app.parse("--max-memory 0"), CLI::ValidationError);
}

} // namespace
