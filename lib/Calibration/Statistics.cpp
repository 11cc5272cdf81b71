//===- Statistics.cpp - What shards of the data have shown ----------------===//
#include "tare/Calibration/Statistics.h"
#include "ObservedValues.h"
#include "tare/Diagnostics/OneLine.h"
#include "tare/Dialect/Qnn/Names.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/xxhash.h"

#include <algorithm>
#include <iterator>

using namespace tare;
using namespace tare::calibration;

namespace {

mlir::func::FuncOp mainOf(mlir::ModuleOp module) { return module.lookupSymbol<mlir::func::FuncOp>("main"); }

std::string hex(uint64_t number) { return llvm::formatv("{0:x-16}", number).str(); }

std::string quoted(const std::string &text) { return "'" + oneLine(text) + "'"; }

std::string textOf(const std::vector<std::string> &states) {
  std::string text;
  for (const std::string &state : states)
    text += (text.empty() ? "--state " : " --state ") + state;
  return text.empty() ? "no --state" : text;
}

std::string textOf(const GridKind &grid) {
  return llvm::formatv("{0}{1} levels", grid.symmetric ? "symmetric grids of " : "grids of ", grid.levels).str();
}

std::string methodText(const StatisticsOrigin &origin) {
  std::string text = "--method " + std::string(nameOf(*origin.method));
  if (origin.method == Method::percentile)
    text += llvm::formatv(" --percentile {0}", llvm::format("%g", origin.percentile)).str();
  return text;
}

/// Whether the numbers of both parts' samples are known and have some in common.
bool overlap(const StatisticsPart &a, const StatisticsPart &b) {
  return a.first >= 0 && b.first >= 0 && a.first < b.first + b.samples && b.first < a.first + a.samples;
}

/// Data may repeat themselves in another place.
bool isSame(const StatisticsPart &a, const StatisticsPart &b) {
  return a.hash == b.hash && (a.first < 0 || b.first < 0 || a.first == b.first);
}

/// Numbers of samples in a shard of which nobody knows where it begins say nothing of all data.
void forgetPlaces(Statistics &statistics) {
  if (llvm::any_of(statistics.parts, [](const StatisticsPart &part) { return part.first < 0; }))
    llvm::fill(statistics.seen.nonFiniteSamples, -1);
}

/// What a shard must have as whoever merges has it.
Status checkOptions(const StatisticsOrigin &found, const StatisticsOrigin &wanted, const std::string &name) {
  auto differs = [&](const std::string &found, const std::string &wanted) {
    return Error{llvm::formatv("{0}: was made with {1}, expected {2}; give the same options to each --partial and to "
                               "--merge",
                               name, found, wanted)};
  };
  if (found.producer != wanted.producer)
    return Error{llvm::formatv("{0}: was made by Tare {1}, this is Tare {2}; make all shards with one version", name,
                               oneLine(found.producer), wanted.producer)};
  if (found.states != wanted.states)
    return differs(oneLine(textOf(found.states)), textOf(wanted.states));
  if (found.method &&
      (found.method != wanted.method || (found.method == Method::percentile && found.percentile != wanted.percentile)))
    return differs(methodText(found), methodText(wanted));
  if (found.grid && found.grid != wanted.grid)
    return differs(textOf(*found.grid) + " (--target, --activations)", textOf(*wanted.grid));
  if (found.powersOfTwo != wanted.powersOfTwo)
    return differs("--target " + oneLine(found.target), "--target " + wanted.target);
  return success();
}

} // namespace

Statistics Statistics::ofShard(StatisticsOrigin origin, Observations seen, SampleHashes hashes, int64_t first) {
  Statistics statistics{{}, std::move(seen), std::move(hashes), {}};
  uint64_t hash = 0;
  // More than a file can have is told where it is written.
  if (Result<std::string> bytes = toBytes(statistics))
    hash = llvm::xxh3_64bits(*bytes);
  for (int64_t &sample : statistics.seen.nonFiniteSamples)
    if (sample >= 0 && first >= 0)
      sample += first;
  statistics.origin = std::move(origin);
  statistics.parts = {{hash, first, statistics.seen.samples}};
  return statistics;
}

Status tare::calibration::checkOrigin(const Statistics &statistics, const StatisticsOrigin &wanted,
                                      mlir::ModuleOp module, const std::string &name) {
  const StatisticsOrigin &found = statistics.origin;
  if (Status same = checkOptions(found, wanted, name); !same)
    return same;
  if (found.graph != wanted.graph)
    return Error{llvm::formatv("{0}: is of another network: {1} for the target {2} has the hash {3}, expected {4} for "
                               "the target {5}, which has {6}; give the same model, --input-shape, --input-value, "
                               "--target and --config to each --partial and to --merge",
                               name, quoted(found.model), quoted(found.target), hex(found.graph), quoted(wanted.model),
                               quoted(wanted.target), hex(wanted.graph))};
  const Error damaged{name + ": is damaged: its values are not those of its network; make the shard again"};
  ObservedValues values(mainOf(module));
  if (values.observed.size() != statistics.seen.names.size() ||
      values.softmaxOperands.size() != statistics.seen.leastMaxima.size())
    return damaged;
  for (const auto &[value, index] : values.observed) {
    const Histogram &histogram = statistics.seen.histograms[index];
    SearchOptions search;
    search.powersOfTwo = wanted.powersOfTwo;
    const double most = double(statistics.seen.samples) * double(values.elementsOf(value));
    if (statistics.seen.names[index] != qnn::valueName(value) || double(histogram.total()) > most ||
        histogram.contents().detail != values.detailOf(value, search))
      return damaged;
  }
  return success();
}

Status StatisticsMerger::checkParts(const Statistics &statistics, const std::string &name) const {
  for (const StatisticsPart &part : statistics.parts)
    for (const auto &[other, file] : files) {
      if (isSame(part, other))
        return Error{llvm::formatv("{0}: has a shard that '{1}' has: each counts once; leave one of them out, or where "
                                   "data do repeat, make each shard with its --first-sample",
                                   name, file)};
      if (overlap(part, other))
        return Error{llvm::formatv("{0}: has the samples {1} to {2}, of which '{3}' has {4} to {5}; each counts once: "
                                   "leave one of them out, or correct --first-sample",
                                   name, part.first, part.first + part.samples - 1, file, other.first,
                                   other.first + other.samples - 1)};
    }
  return success();
}

Status StatisticsMerger::add(Statistics statistics, const std::string &name) {
  if (Status free = checkParts(statistics, name); !free)
    return free;
  for (const StatisticsPart &part : statistics.parts)
    files.emplace(part, name);
  if (!merged) {
    merged = std::move(statistics);
    return success();
  }
  if (merged->seen.samples + statistics.seen.samples > SampleEnds::mostSamples)
    return Error{llvm::formatv("{0}: makes {1} samples, expected {2} at most; leave some out", name,
                               merged->seen.samples + statistics.seen.samples, SampleEnds::mostSamples)};
  for (size_t i = 0; i != merged->seen.names.size(); ++i)
    if (merged->seen.histograms[i].total() + statistics.seen.histograms[i].total() > Histogram::mostValues)
      return Error{llvm::formatv("{0}: makes more elements of the value {1} than can be counted; leave shards out",
                                 name, quoted(merged->seen.names[i]))};
  for (uint64_t hash : statistics.hashes.hashes())
    repeatedSamples += merged->hashes.contains(hash).value_or(false);
  forgetPlaces(*merged), forgetPlaces(statistics);
  merged->seen.merge(statistics.seen);
  merged->hashes.merge(statistics.hashes);
  std::vector<StatisticsPart> parts;
  std::ranges::merge(merged->parts, statistics.parts, std::back_inserter(parts));
  merged->parts = std::move(parts);
  return success();
}

std::vector<std::string> StatisticsMerger::warnings() const {
  std::vector<std::string> texts;
  if (repeatedSamples)
    texts.push_back(llvm::formatv("{0} sample{1} of the shards are in several of them, and count each time; leave them "
                                  "out of the data if they are there by mistake",
                                  repeatedSamples, repeatedSamples == 1 ? "" : "s"));
  for (size_t i = 0; i != merged->seen.names.size(); ++i)
    if (merged->seen.histograms[i].nonFinite() && merged->seen.nonFiniteSamples[i] < 0) {
      texts.push_back(
          llvm::formatv("NaN or infinity was seen in {0}, and the ranges do not say in which sample: nobody "
                        "has said where the shards begin; make them with --first-sample N",
                        quoted(merged->seen.names[i])));
      break;
    }
  return texts;
}
