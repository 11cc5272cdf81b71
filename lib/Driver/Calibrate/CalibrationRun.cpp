//===- CalibrationRun.cpp - Ranges without a conversion -------------------===//
#include "Driver/Calibrate/CalibrationRun.h"

#include "Driver/ErrorReport.h"
#include "Driver/Execute/MemoryLimit.h"
#include "Driver/OutputFile.h"

using namespace tare;

std::vector<std::string> CalibrationRun::files() const {
  std::vector<std::string> names = filesOf(options);
  names.insert(names.end(), shards.merged.begin(), shards.merged.end());
  return names;
}

Status CalibrationRun::check(const std::string &output) const {
  if (Status fits = checkShards(shards, options); !fits)
    return fits;
  if (options.data.empty() && !options.random && !shards.isMerge())
    return Error{"needs data: give --calibration DATA, or --random-calibration to try the flow"};
  if (shards.partial && !options.data.empty() && isRangesFile(options.data))
    return Error{options.data + ": is a ranges file, expected the data of a shard"};
  return checkOutput(output, files());
}

Status CalibrationRun::find(const std::string &output, calibration::Observations *observed) {
  Result<CompilationRequest> request = requestOf(options);
  if (!request)
    return request.error();
  if (Status fits = check(output); !fits)
    return fits;
  Status done = findIn(std::move(*request), output, observed);
  if (!done)
    context.dropWarnings();
  return done;
}

Status CalibrationRun::findIn(CompilationRequest request, const std::string &output,
                              calibration::Observations *observed) {
  // The data are for below.
  CompilationRequest float32 = request;
  float32.last = Stage::simplified;
  float32.calibration.path.clear();
  float32.choosesRanges = false;
  auto compiled = compile(float32, *context, listener);
  if (mlir::failed(compiled))
    return context.takeError(options.model);
  if (Status named = checkEnding(output, {shards.partial ? ".stats" : ".json"}); !named)
    return named;
  return shards.isMerge() ? merge(*compiled->module, request) : observe(*compiled->module, request, observed);
}

Status CalibrationRun::observe(mlir::ModuleOp module, CompilationRequest &request,
                               calibration::Observations *observed) {
  Result<size_t> atOnce =
      samplesThatFit(module.lookupSymbol<mlir::func::FuncOp>("main"), options.model, request.calibration.maxMemory);
  if (!atOnce)
    return atOnce.error();
  request.calibration.threads = threadsWithin(options.threads, *atOnce);
  calibration::Observations seen;
  Result<FoundRanges> ranges =
      findRanges(module, request.calibration, listener, observed || shards.partial ? &seen : nullptr);
  if (!ranges) {
    const std::string &message = ranges.error().message;
    return Error{fileIn(message, files()).empty() ? options.model + ": " + message : message};
  }
  found = std::move(*ranges);
  if (shards.partial) {
    made = statisticsOf(module, options, request, std::move(seen), std::move(found.hashes), shards);
    found = {};
  } else if (observed)
    *observed = std::move(seen);
  return success();
}

Status CalibrationRun::merge(mlir::ModuleOp module, const CompilationRequest &request) {
  Result<MergedShards> merged = mergeShards(module, options, request, shards);
  if (!merged)
    return merged.error();
  shardWarnings = std::move(merged->warnings);
  parts = merged->statistics.parts.size();
  if (shards.partial) {
    made = std::move(merged->statistics);
    return success();
  }
  found.ranges = calibration::rangesOf(module, merged->statistics.seen, request.calibration.search, options.threads);
  found.hashes = std::move(merged->statistics.hashes);
  return success();
}

Result<std::string> CalibrationRun::file() const {
  return made ? calibration::toBytes(*made) : Result<std::string>(calibration::toJson(found.ranges, found.hashes));
}

void CalibrationRun::showWarnings() {
  for (const std::string &warning : shardWarnings)
    listener.warning(warning);
  context.showWarnings();
}
