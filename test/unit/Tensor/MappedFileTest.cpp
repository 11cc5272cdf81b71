//===- MappedFileTest.cpp - Files as memory -------------------------------===//
#include "tare/Tensor/MappedFile.h"

#include "Support.h"
#include "tare/Tensor/Dataset.h"
#include "tare/Tensor/Npy.h"
#include "tare/Tensor/Npz.h"
#include "tare/Tensor/StandardStreams.h"

#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

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

/// Whether a page of this process is in memory, as the system says.
bool isPresent(const void *address) {
  uint64_t entry = 0, page = reinterpret_cast<uintptr_t>(address) / uintptr_t(sysconf(_SC_PAGE_SIZE));
  // Read in whole entries alone.
  int map = open("/proc/self/pagemap", O_RDONLY);
  ssize_t got = pread(map, &entry, sizeof(entry), off_t(page * sizeof(entry)));
  close(map);
  return got == sizeof(entry) && (entry >> 63 & 1);
}

/// The whole pages within the bytes, and no other.
TEST_F(MappedFileTest, ForgetsWholePages) {
  const size_t page = size_t(sysconf(_SC_PAGE_SIZE)), pages = 8;
  if (!isPresent(&page))
    GTEST_SKIP() << "the system does not say which pages are in memory";
  std::ofstream(path("data"), std::ios::binary) << std::string(pages * page, 'x');
  auto file = MappedFile::open(path("data"));
  ASSERT_TRUE(file) << file.error().message;
  const std::byte *data = (*file)->bytes().data();
  auto forgotten = [&](size_t begin, size_t end) {
    volatile int sum = 0;
    for (size_t i = 0; i != pages; ++i)
      sum = sum + int(data[i * page]);
    MappedFile::forget(data + begin, end - begin);
    std::string found;
    for (size_t i = 0; i != pages; ++i)
      found += isPresent(data + i * page) ? '1' : '0';
    return found;
  };
  EXPECT_EQ(forgotten(0, pages * page), "00000000");
  EXPECT_EQ(forgotten(page, 3 * page), "10011111");
  EXPECT_EQ(forgotten(page - 1, 3 * page + 1), "10011111");
  EXPECT_EQ(forgotten(page + 1, 4 * page - 1), "11011111");
  EXPECT_EQ(forgotten(page + 1, 3 * page - 1), "11111111");
  EXPECT_EQ(forgotten(7 * page, 8 * page), "11111110");
  // What reaches beyond the file is somebody else's.
  EXPECT_EQ(forgotten(page, pages * page + 1), "11111111");
}

TEST_F(MappedFileTest, OthersAreErrors) {
  EXPECT_EQ(MappedFile::open(path("none")).error().message,
            "cannot read " + path("none") + ": no such file or directory");
  EXPECT_EQ(MappedFile::open(path("")).error().message, "cannot read " + path("") + ": it is a folder");
  ASSERT_EQ(mkfifo(path("pipe").c_str(), 0600), 0);
  EXPECT_EQ(MappedFile::open(path("pipe")).error().message,
            "cannot read " + path("pipe") + ": it is not a regular file");
}

/// Nobody writes to it: whoever opened it would wait.
TEST_F(MappedFileTest, NoReaderWaitsForAPipe) {
  std::string pipe = path("pipe.npy"), said = "cannot read " + pipe + ": it is not a regular file";
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_EQ(openNpy(pipe).error().message, said);
  EXPECT_EQ(NpzReader::open(pipe).error().message, said);
  EXPECT_EQ(Dataset::open(pipe, {{"x", {ElementType::f32, {1}}}}, 1).error().message, said);
  EXPECT_EQ(pathToOpen("/dev/null").error().message, "cannot read /dev/null: it is not a regular file");
  EXPECT_EQ(*pathToOpen(path("")), path(""));
  EXPECT_EQ(*pathToOpen(path("none")), path("none"));
}

} // namespace
