//===- FuseParameters.cpp - Weights and biases as integers ----------------===//
#include "Quantize/FuseParameters.h"
#include "Arithmetic/Grids.h"
#include "Quantize/IntegerValues.h"
#include "tare/Dialect/Qnn/Constants.h"
#include "tare/Dialect/Qnn/Names.h"
#include "tare/Evaluator/Evaluator.h"

#include <cmath>

using namespace mlir;
using namespace tare;
using qnn::AccumulatorOpInterface;
using qnn::Grid;

static bool isNearly(const Grid &found, const Grid &wanted) {
  if (found.bits != wanted.bits)
    return false;
  for (int64_t c = 0, count = wanted.scales.size(); c < count; ++c)
    if (found.zeroPoint(c) != 0 || std::abs(found.scale(c) / wanted.scale(c) - 1.0) > 1e-6)
      return false;
  return true;
}

LogicalResult ParameterFuser::map(AccumulatorOpInterface op, IRMapping &mapping) {
  Grid activation = *Grid::of(mapping.lookup(op.getActivationOperand().get()).getType());
  if (!activation.isPerTensor())
    return op->emitOpError("of layer '") << qnn::layerName(op) << "' reads an activation with a scale per channel";
  FailureOr<Value> weights = perChannelWeights(op, mapping.lookup(op.getWeightOperand().get()));
  if (failed(weights))
    return failure();
  mapping.map(op.getWeightOperand().get(), *weights);
  if (!op.getBiasValue())
    return mlir::success();
  Grid grid = accumulatorGrid(activation, *Grid::of(weights->getType()), op.getOutputChannels(), 0);
  FailureOr<Value> bias = biasOnGrid(op, grid);
  if (failed(bias))
    return failure();
  mapping.map(op.getBiasValue(), *bias);
  return mlir::success();
}

FailureOr<Value> ParameterFuser::perChannelWeights(AccumulatorOpInterface op, Value weights) {
  Grid grid = *Grid::of(weights.getType());
  ElementsAttr integers = qnn::constantValue(weights);
  if (!integers)
    return op->emitOpError("of layer '") << qnn::layerName(op) << "' has weights that are not constant";
  if (grid.axis.value_or(0) != 0)
    return op->emitOpError("of layer '") << qnn::layerName(op) << "' has weights with a scale per index of axis "
                                         << *grid.axis
                                         << "; an accumulator needs one scale per output channel (axis 0)";
  if (llvm::any_of(grid.zeroPoints, [](int64_t zero) { return zero != 0; }))
    return op->emitOpError("of layer '") << qnn::layerName(op) << "' has weights with a zero point other than 0";
  if (grid.axis)
    return weights;
  grid.axis = 0;
  grid.scales.assign(op.getOutputChannels(), grid.scales[0]);
  grid.zeroPoints.assign(op.getOutputChannels(), 0);
  return Value(qnn::ConstantOp::create(builder, weights.getLoc(), onGrid(weights.getType(), grid), integers));
}

FailureOr<Value> ParameterFuser::biasOnGrid(AccumulatorOpInterface op, const Grid &grid) {
  Value bias = op.getBiasValue();
  RankedTensorType type = onGrid(qnn::expressedType(bias.getType()), grid);
  std::string name = qnn::layerName(op) + "_bias";
  ElementsAttr reals = qnn::constantValue(bias);
  if (auto cast = bias.getDefiningOp<quant::DequantizeCastOp>()) {
    ElementsAttr integers = qnn::constantValue(cast.getInput());
    if (!integers)
      return op->emitOpError("of layer '") << qnn::layerName(op) << "' has a bias that is not constant";
    if (cast.getInput().getType() == type)
      return cast.getInput();
    if (isNearly(*Grid::of(cast.getInput().getType()), grid))
      return Value(qnn::ConstantOp::create(builder, bias.getLoc(), type, integers));
    Tensor values = dequantized(qnn::toTensor(integers), cast.getInput().getType());
    reals = qnn::toAttr(builder.getContext(), values, name);
  }
  noteMisfit(op, reals, grid);
  return quantizedConstant(builder, bias.getLoc(), reals, type, name);
}

void ParameterFuser::noteMisfit(AccumulatorOpInterface op, ElementsAttr reals, const Grid &grid) {
  if (std::optional<std::string> misfit = biasMisfit(reals, grid))
    op->setAttr(qnn::biasMisfitAttrName, builder.getStringAttr(*misfit));
}
