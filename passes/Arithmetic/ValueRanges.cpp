//===- ValueRanges.cpp - What is known of a value's elements --------------===//
#include "Arithmetic/ValueRanges.h"
#include "Arithmetic/Grids.h"
#include "tare/Dialect/Qnn/Constants.h"
#include "tare/Evaluator/Evaluator.h"

#include <algorithm>
#include <cmath>

using namespace mlir;
using namespace tare;
using qnn::Grid;
using qnn::GridRule;

void tare::widen(std::optional<std::pair<double, double>> &range, const std::optional<std::pair<double, double>> &by) {
  if (!by)
    return;
  if (!range)
    range = by;
  range->first = std::min(range->first, by->first);
  range->second = std::max(range->second, by->second);
}

/// Each result of a host op has a range of its own.
static StringAttr rangeNameOf(OpResult result) {
  std::string number = result.getResultNumber() ? "." + std::to_string(result.getResultNumber()) : "";
  return StringAttr::get(result.getContext(), Twine(qnn::rangeAttrName) + number);
}

qnn::RangeAttr tare::rangeAttr(Value value) {
  if (auto argument = dyn_cast<BlockArgument>(value)) {
    auto function = cast<func::FuncOp>(argument.getOwner()->getParentOp());
    return function.getArgAttrOfType<qnn::RangeAttr>(argument.getArgNumber(), qnn::rangeAttrName);
  }
  return value.getDefiningOp()->getAttrOfType<qnn::RangeAttr>(rangeNameOf(cast<OpResult>(value)));
}

std::optional<double> tare::constantBorder(Operation *op) {
  auto pad = dyn_cast<qnn::PadOp>(op);
  return pad && pad.getMode() == qnn::PadMode::Constant ? std::optional(pad.getValue().convertToDouble())
                                                        : std::nullopt;
}

std::optional<std::pair<double, double>> tare::paddingRange(Operation *op) {
  std::optional<double> value = constantBorder(op);
  if (!value || !std::isfinite(*value))
    return std::nullopt;
  return std::pair(std::min(*value, 0.0), std::max(*value, 0.0));
}

std::optional<qnn::Interval> tare::findRange(Value value) {
  if (qnn::RangeAttr range = rangeAttr(value))
    return qnn::Interval(range.getMin(), range.getMax());
  if (std::optional<Grid> grid = gridBehind(value))
    return grid->isPerTensor() ? std::optional(coveredRange(*grid)) : std::nullopt;
  ElementsAttr constant = qnn::isFloatTensor(value) ? qnn::constantValue(value) : ElementsAttr();
  return constant ? std::optional(rangeOf(constant)) : std::nullopt;
}

OperandRange tare::inheritedFrom(qnn::GridOpInterface op) {
  switch (op.getGridRule()) {
  case GridRule::Same:
    return op->getOperands().take_front();
  case GridRule::Unified:
    return op->getOperands();
  default:
    return op->getOperands().take_front(0);
  }
}

std::optional<std::pair<double, double>> tare::inheritedRange(qnn::GridOpInterface op) {
  OperandRange operands = inheritedFrom(op);
  if (operands.empty())
    return std::nullopt;
  std::optional<std::pair<double, double>> result = std::pair(0.0, 0.0);
  for (Value operand : operands) {
    std::optional<qnn::Interval> range = findRange(operand);
    if (!range)
      return std::nullopt;
    widen(result, range);
  }
  widen(result, paddingRange(op));
  return result;
}

void tare::completeRanges(func::FuncOp function) {
  for (auto op : function.getOps<qnn::GridOpInterface>()) {
    Value result = op->getResult(0);
    if (!qnn::isFloatTensor(result) || rangeAttr(result))
      continue;
    if (std::optional<qnn::Interval> range = inheritedRange(op))
      setRange(result, range->first, range->second, qnn::RangeLabel::Inherited);
  }
}

void tare::setRange(Value value, double min, double max, qnn::RangeLabel label, qnn::StepErrorsAttr errors) {
  auto attr = qnn::RangeAttr::get(value.getContext(), std::min(min, 0.0), std::max(max, 0.0), label, errors);
  if (auto argument = dyn_cast<BlockArgument>(value))
    cast<func::FuncOp>(argument.getOwner()->getParentOp())
        .setArgAttr(argument.getArgNumber(), qnn::rangeAttrName, attr);
  else
    value.getDefiningOp()->setDiscardableAttr(rangeNameOf(cast<OpResult>(value)), attr);
}
