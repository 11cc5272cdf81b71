//===- PortScales.cpp - Ports' scales where hardware only shifts ----------===//
#include "Quantize/PortScales.h"
#include "Graph/Affine.h"
#include "Quantize/GivenGrids.h"
#include "Quantize/GridGroups.h"
#include "Quantize/StepCosts.h"
#include "Remarks.h"
#include "tare/Dialect/Qnn/DerivedNames.h"
#include "tare/Dialect/Qnn/Grid.h"
#include "tare/Dialect/Qnn/Names.h"
#include "tare/Dialect/Qnn/QnnOps.h"

#include <cmath>

using namespace mlir;
using namespace tare;
using qnn::Grid;

namespace {

constexpr StringLiteral passName = "tare-regrid-inputs";

/// The grid of the same integers whose scale is 2^exponent.
Grid scaledTo(const Grid &grid, int exponent) {
  Grid result = grid;
  result.scales = {std::ldexp(1.0, exponent)};
  return result;
}

/// Of a width that the target has, on a scale that it has not.
bool isOfNoPower(const std::optional<Grid> &grid, const Target &target) {
  return grid && grid->isPerTensor() && formatOfBits(target, grid->bits) && !exponentOf(grid->scale());
}

RankedTensorType typeOn(Value value, const Grid &grid) {
  return cast<RankedTensorType>(value.getType()).clone(grid.type(value.getContext()));
}

/// `value` times `factor`, in [1/2, 1], by an op of its own.
qnn::MulOp scaled(OpBuilder &builder, Value value, double factor, const std::string &name) {
  Location loc = qnn::nameLoc(builder.getContext(), name, name);
  Value number = floatConstant(builder, loc, {}, {factor}, name + "_factor");
  return qnn::MulOp::create(builder, loc, value.getType(), value, number, qnn::ClampAttr());
}

void moveInput(quant::DequantizeCastOp cast) {
  Grid grid = *Grid::of(cast.getInput().getType());
  const int exponent = int(std::ceil(std::log2(grid.scale())));
  OpBuilder builder(cast);
  std::string name = qnn::derivedName(cast, qnn::valueName(cast.getResult()) + "_scaled");
  remarkPassed(cast, passName, "PortScaleMoved");
  Value meant = qnn::ReinterpretOp::create(builder, cast.getLoc(), typeOn(cast.getInput(), scaledTo(grid, exponent)),
                                           cast.getInput());
  Value real = quant::DequantizeCastOp::create(builder, cast.getLoc(), cast.getType(), meant);
  qnn::MulOp product = scaled(builder, real, std::ldexp(grid.scale(), -exponent), name);
  auto [low, high] = coveredRange(grid);
  if (qnn::RangeAttr seen = rangeAttr(cast.getResult()))
    std::tie(low, high) = std::pair(seen.getMin(), seen.getMax());
  setRange(product, low, high, qnn::RangeLabel::Implied);
  cast.replaceAllUsesWith(product.getResult());
  cast.erase();
}

void moveOutput(quant::QuantizeCastOp cast) {
  Grid grid = *Grid::of(cast.getType());
  const int exponent = int(std::floor(std::log2(grid.scale())));
  OpBuilder builder(cast);
  const double factor = std::ldexp(1.0, exponent) / grid.scale();
  remarkPassed(cast, passName, "PortScaleMoved");
  qnn::MulOp product =
      scaled(builder, cast.getInput(), factor, qnn::derivedName(cast, qnn::layerName(cast) + "_scaled"));
  if (qnn::RangeAttr seen = rangeAttr(cast.getInput()))
    setRange(product, factor * seen.getMin(), factor * seen.getMax(), qnn::RangeLabel::Implied);
  Value integers = quant::QuantizeCastOp::create(builder, cast.getLoc(),
                                                 typeOn(cast.getResult(), scaledTo(grid, exponent)), product);
  Value meant = qnn::ReinterpretOp::create(builder, cast.getLoc(), cast.getType(), integers);
  cast.replaceAllUsesWith(meant);
  cast.erase();
}

} // namespace

bool tare::movePortScales(func::FuncOp function, const Target &target) {
  OutputBoundary boundary(function);
  SmallVector<quant::DequantizeCastOp> inputs;
  SmallVector<quant::QuantizeCastOp> outputs;
  function.walk([&](quant::DequantizeCastOp cast) {
    if (isOfNoPower(Grid::of(cast.getInput().getType()), target) && entersMoved(cast.getInput()) &&
        !boundary.contains(cast.getResult()))
      inputs.push_back(cast);
  });
  function.walk([&](quant::QuantizeCastOp cast) {
    bool isComputed = !isa<BlockArgument>(cast.getInput()) && qnn::isFloatTensor(cast.getInput());
    if (isComputed && isOfNoPower(Grid::of(cast.getType()), target) && !qnn::isAccumulator(cast.getType()) &&
        leavesMoved(cast.getResult(), boundary))
      outputs.push_back(cast);
  });
  for (quant::DequantizeCastOp cast : inputs)
    moveInput(cast);
  for (quant::QuantizeCastOp cast : outputs)
    moveOutput(cast);
  return !inputs.empty() || !outputs.empty();
}
