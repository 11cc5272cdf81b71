//===- Calibrate.h - The range of every value of a network ------*- C++ -*-===//
#ifndef TARE_DRIVER_CALIBRATE_H
#define TARE_DRIVER_CALIBRATE_H

#include "tare/Calibration/Histogram.h"
#include "tare/Calibration/Ranges.h"
#include "tare/Driver/Inputs.h"
#include "tare/Driver/Listener.h"

#include <optional>
#include <string>
#include <vector>

namespace tare::driver {

/// A network, and how its ranges are found: what `tare calibrate` and `tare convert` share. What is not given is as the
/// command line has it, and messages name things by its options.
struct CalibrationOptions : InputChoices {
  /// An .onnx, or IR of any stage.
  std::string model;
  /// An .npz, a .npy, pictures or sounds, a folder of such files, or the name of MemoryArrays; for a conversion also a
  /// ranges file.
  std::string data;
  /// Random numbers in place of data: for trying the flow, not for use.
  bool random = false;
  /// "auto" (the default), "min_max", ..: calibration::methodNames().
  std::optional<std::string> method;
  /// Of the method "percentile": how many of 100 values are kept, 50 to 100.
  std::optional<double> percentile;
  /// At most so many samples; of random ones exactly so many.
  std::optional<int64_t> samples;
  /// A shipped target's name or a YAML file; empty for "generic", where nobody insists on it.
  std::string target;
  /// "i8" or "i16"; by default what the target prefers.
  std::optional<std::string> activations;
  /// Choices for single layers: YAML, or other tools' ranges or scales; later files win.
  std::vector<std::string> configs;
  /// A model whose values take more than so many times 2^20 bytes is refused; 0 for what memory there is.
  int64_t maxMemory = 0;
  /// "h=h_out": inputs that are what an output was for the sample before.
  std::vector<std::string> states;
  /// 0: as many as there are cores.
  size_t threads = 0;
};

/// What was seen of a value.
struct ObservedValue {
  /// The value's name in the model.
  std::string name;
  calibration::Histogram histogram;
};

struct Calibrated {
  calibration::Ranges ranges;
  /// Of each value that was observed, in the order of the network. Methods that look at ends alone count no bins.
  std::vector<ObservedValue> observed;
  /// The ranges file, with what tells the samples again.
  std::string json;
};

/// Finds the ranges. Warnings are told when it has succeeded.
Result<Calibrated> calibrate(const CalibrationOptions &options, const Listener &listener);

} // namespace tare::driver

#endif // TARE_DRIVER_CALIBRATE_H
