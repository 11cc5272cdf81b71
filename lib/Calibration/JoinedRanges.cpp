//===- JoinedRanges.cpp - Ranges that values have from others -------------===//
#include "JoinedRanges.h"
#include "mlir/Dialect/Quant/IR/Quant.h"
#include "tare/Calibration/ModelRanges.h"
#include "tare/Dialect/Qnn/Names.h"
#include "tare/Dialect/Qnn/QnnOps.h"

#include <algorithm>

using namespace tare;
using namespace tare::calibration;
using qnn::Interval;

namespace {

class Joiner {
public:
  explicit Joiner(Ranges &ranges) : ranges(ranges) {}

  void visit(mlir::Operation &op) {
    auto known = [&](mlir::Value value) { return rangeOf(value); };
    std::optional<Interval> range = model.note(&op, known);
    const bool follows = range.has_value();
    if (auto gridOp = mlir::dyn_cast<qnn::GridOpInterface>(op); gridOp && !range)
      range = ofOperands(gridOp);
    if (!range || op.getNumResults() == 0)
      return;
    auto entry = ranges.values.find(qnn::valueName(op.getResult(0)));
    if (entry == ranges.values.end() || !isOfData(entry->second))
      return;
    ValueRange &joined = entry->second;
    if (range->first < range->second || joined.label != deadLabel)
      joined.label = inheritedLabel;
    std::tie(joined.min, joined.max) = *range;
    joined.stepErrors.reset();
    joined.flattened = joined.flattenedOf = 0;
    if (follows)
      joined.headroomBelow = joined.headroomAbove = joined.beyond = 0;
  }

private:
  static bool isOfData(const ValueRange &entry) { return entry.label != constantLabel && entry.label != nanLabel; }

  std::optional<Interval> rangeOf(mlir::Value value) const {
    auto found = ranges.values.find(qnn::valueName(value));
    return found == ranges.values.end() ? std::nullopt : std::optional(Interval(found->second.min, found->second.max));
  }

  /// But for those that have a grid of the model's.
  std::optional<Interval> ofOperands(qnn::GridOpInterface op) const {
    const bool isJoint = op.getGridRule() == qnn::GridRule::Unified, isMoved = op.getGridRule() == qnn::GridRule::Same;
    if (!isJoint && !isMoved)
      return std::nullopt;
    Interval range(0, 0);
    for (mlir::Value from : op->getOperands().take_front(isMoved ? 1 : op->getNumOperands())) {
      std::optional<Interval> one = rangeOf(from);
      if (!one || from.getDefiningOp<mlir::quant::DequantizeCastOp>())
        return std::nullopt;
      range = {std::min(range.first, one->first), std::max(range.second, one->second)};
    }
    return range;
  }

  Ranges &ranges;
  ModelRanges model;
};

} // namespace

void tare::calibration::joinRanges(mlir::func::FuncOp function, Ranges &ranges) {
  Joiner joiner(ranges);
  for (mlir::Operation &op : function.front().without_terminator())
    joiner.visit(op);
}
