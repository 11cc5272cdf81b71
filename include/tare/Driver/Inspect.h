//===- Inspect.h - What is in a model ---------------------------*- C++ -*-===//
#ifndef TARE_DRIVER_INSPECT_H
#define TARE_DRIVER_INSPECT_H

#include "tare/Driver/Execute.h"

namespace tare::driver {

/// What `tare inspect --json` prints of an .onnx, an .mlir or a .tare: docs/tools.md.
Result<std::string> inspect(const std::string &path, const ModelOptions &options, const Listener &listener);

} // namespace tare::driver

#endif // TARE_DRIVER_INSPECT_H
