//===- FinerBorders.cpp - Borders that a model's grid has not -------------===//
#include "Quantize/FinerBorders.h"
#include "Quantize/GridGroups.h"
#include "Quantize/Traces.h"
#include "Remarks.h"
#include "tare/Diagnostics/Warning.h"
#include "tare/Dialect/Qnn/Steps.h"

#include "llvm/Support/FormatVariadic.h"
#include <algorithm>
#include <cmath>

using namespace mlir;
using namespace tare;
using qnn::Grid;

namespace {

constexpr StringLiteral passName = "tare-conform-grids";

/// In steps of the grid: a border that is no farther from one of its numbers is that number.
constexpr double negligible = 1.0 / 256;
/// Beyond this many halvings of a step there is nothing to gain.
constexpr int mostHalvings = 8;

/// How far a border is from the nearest number of the grid.
double roundingOf(double border, const Grid &grid) {
  return std::abs(border - grid.scale() * qnn::nearestStep(border, grid.scale()));
}

/// Whether the model rounds the value, moved at most, to a grid.
bool isRoundedByModel(Value value) {
  return !qnn::allMadeOf(value, movesAlone, [](Value moved) {
    return llvm::none_of(moved.getUsers(), llvm::IsaPred<quant::QuantizeCastOp>);
  });
}

/// As often as the step can be halved where numbers of `size` are to be held, 0 for none.
int halvingsFor(double size, const Grid &grid, unsigned bits) {
  const double largest = double((int64_t(1) << (bits - 1)) - 1);
  int halvings = 0;
  while (halvings < mostHalvings && std::ldexp(size / grid.scale(), halvings + 1) <= largest)
    ++halvings;
  return halvings;
}

double sizeOf(const qnn::Interval &range) { return std::max(-range.first, range.second); }

/// The grid that the integers go to; nothing where none is finer.
std::optional<Grid> finerGrid(qnn::PadOp pad, double border, const Grid &grid, const Target &target) {
  constexpr unsigned narrow = 8, wide = 16;
  if (target.activation(ElementType::i16) && !target.powerOfTwoScales()) {
    int halvings = halvingsFor(std::max(sizeOf(coveredRange(grid)), std::abs(border)), grid, wide);
    return halvings ? std::optional(gridAround(grid, wide, halvings)) : std::nullopt;
  }
  qnn::RangeAttr seen = rangeAttr(pad.getResult());
  if (!seen || grid.bits != narrow)
    return std::nullopt;
  int halvings = halvingsFor(std::max(sizeOf({seen.getMin(), seen.getMax()}), std::abs(border)), grid, narrow);
  return halvings ? std::optional(gridAround(grid, narrow, halvings)) : std::nullopt;
}

void reportRounded(qnn::PadOp pad, double border, const Grid &grid, const Target &target) {
  double rounding = roundingOf(border, grid);
  std::string text = llvm::formatv("layer '{0}': pads integers in steps of {1:g} with {2:g}, which is between two of "
                                   "them, and target '{3}' has no finer grid for both: the border is off by {4:g}",
                                   qnn::layerName(pad), grid.scale(), border, target.name, rounding);
  reportWarning(pad.getLoc(), {"RoundedBorder", "", qnn::layerName(pad), rounding / grid.scale(), CostUnit::lsb, text,
                               "pad with a number of the grid, quantize behind the padding, or take a target with "
                               "16-bit activations"});
}

void refine(qnn::PadOp pad, const Grid &grid, const Target &target) {
  const double border = pad.getValue().convertToDouble();
  std::optional<Grid> finer = finerGrid(pad, border, grid, target);
  if (!finer)
    return reportRounded(pad, border, grid, target);
  OpBuilder builder(pad);
  std::string layer = qnn::layerName(pad) + "_finer";
  pad.getInputMutable().assign(castBothWays(builder, pad.getInput(), *finer, layer));
  remarkPassed(pad, passName, "RefinedForBorder")
      << remark::reason("{0} is between two numbers of '{1}'", border, qnn::valueName(pad.getInput()));
}

} // namespace

void tare::refineForBorders(func::FuncOp function, const Target &target) {
  OutputBoundary boundary(function);
  function.walk([&](qnn::PadOp pad) {
    if (!hasBorder(pad) || !qnn::isFloatTensor(pad.getInput()) || boundary.moves(pad) ||
        isRoundedByModel(pad.getResult()))
      return;
    std::optional<Grid> grid = gridOfMoved(pad.getInput());
    if (grid && grid->isPerTensor() && roundingOf(pad.getValue().convertToDouble(), *grid) > negligible * grid->scale())
      refine(pad, *grid, target);
  });
}
