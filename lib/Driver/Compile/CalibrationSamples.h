//===- CalibrationSamples.h - What a module is calibrated on ----*- C++ -*-===//
#ifndef TARE_DRIVER_COMPILE_CALIBRATIONSAMPLES_H
#define TARE_DRIVER_COMPILE_CALIBRATIONSAMPLES_H

#include "Driver/Calibrate/HashedSamples.h"
#include "Driver/Compile/Compilation.h"

#include <memory>
#include <vector>

namespace tare {

/// The inputs of @main by name, as the module takes them, and with the device's pixels where they take some; its
/// outputs.
std::vector<InputDeclaration> inputsOf(mlir::ModuleOp module);
std::vector<InputDeclaration> outputsOf(mlir::ModuleOp module);

/// Data, or what is drawn in their place.
struct OpenedSamples {
  std::unique_ptr<SampleSource> source;
  /// The part of the source that notes hashes; null of what is drawn.
  const HashedSamples *hashed = nullptr;
  /// The part that reads files; null as well.
  const Dataset *data = nullptr;
};

/// The samples that a module is calibrated on: of the request's data, with the states that the module's own results
/// are, or drawn as `drawn` says. Of the module in any form in which it takes what the model does: unsigned integers of
/// data become the signed ones that it holds.
Result<OpenedSamples> openSamples(mlir::ModuleOp module, const CalibrationRequest &request, const DrawnInputs &drawn);

/// Opens the request's data for the inputs of a module that are no states.
Result<std::unique_ptr<Dataset>> openData(mlir::ModuleOp module, const CalibrationRequest &request,
                                          const std::vector<State> &states);

} // namespace tare

#endif // TARE_DRIVER_COMPILE_CALIBRATIONSAMPLES_H
