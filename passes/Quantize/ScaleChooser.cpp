//===- ScaleChooser.cpp - All scales of a graph as one problem ------------===//
#include "Quantize/ScaleChooser.h"
#include "Quantize/GivenGrids.h"
#include "Quantize/ScaleBounds.h"
#include "Quantize/ScaleCosts.h"
#include "Quantize/ScaleLosses.h"
#include "tare/Kernels/AccumulatorBound.h"

#include <cmath>

using namespace mlir;
using namespace tare;
using qnn::Grid;
using qnn::GridOpInterface;

ScaleChooser::ScaleChooser(const PowerOfTwoContext &context, const GridGroups &groups, ScaleFamily family,
                           std::vector<double> bases)
    : model(context, groups, family, std::move(bases)) {
  ScaleBounds bounds(model);
  for (Operation *op : context.ops)
    if (auto gridOp = dyn_cast<GridOpInterface>(op); gridOp && !op->use_empty())
      bounds.add(gridOp);
  model.exponents.assign(model.bases.size(), 0);
}

LogicalResult ScaleChooser::refuseOtherScales() const {
  return model.others.empty() ? mlir::success()
                              : refuseScales(model.context.function, model.context.target, model.others);
}

void ScaleChooser::takeBest() {
  addCosts();
  model.exponents = model.problem.unconstrained();
}

bool ScaleChooser::solve() {
  addCosts();
  model.exponents = model.problem.solve();
  while (model.problem.violated(model.exponents).empty() && refine())
    model.exponents = model.problem.solve();
  return model.problem.violated(model.exponents).empty();
}

double ScaleChooser::cost() {
  addCosts();
  return ScaleLosses(model).all();
}

/// What the values and the layers with multipliers lose; it takes longer than all that is known without.
void ScaleChooser::addCosts() {
  if (!std::exchange(hasCosts, true))
    ScaleCosts(model).add();
}

//===----------------------------------------------------------------------===//
// What no difference of two exponents says
//===----------------------------------------------------------------------===//

/// Looks at the solution's products and accumulators, and bounds what is out of range. A product's second operand
/// then stays where it is, so with such bounds the choice may be short of the best. False where all is well.
bool ScaleChooser::refine() {
  bool changed = false;
  for (Product &product : model.products)
    changed |= refineProduct(product);
  for (Layer &layer : model.layers)
    changed |= layer.steps && refineAccumulators(layer);
  return changed;
}

bool ScaleChooser::refineProduct(Product &product) {
  const ShiftRange shift =
      model.reachOf(model.bases[product.a] * model.bases[product.b] / model.bases[product.y], model.whole);
  int b = model.exponents[product.b], q = model.exponents[product.y] - model.exponents[product.a] - b;
  if (product.isTight || (q >= shift.min && q <= shift.max))
    return false;
  product.isTight = true;
  model.problem.addBound(product.a, product.y, shift.min + b, model.ownerOf(product.op));
  model.problem.addBound(product.y, product.a, -(shift.max + b), model.ownerOf(product.op));
  model.problem.addLimits(product.b, b, b, model.ownerOf(product.op));
  return true;
}

/// The products and the bias together.
bool ScaleChooser::refineAccumulators(const Layer &layer) {
  bool changed = false;
  std::vector<int> weights = model.problem.channelExponents(layer.number, model.exponents);
  for (size_t c = 0; c != weights.size(); ++c) {
    double bias = std::ldexp(layer.biasAt(c), -model.exponents[layer.x] - weights[c]);
    if (kernels::accumulatorBound(double(layer.steps->magnitude(c, weights[c])), model.reach(), bias) <
        model.accumulatorLimit())
      continue;
    model.problem.raiseLowest(layer.number, c, weights[c] + 1);
    changed = true;
  }
  return changed;
}

//===----------------------------------------------------------------------===//
// The result
//===----------------------------------------------------------------------===//

PowerOfTwoGrids ScaleChooser::apply(GridGroups &into) const {
  PowerOfTwoGrids result;
  for (Value value : model.groups.values())
    if (ScaleModel::Variable variable = *model.variableOf(value);
        !model.groups.pinned(value) && !model.isNatural(variable)) {
      auto [min, max] = *model.groups.range(value);
      into.pin(value, gridOfScale(model.scaleOf(variable), min, max, model.groups.ruleFor(value)));
    }
  for (const ScaleModel::ConstantOperand &constant : model.constants)
    if (double scale = std::ldexp(constant.base, model.exponentOfConstant(constant));
        !constant.variable || !model.isNatural(*constant.variable))
      result.constants[constant.operand] =
          gridOfScale(scale, constant.range.first, constant.range.second, model.ruleOf(constant));
  for (const Layer &layer : model.layers)
    if (layer.steps)
      result.weights[layer.op] = weightGridOf(layer);
  return result;
}

Grid ScaleChooser::weightGridOf(const Layer &layer) const {
  std::vector<int> chosen = model.problem.channelExponents(layer.number, model.exponents);
  if (!model.context.repair)
    llvm::transform(layer.costs, chosen.begin(), [](const ConvexCost &cost) { return cost.best(); });
  Grid grid = powerOfTwoGrid(0, 0, 0, {8, /*symmetric=*/true});
  grid.axis = 0;
  grid.scales.clear();
  for (int exponent : chosen)
    grid.scales.push_back(std::ldexp(1.0, exponent));
  grid.zeroPoints.assign(chosen.size(), 0);
  return grid;
}
