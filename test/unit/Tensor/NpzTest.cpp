#include "tare/Tensor/Npz.h"
#include "Support.h"

#include <sys/stat.h>
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

/// What zip's members may be called: UTF-8 without control characters. A .npy file has no names.
TEST_F(NpzTest, NamesOfArrays) {
  using namespace std::string_literals;
  for (const std::string &name : {"a b"s, "a\tb\n\r"s, "\x7f"s, "\u00e9"s, "\xc2\x80"s, "\xdf\xbf"s, "\xe0\xa0\x80"s,
                                  "\xef\xbf\xbd"s, "\xf0\x9f\x98\x80"s, "\xf4\x8f\xbf\xbf"s, "/conv:0"s}) {
    Result<ArrayWriter> writer = ArrayWriter::create(path("a.npz"));
    ASSERT_TRUE(writer && writer->add(name, iota({2}).view()) && writer->commit()) << name;
    Result<NpzReader> reader = NpzReader::open(path("a.npz"));
    ASSERT_TRUE(reader);
    EXPECT_EQ(reader->names(), std::vector<std::string>{name});
  }
  for (const std::string &name :
       {"a\x1f"s, "\x01"s, "a\vb"s, "\0"s, "\x80"s, "\xbf"s, "\xc1\x80"s, "\xc2"s, "\xc2 "s, "\xdf\xc0"s, "\xe0\xa0"s,
        "\xe0\xa0 "s, "\xef\xbf"s, "\xf0\x9f\x98"s, "\xf0\x9f\x98 "s, "\xf5\x80\x80\x80"s}) {
    Result<ArrayWriter> writer = ArrayWriter::create(path("b.npz"));
    ASSERT_TRUE(writer);
    Status added = writer->add(name, iota({2}).view());
    ASSERT_FALSE(added) << name;
    EXPECT_NE(added.error().message.find("has characters that names in an .npz file have not"), std::string::npos);
    Result<ArrayWriter> one = ArrayWriter::create(path("b.npy"));
    EXPECT_TRUE(one && one->add(name, iota({2}).view()) && one->commit());
  }
  EXPECT_FALSE(std::filesystem::exists(path("b.npz")));
}

TEST_F(NpzTest, StackedShapes) {
  struct Case {
    Shape sample;
    Stacking stacking;
    Shape whole;
  };
  for (const Case &c : std::vector<Case>{{{1, 4}, Stacking::firstAxis, {3, 4}},
                                         {{2, 4}, Stacking::firstAxis, {6, 4}},
                                         {{2, 4}, Stacking::newAxis, {3, 2, 4}},
                                         {{}, Stacking::firstAxis, {3}},
                                         {{}, Stacking::newAxis, {3}}}) {
    Result<ArrayWriter> writer = ArrayWriter::create(path("a.npy"));
    ASSERT_TRUE(writer && writer->addSamples("x", {ElementType::f32, c.sample}, c.stacking));
    for (int64_t i : {2, 0, 1}) {
      Tensor sample(ElementType::f32, c.sample);
      std::fill_n(sample.mutableAs<float>(), sample.count(), float(i));
      ASSERT_TRUE(writer->write(0, i, sample.view()));
    }
    ASSERT_TRUE(writer->commit());
    Result<Tensor> read = readNpy(path("a.npy"));
    ASSERT_TRUE(read);
    EXPECT_EQ(read->shape(), c.whole);
    for (int64_t i = 0; i < read->count(); ++i)
      EXPECT_EQ(read->as<float>()[i], float(i / elementCount(c.sample)));
  }
}

TEST_F(NpzTest, WhatCannotBeWritten) {
  auto message = [](auto result) { return result ? std::string() : result.error().message; };
  EXPECT_EQ(message(ArrayWriter::create(path("a.txt"))),
            "cannot write " + path("a.txt") + ": expected a name that ends in .npz, or in .npy for one array");
  EXPECT_EQ(message(ArrayWriter::create(folder)), "cannot write " + folder.string() + ": it is a folder");
  Result<ArrayWriter> empty = ArrayWriter::create(path("a.npz"));
  ASSERT_TRUE(empty);
  EXPECT_EQ(message(empty->commit()), "cannot write " + path("a.npz") + ": no array");
  Result<ArrayWriter> writer = ArrayWriter::create(path("a.npz"));
  ASSERT_TRUE(writer && writer->addSamples("x", {ElementType::f32, {1, 2}}, Stacking::firstAxis));
  EXPECT_EQ(message(writer->write(0, 0, iota({2, 1}).view())), "array 'x' has samples float32 1x2, not float32 2x1");
  ASSERT_TRUE(writer->write(0, 2, iota({1, 2}).view()) && writer->write(0, 0, iota({1, 2}).view()));
  EXPECT_EQ(message(writer->commit()), "cannot write " + path("a.npz") + ": samples of 'x' are missing");
}

/// Links end where they point to, and a device takes the archive as it is.
TEST_F(NpzTest, PipesTakeArchives) {
  std::string copy = path("copy.npz");
  ASSERT_EQ(mkfifo(path("pipe").c_str(), 0600), 0);
  std::thread reader([&] { writeText(copy, readText(path("pipe"))); });
  {
    Result<ArrayWriter> writer = ArrayWriter::create(path("pipe"));
    ASSERT_TRUE(writer && writer->add("x", iota({70000}).view()) && writer->commit());
  }
  reader.join();
  Result<NpzReader> read = NpzReader::open(copy);
  ASSERT_TRUE(read);
  EXPECT_EQ(valuesOf<float>(*read->read("x")), valuesOf<float>(iota({70000})));
}

TEST_F(NpzTest, LargeArraysAreWhole) {
  Tensor large = iota({3, 400001});
  for (std::string name : {"a.npz", "a.npy"}) {
    Result<ArrayWriter> writer = ArrayWriter::create(path(name));
    ASSERT_TRUE(writer && writer->add("x", large.view()) && writer->commit());
  }
  EXPECT_EQ(valuesOf<float>(*readNpy(path("a.npy"))), valuesOf<float>(large));
  EXPECT_EQ(valuesOf<float>(*NpzReader::open(path("a.npz"))->read("x")), valuesOf<float>(large));
}
