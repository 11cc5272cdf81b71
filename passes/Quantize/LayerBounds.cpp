//===- LayerBounds.cpp - What layers with weights say of scales -----------===//
#include "Quantize/LayerBounds.h"
#include "Graph/Affine.h"
#include "tare/Dialect/Qnn/Constants.h"
#include "tare/Dialect/Qnn/Names.h"

#include <cmath>

using namespace mlir;
using namespace tare;
using qnn::AccumulatorOpInterface;
using qnn::Grid;

void LayerBounds::add(AccumulatorOpInterface op, std::optional<Variable> y) {
  OpOperand &activation = op.getActivationOperand();
  std::optional<Variable> x = model.variableOf(activation.get());
  if (!x && floatConstantValue(activation.get()))
    x = model.addConstant(activation);
  if (!x)
    return; // Its activation stayed float: tare-fuse-quantized says so.
  Value weights = op.getWeightOperand().get();
  ElementsAttr bias = op.getBiasValue() ? floatConstantValue(op.getBiasValue()) : ElementsAttr();
  Layer layer{op, *x, y, bias, 0, std::nullopt, {}, {}};
  if (!model.onlyShifts)
    return addMultipliedLayer(std::move(layer));
  if (auto cast = weights.getDefiningOp<quant::DequantizeCastOp>())
    return addFixedWeights(op, *Grid::of(cast.getInput().getType()), *x, y);
  if (ElementsAttr constant = floatConstantValue(weights); constant && weightGrid(constant))
    addShiftedLayer(std::move(layer), constant); // Otherwise refused when the weights are cast.
}

void LayerBounds::addShiftedLayer(Layer layer, ElementsAttr weights) {
  layer.steps.emplace(weights);
  std::vector<ExponentChannel> channels(layer.steps->channels());
  for (size_t c = 0; c != channels.size(); ++c) {
    layer.costs.push_back(layer.steps->cost(c, model.context.relevance.of(layer.op->getResult(0))));
    channels[c].error = layer.costs.back();
    channels[c].lowest = layer.steps->lowestFor(c, model.accumulatorLimit() / model.reach());
    if (double offset = layer.biasAt(c))
      channels[c].lowestAccumulator =
          std::ilogb(offset) + 1 - std::min(biasBits, model.context.format.accumulatorBits - 2);
  }
  layer.number =
      model.problem.addLayer(layer.x, layer.y, std::move(channels), model.context.target.shift, model.owner());
  model.layers.push_back(std::move(layer));
}

void LayerBounds::addFixedWeights(AccumulatorOpInterface op, const Grid &grid, Variable x, std::optional<Variable> y) {
  std::vector<ExponentChannel> channels(grid.scales.size());
  for (auto [scale, channel] : llvm::zip(grid.scales, channels)) {
    channel.fixed = exponentOf(scale);
    if (!channel.fixed)
      return model.refuse(qnn::valueName(op.getWeightOperand().get()), scale);
  }
  model.problem.addLayer(x, y, std::move(channels), model.context.target.shift, model.owner());
}

/// Its weights can have any scale; what the multiplier hits is chosen when the grids are known. An accumulator that
/// leaves is not multiplied.
void LayerBounds::addMultipliedLayer(Layer layer) {
  if (layer.y)
    layer.own = ownScales(layer);
  if (layer.own.empty())
    return;
  if (!model.context.target.weights.perChannel)
    layer.own.assign(layer.own.size(), *llvm::max_element(layer.own));
  double steepest = *llvm::max_element(layer.own) * model.bases[layer.x] / model.bases[*layer.y];
  model.problem.addBound(layer.x, *layer.y, model.reachOf(steepest, model.whole).min, model.owner());
  model.layers.push_back(std::move(layer));
}

SmallVector<double> LayerBounds::ownScales(const Layer &layer) {
  AccumulatorOpInterface op = layer.op;
  Value weights = op.getWeightOperand().get();
  if (auto cast = weights.getDefiningOp<quant::DequantizeCastOp>()) {
    ElementsAttr integers = qnn::constantValue(cast.getInput());
    Grid grid = *Grid::of(cast.getInput().getType());
    bool isPlain = llvm::all_of(grid.zeroPoints, [](int64_t zero) { return zero == 0; });
    if (!integers || grid.axis.value_or(0) != 0 || !isPlain)
      return {};
    SmallVector<double> own(grid.scales);
    own.resize(op.getOutputChannels(), grid.scales.front());
    return own;
  }
  ElementsAttr constant = floatConstantValue(weights);
  if (!constant)
    return {};
  Result<Grid> grid = weightGrid(constant);
  if (!grid)
    return {};
  qnn::forgetPages(constant);
  return SmallVector<double>(grid->scales);
}
