//===- ShardOptions.h - --partial and --merge -------------------*- C++ -*-===//
#ifndef TARE_TOOLS_TARE_SHARDOPTIONS_H
#define TARE_TOOLS_TARE_SHARDOPTIONS_H

#include "CalibrationOptions.h"
#include "tare/Calibration/Statistics.h"

namespace tare {

/// Calibration in parts: statistics of one shard of the data each, and what they are together.
class ShardOptions {
public:
  void addTo(CLI::App &app, FileArguments &files);

  /// Whether the output is statistics.
  bool isPartial() const { return partial; }
  bool isMerge() const { return !merged.empty(); }
  const std::vector<std::string> &mergedFiles() const { return merged; }

  /// An error where options say what others exclude.
  Status check(const CalibrationOptions &options) const;

  /// The statistics of the shard that `found` was found on, in the simplified float form of the request's model.
  calibration::Statistics statisticsOf(mlir::ModuleOp module, const CalibrationOptions &options,
                                       const CompilationRequest &request, FoundRanges &&found) const;

  struct Merged {
    calibration::Statistics statistics;
    std::vector<std::string> warnings;
  };
  /// All shards together; one is in memory at a time.
  Result<Merged> merge(mlir::ModuleOp module, const CalibrationOptions &options,
                       const CompilationRequest &request) const;

private:
  bool partial = false;
  std::vector<std::string> merged;
  int64_t firstSample = -1;
  CLI::Option *firstOption = nullptr;
};

} // namespace tare

#endif // TARE_TOOLS_TARE_SHARDOPTIONS_H
