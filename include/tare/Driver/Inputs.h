//===- Inputs.h - What is said of a model's inputs --------------*- C++ -*-===//
#ifndef TARE_DRIVER_INPUTS_H
#define TARE_DRIVER_INPUTS_H

#include <string>
#include <vector>

namespace tare::driver {

/// What the user says of an ONNX model's inputs, and of what becomes of data before they enter any model's.
struct InputChoices {
  /// "x=1,3,224,224" or "batch=1"; "sr=16000".
  std::vector<std::string> inputShapes, inputValues;
  /// "x=nv12": inputs that are to take what a device has.
  std::vector<std::string> inputTypes;
  /// A file of --preprocess (docs/preprocessing.md); empty for none.
  std::string preprocess;
};

} // namespace tare::driver

#endif // TARE_DRIVER_INPUTS_H
