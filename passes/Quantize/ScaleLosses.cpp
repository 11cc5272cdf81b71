//===- ScaleLosses.cpp - What a choice of scales loses --------------------===//
#include "Quantize/ScaleChooser.h"
#include "tare/Dialect/Qnn/Constants.h"
#include "tare/Evaluator/Evaluator.h"

#include "llvm/ADT/ScopeExit.h"
#include <cmath>

using namespace mlir;
using namespace tare;
using qnn::AccumulatorOpInterface;
using qnn::Grid;

/// Of shifts that only multipliers bound.
static constexpr int anyShift = -1000;

/// In float32, also of integers that the model brings.
Tensor ScaleChooser::weightsOf(AccumulatorOpInterface op) {
  Value weights = op.getWeightOperand().get();
  if (auto cast = weights.getDefiningOp<quant::DequantizeCastOp>())
    return dequantized(qnn::toTensor(qnn::constantValue(cast.getInput())), cast.getInput().getType());
  return qnn::toTensor(qnn::constantValue(weights));
}

/// They come from the model's file again: large networks are not held in memory for what each layer loses.
static void forgetWeights(AccumulatorOpInterface op) {
  Value weights = op.getWeightOperand().get();
  if (auto cast = weights.getDefiningOp<quant::DequantizeCastOp>())
    weights = cast.getInput();
  qnn::forgetPages(qnn::constantValue(weights));
}

AccumulatorContext ScaleChooser::contextOf(const Layer &layer) const {
  AccumulatorOpInterface op = layer.op;
  Value input = op.getActivationOperand().get(), result = op->getResult(0);
  Grid x = groups.contains(input) ? *groups.grid(input) : activationGrid(-1, 1, context.rule);
  Grid y = *groups.grid(result);
  x.scales = {scaleOf(layer.x)};
  y.scales = {scaleOf(*layer.y)};
  AccumulatorContext around{weightsOf(op), layer.bias, x, y};
  describeActivation(around, op, context.target);
  return around;
}

/// A layer's channels by w, where M = m * 2^(e_x + w - e_y) at the largest shift. (A51)
void ScaleChooser::addMultipliedCosts(const Layer &layer) {
  const AccumulatorContext around = contextOf(layer);
  llvm::scope_exit forget([&] { forgetWeights(layer.op); });
  SmallVector<ChannelWeights> weights = channelWeights(layer.own, around, context.target);
  double power = 0, relevance = context.relevance.of(AccumulatorOpInterface(layer.op)->getResult(0));
  for (const ChannelWeights &channel : weights)
    power += channel.power();
  std::vector<ExponentChannel> channels;
  for (const ChannelWeights &channel : weights)
    if (channel.power() > 0) {
      channels.emplace_back();
      channels.back().error = multipliedCost(channel, bases[*layer.y] / bases[layer.x], relevance / power);
    }
  if (!channels.empty())
    problem.addLayer(layer.x, layer.y, std::move(channels), {anyShift, whole.shiftMax}, ownerOf(layer.op));
}

/// From where 10 bits are left, beyond which there is nothing to gain, to where the weights are lost.
ConvexCost ScaleChooser::multipliedCost(const ChannelWeights &channel, double base, double factor) const {
  constexpr int mostBits = 10, lostOctaves = 7;
  MultiplierLimits limits = whole;
  limits.shiftMin -= limits.shiftMax, limits.shiftMax = 0;
  int unit = std::ilogb(channel.own() / base);
  double power = channel.power();
  std::vector<double> errors;
  for (int w = unit - std::min(mostBits, limits.bits); w <= unit + lostOctaves; ++w)
    errors.push_back(std::min(power, channel.choose(std::ldexp(base, w), limits).error) * factor);
  return ConvexCost(unit - std::min(mostBits, limits.bits), errors, power * factor);
}

double ScaleChooser::cost() {
  addCosts();
  double sum = double(problem.variablesCost(exponents)) / ConvexCost::one;
  for (const Layer &layer : layers)
    sum += lossOf(layer, /*withMultipliers=*/true);
  for (const Scaling &scaling : scalings)
    sum += gainLossOf(scaling);
  return sum;
}

double ScaleChooser::lossToMultipliers() const {
  double sum = 0;
  for (const Layer &layer : layers)
    if (mayLose(layer.own, stepOf(layer), whole, isShared()))
      sum += lossOf(layer, /*withMultipliers=*/true) - lossOf(layer, /*withMultipliers=*/false);
  for (const Scaling &scaling : scalings)
    sum += gainLossOf(scaling);
  return sum;
}

double ScaleChooser::lossOf(const Layer &layer, bool withMultipliers) const {
  const AccumulatorContext around = contextOf(layer);
  llvm::scope_exit forget([&] { forgetWeights(layer.op); });
  SmallVector<ChannelWeights> channels = channelWeights(layer.own, around, context.target);
  double step = stepOf(layer), error = 0, power = 0;
  for (const ChannelWeights &channel : channels)
    power += channel.power();
  if (withMultipliers && gainsMatter(channels, step, whole, isShared()))
    for (const ChosenScale &chosen : chooseScales(channels, step, whole, isShared()))
      error += chosen.error;
  else
    for (const ChannelWeights &channel : channels)
      error += channel.ownError();
  return power > 0 ? error / power * context.relevance.of(AccumulatorOpInterface(layer.op)->getResult(0)) : 0.0;
}

double ScaleChooser::wantedBy(const Scaling &scaling, ArrayRef<double> scales) {
  double product = 1.0 / scales[scaling.y] / double(scaling.count);
  for (Variable factor : scaling.factors)
    product *= scales[factor];
  return product;
}

Multiplier ScaleChooser::multiplierOf(const Scaling &scaling, ArrayRef<double> scales) {
  double wanted = wantedBy(scaling, scales);
  if (scaling.beside)
    return decomposeShared({wanted, scales[*scaling.beside] / scales[scaling.y]}, scaling.limits).front();
  return decompose(wanted, scaling.limits);
}

double ScaleChooser::gainLossOf(const Scaling &scaling) const {
  SmallVector<double> scales;
  for (Variable variable = 0; variable != bases.size(); ++variable)
    scales.push_back(scaleOf(variable));
  double wanted = wantedBy(scaling, scales);
  Multiplier multiplier = multiplierOf(scaling, scales);
  const MultiplierLimits &limits = scaling.limits;
  if (multiplier.q < limits.shiftMin) {
    // The largest multiplier does where one step of the accumulator brings the result from one end to the other.
    double largest = std::ldexp(std::ldexp(1.0, limits.bits) - 1, -limits.shiftMin);
    return largest >= std::ldexp(1.0, int(context.rule.bits)) - 1 ? 0.0 : scaling.relevance;
  }
  double gain = std::ldexp(double(multiplier.m), -multiplier.q) / wanted - 1.0;
  return gain * gain * scaling.relevance;
}

void ScaleChooser::hit(const Scaling &scaling, MutableArrayRef<double> scales, ArrayRef<bool> settled) {
  // So little finer a grid clips nothing that matters.
  constexpr double hardlyClips = 1.0 / 256;
  const int q = multiplierOf(scaling, scales).q;
  const double steps = std::ldexp(wantedBy(scaling, scales), q);
  const double below = std::floor(steps), above = std::ceil(steps);
  if (q < scaling.limits.shiftMin || above == 0)
    return;
  if (!settled[scaling.y] && below > 0)
    scales[scaling.y] *= steps / (above - steps < hardlyClips * steps ? above : below);
  else if (auto factor = llvm::find_if(scaling.factors, [&](Variable factor) { return !settled[factor]; });
           factor != scaling.factors.end())
    scales[*factor] *= above / steps;
}

std::vector<double> ScaleChooser::basesThatHit() const {
  std::vector<double> scales = bases;
  SmallVector<bool> settled;
  for (Variable variable = 0; variable != bases.size(); ++variable)
    settled.push_back(problem.isFixed(variable));
  for (const Scaling &scaling : scalings) {
    if (!llvm::is_contained(scaling.factors, scaling.y))
      hit(scaling, scales, settled);
    settled[scaling.y] = true;
    for (Variable factor : scaling.factors)
      settled[factor] = true;
  }
  return scales;
}
