// The archives are those that libzip writes itself, in few writes; a write that fails ends the archive.
#include "ZipDestination.h"
#include "Support.h"

#include <cerrno>
#include <map>

using namespace tare;
using namespace tare::test;

namespace {

/// Members of small and large sizes, some larger than what is gathered.
const std::map<std::string, std::string> members = {
    {"a", "alpha"}, {"b", std::string(3 << 20, 'b')}, {"c", ""}, {"d", std::string((1 << 20) + 7, 'd')}};

/// Adds them all and closes the archive: whether that has worked. Of a failure it is discarded.
bool complete(zip_t *zip) {
  for (const auto &[name, contents] : members) {
    zip_source_t *source = zip_source_buffer(zip, contents.data(), contents.size(), 0);
    zip_int64_t index = zip_file_add(zip, name.c_str(), source, ZIP_FL_ENC_UTF_8);
    EXPECT_GE(index, 0);
    zip_set_file_compression(zip, zip_uint64_t(index), ZIP_CM_STORE, 0);
    zip_file_set_dostime(zip, zip_uint64_t(index), 0, 33, 0);
  }
  bool isWritten = zip_close(zip) == 0;
  if (!isWritten)
    zip_discard(zip);
  return isWritten;
}

class ZipDestinationTest : public FolderTest {};

TEST_F(ZipDestinationTest, TheArchiveIsLibzips) {
  std::string whole;
  int writes = 0;
  ZipDestination destination([&](uint64_t offset, const void *data, size_t bytes) {
    ++writes;
    whole.resize(std::max(whole.size(), size_t(offset + bytes)));
    std::copy_n(static_cast<const char *>(data), bytes, whole.data() + offset);
    return success();
  });
  zip_t *zip = destination.open();
  ASSERT_TRUE(zip && complete(zip));
  EXPECT_TRUE(destination.status());
  EXPECT_EQ(destination.size(), whole.size());
  EXPECT_LT(writes, 60);
  zip_t *own = zip_open(path("own.zip").c_str(), ZIP_CREATE | ZIP_TRUNCATE, nullptr);
  ASSERT_TRUE(own && complete(own));
  EXPECT_EQ(whole, readText(path("own.zip")));
}

/// Whichever write it is.
TEST_F(ZipDestinationTest, AFailureEndsTheArchive) {
  for (int failing = 0; failing < 4; ++failing) {
    int writes = 0;
    ZipDestination destination([&](uint64_t, const void *, size_t) {
      errno = ENOSPC;
      return writes++ < failing ? success() : Status(Error{"no space"});
    });
    zip_t *zip = destination.open();
    ASSERT_TRUE(zip);
    EXPECT_FALSE(complete(zip));
    ASSERT_FALSE(destination.status());
    EXPECT_EQ(destination.status().error().message, "no space");
    EXPECT_EQ(writes, failing + 1);
  }
}

TEST_F(ZipDestinationTest, AnArchiveMayBeDiscarded) {
  int writes = 0;
  {
    ZipDestination destination([&](uint64_t, const void *, size_t) { return ++writes, success(); });
    zip_t *zip = destination.open();
    ASSERT_TRUE(zip);
    zip_discard(zip);
  }
  EXPECT_EQ(writes, 0);
}

} // namespace
