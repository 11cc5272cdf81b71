//===- Tables.h - Ranges and scales of other tools --------------*- C++ -*-===//
//
// docs/configuration.md says which files these are, and what of them is taken.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_CONFIG_TABLES_H
#define TARE_CONFIG_TABLES_H

#include "tare/Config/Rules.h"

namespace tare::config {

/// JSON: ONNX Runtime's tensor overrides ({TENSOR: [{quant_type, scale, zero_point, rmin, rmax, symmetric, axis},
/// ..]}), or encodings as AIMET and QNN have them, versions 0.4 to 2.0 (the key version says it). Errors are "FILE:
/// ..".
Result<Rules> parseTensorJson(llvm::StringRef text, const std::string &file);

/// Text, a line per tensor: as ncnn's ("LAYER SCALE" of what the layer reads, 127 over the largest magnitude,
/// "LAYER_param_0 SCALE.." of its weights), or as Tengine's ("TENSOR SCALE ZERO_POINT", steps). Errors are
/// "FILE:LINE: ..".
Result<Rules> parseScaleTable(llvm::StringRef text, const std::string &file);

} // namespace tare::config

#endif // TARE_CONFIG_TABLES_H
