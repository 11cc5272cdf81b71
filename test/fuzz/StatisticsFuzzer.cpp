//===- StatisticsFuzzer.cpp - Reads any bytes as statistics ---------------===//
#include "tare/Calibration/Statistics.h"

#include "llvm/Support/xxhash.h"

#include <cstring>

using namespace tare::calibration;

/// What is read is written, and read again as the same; it can be merged with itself. The checksum is made right, or
/// nothing behind it would ever be reached.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  std::string text(reinterpret_cast<const char *>(data), size);
  if (size > 8) {
    const uint64_t checksum = llvm::xxh3_64bits(llvm::StringRef(text).drop_back(8));
    std::memcpy(text.data() + size - 8, &checksum, 8);
  }
  auto parse = [](const std::string &bytes) {
    return parseStatistics(std::as_bytes(std::span(bytes)), "fuzzed.stats");
  };
  auto statistics = parse(text);
  if (!statistics)
    return 0;
  auto written = toBytes(*statistics);
  if (!written)
    return 0;
  auto again = parse(*written);
  if (!again || *toBytes(*again) != *written)
    abort();
  StatisticsMerger merger;
  if (merger.add(*statistics, "first") && !statistics->parts.empty()) {
    for (StatisticsPart &part : again->parts)
      part.hash = ~part.hash, part.first = -1;
    if (merger.add(std::move(*again), "second"))
      (void)toBytes(merger.all());
  }
  return 0;
}
