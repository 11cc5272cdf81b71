//===- MappedFileTest.cpp - Files as memory -------------------------------===//
#include "tare/Tensor/MappedFile.h"

#include "Support.h"

#include <cstring>
#include <sys/stat.h>

using namespace tare;

namespace {

class MappedFileTest : public test::FolderTest {};

TEST_F(MappedFileTest, HasTheBytesAlsoWhenTheFileIsGone) {
  std::ofstream(path("data")) << "weights";
  auto file = MappedFile::open(path("data"));
  ASSERT_TRUE(file) << file.error().message;
  std::filesystem::remove(path("data"));
  ASSERT_EQ((*file)->bytes().size(), 7u);
  EXPECT_EQ(std::memcmp((*file)->bytes().data(), "weights", 7), 0);
}

TEST_F(MappedFileTest, EmptyFileHasNoBytes) {
  std::ofstream(path("empty")).close();
  auto file = MappedFile::open(path("empty"));
  ASSERT_TRUE(file) << file.error().message;
  EXPECT_TRUE((*file)->bytes().empty());
}

TEST_F(MappedFileTest, ForgottenBytesAreReadAgain) {
  std::string contents;
  for (int i = 0; i != 100000; ++i)
    contents += char(i * 31 >> 3);
  std::ofstream(path("data"), std::ios::binary) << contents;
  auto file = MappedFile::open(path("data"));
  ASSERT_TRUE(file) << file.error().message;
  const std::byte *data = (*file)->bytes().data();
  for (auto [begin, size] : {std::pair(0, 100000), {5, 20000}, {4096, 4096}, {99999, 1}, {0, 0}}) {
    MappedFile::forget(data + begin, size);
    EXPECT_EQ(std::memcmp(data, contents.data(), contents.size()), 0);
  }
  // Memory of somebody else is left alone.
  std::string copy = contents;
  MappedFile::forget(copy.data(), copy.size());
  EXPECT_EQ(copy, contents);
}

TEST_F(MappedFileTest, OthersAreErrors) {
  EXPECT_EQ(MappedFile::open(path("none")).error().message,
            "cannot read " + path("none") + ": no such file or directory");
  EXPECT_EQ(MappedFile::open(path("")).error().message, "cannot read " + path("") + ": it is a folder");
  ASSERT_EQ(mkfifo(path("pipe").c_str(), 0600), 0);
  EXPECT_EQ(MappedFile::open(path("pipe")).error().message,
            "cannot read " + path("pipe") + ": it is not a regular file");
}

} // namespace
