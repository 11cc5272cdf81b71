//===- Limits.h - Ops that only cut off ---------------------------*- C++ -*-===//
#ifndef TARE_PASSES_GRAPH_LIMITS_H
#define TARE_PASSES_GRAPH_LIMITS_H

#include "tare/Dialect/Qnn/QnnOps.h"

#include <optional>

namespace tare {

/// The interval that a relu or clip limits its operand to; nothing for other ops.
inline std::optional<std::pair<double, double>> limitsOf(mlir::Operation *op) {
  if (!mlir::isa<qnn::ReluOp, qnn::ClipOp>(op))
    return std::nullopt;
  return mlir::cast<qnn::UnaryFunctionOpInterface>(op).getImage();
}

} // namespace tare

#endif // TARE_PASSES_GRAPH_LIMITS_H
