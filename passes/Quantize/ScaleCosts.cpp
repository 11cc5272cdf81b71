//===- ScaleCosts.cpp - What each scale costs -----------------------------===//
#include "Quantize/ScaleCosts.h"
#include "Graph/Affine.h"
#include "Quantize/Relevance.h"

#include "llvm/ADT/ScopeExit.h"
#include <cmath>

using namespace mlir;
using namespace tare;
using qnn::AccumulatorOpInterface;
using qnn::GridOpInterface;

/// Of shifts that only multipliers bound.
static constexpr int anyShift = -1000;

void ScaleCosts::add() {
  addValues();
  for (ScaleModel::ConstantOperand &constant : model.constants)
    if (constant.variable)
      model.problem.addCost(*constant.variable, constant.cost = model.costOf(constant));
  for (const Layer &layer : model.layers)
    if (!layer.steps)
      addLayer(layer);
}

void ScaleCosts::addValues() {
  const GridGroups &groups = model.groups;
  llvm::DenseSet<Variable> lossless;
  for (Value value : groups.values())
    if (!groups.pinned(value))
      lossless.insert(*model.variableOf(value));
  for (Value value : groups.values())
    if (addValue(value))
      lossless.erase(*model.variableOf(value));
  for (Value value : groups.values())
    if (Variable variable = *model.variableOf(value); lossless.erase(variable)) {
      // Nobody says what its members lose.
      auto [min, max] = *groups.range(value);
      const double relevance = model.context.relevance.of(value);
      model.problem.addCost(variable, evenCost(min, max, groups.ruleFor(value), model.familyOf(variable, relevance)));
    }
}

/// What a member of a group loses; a same-grid op's result only repeats what it was given.
bool ScaleCosts::addValue(Value value) {
  if (!model.groups.pinned(value))
    addConstantsBeside(value);
  qnn::RangeAttr range = value.getDefiningOp<quant::DequantizeCastOp>() ? qnn::RangeAttr() : rangeAttr(value);
  if (model.groups.pinned(value) || !range || range.getLabel() == qnn::RangeLabel::Inherited)
    return false;
  Variable variable = *model.variableOf(value);
  model.problem.addCost(variable, stepCost(range, model.groups.ruleFor(value),
                                           model.familyOf(variable, model.context.relevance.of(value))));
  return true;
}

/// Constants beyond all that they are put beside, as a padding and a concatenation do, which no calibration saw: a grid
/// that ends before them makes them other numbers.
void ScaleCosts::addConstantsBeside(Value value) {
  auto op = value.getDefiningOp<GridOpInterface>();
  if (!op)
    return;
  std::optional<qnn::Interval> constants = paddingRange(op), others;
  for (Value operand : inheritedFrom(op)) {
    ElementsAttr constant = floatConstantValue(operand);
    widen(constant ? constants : others, constant ? rangeOf(constant) : findRange(operand));
  }
  if (!constants || !others || (constants->first >= others->first && constants->second <= others->second))
    return;
  widen(constants, others);
  Variable variable = *model.variableOf(value);
  ConvexCost cost = evenCost(constants->first, constants->second, model.groups.ruleFor(value),
                             model.familyOf(variable, model.context.relevance.of(value)));
  cost.limit(cost.best());
  model.problem.addCost(variable, cost);
}

/// A layer's channels by w, where M = m * 2^(e_x + w - e_y) at the largest shift. (A51)
void ScaleCosts::addLayer(const Layer &layer) {
  const AccumulatorContext around = model.contextOf(layer);
  llvm::scope_exit forget([&] { layer.forgetWeights(); });
  SmallVector<ChannelWeights> weights = channelWeights(layer.own, around, model.context.target);
  double power = 0, relevance = model.context.relevance.of(AccumulatorOpInterface(layer.op)->getResult(0));
  for (const ChannelWeights &channel : weights)
    power += channel.power();
  std::vector<ExponentChannel> channels;
  for (const ChannelWeights &channel : weights)
    if (channel.power() > 0) {
      channels.emplace_back();
      channels.back().error = multipliedCost(channel, model.bases[*layer.y] / model.bases[layer.x], relevance / power);
    }
  if (!channels.empty())
    model.problem.addLayer(layer.x, layer.y, std::move(channels), {anyShift, model.whole.shiftMax},
                           model.ownerOf(layer.op));
}

/// From where 10 bits are left, beyond which there is nothing to gain, to where the weights are lost.
ConvexCost ScaleCosts::multipliedCost(const ChannelWeights &channel, double base, double factor) const {
  constexpr int mostBits = 10, lostOctaves = 7;
  MultiplierLimits limits = model.whole;
  limits.shiftMin -= limits.shiftMax, limits.shiftMax = 0;
  int unit = std::ilogb(channel.own() / base);
  double power = channel.power();
  std::vector<double> errors;
  for (int w = unit - std::min(mostBits, limits.bits); w <= unit + lostOctaves; ++w)
    errors.push_back(std::min(power, channel.choose(std::ldexp(base, w), limits).error) * factor);
  return ConvexCost(unit - std::min(mostBits, limits.bits), errors, power * factor);
}
