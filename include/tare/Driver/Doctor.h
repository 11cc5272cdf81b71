//===- Doctor.h - What a conversion would make of a model -------*- C++ -*-===//
#ifndef TARE_DRIVER_DOCTOR_H
#define TARE_DRIVER_DOCTOR_H

#include "tare/Driver/Calibrate.h"

#include <string>
#include <vector>

namespace tare::driver {

/// The model and the hardware; neither data nor how ranges are found count.
struct DoctorOptions : CalibrationOptions {
  /// The part of the network between these values is taken; lists may hold names with commas between them.
  std::vector<std::string> inputs, outputs;
};

/// What `tare doctor --json` prints (docs/tools.md): that a model would not convert is a result, too. An error where
/// the model cannot be read.
Result<std::string> diagnose(const DoctorOptions &options, const Listener &listener);

} // namespace tare::driver

#endif // TARE_DRIVER_DOCTOR_H
