//===- WeightRounding.h - Rounding of weights by data -----------*- C++ -*-===//
#ifndef TARE_DRIVER_COMPILE_WEIGHTROUNDING_H
#define TARE_DRIVER_COMPILE_WEIGHTROUNDING_H

#include "Driver/Compile/Compilation.h"
#include "tare/Diagnostics/Warning.h"
#include "tare/Driver/Listener.h"

#include <optional>
#include <string>
#include <vector>

namespace tare {

/// Whether the weights of some layer of a module are rounded by what calibration data make of its results: by the
/// request, or by a configuration's choice.
bool roundsByData(const CompilationRequest &request, mlir::ModuleOp module);

/// Runs the grids of a QDQ form on the samples and attaches the products of what such layers read
/// (qnn.input_products). The names of those whose products would take too much memory.
Result<std::vector<std::string>> attachProducts(const CompilationRequest &request, mlir::ModuleOp qdq,
                                                SampleSource &samples, const Listener &listener);

/// One warning for all layers that were left out; nothing where there are none.
std::optional<Warning> notMeasuredWarning(const std::vector<std::string> &layers);

} // namespace tare

#endif // TARE_DRIVER_COMPILE_WEIGHTROUNDING_H
