//===- ScaleModel.cpp - The scales of a graph and what ties them ----------===//
#include "Quantize/ScaleModel.h"
#include "Graph/Affine.h"
#include "tare/Dialect/Qnn/Constants.h"
#include "tare/Dialect/Qnn/Names.h"
#include "tare/Evaluator/Evaluator.h"
#include "tare/Kernels/AccumulatorBound.h"

#include "llvm/Support/FormatVariadic.h"
#include <cmath>

using namespace mlir;
using namespace tare;
using qnn::AccumulatorOpInterface;
using qnn::Grid;

bool tare::isScaledProduct(Operation *op) { return isa<qnn::MulOp, qnn::MatMulOp>(op); }

ScaleModel::ScaleModel(const PowerOfTwoContext &context, const GridGroups &groups, ScaleFamily family,
                       std::vector<double> given)
    : context(context), groups(groups), family(family), onlyShifts(context.target.powerOfTwoScales()),
      each(eachLimits(context.target)), whole(wholeLimits(context.target)), given(std::move(given)) {
  for (Value value : groups.values()) {
    auto [entry, isNew] = variables.try_emplace(groups.group(value), 0);
    if (isNew)
      names[entry->second = addGroup(value)] = qnn::valueName(value);
  }
}

ScaleModel::Variable ScaleModel::addVariable(double base, std::optional<int> fixed) {
  naturals.push_back(base);
  bases.push_back(bases.size() < given.size() ? given[bases.size()] : base);
  return fixed ? problem.addFixed(*fixed) : problem.addVariable();
}

ScaleModel::Variable ScaleModel::addGroup(Value value) {
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

std::optional<ScaleModel::Variable> ScaleModel::variableOf(Value value) const {
  return groups.contains(value) ? std::optional(variables.lookup(groups.group(value))) : std::nullopt;
}

void ScaleModel::refuse(const std::string &name, double scale) {
  others.push_back(llvm::formatv("'{0}' ({1:e4})", name, scale).str());
}

//===----------------------------------------------------------------------===//
// Constant operands
//===----------------------------------------------------------------------===//

std::optional<ScaleModel::Variable> ScaleModel::addConstant(OpOperand &operand) {
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
  if (onlyShifts && isScaledProduct(op) && x && y) {
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

ConvexCost ScaleModel::costOf(const ConstantOperand &constant) const {
  const double relevance = context.relevance.of(constant.operand->getOwner(), constant.operand->get());
  return constantCost(floatConstantValue(constant.operand->get()), ruleOf(constant), {constant.base, relevance});
}

int ScaleModel::exponentOfConstant(const ConstantOperand &constant) const {
  if (constant.variable)
    return exponents[*constant.variable];
  return context.repair ? problem.channelExponents(constant.layer, exponents).front() : constant.cost.best();
}

//===----------------------------------------------------------------------===//
// What a target reaches
//===----------------------------------------------------------------------===//

double ScaleModel::accumulatorLimit() const { return kernels::accumulatorLimit(context.format.accumulatorBits); }

double ScaleModel::reach() const { return std::ldexp(1.0, int(context.rule.bits) - (context.rule.symmetric ? 1 : 0)); }

ShiftRange ScaleModel::reachOf(double ratio, const MultiplierLimits &limits) const {
  // Ratios of powers of two are exact but for the logarithm.
  constexpr double slack = 1e-9;
  double log = std::log2(ratio), most = std::log2(std::ldexp(1.0, limits.bits) - 1);
  return {int(std::ceil(log + limits.shiftMin - most - slack)), int(std::floor(log + limits.shiftMax + slack))};
}

//===----------------------------------------------------------------------===//
// Layers with weights
//===----------------------------------------------------------------------===//

double ScaleModel::Layer::biasAt(size_t channel) const {
  return bias ? std::abs(qnn::toTensor(bias).as<float>()[channel]) : 0.0;
}

/// In float32, also of integers that the model brings.
static Tensor weightsOf(AccumulatorOpInterface op) {
  Value weights = op.getWeightOperand().get();
  if (auto cast = weights.getDefiningOp<quant::DequantizeCastOp>())
    return dequantized(qnn::toTensor(qnn::constantValue(cast.getInput())), cast.getInput().getType());
  return qnn::toTensor(qnn::constantValue(weights));
}

void ScaleModel::Layer::forgetWeights() const {
  Value weights = AccumulatorOpInterface(op).getWeightOperand().get();
  if (auto cast = weights.getDefiningOp<quant::DequantizeCastOp>())
    weights = cast.getInput();
  qnn::forgetPages(qnn::constantValue(weights));
}

AccumulatorContext ScaleModel::contextOf(const Layer &layer) const {
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
