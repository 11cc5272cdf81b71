//===- Options.h - How models are read, as it is asked for ------*- C++ -*-===//
#ifndef TARE_DRIVER_EXECUTE_OPTIONS_H
#define TARE_DRIVER_EXECUTE_OPTIONS_H

#include "Driver/Execute/Executable.h"
#include "tare/Driver/Execute.h"

namespace tare {

/// Of the models that are read, one at least must be an ONNX model where anything is said of one's inputs.
Result<ExecutableOptions> executableOptions(const std::vector<std::string> &models,
                                            const driver::ModelOptions &options);

} // namespace tare

#endif // TARE_DRIVER_EXECUTE_OPTIONS_H
