//===- Cause.cpp - Why an effective scale is out of reach -----------------===//
#include "Requant/Cause.h"

#include "Arithmetic/Grids.h"
#include "Arithmetic/ValueRanges.h"
#include "tare/Dialect/Qnn/Grid.h"
#include "tare/Dialect/Qnn/Names.h"

#include <algorithm>

using namespace tare;
using namespace mlir;
using qnn::Grid;

namespace {

/// A channel whose weights' scale is below this share of the layer's median is nearly zero beside the others.
constexpr double nearlyZeroShare = 0x1p-8;

/// What calibration saw of a quantized value, behind a cast, too.
qnn::RangeAttr observed(Value value) {
  if (auto cast = value.getDefiningOp<quant::QuantizeCastOp>())
    return observed(cast.getInput());
  return rangeAttr(value);
}

bool isDead(Value value) {
  qnn::RangeAttr range = observed(value);
  return range && range.getLabel() == qnn::RangeLabel::Dead;
}

/// The grid is a quantizer's default, and nothing was observed.
bool isUncalibrated(Value value) {
  std::optional<Grid> grid = Grid::of(value.getType());
  return grid && isDefaultGrid(*grid) && !observed(value);
}

bool isNearlyZero(const Grid &weights, int64_t channel) {
  SmallVector<double> scales = weights.scales;
  auto middle = scales.begin() + scales.size() / 2;
  std::nth_element(scales.begin(), middle, scales.end());
  return weights.scale(channel) < nearlyZeroShare * *middle;
}

std::string quoted(Value value) { return "'" + qnn::valueName(value) + "'"; }

Cause uncalibrated(Value value) {
  return {"UncalibratedValue",
          "value " + quoted(value) + " is uncalibrated: scale 1 and zero point 0 are a quantizer's default",
          "calibrate before exporting the model"};
}

Cause coarseBeside(StringRef other) {
  return {"CoarseResult", ("the output's grid is far coarser than the " + other + "'s").str(),
          "look for outliers in the calibration data, or try another --method"};
}

} // namespace

Cause tare::causeOfLargeScale(qnn::RequantOpInterface op) {
  Value result = op->getResult(0);
  if (isDead(result))
    return {"DeadValue",
            "the output is dead: value " + quoted(result) +
                " was never anything but 0 during calibration, and its scale is made up",
            "calibrate it on data that exercises it, or remove the layer"};
  for (Value value : {result, Value(op->getOperand(0))})
    if (isUncalibrated(value))
      return uncalibrated(value);
  return {"FineResult", "the output's grid is finer than the accumulator's",
          "calibrate value " + quoted(result) + " on data that exercises it, or widen its range"};
}

Cause tare::causeOfSmallScale(qnn::RequantOpInterface op, int64_t channel) {
  if (auto accumulator = dyn_cast<qnn::AccumulatorOpInterface>(op.getOperation())) {
    std::optional<Grid> weights = Grid::of(accumulator.getWeightOperand().get().getType());
    if (weights && isNearlyZero(*weights, channel))
      return {"NearlyZeroWeights", "the channel's weights are nearly zero beside the layer's others", ""};
  }
  for (Value value : {Value(op->getResult(0)), Value(op->getOperand(0))})
    if (isUncalibrated(value))
      return uncalibrated(value);
  return coarseBeside("accumulator");
}

Cause tare::causeOfVanishingOperand() { return coarseBeside("operand"); }
