//===- Calibrate.cpp - The range of every value of a network --------------===//
#include "tare/Driver/Calibrate.h"

#include "Driver/Calibrate/CalibrationRun.h"

using namespace tare;

Result<driver::Calibrated> driver::calibrate(const CalibrationOptions &options, const Listener &listener) {
  const ShardOptions whole;
  CalibrationRun run(options, whole, listener);
  calibration::Observations seen;
  if (Status done = run.find(/*output=*/"", &seen); !done)
    return done.error();
  Result<std::string> json = run.file();
  if (!json)
    return json.error();
  Calibrated result{run.ranges(), {}, std::move(*json)};
  for (size_t i = 0; i != seen.histograms.size(); ++i)
    result.observed.push_back({seen.names[i], std::move(seen.histograms[i])});
  run.showWarnings();
  return result;
}
