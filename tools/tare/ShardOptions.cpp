//===- ShardOptions.cpp - --partial and --merge ---------------------------===//
#include "ShardOptions.h"
#include "Numbers.h"

#include <algorithm>

using namespace tare;
using calibration::Statistics;
using calibration::StatisticsOrigin;

void ShardOptions::addTo(CLI::App &app, FileArguments &files) {
  app.add_flag("--partial", partial,
               "Write the statistics of this shard of the data (.stats), which --merge puts together with others'");
  files.reads(
      app.add_option("--merge", merged,
                     "In place of data: the statistics of all shards; gives the ranges, byte for byte, that one\n"
                     "run over all data gives")
          ->type_name("SHARD.stats"),
      merged);
  firstOption = app.add_option("--first-sample", firstSample,
                               "With --partial: the number of the shard's first sample among all data, from 0")
                    ->type_name("N")
                    ->check(wholeNumber(0, int64_t(1) << 53));
}

Status ShardOptions::check(const CalibrationOptions &options) const {
  if (firstOption->count() > 0 && (!partial || isMerge()))
    return Error{"--first-sample says where the shard of --partial begins among all data; leave it out"};
  if (partial && options.random)
    return Error{
        "--partial is of a shard of data, and --random-calibration makes the same ones everywhere; leave one of "
        "them out"};
  if (!isMerge())
    return success();
  if (!options.data.empty() || options.random)
    return Error{"--merge takes statistics in place of data; leave --calibration and --random-calibration out"};
  if (options.samplesOption->count() > 0)
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
  origin.target = options.target;
  origin.graph = calibration::graphHash(module);
  origin.powersOfTwo = search.powersOfTwo;
  for (const StateNames &state : request.calibration.states)
    origin.states.push_back(state.input + "=" + state.output);
  std::ranges::sort(origin.states);
  if (isSearchSettled || options.methodOption->count() + options.percentileOption->count() > 0) {
    origin.method = search.method;
    origin.percentile = search.percentile;
  }
  if (isSearchSettled || request.choosesTarget)
    origin.grid = search.grid;
  return origin;
}

Statistics ShardOptions::statisticsOf(mlir::ModuleOp module, const CalibrationOptions &options,
                                      const CompilationRequest &request, FoundRanges &&found) const {
  return Statistics::ofShard(originOf(module, options, request, /*isSearchSettled=*/false), module,
                             std::move(*found.seen), std::move(found.hashes), firstSample);
}

Result<ShardOptions::Merged> ShardOptions::merge(mlir::ModuleOp module, const CalibrationOptions &options,
                                                 const CompilationRequest &request) const {
  const StatisticsOrigin wanted = originOf(module, options, request, /*isSearchSettled=*/true);
  calibration::StatisticsMerger merger;
  for (const std::string &file : merged) {
    Result<Statistics> shard = calibration::readStatistics(file);
    if (!shard)
      return shard.error();
    if (Status same = checkOrigin(*shard, wanted, module, file); !same)
      return same.error();
    if (Status added = merger.add(std::move(*shard), file); !added)
      return added.error();
  }
  Merged result{merger.all(), merger.warnings()};
  result.statistics.origin = originOf(module, options, request, /*isSearchSettled=*/false);
  return result;
}
