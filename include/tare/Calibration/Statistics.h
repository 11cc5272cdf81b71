//===- Statistics.h - What shards of the data have shown --------*- C++ -*-===//
//
// Data that lie on many machines are calibrated on where they are: each shard
// gives statistics, and statistics that are merged give the ranges that one run
// over all data would, byte for byte: whatever shards there are, in any order.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_CALIBRATION_STATISTICS_H
#define TARE_CALIBRATION_STATISTICS_H

#include "tare/Calibration/Calibrate.h"
#include "tare/Calibration/SampleHashes.h"

#include <cstddef>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace tare::calibration {

/// What statistics are of. Whoever merges gives the same, but for the search: how ranges are found is no matter of what
/// was seen, so that a shard in which nobody has chosen it serves every search.
struct StatisticsOrigin {
  /// The version of Tare.
  std::string producer;
  /// Files' and targets' names, for messages: graphHash() compares what they hold.
  std::string model, target;
  uint64_t graph = 0;
  /// As h=h_out, sorted.
  std::vector<std::string> states;
  /// Whether the losses of steps that are powers of two are to be found.
  bool powersOfTwo = false;

  /// Nothing where nobody has chosen.
  std::optional<Method> method;
  /// Of the method percentile.
  double percentile = usualPercentile;
  std::optional<GridKind> grid;
};

/// A shard that was merged, or that statistics are of: by what it is known again.
struct StatisticsPart {
  /// XXH3-64 of its statistics.
  uint64_t hash = 0;
  /// The number of its first sample among all data; -1 where nobody has said it.
  int64_t first = -1;
  int64_t samples = 0;

  auto operator<=>(const StatisticsPart &) const = default;
};

struct Statistics {
  static constexpr uint32_t currentVersion = 1;

  StatisticsOrigin origin;
  Observations seen;
  SampleHashes hashes;
  /// Ascending.
  std::vector<StatisticsPart> parts;

  /// Of one shard of the data, whose first sample has the number `first` among all data; -1 where nobody says it: then
  /// nobody will know the first sample of all in which an element was not finite, if there is one.
  static Statistics ofShard(StatisticsOrigin origin, Observations seen, SampleHashes hashes, int64_t first);
};

/// XXH3-64 of what a module computes, its constants and its values' names among it.
uint64_t graphHash(mlir::ModuleOp module);

/// The bytes of a file; an error where they are more than a file can have (2^31).
Result<std::string> toBytes(const Statistics &statistics);

/// Parses a file's bytes, all of which are checked; `name` stands in messages.
Result<Statistics> parseStatistics(std::span<const std::byte> bytes, const std::string &name);
Result<Statistics> readStatistics(const std::string &path);

/// An error that says what differs, where the statistics in the file `name` are not of the graph @main of `module` and
/// of `wanted`.
Status checkOrigin(const Statistics &statistics, const StatisticsOrigin &wanted, mlir::ModuleOp module,
                   const std::string &name);

/// Shards on the way to all data. Of origins that checkOrigin() has compared.
class StatisticsMerger {
public:
  /// Adds the statistics in the file `name`; an error where one of its shards was added before, or has samples with the
  /// numbers of another one's.
  Status add(Statistics statistics, const std::string &name);

  /// Of all shards; at least one was added.
  const Statistics &all() const { return *merged; }
  /// What is worth knowing: samples that several shards have; that the first sample that is not finite is not known.
  std::vector<std::string> warnings() const;

private:
  Status checkParts(const Statistics &statistics, const std::string &name) const;

  std::optional<Statistics> merged;
  /// Of each part the file that it came with.
  std::map<StatisticsPart, std::string> files;
  int64_t repeatedSamples = 0;
};

} // namespace tare::calibration

#endif // TARE_CALIBRATION_STATISTICS_H
