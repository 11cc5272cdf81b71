//===- ChoicesTest.cpp - Options that are names, and lists of them --------===//
#include "Choices.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace tare;
using testing::ElementsAre;
using testing::HasSubstr;

namespace {

TEST(Choices, ListsAreSplitAtCommas) {
  EXPECT_THAT(splitLists({"a"}), ElementsAre("a"));
  EXPECT_THAT(splitLists({"a,b,cd"}), ElementsAre("a", "b", "cd"));
  EXPECT_THAT(splitLists({"a,b", "c"}), ElementsAre("a", "b", "c"));
  EXPECT_THAT(splitLists({",a,"}), ElementsAre("", "a", ""));
  EXPECT_THAT(splitLists({}), ElementsAre());
}

TEST(Choices, OneOf) {
  CLI::Validator validator = oneOf({"quick", "slow"});
  std::string good = "slow", near = "quik", far = "other";
  EXPECT_EQ(validator(good), "");
  EXPECT_EQ(validator(near), "found 'quik', expected one of quick, slow; did you mean 'quick'?");
  EXPECT_EQ(validator(far), "found 'other', expected one of quick, slow");
}

TEST(Choices, ListOf) {
  CLI::Validator validator = listOf({"quick", "slow"});
  std::string good = "slow,quick", second = "slow,fast,quick", empty = "slow,";
  EXPECT_EQ(validator(good), "");
  EXPECT_THAT(validator(second), HasSubstr("found 'fast', expected one of quick, slow"));
  EXPECT_THAT(validator(empty), HasSubstr("found '', expected one of quick, slow"));
}

} // namespace
