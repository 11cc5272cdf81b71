//===- ExponentProblem.cpp - Powers of two for a whole graph --------------===//
#include "Quantize/ExponentProblem.h"
#include "MinCut.h"

#include <algorithm>
#include <cmath>
#include <set>

using namespace tare;

//===----------------------------------------------------------------------===//
// Costs
//===----------------------------------------------------------------------===//

/// The part of a signal that may be clipped away for the sake of others, and the step of the cost beyond.
static constexpr double clippable = 1.0 / 16, ruin = 64.0;

/// (A36)
ConvexCost::ConvexCost(int first, llvm::ArrayRef<double> errors, double whole) : first(first) {
  values.clear();
  for (double error : errors)
    values.push_back(std::llround(std::clamp(error, 0.0, 1.0) * one));
  // By the errors themselves: those of a weak signal may all be 0 in integers.
  const size_t least = std::min_element(errors.begin(), errors.end()) - errors.begin();
  argmin = first + int(least);
  leftStep = rightStep = 1;
  // Steps are taken from the errors themselves, then added up.
  std::vector<int64_t> convex = values;
  for (size_t i = least + 1; i < values.size(); ++i) {
    rightStep = std::max(rightStep, values[i] - values[i - 1]);
    convex[i] = convex[i - 1] + rightStep;
  }
  for (size_t i = least; i-- > 0;) {
    leftStep = std::max(leftStep, values[i] - values[i + 1]);
    if (double(values[i]) > clippable * whole * one)
      leftStep = std::max<int64_t>(leftStep, std::llround(ruin * whole * one));
    convex[i] = convex[i + 1] + leftStep;
  }
  values = std::move(convex);
}

ConvexCost ConvexCost::preferring(int exponent) { return ConvexCost(exponent, {0.0}); }

int64_t ConvexCost::at(int exponent) const {
  int last = first + int(values.size()) - 1;
  if (exponent < first)
    return values.front() + leftStep * (first - exponent);
  if (exponent > last)
    return values.back() + rightStep * (exponent - last);
  return values[exponent - first];
}

void ConvexCost::limit(int lowest) {
  if (lowest <= first)
    return;
  std::vector<int64_t> kept;
  int last = std::max(first + int(values.size()) - 1, lowest);
  for (int exponent = lowest; exponent <= last; ++exponent)
    kept.push_back(at(exponent));
  argmin = std::max(argmin, lowest);
  leftStep = std::max<int64_t>(leftStep, 1);
  values = std::move(kept);
  first = lowest;
}

//===----------------------------------------------------------------------===//
// The problem
//===----------------------------------------------------------------------===//

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

//===----------------------------------------------------------------------===//
// Steepest descent by minimum cuts
//===----------------------------------------------------------------------===//

/// Moves sets of exponents by one while that makes the function smaller: first the violation of the bounds, then, with
/// bounds that are kept, the cost. (A37)
class ExponentProblem::Descent {
public:
  Descent(const ExponentProblem &problem, std::vector<int> start) : problem(problem), exponents(std::move(start)) {}

  std::vector<int> run() {
    minimize(/*onlyViolations=*/true);
    if (problem.violated(exponents).empty())
      minimize(/*onlyViolations=*/false);
    return exponents;
  }

private:
  void minimize(bool onlyViolations) {
    bool moved = true;
    while (moved) {
      moved = move(1, onlyViolations);
      moved |= move(-1, onlyViolations);
    }
  }

  /// Moves the best set in one direction; false where no set is better than none.
  bool move(int direction, bool onlyViolations) {
    cut = MinCut();
    nodes.clear();
    gains.assign(exponents.size(), 0);
    for (size_t i = 0; i != exponents.size(); ++i)
      nodes.push_back(problem.fixed[i] ? MinCut::sink : cut.addNode());
    if (onlyViolations)
      addViolations(direction);
    else
      addCosts(direction);
    for (size_t i = 0; i != exponents.size(); ++i) {
      if (problem.fixed[i])
        continue;
      if (gains[i] > 0)
        cut.addEdge(nodes[i], MinCut::sink, gains[i]);
      else if (gains[i] < 0)
        cut.addEdge(MinCut::source, nodes[i], -gains[i]);
    }
    std::vector<bool> moves = cut.solve();
    bool any = false;
    for (size_t i = 0; i != exponents.size(); ++i)
      if (!problem.fixed[i] && moves[nodes[i]]) {
        exponents[i] += direction;
        any = true;
      }
    return any;
  }

  /// A function of the exponents of i and j: what each combination of moves changes.
  template <typename Function> void addPair(Variable i, Variable j, int direction, Function function) {
    int a = exponents[i], b = exponents[j];
    int64_t stay = function(a, b);
    if (i == j) {
      gains[i] += function(a + direction, b + direction) - stay;
      return;
    }
    bool iFixed = problem.fixed[i].has_value(), jFixed = problem.fixed[j].has_value();
    if (iFixed && jFixed)
      return;
    int64_t onlyI = iFixed ? 0 : function(a + direction, b), onlyJ = jFixed ? 0 : function(a, b + direction);
    if (iFixed || jFixed) {
      gains[iFixed ? j : i] += (iFixed ? onlyJ : onlyI) - stay;
      return;
    }
    int64_t both = function(a + direction, b + direction);
    gains[i] += onlyI - stay;
    gains[j] += both - onlyI;
    cut.addEdge(nodes[j], nodes[i], onlyI + onlyJ - stay - both);
  }

  void addViolations(int direction) {
    for (const Bound &bound : problem.bounds)
      addPair(bound.from, bound.to, direction,
              [&](int from, int to) { return int64_t(std::max(0, bound.least - (to - from))); });
    for (const Limits &limit : problem.limits) {
      auto violation = [&](int64_t e) { return std::max<int64_t>({0, limit.lowest - e, e - limit.highest}); };
      int64_t e = exponents[limit.variable];
      gains[limit.variable] += violation(e + direction) - violation(e);
    }
  }

  void addCosts(int direction) {
    for (size_t i = 0; i != exponents.size(); ++i)
      gains[i] += problem.variableCost(i, exponents[i] + direction) - problem.variableCost(i, exponents[i]);
    for (const Layer &layer : problem.layers) {
      if (layer.y)
        addPair(layer.x, *layer.y, direction, [&](int x, int y) { return problem.layerCost(layer, x, y); });
      else
        gains[layer.x] += problem.layerCost(layer, exponents[layer.x] + direction, 0) -
                          problem.layerCost(layer, exponents[layer.x], 0);
    }
    keepBounds(direction);
  }

  /// What would be violated by moving one without the other cannot be cut.
  void keepBounds(int direction) {
    for (const Bound &bound : problem.bounds) {
      if (bound.from == bound.to || exponents[bound.to] - exponents[bound.from] != bound.least)
        continue;
      Variable mover = direction > 0 ? bound.from : bound.to, other = direction > 0 ? bound.to : bound.from;
      if (!problem.fixed[mover])
        cut.addEdge(nodes[mover], nodes[other], MinCut::infinite);
    }
    for (const Limits &limit : problem.limits)
      if (exponents[limit.variable] == (direction > 0 ? limit.highest : limit.lowest) && !problem.fixed[limit.variable])
        cut.addEdge(nodes[limit.variable], MinCut::sink, MinCut::infinite);
  }

  const ExponentProblem &problem;
  std::vector<int> exponents;
  MinCut cut;
  std::vector<MinCut::Node> nodes;
  /// By variable, what moving it alone costs.
  std::vector<int64_t> gains;
};

std::vector<int> ExponentProblem::solve() const { return Descent(*this, unconstrained()).run(); }
