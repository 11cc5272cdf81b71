//===- ConvertOptions.h - What tare convert is asked for --------*- C++ -*-===//
#ifndef TARE_TOOLS_TARE_CONVERTOPTIONS_H
#define TARE_TOOLS_TARE_CONVERTOPTIONS_H

#include "CSourceFolder.h"
#include "CalibrationOptions.h"

namespace tare {

/// The options of `tare convert`.
struct ConvertOptions {
  CalibrationOptions calibration;
  std::vector<std::string> stripIo, cutInputs, cutOutputs;
  std::string dumpFolder, emit = "program", output;
  std::string host = "allow", biasCorrection = "off", equalize = "off";
  bool timing = false, noRepair = false, allowUncalibrated = false, strict = false, hostTail = false,
       narrowStates = false;
  int64_t checkSamples = 4;
  CLI::Option *checkOption = nullptr;
  CSourceOptions c;

  void addTo(CLI::App &app, FileArguments &files);
  bool makesC() const { return emit == "c"; }
  /// Whether a program is made, whatever is written of it.
  bool makesProgram() const { return emit == "program" || makesC(); }
  /// Whether a check is not only made by default.
  bool asksForCheck() const { return checkOption->count() > 0 && checkSamples > 0; }
  Result<CompilationRequest> request(size_t threads) const;
  /// One command line makes every stage: what a later one is made by is no error, but has changed nothing, which this
  /// tells; empty where there is none.
  std::string unusedText(const CompilationRequest &request) const;

private:
  /// The stage that --emit names, of which no program is made.
  Result<Stage> stageToEmit() const;
  /// An error where an option is of a stage behind `last`.
  Status checkReached(const CompilationRequest &request, Stage last) const;
};

} // namespace tare

#endif // TARE_TOOLS_TARE_CONVERTOPTIONS_H
