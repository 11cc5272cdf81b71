//===- TemplateTest.cpp - Kernels made for their types --------------------===//
#include "Template.h"

#include <gtest/gtest.h>

using namespace tare::csource;

TEST(Template, WordsAreReplacedAsAWhole) {
  EXPECT_EQ(instantiate("X y = X_MAX; // MAX X", {{"X", "int8_t"}}, "f"), "int8_t y = X_MAX; // MAX int8_t\n");
}

TEST(Template, WhatIsPutInIsNotLookedAtAgain) {
  EXPECT_EQ(instantiate("A B\n", {{"A", "B"}, {"B", "A"}}, "f"), "B A\n");
}

TEST(Template, ArgumentsTakeTheirPlaces) {
  Parameters parameters{{"RESULT(sum, c)", "(int8_t)scale((sum), r, c)"}};
  EXPECT_EQ(instantiate("*y++ = RESULT(a[i] + f(1, 2), first + i);", parameters, "f"),
            "*y++ = (int8_t)scale((a[i] + f(1, 2)), r, first + i);\n");
}

TEST(Template, ParametersWithinArgumentsAreReplaced) {
  EXPECT_EQ(instantiate("F(F(X))", {{"F(x)", "-x"}, {"X", "1"}}, "f"), "--1\n");
}

TEST(Template, NamesAreMadeOfTheInstance) {
  EXPECT_EQ(instantiate("//! names: LAYER = @, RUN = run_@\nvoid RUN(LAYER *l);\n", {}, "conv_i8"),
            "void run_conv_i8(conv_i8 *l);\n");
}

TEST(Template, FlagsChooseLines) {
  const char *kernel = "a\n#if FLAG\nb\n#else\nc\n#endif\nd\n";
  EXPECT_EQ(instantiate(kernel, {{"FLAG", "1"}}, "f"), "a\nb\nd\n");
  EXPECT_EQ(instantiate(kernel, {{"FLAG", "0"}}, "f"), "a\nc\nd\n");
}

TEST(Template, LinesForDevelopersAndBlankEndsAreLeftOut) {
  EXPECT_EQ(instantiate("//! X: the type\n\n/* a */\n\nb\n\n\n", {}, "f"), "/* a */\n\nb\n");
}
