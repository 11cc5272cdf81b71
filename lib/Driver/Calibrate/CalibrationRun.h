//===- CalibrationRun.h - Ranges without a conversion -----------*- C++ -*-===//
#ifndef TARE_DRIVER_CALIBRATE_CALIBRATIONRUN_H
#define TARE_DRIVER_CALIBRATE_CALIBRATIONRUN_H

#include "Driver/Calibrate/Shards.h"
#include "Driver/Compile/CompilerContext.h"
#include "Driver/Compile/Request.h"

namespace tare {

/// Brings a network to the form that is observed, and finds its ranges, or the statistics of a part of its data.
class CalibrationRun {
public:
  /// All outlive this.
  CalibrationRun(const driver::CalibrationOptions &options, const ShardOptions &shards, const Listener &listener)
      : options(options), shards(shards), listener(listener), context(listener) {}

  /// Once. `output` is where the result will be written, empty for nowhere; asked for before any sample runs, as what
  /// it may not be. `observed`, if given, gets what data made of the values, where these are calibrated on.
  Status find(const std::string &output, calibration::Observations *observed);

  /// The rest after find() has succeeded.
  /// Empty where statistics are asked for.
  const calibration::Ranges &ranges() const { return found.ranges; }
  /// Null where ranges are asked for.
  const calibration::Statistics *statistics() const { return made ? &*made : nullptr; }
  const DrawnInputs &drawn() const { return found.drawn; }
  /// How many shards were merged.
  size_t shardCount() const { return parts; }
  /// The ranges file's text, or the bytes of the statistics; an error where these are more than a file can have.
  Result<std::string> file() const;
  /// What is not shown is dropped.
  void showWarnings();
  void dropWarnings() { context.dropWarnings(); }

private:
  Status check(const std::string &output) const;
  Status findIn(CompilationRequest request, const std::string &output, calibration::Observations *observed);
  Status observe(mlir::ModuleOp module, CompilationRequest &request, calibration::Observations *observed);
  Status merge(mlir::ModuleOp module, const CompilationRequest &request);
  /// What is read, by its names.
  std::vector<std::string> files() const;

  const driver::CalibrationOptions &options;
  const ShardOptions &shards;
  const Listener &listener;
  CompilerContext context;
  FoundRanges found;
  std::optional<calibration::Statistics> made;
  std::vector<std::string> shardWarnings;
  size_t parts = 0;
};

} // namespace tare

#endif // TARE_DRIVER_CALIBRATE_CALIBRATIONRUN_H
