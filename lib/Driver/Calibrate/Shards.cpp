//===- Shards.cpp - Calibration in parts ----------------------------------===//
#include "Driver/Calibrate/Shards.h"

#include "Driver/Compile/Request.h"

#include <algorithm>

using namespace tare;
using calibration::Statistics;
using calibration::StatisticsOrigin;
using driver::CalibrationOptions;

Status tare::checkShards(const ShardOptions &shards, const CalibrationOptions &options) {
  if (shards.firstSample && (!shards.partial || shards.isMerge()))
    return Error{"--first-sample says where the shard of --partial begins among all data; leave it out"};
  if (shards.partial && options.random)
    return Error{
        "--partial is of a shard of data, and --random-calibration makes the same ones everywhere; leave one of "
        "them out"};
  if (!shards.isMerge())
    return success();
  if (!options.data.empty() || options.random)
    return Error{"--merge takes statistics in place of data; leave --calibration and --random-calibration out"};
  if (options.samples)
    return Error{"--samples is of data, and --merge takes all that the shards have seen; leave it out"};
  return success();
}

/// What the statistics are of; a search that the user has chosen settles what they serve.
static StatisticsOrigin originOf(mlir::ModuleOp module, const CalibrationOptions &options,
                                 const CompilationRequest &request, bool isSearchSettled) {
  const calibration::SearchOptions &search = request.calibration.search;
  StatisticsOrigin origin;
  origin.producer = TARE_VERSION;
  origin.model = options.model;
  origin.target = targetOf(options);
  origin.graph = calibration::graphHash(module);
  origin.powersOfTwo = search.powersOfTwo;
  for (const StateNames &state : request.calibration.states)
    origin.states.push_back(state.input + "=" + state.output);
  std::ranges::sort(origin.states);
  if (isSearchSettled || options.method || options.percentile) {
    origin.method = search.method;
    origin.percentile = search.percentile;
  }
  if (isSearchSettled || request.choosesTarget)
    origin.grid = search.grid;
  return origin;
}

Statistics tare::statisticsOf(mlir::ModuleOp module, const CalibrationOptions &options,
                              const CompilationRequest &request, calibration::Observations seen,
                              calibration::SampleHashes hashes, const ShardOptions &shards) {
  constexpr int64_t unknown = -1;
  return Statistics::ofShard(originOf(module, options, request, /*isSearchSettled=*/false), std::move(seen),
                             std::move(hashes), shards.firstSample.value_or(unknown));
}

Result<MergedShards> tare::mergeShards(mlir::ModuleOp module, const CalibrationOptions &options,
                                       const CompilationRequest &request, const ShardOptions &shards) {
  const StatisticsOrigin wanted = originOf(module, options, request, /*isSearchSettled=*/true);
  calibration::StatisticsMerger merger;
  for (const std::string &file : shards.merged) {
    Result<Statistics> shard = calibration::readStatistics(file);
    if (!shard)
      return shard.error();
    if (Status same = checkOrigin(*shard, wanted, module, file); !same)
      return same.error();
    if (Status added = merger.add(std::move(*shard), file); !added)
      return added.error();
  }
  MergedShards result{merger.all(), merger.warnings()};
  result.statistics.origin = originOf(module, options, request, /*isSearchSettled=*/false);
  return result;
}
