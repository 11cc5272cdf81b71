//===- ImportOptions.h - What is said of an ONNX model's inputs -*- C++ -*-===//
#ifndef TARE_DRIVER_EXECUTE_IMPORTOPTIONS_H
#define TARE_DRIVER_EXECUTE_IMPORTOPTIONS_H

#include "Driver/Execute/SampleMakers.h"
#include "tare/Driver/Inputs.h"
#include "tare/Onnx/Import.h"
#include "tare/Tensor/Result.h"

#include <string>
#include <vector>

namespace tare {

/// The shapes, values and types of inputs. `models`: what is read, of which one at least must be an ONNX model where
/// anything is said of one.
Result<onnx::ImportOptions> importOptions(const std::vector<std::string> &models, const driver::InputChoices &inputs,
                                          const Preprocess &preprocess);

} // namespace tare

#endif // TARE_DRIVER_EXECUTE_IMPORTOPTIONS_H
