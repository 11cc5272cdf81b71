//===- DeadValues.cpp - Values that were never anything but 0 -------------===//
#include "Quantize/DeadValues.h"
#include "Quantize/GridGroups.h"
#include "tare/Diagnostics/Warning.h"
#include "tare/Dialect/Qnn/Constants.h"
#include "tare/Dialect/Qnn/Names.h"

#include "llvm/Support/Format.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using namespace tare;

namespace {

bool isImplied(Value value) {
  qnn::RangeAttr range = rangeAttr(value);
  return range && range.getLabel() == qnn::RangeLabel::Implied;
}

} // namespace

std::optional<qnn::Interval> tare::possibleRange(Value value, calibration::KnownRange known) {
  Operation *op = value.getDefiningOp();
  std::optional<qnn::Interval> range = calibration::uniformRange(op, known);
  // Of two activations where one is such a mask.
  if (isa<qnn::AddOp, qnn::SubOp, qnn::MulOp>(op) && !range && llvm::any_of(op->getOperands(), isImplied)) {
    SmallVector<qnn::Interval> operands;
    for (Value operand : op->getOperands())
      operands.push_back(known(operand).value_or(qnn::Interval(0, 0)));
    range = cast<qnn::GridOpInterface>(op).getImpliedRange(operands);
  }
  return range && range->first < range->second ? range : std::nullopt;
}

void tare::warnOfDeadValue(Value value, const std::optional<qnn::Interval> &possible) {
  auto isSettled = [](Value operand) { return qnn::constantValue(operand) || isImplied(operand); };
  if (possible && llvm::all_of(value.getDefiningOp()->getOperands(), isSettled))
    return;
  const std::string name = qnn::valueName(value);
  std::string text = "'" + name + "' was never anything but 0 during calibration; it gets the range ";
  if (possible)
    text += llvm::formatv("[{0}, {1}], which is what can come of that of its operand",
                          llvm::format("%g", possible->first), llvm::format("%g", possible->second));
  else
    text += "[0, 1]";
  reportWarning(value.getLoc(),
                {"DeadValue", "", name, 0, CostUnit::none, text, "calibrate on data that exercises it"});
}
