//===- RangesFileTest.cpp - Which of calibration's files is of ranges -----===//
#include "Driver/Compile/Compilation.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

using namespace tare;

namespace {

class RangesFileTest : public testing::Test {
protected:
  void SetUp() override {
    std::string name = std::filesystem::temp_directory_path() / "tare-XXXXXX";
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    folder = name;
  }
  void TearDown() override { std::filesystem::remove_all(folder); }
  bool isRanges(const std::string &name, const std::string &text) {
    std::string path = folder / name;
    std::ofstream(path, std::ios::binary) << text;
    return isRangesFile(path);
  }
  std::filesystem::path folder;
};

/// Its first character that is not white space is a brace; what is called JSON is none of data's files.
TEST_F(RangesFileTest, IsJson) {
  EXPECT_TRUE(isRanges("a", "{\"version\": 1}"));
  EXPECT_TRUE(isRanges("b.txt", " \n\t{"));
  EXPECT_FALSE(isRanges("c", "[1]"));
  EXPECT_FALSE(isRanges("d.npz", "PK\x03\x04{"));
  EXPECT_FALSE(isRanges("e", ""));
  EXPECT_TRUE(isRanges("f.json", "nonsense"));
  EXPECT_TRUE(isRanges("g.JSON", ""));
  EXPECT_FALSE(isRangesFile(folder / "none.json"));
  EXPECT_FALSE(isRangesFile(folder / "none"));
}

} // namespace
