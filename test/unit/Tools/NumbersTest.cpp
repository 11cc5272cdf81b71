//===- NumbersTest.cpp - What options take, and how tables line up --------===//
#include "Numbers.h"
#include "Table.h"

#include <gtest/gtest.h>

using namespace tare;

namespace {

std::string refusal(CLI::Validator validator, std::string text) { return validator(text); }

TEST(Numbers, WholeOnesFromTheLeast) {
  for (auto text : {"3", "4", "9223372036854775807"})
    EXPECT_EQ(refusal(wholeNumber(3), text), "") << text;
  for (auto text : {"2", "-3", "3.0", "3x", "", " 3", "9223372036854775808"})
    EXPECT_EQ(refusal(wholeNumber(3), text), "found '" + std::string(text) + "', expected a whole number, 3 or more");
  EXPECT_EQ(refusal(wholeNumber(0), "0"), "");
}

TEST(Numbers, WholeOnesBetweenTwo) {
  for (auto text : {"1", "2", "1024"})
    EXPECT_EQ(refusal(wholeNumber(1, 1024), text), "") << text;
  for (auto text : {"0", "1025", "-1", "2.0", "two", "", "18446744073709551617"})
    EXPECT_EQ(refusal(wholeNumber(1, 1024), text),
              "found '" + std::string(text) + "', expected a whole number, 1 to 1024");
}

TEST(Numbers, BetweenTwo) {
  for (auto text : {"-1", "0.25", "1", "1e-9"})
    EXPECT_EQ(refusal(numberIn(-1, 1), text), "") << text;
  for (auto text : {"-1.001", "1.5", "nan", "inf", "1,0", ""})
    EXPECT_EQ(refusal(numberIn(-1, 1), text), "found '" + std::string(text) + "', expected a number, -1 to 1");
}

TEST(Numbers, PositiveOnes) {
  for (auto text : {"0.5", "1e-300", "7"})
    EXPECT_EQ(refusal(positiveNumber(), text), "") << text;
  for (auto text : {"0", "-1", "inf", "nan", "1,5", ""})
    EXPECT_EQ(refusal(positiveNumber(), text), "found '" + std::string(text) + "', expected a number above 0");
}

/// Numbers stand right, names left; a column of nothing is left out, letters of two bytes are one wide, and no line
/// ends with spaces.
TEST(Table, AlignsItsColumns) {
  Table table({{"layer", Table::Align::left}, {"µs"}, {"empty"}, {"note", Table::Align::left}});
  table.add({"a", "1.5", "", "x"});
  table.add({"größer", "10.25", "", ""});
  testing::internal::CaptureStdout();
  table.print();
  EXPECT_EQ(testing::internal::GetCapturedStdout(), "layer      µs  note\n"
                                                    "a         1.5  x\n"
                                                    "größer  10.25\n");
}

} // namespace
