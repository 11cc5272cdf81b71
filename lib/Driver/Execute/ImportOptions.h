//===- ImportOptions.h - What is said of an ONNX model's inputs -*- C++ -*-===//
#ifndef TARE_DRIVER_EXECUTE_IMPORTOPTIONS_H
#define TARE_DRIVER_EXECUTE_IMPORTOPTIONS_H

#include "tare/Onnx/Import.h"
#include "tare/Tensor/Result.h"

#include <string>
#include <vector>

namespace tare {

/// The shapes ("x=1,3,224,224", "batch=1") and values ("sr=16000") of inputs. `models`: what is read, of which one at
/// least must be an ONNX model where anything is said of one.
Result<onnx::ImportOptions> importOptions(const std::vector<std::string> &models,
                                          const std::vector<std::string> &shapes,
                                          const std::vector<std::string> &values);

} // namespace tare

#endif // TARE_DRIVER_EXECUTE_IMPORTOPTIONS_H
