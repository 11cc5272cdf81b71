//===- CalibrationOptions.h - Options that convert and calibrate share ----===//
#ifndef TARE_TOOLS_TARE_CALIBRATIONOPTIONS_H
#define TARE_TOOLS_TARE_CALIBRATIONOPTIONS_H

#include "Compilation.h"
#include "FileArguments.h"
#include "InputOptions.h"
#include "StateOptions.h"

#include <CLI/CLI.hpp>

namespace tare {

/// The model and how its ranges are found, as the command line gives them.
struct CalibrationOptions {
  std::string model;
  std::string data;
  bool random = false;
  std::string method{nameOf(calibration::Method::automatic)};
  double percentile = calibration::usualPercentile;
  /// "i8" or "i16"; empty for the target's preferred type.
  std::string activations;
  std::string target = "generic";
  int64_t samples = 0;
  /// In units of 2^20 bytes; 0 for what there is.
  int64_t maxMemory = 0;
  InputOptions inputOptions;
  StateOptions stateOptions;
  CLI::Option *targetOption = nullptr, *activationsOption = nullptr;
  CLI::Option *methodOption = nullptr, *percentileOption = nullptr, *samplesOption = nullptr;

  void addTo(CLI::App &app, FileArguments &files);
  /// The model and the hardware alone, for commands that find no ranges.
  void addModelTo(CLI::App &app, FileArguments &files);
  /// What is read, by its names.
  std::vector<std::string> files() const { return {model, data, target}; }
  /// The request up to the simplified float form, with its calibration; checks the target.
  Result<CompilationRequest> request(size_t threads) const;

private:
  void addSearchTo(CLI::App &app);
  /// Whether the user says how ranges are to be found.
  bool choosesRanges() const {
    return methodOption && methodOption->count() + percentileOption->count() + samplesOption->count() > 0;
  }
  Result<std::string> chosenMethod() const;
};

} // namespace tare

#endif // TARE_TOOLS_TARE_CALIBRATIONOPTIONS_H
