//===- StatisticsReader.cpp - Statistics from bytes that may be any -------===//
#include "tare/Calibration/Statistics.h"
#include "tare/Diagnostics/OneLine.h"
#include "tare/Schema/statistics_generated.h"
#include "tare/Tensor/MappedFile.h"
#include "tare/Tensor/StandardStreams.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/LEB128.h"
#include "llvm/Support/xxhash.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <functional>

using namespace tare;
using namespace tare::calibration;
namespace file = tare::statistics;

namespace {

constexpr size_t checksumBytes = 8;

/// Reads what the verifier has found to lie within the file. Members say whether the contents can be.
class Reader {
public:
  explicit Reader(const file::Statistics &root) : root(root) {}

  std::optional<Statistics> read() {
    if (!readOrigin() || !readValues() || !readMaxima() || !readHashes() || !readParts())
      return std::nullopt;
    return std::move(result);
  }

private:
  static std::string textOf(const flatbuffers::String *text) { return text ? text->str() : ""; }

  template <typename T> static std::vector<T> listOf(const flatbuffers::Vector<T> *list) {
    return list ? std::vector<T>(list->begin(), list->end()) : std::vector<T>();
  }

  bool readOrigin() {
    const file::Origin *from = root.origin();
    if (!from)
      return false;
    StatisticsOrigin &origin = result.origin;
    origin.producer = textOf(from->producer());
    origin.model = textOf(from->model());
    origin.target = textOf(from->target());
    origin.graph = from->graph();
    if (from->states())
      for (const flatbuffers::String *state : *from->states())
        origin.states.push_back(textOf(state));
    origin.powersOfTwo = from->powers_of_two();
    const std::string method = textOf(from->method());
    origin.method = methodOf(method);
    origin.percentile = from->percentile();
    constexpr int64_t mostLevels = int64_t(1) << 16;
    if (from->levels())
      origin.grid = GridKind{from->levels(), from->symmetric()};
    return (method.empty() || origin.method) && origin.percentile >= 50 && origin.percentile <= 100 &&
           from->levels() >= 0 && from->levels() != 1 && from->levels() <= mostLevels;
  }

  /// Numbers of LEB128, one behind the other.
  static std::optional<std::vector<uint64_t>> countsOf(const flatbuffers::Vector<uint8_t> *bytes) {
    std::vector<uint64_t> counts;
    const uint8_t *at = bytes ? bytes->data() : nullptr, *end = bytes ? at + bytes->size() : nullptr;
    while (at != end) {
      unsigned length = 0;
      const char *problem = nullptr;
      counts.push_back(llvm::decodeULEB128(at, &length, end, &problem));
      if (problem || length == 0 || counts.size() > size_t(Histogram::binsPerSide))
        return std::nullopt;
      at += length;
    }
    return counts;
  }

  static std::optional<Histogram> histogramOf(const file::Histogram *from) {
    if (!from)
      return std::nullopt;
    auto positive = countsOf(from->positive()), negative = countsOf(from->negative());
    if (!positive || !negative)
      return std::nullopt;
    return Histogram::of({from->has_bins() ? Histogram::Detail::bins : Histogram::Detail::extremes, from->smallest(),
                          from->largest(), from->finite(), from->zeros(), from->nans(), from->positive_infinities(),
                          from->negative_infinities(), std::move(*positive), std::move(*negative)});
  }

  static std::optional<SampleEnds> endsOf(const file::Ends *from) {
    if (!from)
      return std::nullopt;
    SampleEnds::Contents contents{listOf(from->highs()), listOf(from->lows()), {}, {}, from->samples()};
    const std::vector<int64_t> highs = listOf(from->sum_of_highs()), lows = listOf(from->sum_of_lows());
    if (highs.size() != contents.sumOfHighs.size() || lows.size() != contents.sumOfLows.size())
      return std::nullopt;
    std::ranges::copy(highs, contents.sumOfHighs.begin());
    std::ranges::copy(lows, contents.sumOfLows.begin());
    return SampleEnds::of(contents);
  }

  /// What the samples' ends and the histogram say of one another.
  bool agree(const Histogram &histogram, const SampleEnds &ends) const {
    const int64_t samples = ends.contents().samples;
    if (samples > root.samples() || (samples == 0) != (histogram.finite() == 0))
      return false;
    return samples == 0 ||
           (ends.greatest().front() == histogram.max() && ends.leastNegated().front() == -histogram.min());
  }

  bool readValues() {
    result.seen.samples = root.samples();
    if (root.samples() < 1 || root.samples() > SampleEnds::mostSamples)
      return false;
    result.seen.search.powersOfTwo = result.origin.powersOfTwo;
    if (!root.values())
      return true;
    for (const file::Value *value : *root.values()) {
      auto histogram = histogramOf(value->histogram());
      auto ends = endsOf(value->ends());
      const int64_t sample = value->non_finite_sample();
      if (!histogram || !ends || !agree(*histogram, *ends) || sample < -1 || (sample >= 0 && !histogram->nonFinite()))
        return false;
      result.seen.names.push_back(textOf(value->name()));
      result.seen.histograms.push_back(std::move(*histogram));
      result.seen.ends.push_back(std::move(*ends));
      result.seen.nonFiniteSamples.push_back(sample);
    }
    return true;
  }

  bool readMaxima() {
    result.seen.leastMaxima = listOf(root.least_maxima());
    return std::ranges::none_of(result.seen.leastMaxima, [](float least) { return std::isnan(least); });
  }

  bool readHashes() {
    const std::vector<uint64_t> hashes = listOf(root.hashes());
    result.hashes = SampleHashes::of({hashes.begin(), hashes.end()}, root.samples());
    return hashes.size() <= std::min<size_t>(SampleHashes::most, root.samples()) &&
           std::ranges::adjacent_find(hashes, std::greater_equal()) == hashes.end();
  }

  bool readParts() {
    int64_t samples = 0;
    if (root.parts())
      for (const file::Part *part : *root.parts()) {
        result.parts.push_back({part->hash(), part->first(), part->samples()});
        // Numbers of samples, and their sum, are far from the end of 64 bits.
        if (part->samples() < 1 || part->samples() > root.samples() - samples || part->first() < -1 ||
            part->first() > INT64_MAX / 2)
          return false;
        samples += part->samples();
      }
    return samples == root.samples() && std::ranges::is_sorted(result.parts);
  }

  const file::Statistics &root;
  Statistics result;
};

bool hasIdentifier(std::span<const std::byte> bytes) {
  constexpr size_t offset = sizeof(flatbuffers::uoffset_t), length = flatbuffers::kFileIdentifierLength;
  return bytes.size() >= offset + length &&
         std::memcmp(bytes.data() + offset, file::StatisticsIdentifier(), length) == 0;
}

} // namespace

Result<Statistics> tare::calibration::parseStatistics(std::span<const std::byte> bytes, const std::string &name) {
  if (!hasIdentifier(bytes))
    return Error{name + ": is no statistics of a shard, as tare calibrate --partial writes: the identifier 'TSTA' is "
                        "missing at byte 4"};
  const auto damaged = [&](const char *why) {
    return Error{llvm::formatv("{0}: is damaged: {1}; make the shard again, by tare calibrate --partial", name, why)};
  };
  if (bytes.size() <= checksumBytes)
    return damaged("the file was truncated");
  uint64_t checksum = 0;
  std::memcpy(&checksum, bytes.data() + bytes.size() - checksumBytes, checksumBytes);
  bytes = bytes.first(bytes.size() - checksumBytes);
  const auto *data = reinterpret_cast<const uint8_t *>(bytes.data());
  if (llvm::xxh3_64bits(llvm::ArrayRef(data, bytes.size())) != checksum)
    return damaged("the checksum at its end is another, as the file was truncated or altered");
  // Its contents may still be what somebody hostile has written. A table takes 4 bytes at least.
  flatbuffers::Verifier verifier(data, bytes.size(), /*max_depth=*/8,
                                 static_cast<flatbuffers::uoffset_t>(bytes.size() / 4));
  if (bytes.size() >= FLATBUFFERS_MAX_BUFFER_SIZE || !file::VerifyStatisticsBuffer(verifier))
    return damaged("its tables do not lie within it");
  const file::Statistics &root = *file::GetStatistics(data);
  if (root.version() != Statistics::currentVersion)
    return Error{llvm::formatv("{0}: has version {1}, this build reads version {2}; make the shard again", name,
                               root.version(), Statistics::currentVersion)};
  std::optional<Statistics> statistics = Reader(root).read();
  if (!statistics)
    return damaged("it holds numbers that no data have");
  return std::move(*statistics);
}

Result<Statistics> tare::calibration::readStatistics(const std::string &path) {
  Result<std::string> opened = pathToOpen(path);
  if (!opened)
    return opened.error();
  auto mapped = MappedFile::open(*opened);
  if (!mapped)
    return mapped.error();
  return parseStatistics((*mapped)->bytes(), path);
}
