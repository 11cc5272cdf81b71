//===- SpoolTest.cpp - Samples in a nameless file -------------------------===//
#include "Spool.h"
#include "Support.h"
#include "SystemCalls.h"

using namespace tare;
using namespace tare::test;

namespace {

class SpoolTest : public FolderTest {
protected:
  void SetUp() override {
    FolderTest::SetUp();
    auto created = Spool::create(folder);
    ASSERT_TRUE(created) << created.error().message;
    spool = *created;
  }
  std::string readBack(uint64_t offset, size_t bytes) {
    std::string text(bytes, '\0');
    Status status = spool->read(offset, text.data(), bytes);
    return status ? text : status.error().message;
  }
  std::shared_ptr<Spool> spool;
};

} // namespace

TEST_F(SpoolTest, PiecesLieOneBehindTheOther) {
  EXPECT_EQ(*spool->append("alpha", 5), 0u);
  EXPECT_EQ(*spool->append("", 0), 5u);
  EXPECT_EQ(*spool->append("beta", 4), 5u);
  EXPECT_EQ(readBack(0, 5), "alpha");
  EXPECT_EQ(readBack(5, 4), "beta");
  EXPECT_EQ(readBack(3, 3), "hab");
  EXPECT_EQ(fileCount(), 0u) << "the file has no name";
}

TEST_F(SpoolTest, InterruptedAndShortCallsGoOn) {
  {
    WithCalls slow(Calls::Slow);
    EXPECT_EQ(*spool->append("0123456789", 10), 0u);
    EXPECT_EQ(*spool->append("abcdefgh", 8), 10u);
    EXPECT_EQ(readBack(0, 18), "0123456789abcdefgh");
    EXPECT_EQ(readBack(9, 4), "9abc");
  }
  EXPECT_EQ(readBack(0, 18), "0123456789abcdefgh");
}

TEST_F(SpoolTest, FailuresAreTold) {
  EXPECT_EQ(*spool->append("alpha", 5), 0u);
  WithCalls failing(Calls::Failing);
  auto appended = spool->append("beta", 4);
  ASSERT_FALSE(appended);
  EXPECT_EQ(appended.error().message, "cannot write a temporary file: input/output error");
  EXPECT_EQ(readBack(0, 5), "cannot read a temporary file: input/output error");
}

TEST_F(SpoolTest, NothingBehindTheEnd) {
  EXPECT_EQ(*spool->append("alpha", 5), 0u);
  EXPECT_TRUE(readBack(3, 3).starts_with("cannot read a temporary file"));
}

TEST_F(SpoolTest, OpensAgainByItsPath) {
  EXPECT_TRUE(spool->append("alpha", 5));
  EXPECT_EQ(readText(spool->path()), "alpha");
}

TEST_F(SpoolTest, FolderThatIsMissing) {
  auto created = Spool::create(path("none"));
  ASSERT_FALSE(created);
  EXPECT_TRUE(created.error().message.starts_with("cannot write in " + path("none") + ": ")) << created.error().message;
}

/// Header and pieces in their order, not that in which they were put down, through buffers of any size.
TEST_F(SpoolTest, ArrayIsOneStream) {
  uint64_t second = *spool->append("DEF", 3), between = *spool->append("xxxx", 4), first = *spool->append("ABC", 3);
  ASSERT_EQ(between, 3u);
  const std::string whole = "head:ABCDEFABC";
  for (size_t step = 1; step <= whole.size() + 2; ++step) {
    SpooledArray array(spool, "head:", {first, second, first}, 3);
    EXPECT_EQ(array.size(), whole.size());
    for (int round = 0; round < 2; ++round) {
      std::string text;
      for (size_t begin = 0; begin <= whole.size(); begin += step) {
        std::string buffer(step, '?');
        size_t expected = std::min(step, whole.size() - begin);
        ASSERT_EQ(*array.read(buffer.data(), step), expected) << step;
        text += buffer.substr(0, expected);
        EXPECT_EQ(buffer.substr(expected), std::string(step - expected, '?'));
      }
      EXPECT_EQ(text, whole) << step;
      EXPECT_EQ(*array.read(text.data(), 1), 0u);
      array.rewind();
    }
  }
}

TEST_F(SpoolTest, ArrayTellsOfAPieceThatCannotBeRead) {
  SpooledArray array(spool, "h", {*spool->append("ABC", 3)}, 3);
  char buffer[8];
  WithCalls failing(Calls::Failing);
  auto got = array.read(buffer, sizeof(buffer));
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().message, "cannot read a temporary file: input/output error");
}
