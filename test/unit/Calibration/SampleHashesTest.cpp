//===- SampleHashesTest.cpp - Which samples ranges were found on ----------===//
#include "tare/Calibration/SampleHashes.h"

#include "tare/Tensor/AtomicFile.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <numeric>
#include <vector>

using namespace tare;
using namespace tare::calibration;

namespace {

constexpr uint64_t most = SampleHashes::most;

TEST(SampleHashes, AllOfFewSamples) {
  SampleHashes samples;
  EXPECT_TRUE(samples.isEmpty());
  for (uint64_t hash = most; hash-- > 0;)
    samples.add(10 * hash);
  samples.add(0);
  EXPECT_TRUE(samples.isWhole());
  EXPECT_EQ(samples.hashes().size(), most);
  EXPECT_EQ(samples.contains(10 * (most - 1)), true);
  EXPECT_EQ(samples.contains(5), false);
  EXPECT_EQ(samples.contains(UINT64_MAX), false);
}

TEST(SampleHashes, OfMoreTheLeastInWhateverOrder) {
  SampleHashes up, down;
  for (uint64_t hash = 0; hash <= most; ++hash) {
    up.add(10 * hash);
    down.add(10 * (most - hash));
  }
  EXPECT_EQ(up.hashes(), down.hashes());
  EXPECT_FALSE(up.isWhole());
  EXPECT_EQ(up.hashes().size(), most);
  // What is larger than the last would not have been kept.
  EXPECT_EQ(up.contains(10 * (most - 1)), true);
  EXPECT_EQ(up.contains(10 * (most - 1) - 1), false);
  EXPECT_EQ(up.contains(10 * most), std::nullopt);
}

Ranges someRanges(int64_t samples) {
  Ranges ranges;
  ranges.method = "min_max", ranges.activations = "int8", ranges.samples = samples;
  ValueRange value;
  value.label = calibratedLabel, value.min = -1, value.max = 2, value.seenMin = -1, value.seenMax = 2;
  ranges.values["x"] = value;
  return ranges;
}

class RangesOnDisk : public testing::Test {
protected:
  void TearDown() override { std::filesystem::remove(path); }
  Result<SampleHashes> reread(const std::string &text) {
    EXPECT_TRUE(writeFile(path, text));
    return readSampleHashes(path);
  }
  std::string path = testing::TempDir() + "/sample-hashes.json";
};

TEST_F(RangesOnDisk, ComeBack) {
  SampleHashes samples;
  samples.add(UINT64_MAX);
  samples.add(0x00ab);
  std::string text = toJson(someRanges(3), samples);
  EXPECT_NE(text.find("\"00000000000000ab\",\n    \"ffffffffffffffff\""), std::string::npos) << text;
  Result<SampleHashes> back = reread(text);
  ASSERT_TRUE(back);
  EXPECT_EQ(back->hashes(), samples.hashes());
  EXPECT_TRUE(back->isWhole());
}

TEST_F(RangesOnDisk, APartOfMany) {
  SampleHashes samples;
  for (uint64_t hash = 0; hash != 2 * most; ++hash)
    samples.add(hash);
  EXPECT_FALSE(reread(toJson(someRanges(2 * most), samples))->isWhole());
}

TEST_F(RangesOnDisk, WithoutAnyTheFileIsAsItWas) {
  EXPECT_EQ(toJson(someRanges(3)), toJson(someRanges(3), {}));
  EXPECT_EQ(toJson(someRanges(3)).find("sample_hashes"), std::string::npos);
  EXPECT_TRUE(reread(toJson(someRanges(3)))->isEmpty());
}

TEST_F(RangesOnDisk, RefusesWhatIsNoHash) {
  for (std::string list : {"3", "[3]", "[\"12\"]", "[\"00000000000000ag\"]", "[\"00000000000000abc\"]"}) {
    Result<SampleHashes> read = reread("{\"version\": 1, \"values\": {}, \"sample_hashes\": " + list + "}");
    ASSERT_FALSE(read) << list;
    EXPECT_NE(read.error().message.find("expected a list of up to 1024 numbers of 16 hexadecimal digits"),
              std::string::npos);
  }
}

} // namespace
