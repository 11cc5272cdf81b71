//===- CalibrationRun.h - Ranges without a conversion -----------*- C++ -*-===//
#ifndef TARE_DRIVER_CALIBRATE_CALIBRATIONRUN_H
#define TARE_DRIVER_CALIBRATE_CALIBRATIONRUN_H

#include "Driver/Compile/CompilerContext.h"
#include "Driver/Compile/Request.h"

namespace tare {

/// Brings a network to the form that is observed, and finds its ranges.
class CalibrationRun {
public:
  /// Both outlive this.
  CalibrationRun(const driver::CalibrationOptions &options, const Listener &listener)
      : options(options), listener(listener), context(listener) {}

  /// Once. `output` is where the ranges will be written, empty for nowhere; asked for before any sample runs, as what
  /// it may not be. `observed`, if given, gets what data made of the values.
  Status find(const std::string &output, calibration::Observations *observed);

  /// The rest after find() has succeeded.
  const calibration::Ranges &ranges() const { return found.ranges; }
  const DrawnInputs &drawn() const { return found.drawn; }
  /// The ranges file's text.
  std::string file() const { return calibration::toJson(found.ranges, found.hashes); }
  /// What is not shown is dropped.
  void showWarnings() { context.showWarnings(); }
  void dropWarnings() { context.dropWarnings(); }

private:
  Status findIn(CompilationRequest request, const std::string &output, calibration::Observations *observed);

  const driver::CalibrationOptions &options;
  const Listener &listener;
  CompilerContext context;
  FoundRanges found;
};

} // namespace tare

#endif // TARE_DRIVER_CALIBRATE_CALIBRATIONRUN_H
