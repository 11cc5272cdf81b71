//===- CTextTest.cpp - Numbers, names and comments of C -------------------===//
#include "CText.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

using namespace tare;
using namespace tare::csource;

TEST(CText, IntegersAreReadBackWhateverTheyAre) {
  EXPECT_EQ(number(int64_t(-5)), "-5");
  EXPECT_EQ(number(std::numeric_limits<int64_t>::max()), "9223372036854775807");
  // Its digits alone are no integer of C.
  EXPECT_EQ(number(std::numeric_limits<int64_t>::min()), "INT64_MIN");
  EXPECT_EQ(number(std::numeric_limits<uint64_t>::max()), "18446744073709551615u");
}

TEST(CText, RealNumbersAreTheShortestThatAreReadBackAsTheSame) {
  EXPECT_EQ(number(0.1f), "0.1f");
  EXPECT_EQ(number(0.1), "0.1");
  EXPECT_EQ(number(2.0f), "2.0f");
  EXPECT_EQ(number(1e-30f), "1e-30f");
  EXPECT_EQ(number(-0.0), "-0.0");
  EXPECT_EQ(number(1.0 / 3), "0.3333333333333333");
}

TEST(CText, WhatIsNoNumberHasItsName) {
  EXPECT_EQ(number(HUGE_VALF), "INFINITY");
  EXPECT_EQ(number(-HUGE_VAL), "-INFINITY");
  EXPECT_EQ(number(std::nanf("")), "NAN");
}

TEST(CText, ElementsAreBrokenIntoLines) {
  std::vector<int16_t> values(60, -1000);
  std::string text = elements({{ElementType::i16, {60}}, values.data()});
  EXPECT_EQ(text.substr(0, 19), "{\n    -1000, -1000,");
  EXPECT_EQ(text.back(), '}');
  for (size_t begin = 0, end = 0; end != std::string::npos; begin = end + 1) {
    end = text.find('\n', begin);
    EXPECT_LE(std::min(end, text.size()) - begin, 120u);
  }
}

TEST(CText, NoListIsEmpty) {
  EXPECT_EQ(list({}), "{0}");
  EXPECT_EQ(list(std::vector<int64_t>{1, -2}), "{1, -2}");
}

TEST(CText, CommentsEndWhereTheyShall) {
  EXPECT_EQ(inComment("a*/b"), "a* /b");
  EXPECT_EQ(inComment("a/*b"), "a/ *b");
  EXPECT_EQ(inComment("*/*/"), "* / * /");
  EXPECT_EQ(inComment("??/"), "? ?/");
  EXPECT_EQ(inComment("a\nb\\\xc3\xbc"), "a_b___");
}

TEST(CText, StringsKeepEveryByte) { EXPECT_EQ(quoted("a\"b\\c?\n\xff"), R"("a\042b\134c\077\012\377")"); }

TEST(CText, IdentifiersHaveLettersDigitsAndUnderscores) {
  EXPECT_EQ(identifier("/model.0/conv-1/Conv"), "model_0_conv_1_Conv");
  EXPECT_EQ(identifier("__"), "");
  EXPECT_EQ(identifier("\xc3\xbc"), "");
  EXPECT_EQ(identifier(std::string(50, 'a')).size(), 40u);
}
