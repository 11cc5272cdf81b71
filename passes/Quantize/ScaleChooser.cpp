//===- ScaleChooser.cpp - All scales of a graph as one problem ------------===//
#include "Quantize/ScaleChooser.h"
#include "Graph/Affine.h"
#include "Quantize/Relevance.h"
#include "tare/Dialect/Qnn/Constants.h"
#include "tare/Dialect/Qnn/Names.h"
#include "tare/Kernels/AccumulatorBound.h"
#include "tare/Kernels/Tables.h"

#include <cmath>

using namespace mlir;
using namespace tare;
using qnn::AccumulatorOpInterface;
using qnn::Grid;
using qnn::GridOpInterface;
using qnn::GridRule;

namespace {

bool isProduct(Operation *op) { return isa<qnn::MulOp, qnn::MatMulOp>(op); }

} // namespace

ScaleChooser::ScaleChooser(const PowerOfTwoContext &context, const GridGroups &groups, ScaleFamily family,
                           std::vector<double> given)
    : context(context), groups(groups), family(family), onlyShifts(context.target.powerOfTwoScales()),
      each(eachLimits(context.target)), whole(wholeLimits(context.target)), given(std::move(given)) {
  addGroups();
  for (Operation *op : context.ops)
    if (auto gridOp = dyn_cast<GridOpInterface>(op); gridOp && !op->use_empty())
      addOp(gridOp);
  exponents.assign(bases.size(), 0);
}

void ScaleChooser::takeBest() {
  addCosts();
  exponents = problem.unconstrained();
}

bool ScaleChooser::solve() {
  addCosts();
  exponents = problem.solve();
  while (problem.violated(exponents).empty() && refine())
    exponents = problem.solve();
  return problem.violated(exponents).empty();
}

//===----------------------------------------------------------------------===//
// Values
//===----------------------------------------------------------------------===//

void ScaleChooser::addGroups() {
  for (Value value : groups.values()) {
    auto [entry, isNew] = variables.try_emplace(groups.group(value), 0);
    if (isNew)
      names[entry->second = addGroup(value)] = qnn::valueName(value);
  }
}

ScaleChooser::Variable ScaleChooser::addVariable(double base, std::optional<int> fixed) {
  naturals.push_back(base);
  bases.push_back(bases.size() < given.size() ? given[bases.size()] : base);
  return fixed ? problem.addFixed(*fixed) : problem.addVariable();
}

ScaleChooser::Variable ScaleChooser::addGroup(Value value) {
  const std::optional<Grid> &pinned = groups.pinned(value);
  if (!pinned)
    return addVariable(family == ScaleFamily::natural ? groups.grid(value)->scale() : 1.0);
  if (!onlyShifts)
    return addVariable(*llvm::max_element(pinned->scales), 0);
  // Of an accumulator's channels, which are not scaled any more, the coarsest.
  double scale = *llvm::max_element(pinned->scales);
  std::optional<int> exponent = exponentOf(scale);
  if (!exponent)
    refuse(qnn::valueName(value), scale);
  return addVariable(1.0, exponent.value_or(0));
}

/// What the values and the layers with multipliers lose; it takes longer than all that is known without.
void ScaleChooser::addCosts() {
  if (std::exchange(hasCosts, true))
    return;
  llvm::DenseSet<Variable> lossless;
  for (Value value : groups.values())
    if (!groups.pinned(value))
      lossless.insert(*variableOf(value));
  for (Value value : groups.values())
    if (addValue(value))
      lossless.erase(*variableOf(value));
  for (Value value : groups.values())
    if (Variable variable = *variableOf(value); lossless.erase(variable)) {
      // Nobody says what its members lose.
      auto [min, max] = *groups.range(value);
      problem.addCost(variable,
                      evenCost(min, max, groups.ruleFor(value), familyOf(variable, context.relevance.of(value))));
    }
  for (ConstantOperand &constant : constants)
    if (constant.variable)
      problem.addCost(*constant.variable, constant.cost = costOf(constant));
  for (const Layer &layer : layers)
    if (!layer.steps)
      addMultipliedCosts(layer);
}

/// Constants beyond all that they are put beside, as a padding and a concatenation do, which no calibration saw: a grid
/// that ends before them makes them other numbers.
void ScaleChooser::addConstantsBeside(Value value) {
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
  Variable variable = *variableOf(value);
  ConvexCost cost = evenCost(constants->first, constants->second, groups.ruleFor(value),
                             familyOf(variable, context.relevance.of(value)));
  cost.limit(cost.best());
  problem.addCost(variable, cost);
}

/// What a member of a group loses; a same-grid op's result only repeats what it was given.
bool ScaleChooser::addValue(Value value) {
  if (!groups.pinned(value))
    addConstantsBeside(value);
  qnn::RangeAttr range = value.getDefiningOp<quant::DequantizeCastOp>() ? qnn::RangeAttr() : rangeAttr(value);
  if (groups.pinned(value) || !range || range.getLabel() == qnn::RangeLabel::Inherited)
    return false;
  Variable variable = *variableOf(value);
  problem.addCost(variable, stepCost(range, groups.ruleFor(value), familyOf(variable, context.relevance.of(value))));
  return true;
}

std::optional<ScaleChooser::Variable> ScaleChooser::variableOf(Value value) const {
  return groups.contains(value) ? std::optional(variables.lookup(groups.group(value))) : std::nullopt;
}

//===----------------------------------------------------------------------===//
// Ops without weights
//===----------------------------------------------------------------------===//

void ScaleChooser::addOp(GridOpInterface op) {
  owners.push_back(op);
  std::optional<Variable> y = variableOf(op->getResult(0));
  if (auto accumulator = dyn_cast<AccumulatorOpInterface>(op.getOperation()))
    return addAccumulator(accumulator, y);
  bool isUnified = op.getGridRule() == GridRule::Unified;
  SmallVector<Variable> operands;
  for (OpOperand &operand : op->getOpOperands())
    if (std::optional<Variable> x = variableOf(operand.get()))
      operands.push_back(*x);
    else if (!isUnified && floatConstantValue(operand.get()))
      if (std::optional<Variable> constant = addConstant(operand))
        operands.push_back(*constant);
  if (y)
    addShifts(op, operands, *y);
}

/// A constant operand has a grid of its own. Of a product without a multiplier it is what weights are to a layer.
std::optional<ScaleChooser::Variable> ScaleChooser::addConstant(OpOperand &operand) {
  ElementsAttr constant = floatConstantValue(operand.get());
  ConstantOperand entry;
  entry.operand = &operand;
  entry.range = rangeOf(constant);
  if (family == ScaleFamily::natural)
    entry.base = activationGrid(entry.range.first, entry.range.second, ruleOf(entry)).scale();
  Operation *op = operand.getOwner();
  std::optional<Variable> y = variableOf(op->getResult(0));
  std::optional<Variable> x =
      op->getNumOperands() == 2 ? variableOf(op->getOperand(1 - operand.getOperandNumber())) : std::nullopt;
  if (onlyShifts && isProduct(op) && x && y) {
    ExponentChannel channel;
    channel.error = entry.cost = costOf(entry);
    entry.layer = problem.addLayer(*x, y, {channel}, context.target.shift, owner());
  } else {
    entry.variable = addVariable(entry.base);
    entry.base = bases[*entry.variable];
  }
  constants.push_back(entry);
  return entry.variable;
}

ConvexCost ScaleChooser::costOf(const ConstantOperand &constant) const {
  const double relevance = context.relevance.of(constant.operand->getOwner(), constant.operand->get());
  return constantCost(floatConstantValue(constant.operand->get()), ruleOf(constant), {constant.base, relevance});
}

/// The bounds of e_y by the operands. (A35)
void ScaleChooser::addShifts(GridOpInterface op, ArrayRef<Variable> operands, Variable y) {
  auto requant = dyn_cast<qnn::RequantOpInterface>(op.getOperation());
  bool moves = op.getGridRule() == GridRule::Unified || op.getGridRule() == GridRule::Same;
  if (isSum(op)) {
    addSum(op, operands, y);
  } else if (isProduct(op) && operands.size() == 2) {
    bool firstIsPinned = problem.isFixed(operands[0]);
    products.push_back({op, operands[firstIsPinned], operands[!firstIsPinned], y});
    scalings.push_back({{operands[0], operands[1]}, y, std::nullopt, context.relevance.of(op->getResult(0)), whole});
  } else if (isa<qnn::SoftmaxOp>(op)) {
    ShiftRange range = reachOf(std::ldexp(1.0 / bases[y], -kernels::probabilityBits), whole);
    problem.addLimits(y, range.min, range.max, owner());
  } else if (requant && requant.dividesByCount()) {
    // At worst a mean of one element, whose multiplier is all of its bits.
    MultiplierLimits limits = each;
    limits.bits = context.target.meanMultiplierBits;
    for (Variable x : operands) {
      problem.addBound(x, y, reachOf(bases[x] / bases[y], limits).min, owner());
      scalings.push_back({{x},
                          y,
                          std::nullopt,
                          context.relevance.of(op->getResult(0)),
                          isShared() ? whole : limits,
                          requant.getLargestCount()});
    }
  } else if ((requant || moves) && !isProduct(op)) {
    for (Variable x : operands)
      if (x != y) {
        // Bits behind the point of the accumulator are shifted out as well.
        MultiplierLimits limits = whole;
        if (requant)
          limits.shiftMin -= int(requant.getMostFractionBits());
        addRange(x, y, reachOf(bases[x] / bases[y], limits));
        scalings.push_back({{x}, y, std::nullopt, context.relevance.of(op->getResult(0)), whole});
      }
  }
}

ShiftRange ScaleChooser::reachOf(double ratio, const MultiplierLimits &limits) const {
  // Ratios of powers of two are exact but for the logarithm.
  constexpr double slack = 1e-9;
  double log = std::log2(ratio), most = std::log2(std::ldexp(1.0, limits.bits) - 1);
  return {int(std::ceil(log + limits.shiftMin - most - slack)), int(std::floor(log + limits.shiftMax + slack))};
}

void ScaleChooser::addRange(Variable x, Variable y, const ShiftRange &range) {
  problem.addBound(x, y, range.min, owner());
  problem.addBound(y, x, -range.max, owner());
}

int ScaleChooser::alignment() const { return onlyShifts ? largestAlignment(context.format) : each.bits - 1; }

/// The coarser operand is aligned to the finer by a shift to the left, or by a larger multiplier; only the largest
/// shift bounds the result.
void ScaleChooser::addSum(Operation *op, ArrayRef<Variable> operands, Variable y) {
  for (Variable x : operands) {
    double log = std::log2(bases[x] / bases[y]);
    problem.addBound(y, x, -int(std::floor(log + each.shiftMax)), owner());
    problem.addBound(x, y, int(std::ceil(log + each.shiftMin - alignment())), owner());
  }
  if (operands.size() != 2)
    return;
  for (auto [a, b, operand] : {std::tuple(operands[0], operands[1], 0u), {operands[1], operands[0], 1u}}) {
    problem.addBound(a, b, -int(std::floor(alignment() + std::log2(bases[b] / bases[a]))), owner());
    double share = context.relevance.of(op, op->getOperand(operand));
    scalings.push_back({{a}, y, b, share, each});
  }
  // The larger one's multiplier has the bits that there are, and is the first to be hit.
  if (bases[scalings.back().factors.front()] > bases[*scalings.back().beside])
    std::swap(scalings.back(), scalings[scalings.size() - 2]);
}

//===----------------------------------------------------------------------===//
// Layers with weights
//===----------------------------------------------------------------------===//

double ScaleChooser::accumulatorLimit() const { return kernels::accumulatorLimit(context.format.accumulatorBits); }

/// |x - Zx| at most.
double ScaleChooser::reach() const {
  return std::ldexp(1.0, int(context.rule.bits) - (context.rule.symmetric ? 1 : 0));
}

double ScaleChooser::biasAt(const Layer &layer, size_t channel) {
  return layer.bias ? std::abs(qnn::toTensor(layer.bias).as<float>()[channel]) : 0.0;
}

void ScaleChooser::addAccumulator(AccumulatorOpInterface op, std::optional<Variable> y) {
  OpOperand &activation = op.getActivationOperand();
  std::optional<Variable> x = variableOf(activation.get());
  if (!x && floatConstantValue(activation.get()))
    x = addConstant(activation);
  if (!x)
    return; // Its activation stayed float: tare-fuse-quantized says so.
  Value weights = op.getWeightOperand().get();
  ElementsAttr bias = op.getBiasValue() ? floatConstantValue(op.getBiasValue()) : ElementsAttr();
  Layer layer{op, *x, y, bias, 0, std::nullopt, {}, {}};
  if (!onlyShifts)
    return addMultipliedLayer(std::move(layer));
  if (auto cast = weights.getDefiningOp<quant::DequantizeCastOp>())
    return addFixedWeights(op, *Grid::of(cast.getInput().getType()), *x, y);
  if (ElementsAttr constant = floatConstantValue(weights); constant && weightGrid(constant))
    addShiftedLayer(std::move(layer), constant); // Otherwise refused when the weights are cast.
}

void ScaleChooser::addShiftedLayer(Layer layer, ElementsAttr weights) {
  layer.steps.emplace(weights);
  std::vector<ExponentChannel> channels(layer.steps->channels());
  for (size_t c = 0; c != channels.size(); ++c) {
    layer.costs.push_back(layer.steps->cost(c, context.relevance.of(layer.op->getResult(0))));
    channels[c].error = layer.costs.back();
    channels[c].lowest = layer.steps->lowestFor(c, accumulatorLimit() / reach());
    if (double offset = biasAt(layer, c))
      channels[c].lowestAccumulator = std::ilogb(offset) + 1 - std::min(biasBits, context.format.accumulatorBits - 2);
  }
  layer.number = problem.addLayer(layer.x, layer.y, std::move(channels), context.target.shift, owner());
  layers.push_back(std::move(layer));
}

void ScaleChooser::addFixedWeights(AccumulatorOpInterface op, const Grid &grid, Variable x, std::optional<Variable> y) {
  std::vector<ExponentChannel> channels(grid.scales.size());
  for (auto [scale, channel] : llvm::zip(grid.scales, channels)) {
    channel.fixed = exponentOf(scale);
    if (!channel.fixed)
      return refuse(qnn::valueName(op.getWeightOperand().get()), scale);
  }
  problem.addLayer(x, y, std::move(channels), context.target.shift, owner());
}

/// Its weights can have any scale; what the multiplier hits is chosen when the grids are known. An accumulator that
/// leaves is not multiplied.
void ScaleChooser::addMultipliedLayer(Layer layer) {
  Value weights = layer.op.getWeightOperand().get();
  if (auto cast = weights.getDefiningOp<quant::DequantizeCastOp>()) {
    ElementsAttr integers = qnn::constantValue(cast.getInput());
    Grid grid = *Grid::of(cast.getInput().getType());
    bool isPlain = llvm::all_of(grid.zeroPoints, [](int64_t zero) { return zero == 0; });
    if (!integers || !layer.y || grid.axis.value_or(0) != 0 || !isPlain)
      return;
    layer.own = grid.scales;
    layer.own.resize(layer.op.getOutputChannels(), grid.scales.front());
  } else if (ElementsAttr constant = floatConstantValue(weights); constant && layer.y) {
    Result<Grid> grid = weightGrid(constant);
    if (!grid)
      return;
    layer.own = grid->scales;
    qnn::forgetPages(constant);
  } else {
    return;
  }
  if (!context.target.weights.perChannel)
    layer.own.assign(layer.own.size(), *llvm::max_element(layer.own));
  double steepest = *llvm::max_element(layer.own) * bases[layer.x] / bases[*layer.y];
  problem.addBound(layer.x, *layer.y, reachOf(steepest, whole).min, owner());
  layers.push_back(std::move(layer));
}

//===----------------------------------------------------------------------===//
// What no difference of two exponents says
//===----------------------------------------------------------------------===//

/// Looks at the solution's products and accumulators, and bounds what is out of range. A product's second operand
/// then stays where it is, so with such bounds the choice may be short of the best. False where all is well.
bool ScaleChooser::refine() {
  bool changed = false;
  for (Product &product : products)
    changed |= refineProduct(product);
  for (Layer &layer : layers)
    changed |= layer.steps && refineAccumulators(layer);
  return changed;
}

bool ScaleChooser::refineProduct(Product &product) {
  const ShiftRange shift = reachOf(bases[product.a] * bases[product.b] / bases[product.y], whole);
  int b = exponents[product.b], q = exponents[product.y] - exponents[product.a] - b;
  if (product.isTight || (q >= shift.min && q <= shift.max))
    return false;
  product.isTight = true;
  problem.addBound(product.a, product.y, shift.min + b, ownerOf(product.op));
  problem.addBound(product.y, product.a, -(shift.max + b), ownerOf(product.op));
  problem.addLimits(product.b, b, b, ownerOf(product.op));
  return true;
}

/// The products and the bias together.
bool ScaleChooser::refineAccumulators(const Layer &layer) {
  bool changed = false;
  std::vector<int> weights = problem.channelExponents(layer.number, exponents);
  for (size_t c = 0; c != weights.size(); ++c) {
    double bias = std::ldexp(biasAt(layer, c), -exponents[layer.x] - weights[c]);
    if (kernels::accumulatorBound(double(layer.steps->magnitude(c, weights[c])), reach(), bias) < accumulatorLimit())
      continue;
    problem.raiseLowest(layer.number, c, weights[c] + 1);
    changed = true;
  }
  return changed;
}
