//===- NestingTest.cpp - How deep text from users may nest ----------------===//
#include "tare/Diagnostics/Nesting.h"

#include <gtest/gtest.h>

using namespace tare;

namespace {

constexpr int tooMany = 100'000;

std::string repeated(const std::string &text, int count) {
  std::string result;
  for (int i = 0; i != count; ++i)
    result += text;
  return result;
}

class DeepIr : public testing::TestWithParam<std::string> {};

TEST_P(DeepIr, IsRefused) {
  std::string text = "module {\n" + repeated(GetParam(), tooMany);
  Status status = checkIrNesting(text, "deep.mlir");
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().message.substr(0, 10), "deep.mlir:");
}

INSTANTIATE_TEST_SUITE_P(Nesting, DeepIr,
                         testing::Values("[", "{", "(", "tuple<", "[\n", "#x<\"]\"", "{a = ", "-", "- ", "() -> ",
                                         "(i8, i8) -> ", "[>", "(]", "[ // ]\n", "{\"}\" = "));

TEST(IrNesting, AliasesOfAliasesCount) {
  std::string text = "#a0 = []\n";
  for (int i = 1; i != 1000; ++i)
    text += "#a" + std::to_string(i) + " = [#a" + std::to_string(i - 1) + "]\n";
  EXPECT_FALSE(checkIrNesting(text, "aliases.mlir"));
}

TEST(IrNesting, ALongNetworkIsFlat) {
  std::string text = "#loc = loc(unknown)\nmodule {\n  func.func @main(%x: tensor<4xf32>) -> tensor<4xf32> {\n";
  for (int i = 0; i != tooMany; ++i)
    text += "    %" + std::to_string(i) +
            " = qnn.relu %x {a = [-1, -2, [[3 : i8]]], s = \"([{<\"} : (tensor<4xf32>) -> tensor<4xf32> loc(#loc)\n"
            "    npu.none %x : (tensor<4xf32>) -> ()\n";
  for (int i = 0; i != tooMany; ++i)
    text += "#loc" + std::to_string(i) + " = loc(\"x\"(#loc))\n";
  EXPECT_TRUE(checkIrNesting(text + "  }\n}\n", "long.mlir"));
}

TEST(IrNesting, TheErrorNamesTheLine) {
  std::string text = "\n\n" + repeated("[", 201);
  EXPECT_EQ(checkIrNesting(text, "f.mlir").error().message,
            "f.mlir:3: nests more than 200 deep, which no program needs");
  EXPECT_TRUE(checkIrNesting(text.substr(0, 201), "f.mlir"));
}

class DeepYaml : public testing::TestWithParam<std::string> {};

TEST_P(DeepYaml, IsRefused) { EXPECT_FALSE(checkYamlNesting(repeated(GetParam(), tooMany), "deep.yaml")); }

INSTANTIATE_TEST_SUITE_P(Nesting, DeepYaml,
                         testing::Values("[", "{", "{a: ", "- ", "? ", "[\n", "[']', ", "[\"\\\"]\", ", "[ # ]\n"));

TEST(YamlNesting, IndentationCounts) {
  std::string text;
  for (int i = 0; i != 1000; ++i)
    text += repeated(" ", i) + "a:\n";
  EXPECT_FALSE(checkYamlNesting(text, "deep.yaml"));
}

TEST(YamlNesting, ALongDescriptionIsFlat) {
  std::string text = "name: it's\n";
  for (int i = 0; i != tooMany; ++i)
    text += "activations:\n  - {type: i8, symmetric: false} # [[[\n  - type: i16\n    ops: [\"[\", '{', a]\n";
  EXPECT_TRUE(checkYamlNesting(text, "long.yaml"));
}

} // namespace
