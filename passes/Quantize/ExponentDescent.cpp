//===- ExponentDescent.cpp - Steepest descent by minimum cuts -------------===//
#include "Quantize/ExponentDescent.h"

#include <algorithm>

using namespace tare;

std::vector<int> ExponentDescent::run() {
  minimize(/*onlyViolations=*/true);
  if (problem.violated(exponents).empty())
    minimize(/*onlyViolations=*/false);
  return exponents;
}

void ExponentDescent::minimize(bool onlyViolations) {
  bool moved = true;
  while (moved) {
    moved = move(1, onlyViolations);
    moved |= move(-1, onlyViolations);
  }
}

bool ExponentDescent::move(int direction, bool onlyViolations) {
  cut = MinCut();
  nodes.clear();
  gains.assign(exponents.size(), 0);
  for (size_t i = 0; i != exponents.size(); ++i)
    nodes.push_back(problem.isFixed(i) ? MinCut::sink : cut.addNode());
  if (onlyViolations)
    addViolations(direction);
  else
    addCosts(direction);
  for (size_t i = 0; i != exponents.size(); ++i) {
    if (problem.isFixed(i))
      continue;
    if (gains[i] > 0)
      cut.addEdge(nodes[i], MinCut::sink, gains[i]);
    else if (gains[i] < 0)
      cut.addEdge(MinCut::source, nodes[i], -gains[i]);
  }
  std::vector<bool> moves = cut.solve();
  bool any = false;
  for (size_t i = 0; i != exponents.size(); ++i)
    if (!problem.isFixed(i) && moves[nodes[i]]) {
      exponents[i] += direction;
      any = true;
    }
  return any;
}

template <typename Function> void ExponentDescent::addPair(Variable i, Variable j, int direction, Function function) {
  int a = exponents[i], b = exponents[j];
  int64_t stay = function(a, b);
  if (i == j) {
    gains[i] += function(a + direction, b + direction) - stay;
    return;
  }
  bool iFixed = problem.isFixed(i), jFixed = problem.isFixed(j);
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

void ExponentDescent::addViolations(int direction) {
  for (const ExponentProblem::Bound &bound : problem.allBounds())
    addPair(bound.from, bound.to, direction,
            [&](int from, int to) { return int64_t(std::max(0, bound.least - (to - from))); });
  for (const ExponentProblem::Limits &limit : problem.allLimits()) {
    auto violation = [&](int64_t e) { return std::max<int64_t>({0, limit.lowest - e, e - limit.highest}); };
    int64_t e = exponents[limit.variable];
    gains[limit.variable] += violation(e + direction) - violation(e);
  }
}

void ExponentDescent::addCosts(int direction) {
  for (size_t i = 0; i != exponents.size(); ++i)
    gains[i] += problem.variableCost(i, exponents[i] + direction) - problem.variableCost(i, exponents[i]);
  for (const ExponentProblem::Layer &layer : problem.allLayers()) {
    if (layer.y)
      addPair(layer.x, *layer.y, direction, [&](int x, int y) { return problem.layerCost(layer, x, y); });
    else
      gains[layer.x] +=
          problem.layerCost(layer, exponents[layer.x] + direction, 0) - problem.layerCost(layer, exponents[layer.x], 0);
  }
  keepBounds(direction);
}

void ExponentDescent::keepBounds(int direction) {
  for (const ExponentProblem::Bound &bound : problem.allBounds()) {
    if (bound.from == bound.to || exponents[bound.to] - exponents[bound.from] != bound.least)
      continue;
    Variable mover = direction > 0 ? bound.from : bound.to, other = direction > 0 ? bound.to : bound.from;
    if (!problem.isFixed(mover))
      cut.addEdge(nodes[mover], nodes[other], MinCut::infinite);
  }
  for (const ExponentProblem::Limits &limit : problem.allLimits())
    if (exponents[limit.variable] == (direction > 0 ? limit.highest : limit.lowest) && !problem.isFixed(limit.variable))
      cut.addEdge(nodes[limit.variable], MinCut::sink, MinCut::infinite);
}
