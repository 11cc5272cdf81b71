//===- TensorEntries.h - One tensor of overrides or encodings ---*- C++ -*-===//
#ifndef TARE_CONFIG_TENSORENTRIES_H
#define TARE_CONFIG_TENSORENTRIES_H

#include "tare/Config/Rules.h"

#include <nlohmann/json_fwd.hpp>

namespace tare::config {

/// Whose entries these are: keys and meanings differ.
enum class TensorKind {
  /// ONNX Runtime's: quant_type, scale, zero_point, rmin, rmax, symmetric.
  overrides,
  /// AIMET's and QNN's before version 2: bitwidth or bw, scale, offset, min, max, is_symmetric or is_sym, dtype.
  activationEncodings,
  weightEncodings,
  /// From version 2: output_dtype, y_scale, y_zero_point.
  encodings
};

/// What the entries of a tensor, one for each channel or one for all, say of it. Errors are "FILE: tensor 'NAME': ..".
Result<Rule> ruleOf(const std::string &name, const nlohmann::json &entries, TensorKind kind, const std::string &file);

} // namespace tare::config

#endif // TARE_CONFIG_TENSORENTRIES_H
