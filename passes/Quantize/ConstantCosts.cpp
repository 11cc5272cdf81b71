//===- ConstantCosts.cpp - What the grid of a constant costs --------------===//
#include "Quantize/ConstantCosts.h"
#include "Quantize/GridGroups.h"
#include "Quantize/PassedErrors.h"
#include "Quantize/Relevance.h"
#include "tare/Diagnostics/Warning.h"
#include "tare/Dialect/Qnn/Names.h"
#include "tare/Dialect/Qnn/Steps.h"

#include "llvm/Support/FormatVariadic.h"
#include <algorithm>
#include <cmath>

using namespace mlir;
using namespace tare;
using qnn::Grid;

namespace {

/// Of a result's own rounding there is half of one anyway.
constexpr double tolerableSteps = 1;

ArrayRef<float> numbersOf(const Tensor &reals) { return {reals.as<float>(), size_t(reals.count())}; }

double errorOf(float value, const Grid &grid) {
  return std::abs(double(value) - grid.scale() * double(qnn::integerOf(value, grid) - grid.zeroPoint()));
}

double largest(std::pair<double, double> range) { return std::max(-range.first, range.second); }

/// By its grid, or by what calibration saw.
std::optional<double> largestOf(Value value) {
  if (std::optional<Grid> grid = gridBehind(value); grid && grid->isPerTensor())
    return largest(coveredRange(*grid));
  qnn::RangeAttr range = rangeAttr(value);
  return range ? std::optional(largest({range.getMin(), range.getMax()})) : std::nullopt;
}

/// The grid that the result has or would have.
std::optional<Grid> gridOfResult(Operation *op, const ActivationRule &rule) {
  if (std::optional<Grid> grid = resultGrid(op))
    return grid;
  qnn::RangeAttr range = rangeAttr(op->getResult(0));
  return range ? std::optional(activationGrid(range.getMin(), range.getMax(), rule)) : std::nullopt;
}

std::string textOf(Operation *op, OpOperand &constant, const Tensor &reals, const Grid &grid, double cost) {
  double least = HUGE_VAL, most = 0;
  for (float value : numbersOf(reals))
    if (double magnitude = std::abs(double(value)); magnitude != 0)
      least = std::min(least, magnitude), most = std::max(most, magnitude);
  return llvm::formatv(
             "layer '{0}' reads the constant '{1}', numbers from {2:e2} to {3:e2}, on one grid of {4} bits and "
             "scale {5:e2}, at the cost of at most {6:f1} LSB of the output",
             qnn::layerName(op), qnn::valueName(constant.get()), least, most, grid.bits, grid.scale(), cost)
      .str();
}

} // namespace

double tare::roundingError(const Tensor &reals, const Grid &grid) {
  double worst = 0;
  for (float value : numbersOf(reals))
    worst = std::max(worst, errorOf(value, grid));
  return worst;
}

std::optional<double> tare::costOfGrid(Operation *op, OpOperand &constant, const Tensor &reals, const Grid &grid,
                                       const ActivationRule &rule) {
  std::optional<Grid> result = gridOfResult(op, rule);
  if (!result)
    return std::nullopt;
  if (isSum(op))
    return roundingError(reals, grid) / result->scale();
  if (!isa<qnn::MulOp>(op))
    return std::nullopt;
  std::optional<double> factor = largestOf(op->getOperand(1 - constant.getOperandNumber()));
  if (!factor)
    return std::nullopt;
  double most = largest(coveredRange(*result)), worst = 0;
  for (float value : numbersOf(reals)) {
    double others = value == 0 ? *factor : std::min(*factor, most / std::abs(double(value)));
    worst = std::max(worst, errorOf(value, grid) * others);
  }
  return worst / result->scale();
}

std::optional<double> tare::stepsOfResult(Operation *op, OpOperand &constant, const Tensor &reals, const Grid &grid,
                                          const ActivationRule &rule) {
  if (std::optional<double> steps = costOfGrid(op, constant, reals, grid, rule))
    return steps;
  std::optional<Grid> result = gridOfResult(op, rule);
  std::optional<double> passed = passedOn(constant, roundingError(reals, grid));
  return result && passed ? std::optional(*passed / result->scale()) : std::nullopt;
}

void tare::warnOfCoarseConstant(Operation *op, OpOperand &constant, const Tensor &reals, const Grid &grid,
                                const ActivationRule &rule, bool hasWider) {
  std::optional<double> cost = costOfGrid(op, constant, reals, grid, rule);
  if (!cost || *cost <= tolerableSteps)
    return;
  const char *remedy = hasWider ? "keep 16-bit activations (--activations i16), or bring its numbers closer together"
                                : "bring its numbers closer together, or split the layer by their size";
  reportWarning(op->getLoc(), {"CoarseConstant", "", qnn::layerName(op), *cost, CostUnit::lsb,
                               textOf(op, constant, reals, grid, *cost), remedy});
}
