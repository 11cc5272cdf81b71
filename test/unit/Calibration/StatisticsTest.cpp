// Statistics of shards: what is written is read, whatever order they are merged in, and nothing else is.
#include "tare/Calibration/Statistics.h"
#include "Samples.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <random>

#include "llvm/Support/xxhash.h"

using namespace tare;
using namespace tare::calibration;
using namespace tare::test;

namespace {

constexpr size_t shardCount = 6, valueCount = 4;

std::span<const std::byte> bytesOf(const std::string &text) {
  return {reinterpret_cast<const std::byte *>(text.data()), text.size()};
}

std::string written(const Statistics &statistics) {
  Result<std::string> bytes = toBytes(statistics);
  EXPECT_TRUE(bool(bytes));
  return *bytes;
}

std::string problemOf(const std::string &bytes) {
  Result<Statistics> read = parseStatistics(bytesOf(bytes), "x.stats");
  return read ? "" : read.error().message;
}

/// The checksum is right again.
std::string sealed(std::string bytes) {
  const uint64_t checksum = llvm::xxh3_64bits(llvm::StringRef(bytes).drop_back(8));
  std::memcpy(bytes.data() + bytes.size() - 8, &checksum, 8);
  return bytes;
}

Values valuesOf(size_t value, size_t sample) {
  std::mt19937 engine(uint32_t(7 * sample + value));
  Values values = value == 1   ? relu(normal(300, 1))
                  : sample % 3 ? normal(300, 0.01 * double(sample + 1))
                               : longTail(300);
  std::shuffle(values.begin(), values.end(), engine);
  if (value == 2 && sample % 4 == 3)
    values[5] = std::numeric_limits<float>::quiet_NaN();
  if (value == 3)
    std::ranges::fill(values, sample % 2 ? 0.0f : -0.0f);
  return values;
}

/// What calibration would have of some samples.
Statistics ofSamples(const std::vector<size_t> &samples, int64_t first) {
  Statistics statistics;
  statistics.origin.producer = "1";
  statistics.origin.states = {"a=b"};
  Observations &seen = statistics.seen;
  seen.samples = int64_t(samples.size());
  for (size_t value = 0; value != valueCount; ++value) {
    statistics.seen.names.push_back("v" + std::to_string(value));
    Histogram histogram(value == 1 ? Histogram::Detail::extremes : Histogram::Detail::bins);
    SampleEnds ends;
    int64_t nonFinite = -1;
    for (size_t sample : samples) {
      const uint64_t before = histogram.nonFinite();
      const Histogram::Ends found = histogram.add(valuesOf(value, sample));
      ends.add(found.least, found.greatest);
      if (histogram.nonFinite() > before && nonFinite < 0)
        nonFinite = int64_t(sample);
    }
    seen.histograms.push_back(histogram);
    seen.ends.push_back(ends);
    seen.nonFiniteSamples.push_back(nonFinite);
  }
  seen.leastMaxima = {float(samples.front()) - 2, std::numeric_limits<float>::infinity()};
  for (size_t sample : samples)
    statistics.hashes.add(sample * 977 + 1);
  statistics.parts = {{samples.front() * 31 + 7, first, int64_t(samples.size())}};
  return statistics;
}

/// Five samples each.
Statistics shard(size_t number) {
  std::vector<size_t> samples;
  for (size_t i = 0; i != 5; ++i)
    samples.push_back(5 * number + i);
  return ofSamples(samples, int64_t(5 * number));
}

Statistics merged(const std::vector<Statistics> &shards) {
  StatisticsMerger merger;
  for (const Statistics &each : shards) {
    Status added = merger.add(each, "x");
    EXPECT_TRUE(bool(added)) << (added ? "" : added.error().message);
  }
  return merger.all();
}

TEST(Statistics, AreReadAsTheyWereWritten) {
  for (size_t number = 0; number != shardCount; ++number) {
    const std::string bytes = written(shard(number));
    Result<Statistics> read = parseStatistics(bytesOf(bytes), "x.stats");
    ASSERT_TRUE(bool(read)) << read.error().message;
    EXPECT_EQ(written(*read), bytes);
    EXPECT_EQ(read->seen.histograms, shard(number).seen.histograms);
    EXPECT_EQ(read->parts, shard(number).parts);
  }
}

TEST(Statistics, KnowNoOrder) {
  std::vector<Statistics> shards;
  std::vector<size_t> all;
  for (size_t number = 0; number != shardCount; ++number)
    shards.push_back(shard(number));
  for (size_t sample = 0; sample != 5 * shardCount; ++sample)
    all.push_back(sample);
  Statistics once = ofSamples(all, 0);
  const std::string expected = written(merged(shards));
  std::mt19937 engine(3);
  for (int round = 0; round != 20; ++round) {
    std::shuffle(shards.begin(), shards.end(), engine);
    // Some of them beforehand, by way of a file.
    const size_t early = 1 + engine() % (shardCount - 1);
    std::string first = written(merged({shards.begin(), shards.begin() + early}));
    std::vector<Statistics> rest(shards.begin() + early, shards.end());
    rest.insert(rest.begin() + engine() % (rest.size() + 1), *parseStatistics(bytesOf(first), "x"));
    EXPECT_EQ(written(merged(rest)), expected);
  }
  // But for its parts.
  once.parts = merged(shards).parts;
  EXPECT_EQ(written(once), expected);
}

TEST(Statistics, DoNotGuessWhichSampleIsTheFirst) {
  Statistics a = shard(0), b = shard(1);
  EXPECT_EQ(merged({b, a}).seen.nonFiniteSamples[2], 3);
  b.parts[0].first = -1;
  EXPECT_EQ(merged({b}).seen.nonFiniteSamples[2], 7);
  EXPECT_EQ(merged({a, b}).seen.nonFiniteSamples[2], -1);
  EXPECT_EQ(merged({b, a}).seen.nonFiniteSamples[2], -1);
  StatisticsMerger merger;
  EXPECT_TRUE(bool(merger.add(a, "a")) && bool(merger.add(b, "b")));
  ASSERT_EQ(merger.warnings().size(), 1u);
  EXPECT_NE(merger.warnings()[0].find("'v2'"), std::string::npos);
}

TEST(Statistics, CountEachShardOnce) {
  StatisticsMerger merger;
  ASSERT_TRUE(bool(merger.add(merged({shard(0), shard(1)}), "a.stats")));
  Status again = merger.add(shard(1), "b.stats");
  ASSERT_FALSE(bool(again));
  EXPECT_NE(again.error().message.find("b.stats: has a shard that 'a.stats' has"), std::string::npos);
  // The same data in another place are other samples; but not within others.
  Statistics elsewhere = shard(1);
  elsewhere.parts[0].first = 100;
  EXPECT_TRUE(bool(merger.add(elsewhere, "c.stats")));
  EXPECT_EQ(merger.warnings().size(), 1u);
  elsewhere.parts[0] = {1, 102, 5};
  Status within = merger.add(elsewhere, "d.stats");
  ASSERT_FALSE(bool(within));
  EXPECT_NE(within.error().message.find("d.stats: has the samples 102 to 106, of which 'c.stats' has 100 to 104"),
            std::string::npos);
}

TEST(Statistics, NoBitMayBeAnother) {
  const std::string bytes = written(shard(0));
  for (size_t at = 0; at != bytes.size(); ++at) {
    std::string damaged = bytes;
    damaged[at] = char(damaged[at] ^ 1 << at % 8);
    EXPECT_NE(problemOf(damaged), "") << at;
  }
  for (size_t size = 0; size < bytes.size(); size += 7)
    EXPECT_NE(problemOf(bytes.substr(0, size)), "") << size;
}

/// Whoever can write a checksum may write anything: it is refused, or means something.
TEST(Statistics, WhoeverWroteThemReadsThemAgain) {
  const std::string bytes = written(shard(0));
  size_t refused = 0;
  for (size_t at = 0; at + 8 < bytes.size(); at += 3)
    for (int bit : {0, 7}) {
      std::string other = bytes;
      other[at] = char(other[at] ^ 1 << bit);
      Result<Statistics> read = parseStatistics(bytesOf(sealed(other)), "x.stats");
      refused += !read;
      if (!read)
        continue;
      Result<Statistics> again = parseStatistics(bytesOf(written(*read)), "x.stats");
      ASSERT_TRUE(bool(again)) << at << ": " << again.error().message;
      EXPECT_EQ(written(*again), written(*read)) << at;
    }
  EXPECT_GT(refused, bytes.size() / 6);
}

} // namespace
