#include "tare/Tensor/AtomicFile.h"
#include "Support.h"
#include "SystemCalls.h"
#include "tare/Tensor/AtomicFolder.h"
#include "tare/Tensor/Temporaries.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

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

TEST_F(AtomicFileTest, HasNoNameUntilItIsCommitted) {
  Result<AtomicFile> file = AtomicFile::create(path("a"));
  ASSERT_TRUE(file);
  ASSERT_TRUE(file->write("new"));
  // But on file systems that have no such files.
  int nameless = open(folder.c_str(), O_TMPFILE | O_RDWR, 0600);
  EXPECT_EQ(fileCount(), nameless < 0 ? 1u : 0u);
  EXPECT_EQ(file->temporaryPath().empty(), nameless >= 0);
  close(nameless);
  ASSERT_TRUE(file->commit());
  EXPECT_EQ(readText(path("a")), "new");
  EXPECT_EQ(fileCount(), 1u);
}

TEST_F(AtomicFileTest, NamedOnesReplaceAndVanishLikewise) {
  writeText(path("a"), "old");
  {
    Result<AtomicFile> dropped = AtomicFile::createNamed(path("a"));
    ASSERT_TRUE(dropped);
    EXPECT_TRUE(std::filesystem::exists(dropped->temporaryPath()));
  }
  EXPECT_EQ(fileCount(), 1u);
  Result<AtomicFile> file = AtomicFile::createNamed(path("a"));
  ASSERT_TRUE(file);
  ASSERT_TRUE(file->write("new"));
  ASSERT_TRUE(file->commit());
  EXPECT_EQ(readText(path("a")), "new");
  EXPECT_EQ(fileCount(), 1u);
}

/// Process numbers repeat: what an earlier process 1 has left is in nobody's way.
TEST_F(AtomicFileTest, TemporaryNamesDoNotRepeat) {
  EXPECT_NE(temporaryName("a"), temporaryName("a"));
  EXPECT_TRUE(temporaryName("a").starts_with("a."));
}

/// In a process of its own, as nothing gets a final name afterwards.
TEST_F(AtomicFileTest, UnfinishedOutputsAreRemovedAtAnEarlyEnd) {
  auto end = [&] {
    auto file = AtomicFile::createNamed(path("a"));
    auto folder = AtomicFolder::create(path("b"));
    bool made = file && folder && folder->makeFolder("inner") && folder->write("inner/x", 0, "x", 1);
    // What a library makes beside it.
    writeText(file->temporaryPath() + ".Xy7", "x");
    writeText(path("a.other"), "x");
    size_t before = fileCount();
    removeTemporaries();
    bool refused = !file->commit() && !folder->commit();
    _exit(made && refused && before == 4 && fileCount() == 1 ? 0 : 1);
  };
  EXPECT_EXIT(end(), testing::ExitedWithCode(0), "");
}

/// What comes into being behind the removal would stay: it does not come into being.
TEST_F(AtomicFileTest, NothingIsBegunAfterAnEarlyEnd) {
  auto end = [&] {
    auto nameless = AtomicFile::create(path("c"));
    bool made = nameless && nameless->write("x");
    removeTemporaries();
    bool refused = !AtomicFile::createNamed(path("a")) && !AtomicFolder::create(path("b")) && !nameless->commit();
    _exit(made && refused && fileCount() == 0 ? 0 : 1);
  };
  EXPECT_EXIT(end(), testing::ExitedWithCode(0), "");
}

TEST_F(AtomicFileTest, InterruptedAndShortCallsGoOn) {
  Result<AtomicFile> file = AtomicFile::create(path("a"));
  ASSERT_TRUE(file);
  {
    WithCalls slow(Calls::Slow);
    ASSERT_TRUE(file->write("0123456789"));
    ASSERT_TRUE(file->writeAt(2, "abcdefg", 7));
    ASSERT_TRUE(file->write("!"));
    EXPECT_EQ(file->size(), 11u);
  }
  ASSERT_TRUE(file->commit());
  EXPECT_EQ(readText(path("a")), "01abcdefg9!");
}

TEST_F(AtomicFileTest, FailuresAreTold) {
  Result<AtomicFile> file = AtomicFile::create(path("a"));
  ASSERT_TRUE(file);
  WithCalls failing(Calls::Failing);
  std::string expected = "cannot write " + path("a") + ": input/output error";
  Status written = file->write("x"), at = file->writeAt(0, "x", 1);
  ASSERT_FALSE(written);
  ASSERT_FALSE(at);
  EXPECT_EQ(written.error().message, expected);
  EXPECT_EQ(at.error().message, expected);
  Status whole = writeFile(path("b"), "x");
  EXPECT_FALSE(whole);
  EXPECT_FALSE(std::filesystem::exists(path("b")));
}

/// What an assignment replaces is dropped, and what it takes goes on.
TEST_F(AtomicFileTest, MovesWithWhatItHasWritten) {
  Result<AtomicFile> first = AtomicFile::createNamed(path("a")), second = AtomicFile::createNamed(path("b"));
  ASSERT_TRUE(first && second);
  ASSERT_TRUE(second->write("hello"));
  *first = std::move(*second);
  EXPECT_EQ(first->size(), 5u);
  EXPECT_EQ(fileCount(), 1u);
  AtomicFile &same = *first;
  *first = std::move(same);
  ASSERT_TRUE(first->write("!"));
  ASSERT_TRUE(first->commit());
  EXPECT_EQ(readText(path("b")), "hello!");
  EXPECT_FALSE(std::filesystem::exists(path("a")));
}

TEST_F(AtomicFileTest, MayBeReadByWhomTheMaskAllows) {
  for (bool named : {false, true}) {
    Result<AtomicFile> file = named ? AtomicFile::createNamed(path("a")) : AtomicFile::create(path("a"));
    ASSERT_TRUE(file && file->commit());
    mode_t mask = umask(0);
    umask(mask);
    EXPECT_EQ(unsigned(std::filesystem::status(path("a")).permissions()), 0666u & ~mask);
    std::filesystem::remove(path("a"));
  }
}

TEST_F(AtomicFileTest, NameWithoutAFolder) {
  std::filesystem::path before = std::filesystem::current_path();
  std::filesystem::current_path(folder);
  Status status = writeFile("a", "x");
  std::filesystem::current_path(before);
  ASSERT_TRUE(status);
  EXPECT_EQ(readText(path("a")), "x");
  EXPECT_EQ(fileCount(), 1u);
}
