//===- ExponentProblem.cpp - Powers of two for a whole graph --------------===//
#include "Quantize/ExponentProblem.h"
#include "Quantize/ExponentDescent.h"

#include <algorithm>
#include <set>

using namespace tare;

ExponentProblem::Variable ExponentProblem::addVariable() {
  costs.emplace_back();
  fixed.emplace_back();
  return costs.size() - 1;
}

ExponentProblem::Variable ExponentProblem::addFixed(int exponent) {
  Variable variable = addVariable();
  fixed[variable] = exponent;
  return variable;
}

void ExponentProblem::addCost(Variable variable, const ConvexCost &cost) { costs[variable].push_back(cost); }

void ExponentProblem::addLimits(Variable variable, int lowest, int highest, unsigned owner) {
  limits.push_back({variable, lowest, highest, owner});
}

void ExponentProblem::addBound(Variable from, Variable to, int least, unsigned owner) {
  bounds.push_back({from, to, least, owner});
}

unsigned ExponentProblem::addLayer(Variable x, std::optional<Variable> y, std::vector<ExponentChannel> channels,
                                   ShiftRange range, unsigned owner) {
  for (ExponentChannel &channel : channels)
    channel.error.limit(channel.lowest);
  layers.push_back({x, y, std::move(channels), range, owner});
  boundLayer(layers.back());
  return layers.size() - 1;
}

/// What the exponents of x and y must satisfy so that every channel has one: q = e_y - e_x - w in the range. (A35)
void ExponentProblem::boundLayer(const Layer &layer) {
  if (!layer.y)
    return;
  for (const ExponentChannel &channel : layer.channels) {
    if (channel.fixed) {
      addBound(layer.x, *layer.y, *channel.fixed + layer.range.min, layer.owner);
      addBound(*layer.y, layer.x, -(*channel.fixed + layer.range.max), layer.owner);
      continue;
    }
    addBound(layer.x, *layer.y, channel.lowest + layer.range.min, layer.owner);
    addLimits(*layer.y, channel.lowestAccumulator + layer.range.min, std::numeric_limits<int>::max(), layer.owner);
  }
}

void ExponentProblem::raiseLowest(unsigned layer, size_t channel, int lowest) {
  ExponentChannel &raised = layers[layer].channels[channel];
  raised.lowest = lowest;
  raised.error.limit(lowest);
  if (layers[layer].y)
    addBound(layers[layer].x, *layers[layer].y, lowest + layers[layer].range.min, layers[layer].owner);
}

int ExponentProblem::channelExponent(const Layer &layer, const ExponentChannel &channel, int x, int y) const {
  if (channel.fixed)
    return *channel.fixed;
  int wanted = std::max(channel.error.best(), channel.lowestAccumulator - x);
  return layer.y ? std::clamp(wanted, y - x - layer.range.max, y - x - layer.range.min) : wanted;
}

int64_t ExponentProblem::layerCost(const Layer &layer, int x, int y) const {
  int64_t sum = 0;
  for (const ExponentChannel &channel : layer.channels) {
    if (channel.fixed)
      continue;
    int w = channelExponent(layer, channel, x, y);
    // Where the bounds hold, a bias always fits; a steep cost elsewhere keeps the function convex.
    sum += channel.error.at(w) + (channel.error.largestStep() + 1) * std::max(0, channel.lowestAccumulator - x - w);
  }
  return sum;
}

int64_t ExponentProblem::variableCost(Variable variable, int exponent) const {
  int64_t sum = 0;
  for (const ConvexCost &cost : costs[variable])
    sum += cost.at(exponent);
  return sum;
}

std::vector<int> ExponentProblem::unconstrained() const {
  std::vector<int> exponents;
  for (Variable variable = 0; variable != costs.size(); ++variable) {
    if (fixed[variable] || costs[variable].empty()) {
      exponents.push_back(fixed[variable].value_or(0));
      continue;
    }
    // The sum of convex functions is least between where they are.
    auto best = [](const ConvexCost &cost) { return cost.best(); };
    int lowest = best(costs[variable].front()), highest = lowest;
    for (const ConvexCost &cost : costs[variable]) {
      lowest = std::min(lowest, best(cost));
      highest = std::max(highest, best(cost));
    }
    int chosen = lowest;
    for (int exponent = lowest; exponent <= highest; ++exponent)
      if (variableCost(variable, exponent) < variableCost(variable, chosen))
        chosen = exponent;
    exponents.push_back(chosen);
  }
  return exponents;
}

std::vector<int> ExponentProblem::channelExponents(unsigned layer, llvm::ArrayRef<int> exponents) const {
  const Layer &chosen = layers[layer];
  std::vector<int> result;
  for (const ExponentChannel &channel : chosen.channels)
    result.push_back(channelExponent(chosen, channel, exponents[chosen.x], chosen.y ? exponents[*chosen.y] : 0));
  return result;
}

std::vector<unsigned> ExponentProblem::violated(llvm::ArrayRef<int> exponents) const {
  std::set<unsigned> owners;
  for (const Bound &bound : bounds)
    if (exponents[bound.to] - exponents[bound.from] < bound.least)
      owners.insert(bound.owner);
  for (const Limits &limit : limits)
    if (exponents[limit.variable] < limit.lowest || exponents[limit.variable] > limit.highest)
      owners.insert(limit.owner);
  return {owners.begin(), owners.end()};
}

bool ExponentProblem::satisfies(llvm::ArrayRef<int> exponents) const {
  for (size_t i = 0; i != fixed.size(); ++i)
    if (fixed[i] && *fixed[i] != exponents[i])
      return false;
  return violated(exponents).empty();
}

int64_t ExponentProblem::variablesCost(llvm::ArrayRef<int> exponents) const {
  int64_t sum = 0;
  for (Variable variable = 0; variable != costs.size(); ++variable)
    sum += variableCost(variable, exponents[variable]);
  return sum;
}

int64_t ExponentProblem::cost(llvm::ArrayRef<int> exponents) const {
  int64_t sum = variablesCost(exponents);
  for (const Layer &layer : layers)
    sum += layerCost(layer, exponents[layer.x], layer.y ? exponents[*layer.y] : 0);
  return sum;
}

std::vector<int> ExponentProblem::solve() const { return ExponentDescent(*this, unconstrained()).run(); }
