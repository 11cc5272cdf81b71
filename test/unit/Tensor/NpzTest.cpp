#include "tare/Tensor/Npz.h"
#include "Support.h"

#include <thread>

using namespace tare;
using namespace tare::test;

namespace {
class NpzTest : public FolderTest {
protected:
  void writeTwo(const std::string &name) {
    Result<ArrayWriter> writer = ArrayWriter::create(path(name));
    ASSERT_TRUE(writer);
    ASSERT_TRUE(writer->add("x", iota({2, 3}).view()));
    ASSERT_TRUE(writer->add("labels", makeTensor<int64_t>({2}, {7, -1}).view()));
    ASSERT_TRUE(writer->commit());
  }
};
} // namespace

TEST_F(NpzTest, RoundTrip) {
  writeTwo("a.npz");
  Result<NpzReader> reader = NpzReader::open(path("a.npz"));
  ASSERT_TRUE(reader);
  EXPECT_EQ(reader->names(), (std::vector<std::string>{"x", "labels"}));
  EXPECT_EQ(valuesOf<float>(*reader->read("x")), (std::vector<float>{0, 1, 2, 3, 4, 5}));
  EXPECT_EQ(valuesOf<int64_t>(*reader->read("labels")), (std::vector<int64_t>{7, -1}));
  EXPECT_FALSE(reader->read("y"));
  EXPECT_EQ(fileCount(), 1u);
}

TEST_F(NpzTest, EqualContentsGiveEqualBytes) {
  writeTwo("a.npz");
  setenv("TZ", "Asia/Tokyo", 1);
  tzset();
  writeTwo("b.npz");
  unsetenv("TZ");
  EXPECT_EQ(readText(path("a.npz")), readText(path("b.npz")));
}

TEST_F(NpzTest, SamplesInAnyOrderAndFromManyThreads) {
  constexpr int64_t samples = 200;
  {
    Result<ArrayWriter> writer = ArrayWriter::create(path("a.npz"));
    ASSERT_TRUE(writer);
    TensorType type{ElementType::f32, {1, 2}};
    ASSERT_EQ(*writer->addSamples("first", type, Stacking::firstAxis), 0u);
    ASSERT_EQ(*writer->addSamples("new", type, Stacking::newAxis), 1u);
    std::vector<std::thread> threads;
    for (int64_t start = 0; start < 4; ++start)
      threads.emplace_back([&, start] {
        for (int64_t i = samples - 4 + start; i >= 0; i -= 4)
          for (size_t array = 0; array < 2; ++array)
            EXPECT_TRUE(writer->write(array, i, makeTensor<float>({1, 2}, {float(i), float(array)}).view()));
      });
    for (std::thread &thread : threads)
      thread.join();
    ASSERT_TRUE(writer->commit());
  }
  Result<NpzReader> reader = NpzReader::open(path("a.npz"));
  ASSERT_TRUE(reader);
  Result<Tensor> first = reader->read("first"), added = reader->read("new");
  ASSERT_TRUE(first);
  ASSERT_TRUE(added);
  EXPECT_EQ(first->shape(), (Shape{samples, 2}));
  EXPECT_EQ(added->shape(), (Shape{samples, 1, 2}));
  for (int64_t i = 0; i < samples; ++i) {
    EXPECT_EQ(first->as<float>()[2 * i], float(i));
    EXPECT_EQ(added->as<float>()[2 * i + 1], 1.0f);
  }
}

TEST_F(NpzTest, MissingSamplesLeaveNoFile) {
  {
    Result<ArrayWriter> writer = ArrayWriter::create(path("a.npz"));
    ASSERT_TRUE(writer);
    ASSERT_TRUE(writer->addSamples("x", {ElementType::f32, {1}}, Stacking::firstAxis));
    ASSERT_TRUE(writer->write(0, 1, iota({1}).view()));
    EXPECT_FALSE(writer->commit());
  }
  EXPECT_EQ(fileCount(), 0u);
}

TEST_F(NpzTest, RefusesTwoArraysOfAName) {
  Result<ArrayWriter> writer = ArrayWriter::create(path("a.npz"));
  ASSERT_TRUE(writer);
  ASSERT_TRUE(writer->add("x", iota({1}).view()));
  EXPECT_FALSE(writer->add("x", iota({1}).view()));
}

TEST_F(NpzTest, NpyHoldsOneArray) {
  Result<ArrayWriter> writer = ArrayWriter::create(path("a.npy"));
  ASSERT_TRUE(writer);
  ASSERT_TRUE(writer->add("x", iota({4}).view()));
  EXPECT_FALSE(writer->add("y", iota({4}).view()));
  ASSERT_TRUE(writer->commit());
  EXPECT_EQ(readNpy(path("a.npy"))->shape(), Shape{4});
}

TEST_F(NpzTest, Devices) {
  for (bool full : {false, true}) {
    Result<ArrayWriter> writer = ArrayWriter::create(full ? "/dev/full" : "/dev/null");
    ASSERT_TRUE(writer);
    ASSERT_TRUE(writer->add("x", iota({4}).view()));
    EXPECT_EQ(bool(writer->commit()), !full);
  }
  EXPECT_TRUE(std::filesystem::is_character_file("/dev/null"));
}

TEST_F(NpzTest, MissingFolder) {
  Result<ArrayWriter> writer = ArrayWriter::create(path("no/such/a.npz"));
  ASSERT_FALSE(writer);
  EXPECT_NE(writer.error().message.find("no such file"), std::string::npos) << writer.error().message;
}

// Whatever byte is flipped or wherever the file ends: a value or an error.
TEST_F(NpzTest, DamagedArchives) {
  writeTwo("a.npz");
  std::string whole = readText(path("a.npz"));
  auto readAll = [&](const std::string &contents) {
    writeText(path("b.npz"), contents);
    Result<NpzReader> reader = NpzReader::open(path("b.npz"));
    bool good = bool(reader);
    if (good)
      for (const std::string &name : reader->names())
        good &= bool(reader->read(name));
    return good;
  };
  EXPECT_TRUE(readAll(whole));
  for (size_t size = 0; size < whole.size(); ++size)
    EXPECT_FALSE(readAll(whole.substr(0, size))) << size;
  for (size_t i = 0; i < whole.size(); ++i)
    for (char bit : {1, 16, -128}) {
      std::string flipped = whole;
      flipped[i] ^= bit;
      (void)readAll(flipped);
    }
}
