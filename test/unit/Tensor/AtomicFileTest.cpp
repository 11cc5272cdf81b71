#include "tare/Tensor/AtomicFile.h"
#include "Support.h"

using namespace tare;
using namespace tare::test;

namespace {
class AtomicFileTest : public FolderTest {};
} // namespace

TEST_F(AtomicFileTest, AppearsWhenCommitted) {
  {
    Result<AtomicFile> file = AtomicFile::create(path("a"));
    ASSERT_TRUE(file);
    ASSERT_TRUE(file->write("hello"));
    ASSERT_TRUE(file->writeAt(0, "J", 1));
    EXPECT_EQ(file->size(), 5u);
    EXPECT_FALSE(std::filesystem::exists(path("a")));
    ASSERT_TRUE(file->commit());
  }
  EXPECT_EQ(readText(path("a")), "Jello");
  EXPECT_EQ(fileCount(), 1u);
}

TEST_F(AtomicFileTest, LeavesTheOldFileWhenDropped) {
  writeText(path("a"), "old");
  {
    Result<AtomicFile> file = AtomicFile::create(path("a"));
    ASSERT_TRUE(file);
    ASSERT_TRUE(file->write("new"));
  }
  EXPECT_EQ(readText(path("a")), "old");
  EXPECT_EQ(fileCount(), 1u);
}

TEST_F(AtomicFileTest, WritesThroughLinks) {
  writeText(path("real"), "old");
  std::filesystem::create_symlink("real", path("link"));
  ASSERT_TRUE(writeFile(path("link"), "new"));
  EXPECT_TRUE(std::filesystem::is_symlink(path("link")));
  EXPECT_EQ(readText(path("real")), "new");
}

TEST_F(AtomicFileTest, FullDisk) {
  Status status = writeFile("/dev/full", "x");
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().message, "cannot write /dev/full: no space left on device");
}

TEST_F(AtomicFileTest, MissingFolder) {
  Status status = writeFile(path("no/such/file"), "x");
  ASSERT_FALSE(status);
  EXPECT_NE(status.error().message.find("no such file or directory"), std::string::npos);
}

TEST_F(AtomicFileTest, Folder) {
  Status status = writeFile(folder, "x");
  ASSERT_FALSE(status);
  EXPECT_NE(status.error().message.find("it is a folder"), std::string::npos);
}

TEST_F(AtomicFileTest, Device) { EXPECT_TRUE(writeFile("/dev/null", "x")); }
