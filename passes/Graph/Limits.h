//===- Limits.h - Ops that only cut off ---------------------------*- C++ -*-===//
#ifndef TARE_PASSES_GRAPH_LIMITS_H
#define TARE_PASSES_GRAPH_LIMITS_H

#include "tare/Dialect/Qnn/QnnOps.h"

#include <cmath>
#include <optional>

namespace tare {

/// The interval that a relu or clip limits its operand to; nothing for other ops.
inline std::optional<std::pair<double, double>> limitsOf(mlir::Operation *op) {
  if (!mlir::isa<qnn::ReluOp, qnn::ClipOp>(op))
    return std::nullopt;
  return mlir::cast<qnn::UnaryFunctionOpInterface>(op).getImage();
}

/// An interval that holds every result of `op`, as far as the op itself says.
inline std::pair<double, double> imageOf(mlir::Operation *op) {
  if (auto clamped = mlir::dyn_cast<qnn::ClampOpInterface>(op))
    if (std::optional<qnn::ClampAttr> clamp = clamped.getClamp())
      return {clamp->getMin(), clamp->getMax()};
  if (auto grid = mlir::dyn_cast<qnn::GridOpInterface>(op); grid && grid.getGridRule() == qnn::GridRule::Bounded)
    return grid.getBounds();
  if (auto function = mlir::dyn_cast<qnn::UnaryFunctionOpInterface>(op))
    return function.getImage();
  return {-HUGE_VAL, HUGE_VAL};
}

} // namespace tare

#endif // TARE_PASSES_GRAPH_LIMITS_H
