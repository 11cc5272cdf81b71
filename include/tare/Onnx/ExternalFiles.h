//===- ExternalFiles.h - Files that a model's weights lie in ----*- C++ -*-===//
#ifndef TARE_ONNX_EXTERNALFILES_H
#define TARE_ONNX_EXTERNALFILES_H

#include <string>
#include <vector>

namespace tare::onnx {

/// The paths of all files beside the model in the file `path` that its tensors name as their external data, sorted.
/// They need not be there, nor be allowed; none where the model cannot be parsed. The whole model is read for it.
std::vector<std::string> externalFiles(const std::string &path);

} // namespace tare::onnx

#endif // TARE_ONNX_EXTERNALFILES_H
