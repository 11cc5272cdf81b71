//===- GivenConstants.cpp - A model's own constants beside activations ----===//
#include "Quantize/ChannelProduct.h"
#include "Quantize/ConstantCosts.h"
#include "Quantize/GivenGrids.h"
#include "Quantize/GridGroups.h"
#include "Quantize/StepCosts.h"
#include "tare/Dialect/Qnn/Constants.h"
#include "tare/Dialect/Qnn/Names.h"
#include "tare/Dialect/Qnn/Steps.h"
#include "tare/Evaluator/Evaluator.h"
#include "tare/Passes/Repairs.h"

#include "llvm/Support/FormatVariadic.h"
#include <cmath>

using namespace mlir;
using namespace tare;
using qnn::Grid;
using qnn::GridOpInterface;
using qnn::GridRule;

namespace {

/// In steps of the grid: less is float32's own.
constexpr double noticeable = 1e-3;
/// In steps of a product's result: what a constant's grid may cost before the product becomes a convolution.
constexpr double harmlessSteps = 0.5;

/// What of a constant's grid no activation of the target has; empty where one has all of it.
std::string misfit(const Grid &grid, const Target &target) {
  if (!grid.isPerTensor())
    return llvm::formatv("a scale per index of axis {0}", *grid.axis);
  const ActivationFormat *format = formatOfBits(target, grid.bits);
  if (!format)
    return llvm::formatv("{0} bits", grid.bits);
  if (format->symmetric && grid.zeroPoint() != 0)
    return llvm::formatv("the zero point {0}", grid.zeroPoint());
  if (target.powerOfTwoScales() && !exponentOf(grid.scale()))
    return llvm::formatv("the scale {0:e3}, no power of two", grid.scale());
  return "";
}

/// The bits of an op's activations and of its result, the most of them; 0 where nothing says it.
unsigned activationBits(GridOpInterface op) {
  unsigned bits = 0;
  if (quant::QuantizeCastOp cast = existingCast(op->getResult(0)))
    bits = Grid::of(cast.getType())->bits;
  for (Value operand : op->getOperands())
    if (std::optional<Grid> grid = gridBehind(operand); grid && !realConstant(operand))
      bits = std::max(bits, grid->bits);
  return bits;
}

/// The grid of `step` on which all numbers are integers; nothing where there is none.
std::optional<Grid> gridOfStep(ArrayRef<float> values, double step, const ActivationRule &rule) {
  double low = 0, high = 0;
  for (float value : values) {
    std::optional<double> q = qnn::wholeStep(value / step);
    if (!q)
      return std::nullopt;
    low = std::min(low, *q);
    high = std::max(high, *q);
  }
  Grid grid = activationGrid(0, 1, rule);
  grid.scales = {step};
  grid.zeroPoints = {0};
  if (!rule.symmetric && (low < double(grid.min) || high > double(grid.max)))
    grid.zeroPoints = {grid.min - int64_t(low)};
  bool fits = low + double(grid.zeroPoint()) >= double(grid.min) && high + double(grid.zeroPoint()) <= double(grid.max);
  return fits ? std::optional(grid) : std::nullopt;
}

/// The finest grid that holds a whole constant exactly, of steps in `step`: in a sum, steps far apart would leave the
/// smaller one few bits of its multiplier (A20). Nothing where there is none.
std::optional<Grid> finestGrid(ArrayRef<float> values, double step, const ActivationRule &rule) {
  std::optional<Grid> grid = gridOfStep(values, step, rule);
  while (grid) {
    std::optional<Grid> finer = gridOfStep(values, grid->scale() / 2, rule);
    if (!finer)
      break;
    grid = finer;
  }
  return grid;
}

/// The grid for a whole constant: one that holds it exactly, where its least number or its finest scale is such a step,
/// otherwise that of its range.
Grid gridForAll(const Tensor &reals, ArrayRef<double> scales, const ActivationRule &rule) {
  ArrayRef<float> values(reals.as<float>(), reals.count());
  double least = HUGE_VAL;
  for (float value : values)
    least = value == 0 ? least : std::min(least, std::abs(double(value)));
  if (std::isfinite(least))
    for (double step : {least, *llvm::min_element(scales)})
      if (std::optional<Grid> exact = finestGrid(values, step, rule))
        return *exact;
  auto [low, high] = std::minmax_element(values.begin(), values.end());
  return activationGrid(*low, *high, rule);
}

class ConstantConformer {
public:
  ConstantConformer(const Target &target, bool repair) : target(target), repair(repair) {}

  LogicalResult conform(GridOpInterface op) const {
    // Who only moves elements is looked through by who reads them.
    if (op.isRearrangement())
      return mlir::success();
    for (OpOperand &operand : op->getOpOperands()) {
      if (op.takesAxisGrid(operand))
        continue;
      if (ElementsAttr constant = qnn::constantValue(operand.get())) {
        if (replaceCoarse(op, operand, constant))
          return mlir::success();
        continue;
      }
      std::optional<Grid> grid = givenGrid(operand.get());
      Tensor reals = grid ? realConstant(operand.get()) : Tensor();
      if (!reals)
        continue;
      std::string why = misfit(*grid, target);
      if (why.empty())
        pin(operand, reals, *grid);
      else if (replaceProduct(op, operand, target))
        return mlir::success();
      else if (failed(replace(op, operand, reals, *grid, why)))
        return failure();
    }
    return mlir::success();
  }

private:
  /// A float constant would be on one grid of its own; that may be too coarse for a product.
  bool replaceCoarse(GridOpInterface op, OpOperand &operand, ElementsAttr constant) const {
    if (!isa<qnn::MulOp>(op.getOperation()) || !constant.getElementType().isF32())
      return false;
    Tensor reals = qnn::toTensor(constant);
    const ActivationFormat *format = formatOfBits(target, activationBits(op));
    if (!format)
      format = &target.activations.front();
    ActivationRule rule{unsigned(8 * sizeOf(format->type)), format->symmetric};
    auto [low, high] = rangeOf(constant);
    std::optional<double> cost = costOfGrid(op, operand, reals, activationGrid(low, high, rule), rule);
    return cost && *cost > harmlessSteps && replaceProductByReals(op, operand, reals, target);
  }

  LogicalResult replace(GridOpInterface op, OpOperand &operand, const Tensor &reals, const Grid &given,
                        const std::string &why) const {
    // Operands of a concatenation are rounded to the grid of its result; on targets that only shift all scales are
    // chosen together, and this one is near what will be.
    bool isUnified = op.getGridRule() == GridRule::Unified;
    Grid grid = gridForAll(reals, given.scales, ruleFor(op, given));
    if (target.powerOfTwoScales() && !exponentOf(grid.scale()))
      grid.scales = {std::exp2(std::ceil(std::log2(grid.scale())))};
    double error = isUnified ? 0 : roundingError(reals, grid);
    if (error > noticeable * grid.scale() && failed(tell(op, operand, reals, why, grid, error)))
      return failure();
    if (isUnified || target.powerOfTwoScales())
      putReals(operand, reals);
    else
      pin(operand, reals, grid);
    return mlir::success();
  }

  /// The constant itself on the grid, unless it is that already.
  static void pin(OpOperand &operand, const Tensor &reals, const Grid &grid) {
    if (operand.get().getDefiningOp<quant::DequantizeCastOp>() && sameGrid(*gridBehind(operand.get()), grid))
      return;
    OpBuilder builder(operand.getOwner());
    Location loc = operand.get().getLoc();
    std::string name = qnn::valueName(operand.get());
    RankedTensorType type = onGrid(operand.get().getType(), grid);
    ElementsAttr integers = qnn::toAttr(qnn::storageType(type), constantOnGrid(reals, type), name);
    auto constant = qnn::ConstantOp::create(builder, loc, type, integers);
    operand.set(quant::DequantizeCastOp::create(builder, loc, operand.get().getType(), constant));
  }

  static void putReals(OpOperand &operand, const Tensor &reals) {
    OpBuilder builder(operand.getOwner());
    ElementsAttr attr = qnn::toAttr(builder.getContext(), reals, qnn::valueName(operand.get()));
    operand.set(qnn::ConstantOp::create(builder, operand.get().getLoc(), attr));
  }

  /// The width of the constant or of the activations, the wider one, if the target has it; otherwise the other.
  ActivationRule ruleFor(GridOpInterface op, const Grid &given) const {
    auto [narrow, wide] = std::minmax({given.bits, activationBits(op)});
    for (unsigned bits : {wide, narrow})
      if (const ActivationFormat *format = formatOfBits(target, bits))
        return {bits, format->symmetric};
    const ActivationFormat &format = target.activations.front();
    return {unsigned(8 * sizeOf(format.type)), format.symmetric};
  }

  /// In steps of the result, as all costs are, where it has or will have a grid.
  LogicalResult tell(GridOpInterface op, OpOperand &operand, const Tensor &reals, const std::string &why,
                     const Grid &grid, double error) const {
    const std::string name = qnn::valueName(operand.get());
    std::string text = llvm::formatv("layer '{0}' reads the constant '{1}', which has {2}, but an activation of target "
                                     "'{3}' has not",
                                     qnn::layerName(op), name, why, target.name);
    if (!repair)
      return op->emitError() << text << "; do without --no-repair, which rounds it to one grid for the tensor";
    text += llvm::formatv(": it was rounded to one grid of {0} bits and scale {1:e3}, which its numbers are off by at "
                          "most {2:e3}",
                          grid.bits, grid.scale(), error);
    std::optional<double> cost = stepsOfResult(op, operand, reals, grid, ruleFor(op, grid));
    if (cost)
      text += llvm::formatv(", at the cost of at most {0:f1} LSB of the output", *cost);
    reportRepair(op, {"ConstantRounded", 1, cost.value_or(error), cost.has_value()}, text);
    return mlir::success();
  }

  const Target &target;
  const bool repair;
};

} // namespace

std::optional<Grid> tare::givenGrid(Value value) {
  auto moved = value.getDefiningOp<GridOpInterface>();
  return moved && moved.isRearrangement() ? givenGrid(moved->getOperand(0)) : gridBehind(value);
}

LogicalResult tare::conformConstants(func::FuncOp function, const Target &target, bool repair) {
  ConstantConformer conformer(target, repair);
  SmallVector<GridOpInterface> ops;
  function.walk([&](GridOpInterface op) { ops.push_back(op); });
  bool failed = false;
  for (GridOpInterface op : ops)
    failed |= mlir::failed(conformer.conform(op));
  return mlir::failure(failed);
}
