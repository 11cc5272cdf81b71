//===- DataBinding.h - What data say of a model's inputs --------*- C++ -*-===//
#ifndef TARE_DRIVER_EXECUTE_DATABINDING_H
#define TARE_DRIVER_EXECUTE_DATABINDING_H

#include "Driver/Execute/Executable.h"

namespace tare {

/// Loads a model for the samples in `data`. Where an ONNX model leaves the shapes of its inputs open, or has operands
/// that shapes depend on among them (the axes of a reduction), an .npz of samples settles them: its arrays' shapes, and
/// the elements of small arrays that are the same in all samples.
Result<std::unique_ptr<Executable>> loadForData(const std::string &model, const ExecutableOptions &options,
                                                const std::string &data, const Listener &listener);

} // namespace tare

#endif // TARE_DRIVER_EXECUTE_DATABINDING_H
