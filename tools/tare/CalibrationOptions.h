//===- CalibrationOptions.h - Options that convert and calibrate share ----===//
#ifndef TARE_TOOLS_TARE_CALIBRATIONOPTIONS_H
#define TARE_TOOLS_TARE_CALIBRATIONOPTIONS_H

#include "FileArguments.h"
#include "tare/Driver/Calibrate.h"

#include <CLI/CLI.hpp>

namespace tare {

/// The model and how its ranges are found; not the data, which each command explains itself.
void addCalibrationOptions(CLI::App &app, FileArguments &files, driver::CalibrationOptions &options);
/// The model and the hardware alone, for commands that find no ranges.
void addModelOptions(CLI::App &app, FileArguments &files, driver::CalibrationOptions &options);

} // namespace tare

#endif // TARE_TOOLS_TARE_CALIBRATIONOPTIONS_H
