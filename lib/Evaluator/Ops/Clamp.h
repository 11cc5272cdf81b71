//===- Clamp.h - The fused activation of ops that have one ------*- C++ -*-===//
#ifndef TARE_LIB_EVALUATOR_OPS_CLAMP_H
#define TARE_LIB_EVALUATOR_OPS_CLAMP_H

#include "tare/Dialect/Qnn/QnnOps.h"
#include "tare/Tensor/Tensor.h"

#include <algorithm>
#include <optional>

namespace tare {

/// Limits the results of an op to what its activation lets through.
inline void applyClamp(std::optional<qnn::ClampAttr> clamp, const TensorView &result) {
  if (!clamp)
    return;
  float low = clamp->getMin(), high = clamp->getMax();
  float *values = result.as<float>();
  for (int64_t i = 0, n = result.count(); i < n; ++i)
    values[i] = std::min(std::max(values[i], low), high);
}

} // namespace tare

#endif // TARE_LIB_EVALUATOR_OPS_CLAMP_H
