//===- RangeLimiter.cpp - Ranges that readers can tell --------------------===//
#include "Quantize/RangeLimiter.h"
#include "Graph/Affine.h"
#include "Quantize/FarRanges.h"
#include "Quantize/Selections.h"
#include "Remarks.h"
#include "tare/Calibration/ModelRanges.h"
#include "tare/Diagnostics/Warning.h"
#include "tare/Dialect/Qnn/Constants.h"
#include "tare/Dialect/Qnn/Names.h"

#include "llvm/Support/FormatVariadic.h"
#include <cmath>

using namespace mlir;
using namespace tare;

static constexpr StringLiteral passName = "tare-bound-ranges";

bool RangeLimiter::limitFarRange(Value value, double gain) const {
  qnn::RangeAttr range = qnn::isFloatTensor(value) ? rangeAttr(value) : qnn::RangeAttr();
  if (!range || !isFar(range, limits.of(value), gain))
    return false;
  auto [low, high] = within(range, limits.of(value));
  if (Operation *op = value.getDefiningOp())
    remarkPassed(op, passName, "RangeBounded")
        << remark::reason("from [{0}, {1}] to [{2}, {3}]: no result tells apart what is beyond", shown(range.getMin()),
                          shown(range.getMax()), shown(low), shown(high));
  setRange(value, low, high, range.getLabel());
  if (low > range.getMin())
    saturateAt(value, low);
  return true;
}

void RangeLimiter::reachFloor(Operation *op) const {
  Value value = op->getResult(0);
  qnn::RangeAttr range = qnn::isFloatTensor(value) ? rangeAttr(value) : qnn::RangeAttr();
  const double floor = limits.of(value).first;
  if (!range || !std::isfinite(floor) || floor >= range.getMin() || !mayComeBelow(op, floor))
    return;
  remarkPassed(op, passName, "RangeReaches")
      << remark::reason("from {0} down to {1}: an operand may mask it", shown(range.getMin()), shown(floor));
  setRange(value, floor, range.getMax(), range.getLabel());
  saturateAt(value, floor);
}

void RangeLimiter::saturateAt(Value value, double floor) const {
  auto op = value.getDefiningOp<qnn::ClampOpInterface>();
  if (!isSymmetric || !isa_and_present<qnn::AddOp, qnn::SubOp>(value.getDefiningOp()))
    return;
  auto [low, high] = qnn::fusedInterval(op);
  if (low < floor && floor < high)
    op.setClampAttr(qnn::ClampAttr::get(op.getContext(), floor, high));
}

void RangeLimiter::limitTouched(Operation *op) const {
  Value value = op->getResult(0);
  qnn::RangeAttr range = rangeAttr(value);
  if (!range)
    return;
  auto gridOp = cast<qnn::GridOpInterface>(op);
  bool inherits = gridOp.getGridRule() == qnn::GridRule::Same || gridOp.getGridRule() == qnn::GridRule::Unified;
  std::optional<std::pair<double, double>> inherited = inherits ? inheritedRange(gridOp) : std::nullopt;
  if (inherited)
    return setRange(value, inherited->first, inherited->second, range.getLabel());
  // Calibration searched a range for what is beyond all limits, too, which leaves its other end no better than that.
  std::optional<qnn::Interval> implied = calibration::uniformRange(op, findRange);
  if (implied && (range.getMin() < implied->first || range.getMax() > implied->second)) {
    setRange(value, implied->first, implied->second, range.getLabel());
    range = rangeAttr(value);
  }
  limitEnds(op, range);
  reportMaskedRows(op);
}

void RangeLimiter::limitEnds(Operation *op, qnn::RangeAttr range) const {
  Value value = op->getResult(0);
  auto [floor, ceiling] = limits.of(value);
  auto [lower, upper] = bounds.endsOfElements(value);
  // A search for a range that cuts outliers off may have ended before what a mask must reach.
  bool isShortBelow = std::isfinite(floor) && floor < range.getMin() && lower <= floor;
  bool isShortAbove = std::isfinite(ceiling) && ceiling > range.getMax() && upper >= ceiling;
  bool raises = floor > range.getMin() || isShortBelow, lowers = ceiling < range.getMax() || isShortAbove;
  if (!raises && !lowers)
    return;
  double low = raises ? floor : range.getMin(), high = lowers ? ceiling : range.getMax();
  // Beside what is masked all else is near one another: a search that weighs errors may have cut that off instead.
  if (raises && std::isfinite(upper))
    high = std::max(high, std::min(upper, ceiling));
  if (lowers && std::isfinite(lower))
    low = std::min(low, std::max(lower, floor));
  if (raises)
    remarkPassed(op, passName, "RangeRaised") << remark::reason("from {0} to {1}", shown(range.getMin()), shown(low));
  if (lowers)
    remarkPassed(op, passName, "RangeLowered") << remark::reason("from {0} to {1}", shown(range.getMax()), shown(high));
  setRange(value, low, high, range.getLabel());
  if (raises)
    saturateAt(value, low);
}

void RangeLimiter::reportMaskedRows(Operation *op) const {
  Value value = op->getResult(0);
  double least = 0, greatest = 0, row = HUGE_VAL;
  const bool isConstant = llvm::any_of(op->getOperands(), [](Value each) { return bool(floatConstantValue(each)); });
  for (Value operand : op->getOperands())
    if (!floatConstantValue(operand) && !bounds.isTouched(operand)) {
      least = std::min(least, bounds.least(operand));
      greatest = std::max(greatest, bounds.greatest(operand));
    }
  for (Operation *user : value.getUsers())
    if (auto softmax = dyn_cast<qnn::SoftmaxOp>(user))
      row = std::min(row, bounds.leastMaximum(value, softmax.getAxis()));
  qnn::RangeAttr range = rangeAttr(value);
  if (row >= least || !std::isfinite(least) || greatest <= least ||
      range.getMax() - range.getMin() <= bearableWidening * (greatest - least))
    return;
  double bits = std::log2((range.getMax() - range.getMin()) / (greatest - least));
  std::string text = llvm::formatv("layer '{0}': its {1} make all elements of a row as low as {2}, which a "
                                   "softmax tells apart, so the grid of '{3}' covers them and what lies in [{4}, "
                                   "{5}], and is {6:f1} bits coarser",
                                   qnn::layerName(op), isConstant ? "constants" : "operands", shown(row),
                                   qnn::valueName(value), shown(least), shown(greatest), bits);
  reportWarning(op->getLoc(), {"MaskedRow", "", qnn::layerName(op), std::exp2(bits) / 2, CostUnit::lsb, text,
                               "leave one element of each row unmasked, mask by the lowest float32, or keep 16-bit "
                               "activations (--activations i16)"});
}
