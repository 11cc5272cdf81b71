//===- Shards.h - Calibration in parts --------------------------*- C++ -*-===//
#ifndef TARE_DRIVER_CALIBRATE_SHARDS_H
#define TARE_DRIVER_CALIBRATE_SHARDS_H

#include "Driver/Compile/Compilation.h"
#include "tare/Calibration/Statistics.h"
#include "tare/Driver/Calibrate.h"

#include <optional>
#include <string>
#include <vector>

namespace tare {

/// Statistics of one shard of the data each, and what they are together.
struct ShardOptions {
  /// Whether statistics are made in place of ranges.
  bool partial = false;
  /// Files of statistics in place of data; empty for none.
  std::vector<std::string> merged;
  /// Of a shard that is calibrated on: the number of its first sample among all data, from 0.
  std::optional<int64_t> firstSample;

  bool isMerge() const { return !merged.empty(); }
};

/// An error where options say what others exclude.
Status checkShards(const ShardOptions &shards, const driver::CalibrationOptions &options);

/// The statistics of a shard of data in which `seen` was seen of a module in its simplified float form. `options` and
/// `request` are of the same run.
calibration::Statistics statisticsOf(mlir::ModuleOp module, const driver::CalibrationOptions &options,
                                     const CompilationRequest &request, calibration::Observations seen,
                                     calibration::SampleHashes hashes, const ShardOptions &shards);

struct MergedShards {
  calibration::Statistics statistics;
  std::vector<std::string> warnings;
};

/// All shards together; one is in memory at a time.
Result<MergedShards> mergeShards(mlir::ModuleOp module, const driver::CalibrationOptions &options,
                                 const CompilationRequest &request, const ShardOptions &shards);

} // namespace tare

#endif // TARE_DRIVER_CALIBRATE_SHARDS_H
