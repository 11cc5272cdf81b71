//===- Calibrate.cpp - The range of every value of a network --------------===//
#include "tare/Driver/Calibrate.h"

#include "Driver/Calibrate/CalibrationRun.h"

using namespace tare;

Result<driver::Calibrated> driver::calibrate(const CalibrationOptions &options, const Listener &listener) {
  CalibrationRun run(options, listener);
  calibration::Observations seen;
  if (Status done = run.find(/*output=*/"", &seen); !done)
    return done.error();
  Calibrated result{run.ranges(), {}, run.file()};
  for (size_t i = 0; i != seen.histograms.size(); ++i)
    result.observed.push_back({seen.names[i], std::move(seen.histograms[i])});
  run.showWarnings();
  return result;
}
