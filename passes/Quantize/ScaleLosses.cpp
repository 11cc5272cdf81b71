//===- ScaleLosses.cpp - What a choice of scales loses --------------------===//
#include "Quantize/ScaleLosses.h"
#include "Quantize/Relevance.h"

#include "llvm/ADT/ScopeExit.h"
#include <cmath>

using namespace mlir;
using namespace tare;
using qnn::AccumulatorOpInterface;

double ScaleLosses::all() const {
  double sum = double(model.problem.variablesCost(model.exponents)) / ConvexCost::one;
  for (const Layer &layer : model.layers)
    sum += lossOf(layer, /*withMultipliers=*/true);
  for (const Scaling &scaling : model.scalings)
    sum += gainLossOf(scaling);
  return sum;
}

double ScaleLosses::toMultipliers() const {
  double sum = 0;
  for (const Layer &layer : model.layers)
    if (mayLose(layer.own, model.stepOf(layer), model.whole, model.isShared()))
      sum += lossOf(layer, /*withMultipliers=*/true) - lossOf(layer, /*withMultipliers=*/false);
  for (const Scaling &scaling : model.scalings)
    sum += gainLossOf(scaling);
  return sum;
}

double ScaleLosses::lossOf(const Layer &layer, bool withMultipliers) const {
  const AccumulatorContext around = model.contextOf(layer);
  llvm::scope_exit forget([&] { layer.forgetWeights(); });
  SmallVector<ChannelWeights> channels = channelWeights(layer.own, around, model.context.target);
  double step = model.stepOf(layer), error = 0, power = 0;
  for (const ChannelWeights &channel : channels)
    power += channel.power();
  if (withMultipliers && gainsMatter(channels, step, model.whole, model.isShared()))
    for (const ChosenScale &chosen : chooseScales(channels, step, model.whole, model.isShared()))
      error += chosen.error;
  else
    for (const ChannelWeights &channel : channels)
      error += channel.ownError();
  return power > 0 ? error / power * model.context.relevance.of(AccumulatorOpInterface(layer.op)->getResult(0)) : 0.0;
}

double ScaleLosses::wantedBy(const Scaling &scaling, ArrayRef<double> scales) {
  double product = 1.0 / scales[scaling.y] / double(scaling.count);
  for (Variable factor : scaling.factors)
    product *= scales[factor];
  return product;
}

Multiplier ScaleLosses::multiplierOf(const Scaling &scaling, ArrayRef<double> scales) {
  double wanted = wantedBy(scaling, scales);
  if (scaling.beside)
    return decomposeShared({wanted, scales[*scaling.beside] / scales[scaling.y]}, scaling.limits).front();
  return decompose(wanted, scaling.limits);
}

double ScaleLosses::gainLossOf(const Scaling &scaling) const {
  SmallVector<double> scales;
  for (Variable variable = 0; variable != model.bases.size(); ++variable)
    scales.push_back(model.scaleOf(variable));
  double wanted = wantedBy(scaling, scales);
  Multiplier multiplier = multiplierOf(scaling, scales);
  const MultiplierLimits &limits = scaling.limits;
  if (multiplier.q < limits.shiftMin) {
    // The largest multiplier does where one step of the accumulator brings the result from one end to the other.
    double largest = std::ldexp(std::ldexp(1.0, limits.bits) - 1, -limits.shiftMin);
    return largest >= std::ldexp(1.0, int(model.context.rule.bits)) - 1 ? 0.0 : scaling.relevance;
  }
  double gain = std::ldexp(double(multiplier.m), -multiplier.q) / wanted - 1.0;
  return gain * gain * scaling.relevance;
}

void ScaleLosses::hit(const Scaling &scaling, MutableArrayRef<double> scales, ArrayRef<bool> settled) {
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

std::vector<double> ScaleLosses::basesThatHit() const {
  std::vector<double> scales = model.bases;
  SmallVector<bool> settled;
  for (Variable variable = 0; variable != model.bases.size(); ++variable)
    settled.push_back(model.problem.isFixed(variable));
  for (const Scaling &scaling : model.scalings) {
    if (!llvm::is_contained(scaling.factors, scaling.y))
      hit(scaling, scales, settled);
    settled[scaling.y] = true;
    for (Variable factor : scaling.factors)
      settled[factor] = true;
  }
  return scales;
}
