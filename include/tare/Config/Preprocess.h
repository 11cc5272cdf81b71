//===- Preprocess.h - Files of --preprocess ---------------------*- C++ -*-===//
#ifndef TARE_CONFIG_PREPROCESS_H
#define TARE_CONFIG_PREPROCESS_H

#include "tare/Media/Preprocessing.h"
#include "tare/Tensor/Result.h"

#include <string>

namespace tare::config {

/// Reads a file in YAML: the keys of one input, or of several under `inputs` by their names (docs/preprocessing.md).
/// Errors are "FILE:LINE: ..".
Result<media::PreprocessingFile> readPreprocessing(const std::string &path);

} // namespace tare::config

#endif // TARE_CONFIG_PREPROCESS_H
