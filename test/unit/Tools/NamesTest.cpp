//===- NamesTest.cpp - Names of layers' arrays, and JSON ------------------===//
#include "Driver/Execute/LayerNames.h"
#include "JsonOutput.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

using namespace tare;
using testing::ElementsAre;

namespace {

std::vector<std::string> namesOf(std::vector<std::string> outputs,
                                 std::vector<std::pair<std::string, std::string>> layers) {
  std::vector<ExecutablePort> ports(outputs.size());
  for (size_t i = 0; i != outputs.size(); ++i)
    ports[i].name = outputs[i];
  std::vector<ExecutableLayer> all(layers.size());
  for (size_t i = 0; i != layers.size(); ++i)
    all[i].name = layers[i].first, all[i].value = layers[i].second;
  return arrayNames(ports, all);
}

/// The last of several of one name has it; the others the value's, or a number.
TEST(LayerNames, AreDistinct) {
  EXPECT_THAT(namesOf({}, {{"a", "x"}, {"b", "y"}}), ElementsAre("a", "b"));
  EXPECT_THAT(namesOf({}, {{"a", "x"}, {"a", "y"}}), ElementsAre("x", "a"));
  EXPECT_THAT(namesOf({}, {{"a", "x"}, {"a", "x"}, {"a", "x"}}), ElementsAre("a:2", "x", "a"));
  EXPECT_THAT(namesOf({}, {{"a", "a"}, {"a", "a"}, {"a", "a"}}), ElementsAre("a:3", "a:2", "a"));
  EXPECT_THAT(namesOf({"a"}, {{"a", "x"}}), ElementsAre("x"));
  EXPECT_THAT(namesOf({"a", "x"}, {{"a", "x"}}), ElementsAre("a:2"));
  EXPECT_THAT(namesOf({"a", "x", "a:2"}, {{"a", "x"}, {"b", "z"}}), ElementsAre("a:3", "b"));
}

std::string printed(const std::string &error) {
  testing::internal::CaptureStdout();
  writeDocument(error);
  std::fflush(stdout);
  return testing::internal::GetCapturedStdout();
}

TEST(Json, OneDocumentWithOrWithoutAnError) {
  printJson([](llvm::json::OStream &json) { json.object([&] { json.attribute("a", 1); }); });
  EXPECT_EQ(printed(""), "{\n  \"a\": 1\n}\n");
  printJson([](llvm::json::OStream &json) { json.object([&] { json.attribute("a", 1); }); });
  EXPECT_EQ(printed("{\n  \"message\": \"m\"\n}"), "{\n  \"a\": 1,\n  \"error\": {\n    \"message\": \"m\"\n  }\n}\n");
  printJson([](llvm::json::OStream &json) { json.object([] {}); });
  EXPECT_EQ(printed("1"), "{\n  \"error\": 1\n}\n");
}

TEST(Json, ErrorAlone) { EXPECT_EQ(printed("\"e\""), "{\n  \"error\": \"e\"\n}\n"); }

TEST(Json, NumbersTextsAndLists) {
  EXPECT_EQ(jsonNumber(1.5), llvm::json::Value(1.5));
  for (double number : {HUGE_VAL, -HUGE_VAL, std::nan("")})
    EXPECT_EQ(jsonNumber(number), llvm::json::Value(nullptr));
  EXPECT_EQ(jsonText("\xc3\xa9"), "\xc3\xa9");
  EXPECT_EQ(jsonText("a\xff"), "a\xef\xbf\xbd");
  EXPECT_EQ(jsonDocument([](llvm::json::OStream &json) {
              json.object([&] { jsonList(json, "l", std::vector<int64_t>{1, 2}); });
            }),
            "{\n  \"l\": [\n    1,\n    2\n  ]\n}\n");
}

} // namespace
