//===- Selections.cpp - Values that are chosen, or masked -----------------===//
#include "Quantize/Selections.h"
#include "tare/Diagnostics/Warning.h"
#include "tare/Dialect/Qnn/Constants.h"
#include "tare/Dialect/Qnn/Host.h"
#include "tare/Dialect/Qnn/Names.h"

#include "llvm/Support/Format.h"
#include "llvm/Support/FormatVariadic.h"
#include <algorithm>
#include <cmath>

using namespace mlir;
using namespace tare;

namespace {

/// A grid may be so many times as coarse without a word.
constexpr double bearableWidening = 4;

double width(const qnn::Interval &range) { return range.second - range.first; }

auto shown(double number) { return llvm::format("%g", number); }

bool isConstant(Value value) { return bool(qnn::constantValue(value)); }

/// What was one step is 2^bits of them now, and half of one is lost.
Warning widening(StringRef kind, Value value, double bits, const std::string &text, const std::string &remedy) {
  return {kind.str(), "", qnn::valueName(value), std::exp2(bits) / 2, CostUnit::lsb, text, remedy};
}

} // namespace

bool tare::mayComeBelow(Operation *op, double floor) {
  auto gridOp = dyn_cast<qnn::GridOpInterface>(op);
  SmallVector<qnn::Interval> ranges;
  for (Value operand : op->getOperands()) {
    std::optional<qnn::Interval> range = findRange(operand);
    if (!range)
      return false;
    ranges.push_back(*range);
  }
  // Ends that were found from the floor are off by a rounding.
  const double tolerance = 1e-6 * std::abs(floor);
  for (qnn::Interval &range : ranges)
    for (double end : {range.first, range.second}) {
      const qnn::Interval whole = std::exchange(range, {end, end});
      std::optional<qnn::Interval> implied = gridOp ? gridOp.getImpliedRange(ranges) : std::nullopt;
      range = whole;
      if (implied && implied->second <= floor + tolerance)
        return true;
    }
  return false;
}

void tare::warnOfWideTable(Value value, const qnn::Interval &range, const calibration::ValueRange &seen, bool isWide) {
  const SmallVector<Value> taken = qnn::takenValues(value.getDefiningOp()).values;
  const double seenWidth = width({std::min(seen.seenMin, 0.0), std::max(seen.seenMax, 0.0)});
  if (taken.empty() || !llvm::all_of(taken, isConstant) || !(seenWidth > 0) ||
      width(range) <= bearableWidening * seenWidth)
    return;
  const double bits = std::log2(width(range) / seenWidth);
  std::string text = llvm::formatv(
      "'{0}': the constants that it selects from hold [{1}, {2}], of which calibration saw [{3}, {4}]: "
      "what is computed from the others has ranges of what was seen",
      qnn::valueName(value), shown(range.first), shown(range.second), shown(seen.seenMin), shown(seen.seenMax));
  std::string remedy = "calibrate on indices as they will come, or take out of the model what is never selected";
  if (isWide)
    return reportWarning(value.getLoc(), {"WideTable", "", qnn::valueName(value), 0, CostUnit::none, text, remedy});
  text += llvm::formatv(", and its own grid covers all and is {0:f1} bits coarser", bits);
  reportWarning(value.getLoc(),
                widening("WideTable", value, bits, text, remedy + ", or keep 16-bit activations (--activations i16)"));
}

void tare::warnOfFarFill(qnn::HostOp op, const OutputBoundary &boundary) {
  Value value = op.getResult(0);
  SmallVector<Value> taken = qnn::takenValues(op).values;
  qnn::RangeAttr range = qnn::isFloatTensor(value) ? rangeAttr(value) : qnn::RangeAttr();
  if (!range || value.use_empty() || boundary.contains(value) || existingCast(value) ||
      !llvm::any_of(taken, isConstant))
    return;
  std::optional<qnn::Interval> beside;
  for (Value each : taken)
    if (!isConstant(each))
      widen(beside, findRange(each));
  const qnn::Interval all(range.getMin(), range.getMax());
  if (!beside || !(width(*beside) > 0) || width(all) <= bearableWidening * width(*beside))
    return;
  const double bits = std::log2(width(all) / width(*beside));
  std::string text = llvm::formatv("layer '{0}': puts numbers of [{1}, {2}] among what lies in [{3}, {4}]; what reads "
                                   "it may take both, so the grid of '{5}' covers both and is {6:f1} bits coarser",
                                   qnn::layerName(op), shown(all.first), shown(all.second), shown(beside->first),
                                   shown(beside->second), qnn::valueName(value), bits);
  reportWarning(op->getLoc(), widening("FarFill", value, bits, text, "put a number of that range there"));
}
