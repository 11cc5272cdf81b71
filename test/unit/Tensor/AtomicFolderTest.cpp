//===- AtomicFolderTest.cpp - All of a folder, or nothing -----------------===//
#include "tare/Tensor/AtomicFolder.h"
#include "Support.h"
#include "SystemCalls.h"

#include <sys/resource.h>
#include <unistd.h>

using namespace tare;
using namespace tare::test;

namespace {
class AtomicFolderTest : public FolderTest {};

std::string refusal(const std::string &path) {
  auto made = AtomicFolder::create(path);
  EXPECT_FALSE(made);
  return made ? "" : made.error().message;
}
} // namespace

TEST_F(AtomicFolderTest, AppearsWhenCommitted) {
  {
    auto made = AtomicFolder::create(path("a/"));
    ASSERT_TRUE(made);
    ASSERT_TRUE(made->makeFolder("inner"));
    ASSERT_TRUE(made->write("inner/x", 0, "hello", 5));
    ASSERT_TRUE(made->write("inner/x", 6, "world", 5));
    ASSERT_TRUE(made->write("inner/x", 5, " ", 1));
    Status lost = made->write("nowhere/x", 0, "x", 1);
    ASSERT_FALSE(lost);
    EXPECT_EQ(lost.error().message, "cannot write " + path("a") + "/nowhere/x: no such file or directory");
    EXPECT_FALSE(std::filesystem::exists(path("a")));
    ASSERT_TRUE(made->commit());
  }
  EXPECT_EQ(readText(path("a/inner/x")), "hello world");
  EXPECT_EQ(fileCount(), 1u);
}

TEST_F(AtomicFolderTest, LeavesNothingWhenDropped) {
  {
    auto made = AtomicFolder::create(path("a"));
    ASSERT_TRUE(made);
    ASSERT_TRUE(made->write("x", 0, "hello", 5));
  }
  EXPECT_EQ(fileCount(), 0u);
}

/// Neither a file nor a folder can be opened then, not even to look what is in it.
TEST_F(AtomicFolderTest, LeavesNothingWhereNoFileCanBeOpened) {
  rlimit before;
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
  {
    auto made = AtomicFolder::create(path("a"));
    ASSERT_TRUE(made && made->makeFolder("inner") && made->makeFolder("inner/most"));
    ASSERT_TRUE(made->write("inner/most/x", 0, "x", 1) && made->write("y", 0, "y", 1) && made->write("y", 1, "y", 1));
    const int next = dup(STDIN_FILENO);
    ASSERT_GE(next, 0);
    close(next);
    const rlimit limit{rlim_t(next), before.rlim_max};
    ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &limit), 0);
    Status refused = made->write("z", 0, "z", 1);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().message, "cannot write " + path("a") + "/z: too many open files");
  }
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &before), 0);
  EXPECT_EQ(fileCount(), 0u);
}

TEST_F(AtomicFolderTest, TakesAnEmptyFolderAndLinksToIt) {
  std::filesystem::create_directory(path("real"));
  std::filesystem::create_directory_symlink("real", path("link"));
  auto made = AtomicFolder::create(path("link"));
  ASSERT_TRUE(made);
  ASSERT_TRUE(made->write("x", 0, "hello", 5));
  ASSERT_TRUE(made->commit());
  EXPECT_TRUE(std::filesystem::is_symlink(path("link")));
  EXPECT_EQ(readText(path("real/x")), "hello");
}

TEST_F(AtomicFolderTest, RefusesWhatIsThere) {
  std::filesystem::create_directory(path("full"));
  writeText(path("full/x"), "old");
  EXPECT_EQ(refusal(path("full")),
            "cannot write " + path("full") + ": the folder is not empty; remove it, or name another one");
  writeText(path("file"), "old");
  EXPECT_NE(refusal(path("file")).find("it is a file; name a folder"), std::string::npos);
  EXPECT_NE(refusal(path("no/such/a")).find("no such file or directory"), std::string::npos);
  EXPECT_EQ(readText(path("full/x")), "old");
  EXPECT_EQ(fileCount(), 2u);
}

TEST_F(AtomicFolderTest, KeepsWhatCameIntoBeingMeanwhile) {
  auto made = AtomicFolder::create(path("a"));
  ASSERT_TRUE(made);
  std::filesystem::create_directory(path("a"));
  writeText(path("a/x"), "someone else's");
  EXPECT_FALSE(made->commit());
  EXPECT_EQ(readText(path("a/x")), "someone else's");
}

TEST_F(AtomicFolderTest, InterruptedAndShortCallsGoOn) {
  auto made = AtomicFolder::create(path("a"));
  ASSERT_TRUE(made);
  {
    WithCalls slow(Calls::Slow);
    ASSERT_TRUE(made->write("x", 2, "0123456789", 10));
    ASSERT_TRUE(made->write("x", 0, "ab", 2));
  }
  ASSERT_TRUE(made->commit());
  EXPECT_EQ(readText(path("a/x")), "ab0123456789");
}

TEST_F(AtomicFolderTest, FailuresAreTold) {
  auto made = AtomicFolder::create(path("a"));
  ASSERT_TRUE(made);
  WithCalls failing(Calls::Failing);
  Status status = made->write("x", 0, "x", 1);
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().message, "cannot write " + path("a") + "/x: input/output error");
}

TEST_F(AtomicFolderTest, FolderThatIsThereIsTold) {
  auto made = AtomicFolder::create(path("a"));
  ASSERT_TRUE(made && made->makeFolder("inner"));
  Status again = made->makeFolder("inner");
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().message, "cannot write " + path("a") + "/inner: file exists");
}

TEST_F(AtomicFolderTest, SlashesBehindTheNameAreNone) {
  for (std::string slashes : {"/", "///"}) {
    auto made = AtomicFolder::create(path("a") + slashes);
    ASSERT_TRUE(made && made->commit());
    EXPECT_TRUE(std::filesystem::is_directory(path("a")));
    std::filesystem::remove(path("a"));
  }
}
