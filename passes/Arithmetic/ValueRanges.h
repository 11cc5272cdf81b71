//===- ValueRanges.h - What is known of a value's elements ------*- C++ -*-===//
#ifndef TARE_PASSES_ARITHMETIC_VALUERANGES_H
#define TARE_PASSES_ARITHMETIC_VALUERANGES_H

#include "tare/Dialect/Qnn/QnnDialect.h"
#include "tare/Dialect/Qnn/QnnOps.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include <optional>
#include <utility>

namespace tare {

/// What calibration saw of an activation; null where nothing is known.
qnn::RangeAttr rangeAttr(mlir::Value value);

/// What is known of the elements of a float value or constant, 0 included: from calibration, or from the grid that they
/// come from; nothing where neither says it.
std::optional<qnn::Interval> findRange(mlir::Value value);

/// The range of what a same-grid op adds to its operand's values: a padding's constant. Nothing where that is infinite:
/// the end of any grid stands for it.
std::optional<std::pair<double, double>> paddingRange(mlir::Operation *op);

/// The number that a padding adds, infinite or not.
std::optional<double> constantBorder(mlir::Operation *op);

/// The operands whose elements the result of a same-grid or unified op holds.
mlir::OperandRange inheritedFrom(qnn::GridOpInterface op);

/// The range that the result of a same-grid or unified op has from its operands, and from what it pads with; nothing
/// where an operand's range is not known, and for other ops.
std::optional<std::pair<double, double>> inheritedRange(qnn::GridOpInterface op);
/// Makes `range` hold `by` as well; nothing holds nothing.
void widen(std::optional<std::pair<double, double>> &range, const std::optional<std::pair<double, double>> &by);

/// Says of every same-grid and unified op whose result has no range the one that it inherits. Rewrites make such ops
/// without one; behind a model's own grids nobody else says it.
void completeRanges(mlir::func::FuncOp function);

/// Sets what is known of an activation; 0 is made part of it.
void setRange(mlir::Value value, double min, double max, qnn::RangeLabel label, qnn::StepErrorsAttr errors = {});

} // namespace tare

#endif // TARE_PASSES_ARITHMETIC_VALUERANGES_H
