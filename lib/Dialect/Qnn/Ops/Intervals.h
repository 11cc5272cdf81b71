//===- Intervals.h - What intervals say of each other ----------*- C++ -*-===//
#ifndef TARE_LIB_DIALECT_QNN_OPS_INTERVALS_H
#define TARE_LIB_DIALECT_QNN_OPS_INTERVALS_H

#include "tare/Dialect/Qnn/QnnOps.h"

namespace tare::qnn {

/// The fused activation limits what the op computes.
Interval limited(std::optional<ClampAttr> clamp, Interval range);

/// The products of two intervals' numbers.
Interval product(const Interval &a, const Interval &b);

/// (A53) The limits of an op's sum, product, .. before its fused activation.
Interval beforeClamp(std::optional<ClampAttr> clamp, Interval result);

/// What is known of a value's elements.
Interval knownOf(mlir::Value value, const ElementBounds &bounds);

/// The limits of an operand all of whose elements matter.
inline constexpr Interval everyElementMatters = {-HUGE_VAL, HUGE_VAL};

} // namespace tare::qnn

#endif // TARE_LIB_DIALECT_QNN_OPS_INTERVALS_H
