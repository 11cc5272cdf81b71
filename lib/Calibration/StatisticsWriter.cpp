//===- StatisticsWriter.cpp - Statistics as bytes -------------------------===//
#include "tare/Calibration/Statistics.h"
#include "tare/Schema/statistics_generated.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/LEB128.h"
#include "llvm/Support/xxhash.h"

#include <bit>

using namespace tare;
using namespace tare::calibration;
namespace file = tare::statistics;
using flatbuffers::Offset;

static_assert(std::endian::native == std::endian::little, "statistics are little endian");

namespace {

/// What FlatBuffers can address, with room for what stands around the values.
constexpr size_t mostBytes = (size_t(1) << 31) - (size_t(1) << 20);

class Writer {
public:
  Result<std::string> write(const Statistics &statistics) {
    std::vector<Offset<file::Value>> values;
    for (size_t i = 0; i != statistics.seen.names.size(); ++i) {
      values.push_back(valueOf(statistics, i));
      // A value takes less than 2^17 bytes beside its name.
      if (builder.GetSize() > mostBytes - statistics.seen.names[i].size())
        return Error{llvm::formatv("statistics of {0} values take more than 2^31 bytes, which is what one file has; "
                                   "calibrate parts of the network (--inputs, --outputs of tare convert --emit "
                                   "mlir:import)",
                                   statistics.seen.names.size())};
    }
    std::vector<uint64_t> hashes(statistics.hashes.hashes().begin(), statistics.hashes.hashes().end());
    std::vector<file::Part> parts;
    for (const StatisticsPart &part : statistics.parts)
      parts.emplace_back(part.hash, part.first, part.samples);
    std::vector<float> maxima = statistics.seen.leastMaxima;
    for (float &least : maxima)
      least += 0.0f; // No -0.
    auto origin = originOf(statistics.origin);
    auto list = builder.CreateVector(values);
    auto least = builder.CreateVector(maxima);
    auto hashList = builder.CreateVector(hashes);
    auto partList = builder.CreateVectorOfStructs(parts);
    file::FinishStatisticsBuffer(builder,
                                 file::CreateStatistics(builder, Statistics::currentVersion, origin,
                                                        statistics.seen.samples, list, least, hashList, partList));
    std::string bytes(reinterpret_cast<const char *>(builder.GetBufferPointer()), builder.GetSize());
    const uint64_t checksum = llvm::xxh3_64bits(bytes);
    return bytes.append(reinterpret_cast<const char *>(&checksum), sizeof checksum);
  }

private:
  Offset<flatbuffers::Vector<uint8_t>> countsOf(const std::vector<uint64_t> &bins) {
    std::vector<uint8_t> bytes;
    for (uint64_t count : bins) {
      uint8_t digits[10];
      bytes.insert(bytes.end(), digits, digits + llvm::encodeULEB128(count, digits));
    }
    return builder.CreateVector(bytes);
  }

  Offset<file::Histogram> histogramOf(const Histogram &histogram) {
    const Histogram::Contents contents = histogram.contents();
    auto positive = countsOf(contents.positive), negative = countsOf(contents.negative);
    return file::CreateHistogram(builder, contents.detail == Histogram::Detail::bins, contents.smallest,
                                 contents.largest, contents.finite, contents.zeros, contents.nans,
                                 contents.positiveInfinities, contents.negativeInfinities, positive, negative);
  }

  Offset<file::Ends> endsOf(const SampleEnds &ends) {
    const SampleEnds::Contents contents = ends.contents();
    auto highs = builder.CreateVector(contents.highs), lows = builder.CreateVector(contents.lows);
    auto ofHighs = builder.CreateVector(contents.sumOfHighs.data(), contents.sumOfHighs.size());
    auto ofLows = builder.CreateVector(contents.sumOfLows.data(), contents.sumOfLows.size());
    return file::CreateEnds(builder, highs, lows, ofHighs, ofLows, contents.samples);
  }

  Offset<file::Value> valueOf(const Statistics &statistics, size_t index) {
    auto name = builder.CreateString(statistics.seen.names[index]);
    auto histogram = histogramOf(statistics.seen.histograms[index]);
    auto ends = endsOf(statistics.seen.ends[index]);
    return file::CreateValue(builder, name, histogram, ends, statistics.seen.nonFiniteSamples[index]);
  }

  Offset<file::Origin> originOf(const StatisticsOrigin &origin) {
    auto producer = builder.CreateString(origin.producer), model = builder.CreateString(origin.model),
         target = builder.CreateString(origin.target);
    auto states = builder.CreateVectorOfStrings(origin.states);
    auto method = builder.CreateString(origin.method ? std::string(nameOf(*origin.method)) : "");
    const GridKind grid = origin.grid.value_or(GridKind{0, false});
    return file::CreateOrigin(builder, producer, model, target, origin.graph, states, origin.powersOfTwo, method,
                              origin.percentile, grid.levels, grid.symmetric);
  }

  flatbuffers::FlatBufferBuilder builder;
};

} // namespace

Result<std::string> tare::calibration::toBytes(const Statistics &statistics) { return Writer().write(statistics); }
