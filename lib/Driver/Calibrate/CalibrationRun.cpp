//===- CalibrationRun.cpp - Ranges without a conversion -------------------===//
#include "Driver/Calibrate/CalibrationRun.h"

#include "Driver/ErrorReport.h"
#include "Driver/Execute/MemoryLimit.h"
#include "Driver/OutputFile.h"

using namespace tare;

Status CalibrationRun::find(const std::string &output, calibration::Observations *observed) {
  Result<CompilationRequest> request = requestOf(options);
  if (!request)
    return request.error();
  if (options.data.empty() && !options.random)
    return Error{"needs data: give --calibration DATA, or --random-calibration to try the flow"};
  if (Status free = checkOutput(output, filesOf(options)); !free)
    return free;
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
  Result<size_t> atOnce = samplesThatFit(compiled->module->lookupSymbol<mlir::func::FuncOp>("main"), options.model,
                                         request.calibration.maxMemory);
  if (!atOnce)
    return atOnce.error();
  if (Status named = checkEnding(output, {".json"}); !named)
    return named;
  request.calibration.threads = threadsWithin(options.threads, *atOnce);
  Result<FoundRanges> ranges = findRanges(*compiled->module, request.calibration, listener, observed);
  if (!ranges) {
    const std::string &message = ranges.error().message;
    return Error{fileIn(message, filesOf(options)).empty() ? options.model + ": " + message : message};
  }
  found = std::move(*ranges);
  return success();
}
